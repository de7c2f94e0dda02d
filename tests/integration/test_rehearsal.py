"""A rehearsed gateway: its day is moved from a page, and chat and API live by it at once."""

import datetime as dt
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest
from tests.integration.gateway_process import SCRIPTED, Gateway, outlast, running
from tests.integration.page_visitor import Visitor

from outlast.catalog.foresight import told_on
from outlast.catalog.store import open_catalog
from outlast.chat.rehearsal import CAST, CONFIGURATION, NAMES, stories

pytestmark = pytest.mark.server

UNPACED = CONFIGURATION.replace('file = "pace.toml"\n', "").replace("rehearsal.db", "outlast.db")


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running(tmp_path_factory.mktemp("rehearsal"), UNPACED, "--today", "2025-08-06") as one:
        yield one


def play(gateway: Gateway, day: str) -> None:
    assert Visitor(gateway).post("/rehearsal", day=day).status == 303


def served(gateway: Gateway, model: str) -> str:
    return gateway.chat(model).headers["x-outlast-served-model"]


def test_the_day_is_moved_forth_and_back_for_the_chat_and_the_api(gateway: Gateway) -> None:
    play(gateway, "2025-08-06")
    assert served(gateway, "gpt-4o") == "chatgpt/gpt-4o"
    play(gateway, "2025-08-07")
    assert served(gateway, "gpt-4o") == "chatgpt/chatgpt/gpt-5-instant"
    assert gateway.chat("openai/gpt-4o").status == 200, "the API does not change on that day"
    play(gateway, "2025-08-31")
    assert served(gateway, "gpt-4o") == "chatgpt/gpt-4o"
    play(gateway, "2026-02-13")
    assert served(gateway, "gpt-4o") == "chatgpt/chatgpt/gpt-5.2"
    assert served(gateway, "chatgpt-4o-latest") == "openai/chatgpt-4o-latest"
    play(gateway, "2026-02-17")
    assert served(gateway, "chatgpt-4o-latest") == "openai/gpt-5.1-chat-latest"
    play(gateway, "2025-08-06")
    assert served(gateway, "gpt-4o") == "chatgpt/gpt-4o"


def test_what_was_seen_gone_on_one_day_is_not_gone_on_another(gateway: Gateway) -> None:
    play(gateway, "2026-02-13")
    assert gateway.chat("chatgpt/gpt-4o").status == 404
    play(gateway, "2026-02-12")
    assert gateway.chat("chatgpt/gpt-4o").status == 200


def test_the_page_has_every_day_and_says_which_one_is_played(gateway: Gateway) -> None:
    play(gateway, "2026-01-29")
    page = Visitor(gateway).get("/rehearsal").body.decode()
    assert '<time datetime="2026-01-29">' in page
    assert len(set(re.findall(r'name="day" value="(\d{4}-\d\d-\d\d)"', page))) >= 11
    assert 'value="2026-02-12" class="first"' in page


CATALOG = open_catalog()
DAYS = sorted({step.day for part in stories(CATALOG) for step in part.steps})
CLAIMS = [
    (each, told_on(each, known.claims))
    for known in map(CATALOG.find, sorted({ref for ref, _ in CAST}))
    if known is not None
    for each in known.claims
]


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_no_header_list_or_page_knows_what_was_told_only_later(gateway: Gateway, today: dt.date) -> None:
    play(gateway, str(today))
    by_then = {str(claim.date) for claim, told in CLAIMS if told <= today}
    later = {str(claim.date) for claim, told in CLAIMS if told > today} - by_then
    for name in ("gpt-4o", "gpt-4.1", "gpt-5-instant", "gpt-5.2", "chatgpt-4o-latest", "openai/gpt-4o"):
        sunset = gateway.chat(name).headers.get("sunset")
        assert sunset is None or str(parsedate_to_datetime(sunset).date()) not in later, name
    visitor = Visitor(gateway)
    for page in ("/v1/models", "/chat", "/horizon", *(f"/models/{ref}" for ref, _ in CAST)):
        answer = visitor.get(page)
        assert answer.status == 200, page
        assert not set(re.findall(r"(?<![-\w])\d{4}-\d\d-\d\d", answer.body.decode())) & later, page


def test_records_keep_real_time(gateway: Gateway) -> None:
    answer = gateway.chat("gpt-4o")
    assert int(gateway.row(answer)["started_ns"]) > 1_780_000_000 * 10**9


def test_what_is_no_day_is_refused(gateway: Gateway) -> None:
    assert Visitor(gateway).post("/rehearsal", day="tomorrow").status == 400


def test_a_gateway_that_lives_today_has_no_such_page(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running(tmp_path_factory.mktemp("today"), SCRIPTED) as one:
        assert Visitor(one).get("/rehearsal").status == 404


def test_the_days_can_be_listed_without_a_gateway() -> None:
    done = outlast("chat", "rehearse", "--list")
    assert done.code == 0
    assert all(f"{name}: " in done.out for name in NAMES)
    [part] = outlast("chat", "rehearse", "--story", "end", "--list", "--format", "json").document
    assert [step["day"] for step in part["steps"]] == ["2026-02-12", "2026-02-13", "2026-02-17"]
