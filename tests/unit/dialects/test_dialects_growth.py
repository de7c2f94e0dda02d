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

from outlast.dialects.conversation.losses import Losses
from outlast.dialects.dialect import Framing
from outlast.dialects.registry import DIALECTS
from outlast.dialects.translation import translate

FRAMING = Framing(id="req_1", model="m", created=1)
PATH = "/v1beta/models/m:generateContent"
SECONDS = 6.0


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
    "turns": ("chat", "responses", lambda: {"messages": [{"role": "user", "content": "a"}] * 10_000}),
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
        lambda: {"input": [{"type": "function_call_output", "call_id": "c", "output": "a"}] * 30_000},
    ),
    "results in another order": (
        "gemini",
        "chat",
        lambda: {
            "contents": [
                {"role": "model", "parts": [{"functionCall": {"id": each, "name": "f"}} for each in ids(25_000)]},
                {"parts": [{"functionResponse": {"id": each, "name": "f"}} for each in reversed(ids(25_000))]},
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
