"""Long bodies and long streams: no caller and no upstream makes the gateway's one thread stand still.

Each takes some tenths of a second of the processor where work grows with length, and far over the limit where it
grows with its square. The processor's time is counted, so that a busy machine changes nothing.
"""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from outlast.dialects.conversation.collect import unfold
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import ToolCall
from outlast.dialects.conversation.reply import Candidate, Reply
from outlast.dialects.dialect import Framing
from outlast.dialects.registry import DIALECTS
from outlast.dialects.translation import MOST_PARTS, TranslatedStream, Translation, translate
from outlast.errors import UpstreamBroken

FRAMING = Framing(id="req_1", model="m", created=1)
PATH = "/v1beta/models/m:generateContent"
SECONDS = 4.0


@contextmanager
def of_the_processor(seconds: float) -> Iterator[None]:
    """Fail when what is inside takes more."""

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        pytest.fail(f"more than {seconds} seconds of the processor")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def ids(count: int) -> list[str]:
    return [f"c{number}" for number in range(count)]


BODIES: dict[str, tuple[str, str, Callable[[], dict[str, Any]]]] = {
    "turns": ("chat", "responses", lambda: {"messages": [{"role": "user", "content": "a"}] * 8_000}),
    "turns of one": ("chat", "completions", lambda: {"messages": [{"role": "user", "content": "a"}] * 60_000}),
    "records of parts": (
        "chat",
        "anthropic",
        lambda: {
            "messages": [
                {
                    "role": "assistant",
                    "content": "a" * 4_000_000,
                    "x_outlast": {"parts": [{"index": 0, "type": "text", "chars": 1}] * 20_000},
                }
            ]
        },
    ),
    "results": (
        "responses",
        "chat",
        lambda: {"input": [{"type": "function_call_output", "call_id": "c", "output": "a"}] * 20_000},
    ),
    "results in another order": (
        "gemini",
        "chat",
        lambda: {
            "contents": [
                {"role": "model", "parts": [{"functionCall": {"id": each, "name": "f"}} for each in ids(20_000)]},
                {"parts": [{"functionResponse": {"id": each, "name": "f"}} for each in reversed(ids(20_000))]},
            ]
        },
    ),
}


@pytest.mark.parametrize("what", BODIES)
def test_a_long_request_takes_no_more_than_its_length(what: str) -> None:
    caller, target, make = BODIES[what]
    body = json.dumps({"model": "m", **make()}).encode()
    with of_the_processor(SECONDS):
        asked = DIALECTS[caller].peek(body, PATH)
        request = DIALECTS[caller].decode_request(body, asked)
        made = translate(request, "m", caller=DIALECTS[caller], target=DIALECTS[target], framing=FRAMING)
    assert made.request.for_upstream("m")


def events(*said: dict[str, Any]) -> bytes:
    return b"".join(b"data: " + json.dumps(each).encode() + b"\n\n" for each in said)


def translation(caller: str) -> Translation:
    asked = DIALECTS["chat"].peek(b'{"model":"m","messages":[]}', "")
    return Translation(
        caller=DIALECTS[caller], target=DIALECTS["chat"], request=asked, losses=Losses(), framing=FRAMING
    )


def call_piece(number: int) -> dict[str, Any]:
    call = {"index": number, "id": f"c{number}", "function": {"name": "f", "arguments": "{}"}}
    return {"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}


def cited_piece(number: int) -> dict[str, Any]:
    source = {"type": "url_citation", "url_citation": {"url": f"u{number}"}}
    return {"choices": [{"index": 0, "delta": {"content": "a", "annotations": [source]}}]}


@pytest.mark.parametrize(
    ("piece", "caller"), [(call_piece, "gemini"), (cited_piece, "gemini"), (cited_piece, "responses")]
)
def test_a_stream_of_many_parts_takes_no_more_than_its_length(
    piece: Callable[[int], dict[str, Any]], caller: str
) -> None:
    said = events(*map(piece, range(9_000))) + b"data: [DONE]\n\n"
    made = translation(caller).stream()
    with of_the_processor(SECONDS):
        out = made.feed(said) + made.finish() + made.held()
    assert out.count(b"c8999") + out.count(b"u8999") >= 1


@pytest.mark.parametrize(
    "piece", [call_piece, lambda number: {"choices": [{"index": number, "finish_reason": "stop"}]}]
)
def test_a_stream_without_end_is_ended_where_it_has_too_many_parts(piece: Callable[[int], dict[str, Any]]) -> None:
    made = translation("anthropic").stream()
    with pytest.raises(UpstreamBroken, match="more than 20,000 parts"):
        made.feed(events(*map(piece, range(MOST_PARTS + 1))))


def test_a_stream_without_end_is_ended_where_it_is_too_large() -> None:
    comment = b": ping\n\n"
    made = TranslatedStream(translation("chat"), largest=len(comment) * 100)
    for _ in range(100):
        assert made.feed(comment) == b""
    with pytest.raises(UpstreamBroken, match="that one may have"):
        made.feed(comment)


def test_an_answer_of_many_calls_is_unfolded_in_no_more_than_its_length() -> None:
    reply = Reply(candidates=(Candidate(parts=(ToolCall(id="c", name="f", arguments="{}"),) * 20_000),))
    with of_the_processor(SECONDS):
        assert sum(1 for _ in unfold(reply)) > 20_000


@pytest.mark.parametrize("name", ["a" + ".b" * 5_000, "generationConfig.topK.b", "contents.x", "."])
def test_a_name_with_dots_is_a_name(name: str) -> None:
    """Members that were taken out of an object are put back there by their path; a caller cannot write such a path."""
    body = json.dumps({"contents": [{"parts": [{"text": "a"}]}], name: 7}).encode()
    gemini = DIALECTS["gemini"]
    request = gemini.decode_request(body, gemini.peek(body, PATH))
    written = json.loads(gemini.encode_request(request, Losses()))
    assert written[name] == 7


def test_a_path_of_objects_that_were_taken_apart_is_put_together_again() -> None:
    config = {"topK": 3, "thinkingConfig": {"includeThoughts": True, "newer": 1}, "newest": {"a": 1}}
    body = json.dumps({"contents": [{"parts": [{"text": "a"}]}], "generationConfig": config}).encode()
    gemini = DIALECTS["gemini"]
    request = gemini.decode_request(body, gemini.peek(body, PATH))
    assert json.loads(gemini.encode_request(request, Losses()))["generationConfig"] == config
