"""OpenAI's own client, unchanged, through a gateway process: everything that it does with chat completions."""

import asyncio
import base64
import contextlib
import datetime as dt
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam
from pydantic import BaseModel
from tests.integration.conftest import Serve
from tests.integration.gateway_process import Gateway, plain, refused, running, until

from outlast.providers.script.profile import Profiles
from outlast.testing.upstream import in_thread, in_turn, playing, raw, simulated

pytestmark = pytest.mark.server

BEFORE, AFTER = dt.date(2026, 2, 10), dt.date(2026, 2, 18)
SUM: list[ChatCompletionMessageParam] = [{"role": "user", "content": "What is 17 + 25?"}]
KINDS = ("scripted", "openai")
MODELS = """
[models."chatgpt-4o-latest"]
target = "openai/chatgpt-4o-latest"
successor = ["openai/gpt-5.1-chat-latest"]
fallback = ["openai/gpt-4o-2024-11-20"]

[models.assistant]
target = "openai/gpt-4o"

[models."openai/gpt-4.1"]
target = "openai/gpt-4o-mini"

[models.dead]
target = "openai/gpt-4-32k"

[models.pinned]
target = "openai/gpt-4-32k"
switch = "manual"
"""


@contextlib.contextmanager
def on(day: dt.date, kind: str, folder: Path) -> Iterator[Gateway]:
    """A gateway on a rehearsed day, with simulated models in its own process or behind HTTP."""
    with in_thread(playing(simulated("openai", day, Profiles()))) as upstream:
        provider = f'[providers.openai]\nkind = "{kind}"\nbase_url = "{upstream.base_url}"\n'
        with running(folder, provider + MODELS, "--today", day.isoformat()) as gateway:
            yield gateway


@pytest.fixture(scope="module", params=KINDS)
def before(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with on(BEFORE, request.param, tmp_path_factory.mktemp("before")) as gateway:
        yield gateway


@pytest.fixture(scope="module", params=KINDS)
def after(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with on(AFTER, request.param, tmp_path_factory.mktemp("after")) as gateway:
        yield gateway


@contextlib.contextmanager
def client_of(gateway: Gateway) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=gateway.base_url, api_key="the-applications-own", max_retries=0) as client:
        yield client


def async_client_of(gateway: Gateway) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=gateway.base_url, api_key="the-applications-own", max_retries=0)


def test_a_plain_answer_with_its_usage(before: Gateway) -> None:
    with client_of(before) as client:
        answer = client.chat.completions.create(model="assistant", messages=SUM, temperature=0.2, max_tokens=50)
    assert "42" in str(answer.choices[0].message.content)
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model.startswith("gpt-4o")
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0


def test_the_asynchronous_client_plain_and_streamed_at_once(before: Gateway) -> None:
    async def plain(client: openai.AsyncOpenAI) -> str:
        answer = await client.chat.completions.create(model="assistant", messages=SUM)
        return str(answer.choices[0].message.content)

    async def streamed(client: openai.AsyncOpenAI) -> str:
        pieces = await client.chat.completions.create(model="assistant", messages=SUM, stream=True)
        return "".join([piece.choices[0].delta.content or "" async for piece in pieces])

    async def scenario() -> list[str]:
        async with async_client_of(before) as client:
            return await asyncio.gather(*[ask(client) for _ in range(10) for ask in (plain, streamed)])

    answers = asyncio.run(scenario())
    assert len(answers) == 20
    assert all("42" in answer for answer in answers)


def test_a_stream_has_a_usage_chunk_exactly_when_the_caller_asked_for_it(before: Gateway) -> None:
    with client_of(before) as client:
        unasked = list(client.chat.completions.create(model="assistant", messages=SUM, stream=True))
        asked = list(
            client.chat.completions.create(
                model="assistant", messages=SUM, stream=True, stream_options={"include_usage": True}
            )
        )
    assert all(piece.choices and piece.usage is None for piece in unasked)
    assert [bool(piece.usage) for piece in asked] == [False] * (len(asked) - 1) + [True]
    assert not asked[-1].choices


def test_usage_of_a_stream_is_recorded_whether_it_was_asked_for_or_not(before: Gateway) -> None:
    with client_of(before) as client:
        unasked = client.chat.completions.with_raw_response.create(model="assistant", messages=SUM, stream=True)
        assert [piece for piece in unasked.parse() if piece.choices]
        plain = client.chat.completions.create(model="assistant", messages=SUM)
    number = unasked.headers["x-outlast-request-id"]
    [row] = until(lambda: [row for row in before.rows() if row["id"] == number])
    assert plain.usage is not None
    assert (row["input_tokens"], row["output_tokens"]) == (plain.usage.prompt_tokens, plain.usage.completion_tokens)
    assert (row["streamed"], row["estimated"], row["outcome"]) == (1, 0, "answered")


def test_a_streamed_answer_is_the_plain_one_in_pieces(before: Gateway) -> None:
    with client_of(before) as client:
        with client.chat.completions.stream(model="assistant", messages=SUM) as stream:
            whole = stream.get_final_completion()
        plain = client.chat.completions.create(model="assistant", messages=SUM)
    assert whole.choices[0].message.content == plain.choices[0].message.content


WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_is_called_and_its_result_is_heard(before: Gateway, stream: bool) -> None:  # noqa: FBT001 - a case
    ask: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Use get_weather for Paris"}]
    with client_of(before) as client:
        if stream:
            with client.chat.completions.stream(model="assistant", messages=ask, tools=[WEATHER]) as pieces:
                message: Any = pieces.get_final_completion().choices[0].message
        else:
            message = (
                client.chat.completions.create(model="assistant", messages=ask, tools=[WEATHER]).choices[0].message
            )
        [call] = message.tool_calls
        assert call.function.name == "get_weather"
        assert "city" in call.function.arguments
        told: list[Any] = [*ask, message.model_dump(exclude_none=True, include={"role", "content", "tool_calls"})]
        told.append({"role": "tool", "tool_call_id": call.id, "content": "21 degrees"})
        answer = client.chat.completions.create(model="assistant", messages=told, tools=[WEATHER])
    assert "21 degrees" in str(answer.choices[0].message.content)


def test_an_image_is_seen(before: Gateway) -> None:
    url = "data:image/png;base64," + base64.b64encode(png(3, 2)).decode()
    content: list[Any] = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": url}}]
    with client_of(before) as client:
        answer = client.chat.completions.create(model="assistant", messages=[{"role": "user", "content": content}])
    assert "3" in str(answer.choices[0].message.content)
    assert "png" in str(answer.choices[0].message.content).lower()


def png(width: int, height: int) -> bytes:
    """A black picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\0" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


class Move(BaseModel):
    """What a structured answer has to look like."""

    model: str
    days_left: int
    urgency: Literal["low", "high"]


def test_a_structured_answer_is_parsed(before: Gateway) -> None:
    with client_of(before) as client:
        parsed = client.chat.completions.parse(model="assistant", messages=SUM, response_format=Move)
        with client.chat.completions.stream(model="assistant", messages=SUM, response_format=Move) as stream:
            streamed = stream.get_final_completion()
    assert isinstance(parsed.choices[0].message.parsed, Move)
    assert streamed.choices[0].message.parsed == parsed.choices[0].message.parsed


# Errors become the client's own exceptions.


def test_an_unknown_name_is_not_found_and_the_closest_names_are_told(before: Gateway) -> None:
    with client_of(before) as client, pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="chatgpt-4o-lates", messages=SUM)
    assert caught.value.code == "model_not_found"
    assert "chatgpt-4o-latest" in caught.value.message
    assert caught.value.response.headers["x-outlast-requested-model"] == "chatgpt-4o-lates"
    assert caught.value.response.headers["x-outlast-request-id"]


def test_a_wrong_request_is_bad_with_the_parameter_at_fault(before: Gateway) -> None:
    wrong: Any = "not a list"
    with client_of(before) as client, pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="assistant", messages=wrong)
    assert caught.value.param == "messages"


def test_a_refusal_of_the_model_is_the_models_own(before: Gateway) -> None:
    with client_of(before) as client, pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="openai/gpt-5", messages=SUM, max_tokens=5)
    assert caught.value.code == "unsupported_parameter"
    assert caught.value.param == "max_tokens"
    assert caught.value.response.headers["x-outlast-served-model"] == "openai/gpt-5"


@pytest.mark.parametrize(("name", "remedy"), [("dead", 'successor = "chain"'), ("pinned", 'fallback = "openai/')])
def test_a_name_without_a_living_candidate_is_gone_with_the_day_and_the_remedy(
    before: Gateway, name: str, remedy: str
) -> None:
    with client_of(before) as client, pytest.raises(openai.APIStatusError) as caught:
        client.chat.completions.create(model=name, messages=SUM)
    assert caught.value.status_code == 410
    assert caught.value.code == "model_retired"
    assert "2025-06-06" in caught.value.message
    assert f'[models."{name}"] {remedy}' in caught.value.message
    assert "x-outlast-served-model" not in caught.value.response.headers


def test_a_refused_key_comes_back_as_the_upstream_said_it(serve: Serve) -> None:
    said = refused(401, "Incorrect API key provided", "invalid_api_key")
    with in_thread(raw(said, stays=True)) as upstream:
        gateway = serve(f'[providers.openai]\nkind = "openai"\nbase_url = "{upstream.base_url}"\napi_key = "sk-ours"\n')
        with client_of(gateway) as client, pytest.raises(openai.AuthenticationError) as caught:
            client.chat.completions.create(model="openai/gpt-4o", messages=SUM)
        [asked] = upstream.received
    assert said.endswith(b"\r\n\r\n" + caught.value.response.content)
    assert asked.headers["authorization"] == "Bearer sk-ours", "the caller's key is not passed on"


def test_a_limit_comes_back_with_the_time_to_wait(before: Gateway) -> None:
    with client_of(before) as client, pytest.raises(openai.RateLimitError) as caught:
        client.chat.completions.create(model="openai/simulated-rate-limited", messages=SUM)
    assert caught.value.response.headers["retry-after"] == "1"


def test_the_client_finds_out_that_an_upstream_broke_in_mid_stream(before: Gateway) -> None:
    with client_of(before) as client, pytest.raises(openai.APIError) as caught:
        list(client.chat.completions.create(model="openai/simulated-truncated", messages=SUM, stream=True))
    assert caught.value.code == "upstream_broken"


# The list of models.


def test_models_are_listed_and_found_by_ids_with_slashes(before: Gateway) -> None:
    with client_of(before) as client:
        listed = {model.id: model for model in client.models.list()}
        found = {name: client.models.retrieve(name) for name in ("chatgpt-4o-latest", "openai/gpt-4o")}
        with pytest.raises(openai.NotFoundError) as caught:
            client.models.retrieve("openai/gpt-4oo")
    assert {"chatgpt-4o-latest", "assistant", "openai/gpt-4o", "openai/gpt-4.1"} <= set(listed)
    assert {name: listed[name] for name in found} == found
    extra: Any = found["chatgpt-4o-latest"].model_extra
    assert (extra["status"], extra["ends"], extra["target"]) == (
        "deprecated",
        "2026-02-17",
        "openai/chatgpt-4o-latest",
    )
    assert "openai/gpt-4o" in caught.value.message


# Names, days and headers.


def headers_of(gateway: Gateway, model: str, **more: Any) -> dict[str, str]:
    with client_of(gateway) as client:
        answer = client.chat.completions.with_raw_response.create(model=model, messages=SUM, **more)
    return {name: value for name, value in answer.headers.items() if name != "x-outlast-request-id"}


def outlasts(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.startswith("x-outlast-")}


def test_before_its_last_day_the_target_answers_and_its_end_is_announced(before: Gateway) -> None:
    headers = headers_of(before, "chatgpt-4o-latest", max_tokens=9, temperature=0.5)
    assert outlasts(headers) == {
        "x-outlast-requested-model": "chatgpt-4o-latest",
        "x-outlast-served-model": "openai/chatgpt-4o-latest",
        "x-outlast-reason": "target",
    }
    assert headers["sunset"] == "Tue, 17 Feb 2026 00:00:00 GMT"
    assert headers["deprecation"].startswith("@17")
    assert headers["link"] == '</v1/models/openai/gpt-5.1-chat-latest>; rel="successor-version"'


def test_after_it_the_successor_answers_the_same_request_adapted(after: Gateway) -> None:
    headers = headers_of(after, "chatgpt-4o-latest", max_tokens=9, temperature=0.5)
    adapted = set(headers.pop("x-outlast-adapted").split(","))
    assert outlasts(headers) == {
        "x-outlast-requested-model": "chatgpt-4o-latest",
        "x-outlast-served-model": "openai/gpt-5.1-chat-latest",
        "x-outlast-reason": "successor",
    }
    assert {"sampling-dropped"} < adapted
    assert headers["sunset"] == "Tue, 17 Feb 2026 00:00:00 GMT"


@pytest.mark.parametrize("stream", [False, True])
def test_a_call_that_needs_no_adaptation_says_nothing_of_it(after: Gateway, stream: bool) -> None:  # noqa: FBT001
    assert "x-outlast-adapted" not in headers_of(after, "chatgpt-4o-latest", stream=stream)


def test_a_direct_name_is_never_switched(after: Gateway) -> None:
    with client_of(after) as client, pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="openai/chatgpt-4o-latest", messages=SUM)
    assert "chatgpt-4o-latest" in caught.value.message
    assert caught.value.response.headers["x-outlast-served-model"] == "openai/chatgpt-4o-latest"
    assert caught.value.response.headers["x-outlast-reason"] == "target"


def test_a_virtual_name_wins_over_a_direct_one(before: Gateway) -> None:
    headers = headers_of(before, "openai/gpt-4.1")
    assert headers["x-outlast-requested-model"] == "openai/gpt-4.1"
    assert headers["x-outlast-served-model"] == "openai/gpt-4o-mini"


# What was observed gone.

GONE = raw(refused(404, "The model `first` has been deprecated", "model_not_found"), stays=True)
FINE = raw(plain(200, {"model": "second", "choices": [{"message": {"content": "fine"}}]}), stays=True)
HOUSE = """\
[providers.house]
kind = "openai"
base_url = "{base_url}"

[models.assistant]
target = "house/first"
{candidates}

[[catalog.claims]]
model = "house/first"
event = "retired"
date = 2099-01-01
"""
"""A model that no catalogue has, known to the operator, so that these tests can run on any real day."""


def test_a_target_that_answers_as_retired_is_replaced_in_the_same_request_and_remembered(serve: Serve) -> None:
    with in_thread(in_turn(GONE, FINE)) as upstream:
        gateway = serve(HOUSE.format(base_url=upstream.base_url, candidates='successor = "house/second"'))
        answers = [headers_of(gateway, "assistant") for _ in range(2)]
        asked = len(upstream.received)
    for headers in answers:
        assert headers["x-outlast-served-model"] == "house/second"
        assert headers["x-outlast-reason"] == "successor"
    assert asked == 3, "the second call does not ask the target again"
    [claim] = until(lambda: observed(gateway))
    assert claim["event"] == "retired"
    assert "has been deprecated" in claim["note"]
    assert not claim["decides"]
    assert '"gone"' in gateway.rows()[0]["attempts"]


def observed(gateway: Gateway) -> list[Any]:
    claims = gateway.outlast("models", "show", "house/first", "--format", "json").document["claims"]
    return [claim for claim in claims if claim["origin"] == "observed"]


def test_under_a_rehearsed_day_nothing_is_claimed(serve: Serve) -> None:
    with in_thread(in_turn(GONE, FINE)) as upstream:
        configuration = HOUSE.format(base_url=upstream.base_url, candidates='fallback = "house/second"')
        gateway = serve(configuration, "--today", "2026-02-10")
        assert headers_of(gateway, "assistant")["x-outlast-reason"] == "fallback"
        gateway.stop()
    assert gateway.rows()
    assert not observed(gateway)


@pytest.mark.parametrize("switch", ["retirement", "manual"])
def test_without_another_candidate_what_was_observed_is_a_410_that_claims_no_more(serve: Serve, switch: str) -> None:
    with in_thread(GONE) as upstream:
        gateway = serve(HOUSE.format(base_url=upstream.base_url, candidates=f'switch = "{switch}"'))
        with client_of(gateway) as client, pytest.raises(openai.APIStatusError) as caught:
            client.chat.completions.create(model="assistant", messages=SUM)
    assert (caught.value.status_code, caught.value.code) == (410, "model_retired")
    assert "house/first, which ends on 2099-01-01" in caught.value.message
    assert "observed gone" in caught.value.message


def test_redirects_and_answers_that_say_gone_are_counted_on_the_horizon(serve: Serve, tmp_path: Path) -> None:
    profiles = '[models."gpt-4o"]\nanswers_as = "gpt-5.1-2025-11-13"\n[models."gpt-4.1"]\nfault = "soft_gone"\n'
    (tmp_path / "profiles.toml").write_text(profiles, encoding="utf-8")
    gateway = serve('[providers.openai]\nkind = "scripted"\nfile = "profiles.toml"\n', "--today", "2026-02-10")
    for model in ("openai/gpt-4o", "openai/gpt-4o", "openai/gpt-4.1"):
        headers_of(gateway, model)

    def entries() -> dict[str, Any]:
        shown = gateway.outlast("horizon", "--format", "json", "--today", "2026-02-10").document
        found = {entry["name"]: entry for entry in shown["entries"]}
        return found if len(found) == 2 and shown["calls"] == 3 else {}

    found = until(entries)
    redirected, soft = found["openai/gpt-4o"], found["openai/gpt-4.1"]
    assert (redirected["redirected"], redirected["soft_gone"]) == (2, 0)
    assert redirected["answered"] == ["gpt-5.1-2025-11-13"]
    assert (soft["redirected"], soft["soft_gone"]) == (0, 1)
    assert {row["priced_as"] for row in gateway.rows()[:2]} == {"openai/gpt-5.1-2025-11-13"}
