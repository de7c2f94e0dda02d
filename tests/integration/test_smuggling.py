"""Every case of ``http_cases`` against a real gateway: what is refused is refused, and nothing smuggled is asked."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.integration.gateway_process import PATIENCE, Gateway, plain, running
from tests.integration.http_cases.every import cases
from tests.integration.http_cases.words import Case
from tests.integration.http_exchange import converse, outcome

from outlast.testing.upstream import UpstreamServer, in_thread, raw

pytestmark = pytest.mark.server

ANSWER = plain(200, {"model": "m", "choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1}})
GROUPS = {group: list(some) for group, some in groupby(cases(), key=lambda case: case.group)}


@pytest.fixture(scope="module")
def upstream() -> Iterator[UpstreamServer]:
    with in_thread(raw(ANSWER, stays=True)) as server:
        yield server


@pytest.fixture(scope="module")
def gateway(upstream: UpstreamServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    configuration = f'[providers.up]\nkind = "openai"\nbase_url = "{upstream.base_url}"\n'
    with running(tmp_path_factory.mktemp("safety"), configuration) as started:
        yield started


def wrong(gateway: Gateway, upstream: UpstreamServer, case: Case) -> str:
    """How a case came out where that is not as it must; empty where it is."""
    where = urlsplit(gateway.address)
    assert where.hostname
    assert where.port
    before = len(upstream.received)
    heard, end = converse((where.hostname, where.port), case.sent, patience=PATIENCE, ends=case.ours.end == "waits")
    seen = outcome(heard, end, upstream.received[before:])
    evil = [line for line in heard.split(b"\r\n") if line.lower().startswith(b"x-evil")]
    evil += [b"upstream" for each in upstream.received[before:] if "x-evil" in each.headers]
    return f"{case.name}: {seen}, not {case.ours} {evil}" if seen != case.ours or evil else ""


@pytest.mark.fault("a smuggled request")
@pytest.mark.parametrize("group", GROUPS)
def test_each_case_is_refused_or_read_in_the_one_way_that_there_is(
    gateway: Gateway, upstream: UpstreamServer, group: str
) -> None:
    found = [said for case in GROUPS[group] if (said := wrong(gateway, upstream, case))]
    assert not found, "\n".join(found)


def test_the_page_that_compares_with_nginx_is_of_these_cases() -> None:
    named = [(case.group, case.name) for case in cases()]
    assert len(named) == len(set(named))
    page = (Path(__file__).parents[2] / "docs" / "http-safety.md").read_text(encoding="utf-8")
    assert f"\n{len(named)} cases, compared with nginx/" in page, "python -m tools.http_safety writes it anew"
    for group, some in GROUPS.items():
        assert f"\n| {group} | {len(some)} | " in page
