"""A simulated answer in OpenAI's exact shapes: one object, or chunks as server-sent events.

It knows member names and their order. It does not know what is said (``skills``) nor what it counts (``tokens``).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from outlast.providers.script.request import Json
from outlast.providers.script.skills import Said
from outlast.providers.script.tokens import split

FINGERPRINT = "fp_simulated"
DONE = b"data: [DONE]\n\n"
_ENCODE = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Token counts of one call."""

    prompt: int
    cached: int
    completion: int
    reasoning: int

    def wire(self) -> Json:
        """The ``usage`` object."""
        return {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.prompt + self.completion,
            "prompt_tokens_details": {"cached_tokens": self.cached, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": self.reasoning,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """Everything that stands in an answer."""

    id: str
    created: int
    model: str
    said: Said
    finish: str
    choices: int
    usage: Counted | None


def plain(answer: Completion) -> bytes:
    """A ``chat.completion``."""
    calls = _calls(answer)
    message: dict[str, Json] = {"role": "assistant", "content": None if calls else answer.said.text}
    if calls:
        message["tool_calls"] = calls
    message |= {"refusal": None, "annotations": []}
    choices = [
        {"index": index, "message": message, "logprobs": None, "finish_reason": answer.finish}
        for index in range(answer.choices)
    ]
    head = {"id": answer.id, "object": "chat.completion", "created": answer.created, "model": answer.model}
    usage = {"usage": answer.usage.wire()} if answer.usage is not None else {}
    tail = {"service_tier": "default", "system_fingerprint": FINGERPRINT}
    return msgspec.json.format(_ENCODE(head | {"choices": choices} | usage | tail), indent=2)


def chunks(answer: Completion, *, with_usage: bool) -> Iterator[bytes]:
    """The events of a stream, the last one ``[DONE]``; with usage, each says ``null`` and one more says it."""
    silent: dict[str, Json] = {"usage": None} if with_usage else {}
    for index in range(answer.choices):
        opening = {"role": "assistant", "content": _opening(answer), "refusal": None}
        for delta in (opening, *_deltas(answer)):
            yield _event(answer, _choice(index, delta), silent)
        yield _event(answer, _choice(index, {}, answer.finish), silent)
    if with_usage and answer.usage is not None:
        yield _sse(_chunk_head(answer) | {"choices": [], "usage": answer.usage.wire()})
    yield DONE


def _opening(answer: Completion) -> str | None:
    return None if answer.said.calls else ""


def _deltas(answer: Completion) -> Iterator[dict[str, Json]]:
    for piece in split(answer.said.text):
        yield {"content": piece}
    for index, call in enumerate(_calls(answer)):
        function = call["function"]
        opened = call | {"function": function | {"arguments": ""}}
        yield {"tool_calls": [{"index": index} | opened]}
        for piece in split(function["arguments"]):
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def _calls(answer: Completion) -> list[dict[str, Json]]:
    return [
        {
            "id": f"call_{answer.id[-20:]}{index:02d}",
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments},
        }
        for index, call in enumerate(answer.said.calls)
    ]


def _choice(index: int, delta: dict[str, Json], finish: str | None = None) -> dict[str, Json]:
    return {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}


def _event(answer: Completion, choice: dict[str, Json], usage: dict[str, Json]) -> bytes:
    return _sse(_chunk_head(answer) | {"choices": [choice]} | usage)


def _chunk_head(answer: Completion) -> dict[str, Json]:
    return {
        "id": answer.id,
        "object": "chat.completion.chunk",
        "created": answer.created,
        "model": answer.model,
        "service_tier": "default",
        "system_fingerprint": FINGERPRINT,
    }


def _sse(value: Json) -> bytes:
    return b"data: %b\n\n" % _ENCODE(value)
