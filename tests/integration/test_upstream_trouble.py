"""Providers that misbehave behind a real gateway: the caller hears so in OpenAI's shape, and the record says so."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPResponse
from typing import Any

import openai
import pytest
from tests.integration.gateway_process import (
    CHAT,
    HELLO,
    Answer,
    Caller,
    Gateway,
    calling,
    plain,
    refused,
    running,
    until,
)

from outlast.testing.upstream import Handler, Received, UpstreamServer, hang, in_thread, raw, reset, trickle

pytestmark = pytest.mark.server

GOOD = plain(
    200,
    {
        "model": "good",
        "choices": [{"message": {"content": "fine"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 1},
    },
)
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
EVENT = b'data: {"model":"m","choices":[{"index":0,"delta":{"content":"word "}}]}\n\n'
FINISH = b'data: {"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
USAGE = b'data: {"model":"m","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2}}\n\n'
DONE = b"data: [DONE]\n\n"
END = b"0\r\n\r\n"


def chunks(*events: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(event), event) for event in events)


def whole(*events: bytes) -> bytes:
    return STREAM + chunks(*events) + END


BEFORE_AN_ANSWER: dict[str, tuple[Handler, int, str]] = {
    "silence": (hang(), 504, "upstream_timeout"),
    "half a head": (hang(HEAD[:20]), 504, "upstream_timeout"),
    "a head that trickles": (trickle(HEAD + b"x-a: b\r\n" * 40 + b"\r\n", 0.02), 504, "upstream_timeout"),
    "a body that trickles": (
        trickle(HEAD + b"content-length: 200\r\n\r\n" + b" " * 200, 0.02), 504, "upstream_timeout"
    ),
    "a body that never comes": (hang(HEAD + b"content-length: 9\r\n\r\n"), 504, "upstream_timeout"),
    "a reset": (reset(), 502, "upstream_broken"),
    "a close": (raw(), 502, "upstream_broken"),
    "a reset within the body": (reset(HEAD + b"content-length: 100000\r\n\r\n{"), 502, "upstream_broken"),
    "less than the stated length": (raw(HEAD + b"content-length: 900\r\n\r\n{}"), 502, "upstream_broken"),
    "two stated lengths": (
        raw(HEAD + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}"), 502, "upstream_broken"
    ),
    "a bad chunk": (raw(STREAM + b"zz\r\nab\r\n"), 502, "upstream_broken"),
    "bytes that are no HTTP": (raw(b"\x00\x01\x02 SSH-2.0\r\n\r\n"), 502, "upstream_broken"),
    "a page in place of JSON": (raw(HEAD + b"content-length: 6\r\n\r\n<html>"), 502, "upstream_broken"),
    "JSON that breaks off": (raw(HEAD + b'content-length: 9\r\n\r\n{"model":'), 502, "upstream_broken"),
}  # fmt: skip

SEEN = threading.Event()
"""The caller has had the first events of a stream: only then does it break."""


def once_seen(then: Handler) -> Handler:
    """Two events, and when the caller has them what happens ``then``."""

    async def handle(received: Received, writer: asyncio.StreamWriter) -> bool:
        writer.write(STREAM + chunks(EVENT, EVENT))
        while not SEEN.is_set():  # noqa: ASYNC110 - set in the test's own thread
            await asyncio.sleep(0.005)
        return await then(received, writer)

    return handle


WITHIN_A_STREAM: dict[str, tuple[Handler, str]] = {
    "silence": (once_seen(hang()), "upstream_timeout"),
    "a reset": (once_seen(reset()), "upstream_broken"),
    "a close": (once_seen(raw()), "upstream_broken"),
    "an end without an end": (once_seen(raw(END)), "upstream_broken"),
    "a bad chunk": (once_seen(raw(b"zz\r\nab\r\n")), "upstream_broken"),
}

BEFORE_A_STREAM: dict[str, tuple[Handler, int, str]] = {
    "a head without events": (hang(STREAM), 504, "upstream_timeout"),
    "a head and a close": (raw(STREAM), 502, "upstream_broken"),
}

HANDLERS: dict[str, Handler] = {
    "good": raw(GOOD, stays=True),
    "good stream": raw(whole(EVENT, EVENT, FINISH, USAGE, DONE), stays=True),
    "no usage": raw(whole(EVENT, FINISH, DONE), stays=True),
    "limited": raw(refused(429, "Slow down", "rate_limit_exceeded", "retry-after: 60"), stays=True),
    "forbidden": raw(refused(403, "Not for you", "forbidden"), stays=True),
    "endless": hang(STREAM + chunks(EVENT, EVENT, EVENT)),
    "thinking": hang(),
    **{f"plain: {name}": fault[0] for name, fault in BEFORE_AN_ANSWER.items()},
    **{f"within: {name}": fault[0] for name, fault in WITHIN_A_STREAM.items()},
    **{f"before: {name}": fault[0] for name, fault in BEFORE_A_STREAM.items()},
}


def direct(name: str) -> str:
    """A handler as the gateway calls it: with small patience only where silence is the fault."""
    if CODES.get(name) != "upstream_timeout":
        return f"patient/{name}"
    return f"restless/{name}" if name.startswith("within") else f"hasty/{name}"


Answers = dict[tuple[str, bool], Answer]
"""By name and whether a stream was asked for."""
CODES = {
    **{f"plain: {name}": fault[2] for name, fault in BEFORE_AN_ANSWER.items()},
    **{f"within: {name}": fault[1] for name, fault in WITHIN_A_STREAM.items()},
    **{f"before: {name}": fault[2] for name, fault in BEFORE_A_STREAM.items()},
}


async def by_model(received: Received, writer: asyncio.StreamWriter) -> bool:
    return await HANDLERS[json.loads(received.body)["model"]](received, writer)


@pytest.fixture(scope="module")
def provider() -> Iterator[UpstreamServer]:
    with in_thread(by_model) as server:
        yield server


@pytest.fixture(scope="module")
def gateway(provider: UpstreamServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        to_provider = f'kind = "openai"\nbase_url = "{provider.base_url}"\nretries = 0\n'
        away = f'kind = "openai"\nbase_url = "http://127.0.0.1:{taken.getsockname()[1]}/v1"\nretries = 0\n'
        tables = (
            f"[providers.hasty]\n{to_provider}first_byte_timeout = 0.2\nidle_timeout = 0.2\n",
            f"[providers.restless]\n{to_provider}idle_timeout = 0.2\n",
            f"[providers.patient]\n{to_provider}",
            f"[providers.away]\n{away}",
            *(f'[models."{name}"]\ntarget = "{direct(name)}"\nfallback = "patient/good"\n' for name in HANDLERS),
            '[models.away]\ntarget = "away/m"\nfallback = "patient/good"\n',
            '[models.hopeless]\ntarget = "patient/forbidden"\nfallback = ["patient/limited"]\n',
        )
        with running(tmp_path_factory.mktemp("trouble"), "".join(tables)) as started:
            yield started


@pytest.fixture(scope="module")
def answers(gateway: Gateway) -> Answers:
    """One call to every handler that needs no help: by its direct and its virtual name, plain and streamed."""
    at_once = [name for name in HANDLERS if name not in ("endless", "thinking") and not name.startswith("within")]
    calls = [(name, stream) for each in at_once for name in (each, direct(each)) for stream in (False, True)]
    with ThreadPoolExecutor(8) as pool:
        given = pool.map(lambda call: gateway.chat(call[0], stream=call[1]), calls)
        return dict(zip(calls, given, strict=True))


def fails(gateway: Gateway, answer: Answer, status: int, code: str) -> None:
    """The caller has a clear error with its request id, and the record has the failure."""
    assert answer.status == status
    assert answer.error["type"] == "upstream_error"
    assert answer.error["code"] == code
    assert answer.id in answer.error["message"]
    row = gateway.row(answer)
    assert (row["status"], row["outcome"], row["error"]) == (status, "failed", code)
    assert row["cost_pico_usd"] is None


@pytest.mark.fault("an upstream is silent")
@pytest.mark.fault("an upstream trickles")
@pytest.mark.fault("an upstream breaks its answer off")
@pytest.mark.fault("an upstream lies about the length")
@pytest.mark.fault("an upstream sends what is not HTTP")
@pytest.mark.fault("an upstream sends what is not JSON")
@pytest.mark.parametrize("fault", BEFORE_AN_ANSWER)
@pytest.mark.parametrize("stream", [False, True])
def test_no_answer_is_a_clear_502_or_504(
    gateway: Gateway,
    answers: Answers,
    fault: str,
    stream: bool,  # noqa: FBT001 - a case
) -> None:
    _, status, code = BEFORE_AN_ANSWER[fault]
    name = direct(f"plain: {fault}")
    answer = answers[name, stream]
    fails(gateway, answer, status, code)
    assert answer.headers["x-outlast-served-model"] == name


@pytest.mark.fault("a stream never begins")
@pytest.mark.parametrize("fault", BEFORE_A_STREAM)
def test_a_stream_that_never_begins_is_a_clear_502_or_504(gateway: Gateway, answers: Answers, fault: str) -> None:
    _, status, code = BEFORE_A_STREAM[fault]
    fails(gateway, answers[direct(f"before: {fault}"), True], status, code)


@pytest.mark.fault("an upstream refuses connections")
def test_a_refused_connection_is_a_clear_502(gateway: Gateway) -> None:
    fails(gateway, gateway.chat("away/m"), 502, "upstream_unreachable")


@pytest.mark.fault("a stream breaks")
@pytest.mark.parametrize("fault", WITHIN_A_STREAM)
def test_a_stream_that_breaks_ends_with_an_error_event(gateway: Gateway, fault: str) -> None:
    code = WITHIN_A_STREAM[fault][1]
    with calling(gateway.address) as caller, streamed(caller, direct(f"within: {fault}")) as response:
        assert response.status == 200
        assert response.read(len(EVENT) * 2) == EVENT * 2
        SEEN.set()
        last = response.read()
        number = response.headers["x-outlast-request-id"]
    assert last.startswith(b"data: {")
    error = json.loads(last.removeprefix(b"data: "))["error"]
    assert (error["type"], error["code"]) == ("upstream_error", code)
    assert number in error["message"]
    row = recorded(gateway, number)
    assert (row["outcome"], row["error"]) == ("failed", code)


def streamed(caller: Caller, model: str) -> "closing[HTTPResponse]":
    """The answer to a streamed call, as soon as it begins."""
    SEEN.clear()
    caller.connection.request("POST", CHAT, json.dumps({"model": model, "messages": HELLO, "stream": True}))
    return closing(caller.connection.getresponse())


def recorded(gateway: Gateway, number: str) -> dict[str, Any]:
    """The one record of a request, as soon as it is there."""
    [row] = until(lambda: [row for row in gateway.rows() if row["id"] == number])
    return row


def test_the_real_client_raises_the_error_event(gateway: Gateway) -> None:
    SEEN.clear()
    arguments: Any = {"model": "patient/within: a close", "messages": HELLO, "stream": True}
    with openai.OpenAI(base_url=gateway.base_url, api_key="any", max_retries=0) as client:
        pieces = iter(client.chat.completions.create(**arguments))
        assert [next(pieces).choices[0].delta.content for _ in range(2)] == ["word ", "word "]
        SEEN.set()
        with pytest.raises(openai.APIError) as caught:
            next(pieces)
    assert caught.value.code == "upstream_broken"


# A virtual model's callers are served all the same.


@pytest.mark.fault("a target fails and another stands by")
@pytest.mark.parametrize("fault", [*(f"plain: {name}" for name in BEFORE_AN_ANSWER), "limited", "forbidden"])
def test_a_fallback_takes_over_in_the_same_call(gateway: Gateway, answers: Answers, fault: str) -> None:
    answer = answers[fault, False]
    assert answer.status == 200
    assert answer.document["choices"][0]["message"]["content"] == "fine"
    assert answer.headers["x-outlast-requested-model"] == fault
    assert answer.headers["x-outlast-served-model"] == "patient/good"
    assert answer.headers["x-outlast-reason"] == "fallback"
    row = gateway.row(answer)
    assert (row["outcome"], row["served"], row["input_tokens"]) == ("answered", "patient/good", 5)
    first, second = json.loads(row["attempts"])
    assert first[0] == direct(fault)
    assert first[3]
    assert second[:4] == ["patient/good", "fallback", 200, ""]


def test_a_fallback_takes_over_from_a_provider_that_is_away(gateway: Gateway) -> None:
    assert gateway.chat("away").headers["x-outlast-served-model"] == "patient/good"


@pytest.mark.parametrize("fault", BEFORE_A_STREAM)
def test_a_stream_that_never_began_is_replaced_unseen(answers: Answers, fault: str) -> None:
    answer = answers[f"before: {fault}", True]
    assert answer.headers["x-outlast-reason"] == "fallback"
    assert answer.document == json.loads(GOOD.partition(b"\r\n\r\n")[2])


def test_a_limit_on_a_direct_name_is_the_callers_to_wait_for(gateway: Gateway) -> None:
    answer = gateway.chat("patient/limited")
    assert answer.status == 429
    assert answer.headers["retry-after"] == "60"
    assert answer.error["code"] == "rate_limit_exceeded"
    assert gateway.row(answer)["outcome"] == "refused"


@pytest.mark.fault("every candidate refuses")
def test_when_every_candidate_refuses_the_last_word_is_the_callers(gateway: Gateway) -> None:
    answer = gateway.chat("hopeless")
    assert answer.status == 429
    assert answer.error["message"] == "Slow down"
    assert answer.headers["x-outlast-served-model"] == "patient/limited"
    row = gateway.row(answer)
    assert row["outcome"] == "refused"
    assert [(attempt[0], attempt[2]) for attempt in json.loads(row["attempts"])] == [
        ("patient/forbidden", 403),
        ("patient/limited", 429),
    ]


# The caller leaves.


@pytest.mark.fault("a caller leaves in mid-stream")
def test_a_caller_gone_in_mid_stream_ends_the_upstream_call_and_the_part_is_metered(
    gateway: Gateway, provider: UpstreamServer
) -> None:
    lost = provider.lost
    with calling(gateway.address) as caller, streamed(caller, "patient/endless") as response:
        assert response.read(len(EVENT)) == EVENT
        number = response.headers["x-outlast-request-id"]
    until(lambda: provider.lost == lost + 1)
    row = recorded(gateway, number)
    assert (row["outcome"], row["error"], row["status"]) == ("cancelled", "caller_left", 200)
    assert row["estimated"] == 1
    sent = json.dumps({"model": "patient/endless", "messages": HELLO, "stream": True})
    assert (row["input_tokens"], row["output_tokens"]) == (len(sent) // 4, 3)


@pytest.mark.fault("a caller leaves before the answer")
@pytest.mark.parametrize("stream", [False, True])
def test_a_caller_gone_before_the_answer_ends_the_upstream_call(
    gateway: Gateway,
    provider: UpstreamServer,
    stream: bool,  # noqa: FBT001 - a case
) -> None:
    lost, asked = provider.lost, len(provider.received)
    with calling(gateway.address) as caller:
        caller.connection.request(
            "POST", CHAT, json.dumps({"model": "patient/thinking", "messages": HELLO, "stream": stream})
        )
        until(lambda: len(provider.received) > asked)
    until(lambda: provider.lost == lost + 1)

    def mine() -> list[dict[str, object]]:  # rows of earlier tests may still be on their way
        return [
            row for row in gateway.rows() if (row["requested"], row["streamed"]) == ("patient/thinking", int(stream))
        ]

    until(lambda: bool(mine()))
    assert [(row["outcome"], row["error"]) for row in mine()] == [("cancelled", "caller_left")]


# What a stream reports.


@pytest.mark.fault("a stream reports no usage")
def test_a_stream_without_usage_is_recorded_with_an_estimate(gateway: Gateway) -> None:
    answer = gateway.chat("patient/no usage", stream=True)
    assert answer.body == EVENT + FINISH + DONE
    row = gateway.row(answer)
    assert (row["outcome"], row["estimated"]) == ("answered", 1)
    assert row["input_tokens"] > 0
    assert row["output_tokens"] > 0


@pytest.mark.parametrize("asked", [False, True])
def test_the_usage_chunk_is_the_callers_only_when_asked_for(gateway: Gateway, asked: bool) -> None:  # noqa: FBT001
    answer = gateway.chat("patient/good stream", stream=True, stream_options={"include_usage": asked})
    assert answer.body == EVENT * 2 + FINISH + (USAGE if asked else b"") + DONE
    row = gateway.row(answer)
    assert (row["input_tokens"], row["output_tokens"]) == (5, 2)
