"""A key's limits as OpenAI's own client meets them, through gateway processes."""

import contextlib
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam
from tests.integration.conftest import Serve
from tests.integration.gateway_process import LIVING, SCRIPTED, Gateway, calling, plain, running, until
from tests.integration.test_processes import children

from outlast.testing.upstream import in_thread, raw

pytestmark = pytest.mark.server

HELLO: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Hello"}]
LONG: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Write 60 words"}]
PRICED = "openai/gpt-4o-mini"
SLOW = (
    '[providers.openai]\nkind = "scripted"\nfile = "profiles.toml"\n[models.slow]\ntarget = "openai/simulated-terse"\n'
)


def created(gateway: Gateway, name: str, *arguments: str) -> str:
    """A new key's secret, as soon as every process knows it."""
    secret = gateway.outlast("keys", "create", name, *arguments).out.strip()
    headers = {"authorization": f"Bearer {secret}"}
    until(lambda: all(gateway.ask("GET", "/v1/models", headers=headers).status == 200 for _ in range(8)))
    return secret


@contextlib.contextmanager
def client_of(gateway: Gateway, secret: str, retries: int = 0) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=gateway.base_url, api_key=secret, max_retries=retries) as client:
        yield client


def paced(folder: Path, seconds: float) -> str:
    """A configuration whose model takes that long for each token."""
    (folder / "profiles.toml").write_text(f'[models."simulated-terse"]\nper_token = {seconds}\n', encoding="utf-8")
    return SLOW


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running(tmp_path_factory.mktemp("limits"), SCRIPTED) as started:
        yield started


def test_answers_say_what_is_left_and_the_call_after_the_last_is_a_rate_limit_error(gateway: Gateway) -> None:
    with client_of(gateway, created(gateway, "two", "--requests-per-minute", "2")) as client:
        for left in ("1", "0"):
            said = client.chat.completions.with_raw_response.create(model=LIVING, messages=HELLO).headers
            assert said["x-ratelimit-limit-requests"] == "2"
            assert said["x-ratelimit-remaining-requests"] == left
            assert said["x-ratelimit-reset-requests"] == "1m0s"
            assert "x-ratelimit-limit-tokens" not in said
        with pytest.raises(openai.RateLimitError) as caught:
            client.chat.completions.create(model=LIVING, messages=HELLO)
    assert (caught.value.code, caught.value.type) == ("rate_limit_exceeded", "rate_limit_error")
    assert "has made its 2 requests of this minute" in caught.value.message
    assert 1 <= int(caught.value.response.headers["retry-after"]) <= 60
    assert caught.value.response.headers["x-ratelimit-remaining-requests"] == "0"


@pytest.mark.parametrize("stream", [False, True])
def test_a_token_limit_counts_what_answers_really_used(gateway: Gateway, stream: bool) -> None:  # noqa: FBT001 - a case
    secret = created(gateway, f"tokens-{stream}", "--tokens-per-minute", "100k")
    with client_of(gateway, secret) as client:
        if stream:
            pieces = client.chat.completions.create(
                model=LIVING, messages=LONG, max_tokens=500, stream=True, stream_options={"include_usage": True}
            )
            usage = list(pieces)[-1].usage
        else:
            usage = client.chat.completions.create(model=LIVING, messages=LONG, max_tokens=500).usage
        said = client.chat.completions.with_raw_response.create(model=LIVING, messages=HELLO, max_tokens=1000).headers
    assert usage is not None
    left = int(said["x-ratelimit-remaining-tokens"])
    second = 100_000 - usage.total_tokens - left
    assert 0 < second < 100, "of the second call too, what it used and not what it might have"


def test_a_spent_budget_is_told_once_and_not_tried_again(gateway: Gateway) -> None:
    secret = created(gateway, "poor", "--budget-day", "0.000001USD")
    with client_of(gateway, secret, retries=5) as client:
        assert client.chat.completions.create(model=PRICED, messages=LONG).choices
        with pytest.raises(openai.RateLimitError) as caught:
            client.chat.completions.create(model=PRICED, messages=LONG)
    assert (caught.value.code, caught.value.type) == ("insufficient_quota", "insufficient_quota")
    until(lambda: [row["outcome"] for row in gateway.rows() if row["key"] == "poor"] == ["answered", "refused"])


def test_a_changed_limit_holds_at_the_next_call_and_what_was_used_stays(gateway: Gateway) -> None:
    with client_of(gateway, created(gateway, "changing", "--requests-per-minute", "1")) as client:

        def left() -> str | None:
            try:
                said = client.chat.completions.with_raw_response.create(model=LIVING, messages=HELLO).headers
            except openai.RateLimitError:
                return None
            return said.get("x-ratelimit-remaining-requests", "unlimited")

        assert left() == "0"
        assert left() is None
        gateway.outlast("keys", "change", "changing", "--requests-per-minute", "3")
        until(lambda: left() == "1")
        assert left() == "0"
        assert left() is None


def test_the_client_waits_as_long_as_it_is_told_and_then_gets_in(serve: Serve, tmp_path: Path) -> None:
    gateway = serve(paced(tmp_path, 0.01))
    with client_of(gateway, created(gateway, "one", "--concurrent", "1"), retries=5) as client:
        stream = client.chat.completions.create(model="slow", messages=LONG, stream=True)
        next(iter(stream))
        answer = client.chat.completions.with_raw_response.create(model="slow", messages=HELLO)
        assert answer.retries_taken >= 1
        assert answer.parse().choices


def test_a_caller_who_leaves_gives_its_place_back(serve: Serve, tmp_path: Path) -> None:
    gateway = serve(paced(tmp_path, 1))
    with client_of(gateway, created(gateway, "one", "--concurrent", "1")) as client:
        stream = client.chat.completions.create(model="slow", messages=LONG, stream=True)
        next(iter(stream))
        with pytest.raises(openai.RateLimitError, match="at the same time"):
            client.chat.completions.create(model="slow", messages=HELLO)
        stream.close()
        until(lambda: _gets_in(client))


def _gets_in(client: openai.OpenAI) -> bool:
    try:
        client.chat.completions.create(model="slow", messages=HELLO, stream=True).close()
    except openai.RateLimitError:
        return False
    return True


@pytest.mark.parametrize(("arguments", "passed"), [((), True), (("--concurrent", "9"), False)])
def test_what_the_account_has_left_is_told_only_to_a_key_without_limits(
    serve: Serve, arguments: tuple[str, ...], *, passed: bool
) -> None:
    said = plain(200, {"model": "m", "choices": []}, "x-ratelimit-remaining-tokens: 77", "x-upstream: yes")
    with in_thread(raw(said, stays=True)) as upstream:
        gateway = serve(f'[providers.openai]\nkind = "openai"\nbase_url = "{upstream.base_url}"\n')
        with client_of(gateway, created(gateway, "app", *arguments)) as client:
            headers = client.chat.completions.with_raw_response.create(model="openai/m", messages=HELLO).headers
    assert headers["x-upstream"] == "yes"
    assert ("x-ratelimit-remaining-tokens" in headers) == passed


def answered(gateway: Gateway, secret: str, calls: int) -> int:
    """How many calls of one caller after another, each with a connection of its own, are answered."""
    found = 0
    for _ in range(calls):
        with calling(gateway.address) as caller:
            body = b'{"model":"%b","messages":[{"role":"user","content":"Hello"}]}' % LIVING.encode()
            answer = caller.ask("POST", "/v1/chat/completions", body, {"authorization": f"Bearer {secret}"})
            assert answer.status in (200, 429)
            found += answer.status == 200
    return found


@pytest.mark.slow
@pytest.mark.fault("one of several processes is killed while limits are used")
def test_limits_are_exact_over_processes_and_stay_so_when_one_is_killed(serve: Serve) -> None:
    gateway = serve("[server]\nworkers = 2\n" + SCRIPTED)
    secret = created(gateway, "app", "--requests-per-minute", "60")
    with ThreadPoolExecutor(6) as pool:
        first = sum(pool.map(lambda _: answered(gateway, secret, 8), range(5)))
    assert first == 40
    before = children(gateway)
    os.kill(before[0], signal.SIGKILL)
    until(lambda: len(children(gateway)) == 2 and before[0] not in children(gateway))
    until(lambda: all(gateway.ask("GET", "/healthz").status == 200 for _ in range(8)))
    with ThreadPoolExecutor(6) as pool:
        second = sum(pool.map(lambda _: answered(gateway, secret, 8), range(5)))
    assert second == 20
    assert gateway.ask("GET", "/readyz").document["checks"]["limits"]["says"]
