"""An answer of the local engine in OpenAI's shapes: one object, or chunks as server-sent events.

It knows member names and their order, and how sound is told beside its transcript. It does not know what is said.
"""

import base64
from dataclasses import dataclass
from typing import Any

import msgspec

DONE = b"data: [DONE]\n\n"
Json = Any
"""A JSON value that is only written."""
_ENCODE = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Positions of one call, as tokens are counted."""

    read: int
    patches: int
    """Of what was read: sound that was heard, 40 ms each."""
    tiles: int
    """Of what was read: pictures."""
    written: int
    frames: int
    """Of what was written: sound that was spoken, 40 ms each."""

    def wire(self) -> Json:
        """The ``usage`` object."""
        heard, frames = min(self.patches, self.read), min(self.frames, self.written)
        seen = min(self.tiles, self.read - heard)
        return {
            "prompt_tokens": self.read,
            "completion_tokens": self.written,
            "total_tokens": self.read + self.written,
            "prompt_tokens_details": {
                "cached_tokens": 0,
                "audio_tokens": heard,
                "image_tokens": seen,
                "text_tokens": self.read - heard - seen,
            },
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": frames,
                "text_tokens": self.written - frames,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What stands in every object of an answer."""

    id: str
    created: int
    model: str

    @property
    def audio_id(self) -> str:
        """Of the spoken answer. Nothing is kept under it."""
        return f"audio_{self.id}"

    def head(self, kind: str) -> dict[str, Json]:
        """The first members."""
        return {"id": f"chatcmpl-{self.id}", "object": kind, "created": self.created, "model": self.model}


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A complete answer."""

    text: str
    sound: bytes | None
    """None: it was not spoken."""
    finish: str
    counted: Counted


def plain(known: Known, whole: Whole) -> bytes:
    """A ``chat.completion``."""
    spoken = whole.sound is not None
    message: dict[str, Json] = {"role": "assistant", "content": None if spoken else whole.text, "refusal": None}
    message["annotations"] = []
    if whole.sound is not None:
        message["audio"] = {
            "id": known.audio_id,
            "data": base64.b64encode(whole.sound).decode(),
            "expires_at": known.created,
            "transcript": whole.text,
        }
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": whole.finish}
    return _ENCODE(known.head("chat.completion") | {"choices": [choice], "usage": whole.counted.wire()} | _TAIL)


class Chunks:
    """The events of one stream."""

    def __init__(self, known: Known, *, spoken: bool, with_usage: bool) -> None:
        self._known = known
        self._spoken = spoken
        self._silent: dict[str, Json] = {"usage": None} if with_usage else {}
        self._with_usage = with_usage

    def opening(self) -> bytes:
        """Who speaks."""
        content: dict[str, Json] = {"audio": {"id": self._known.audio_id, "transcript": ""}} if self._spoken else {}
        opened = {"role": "assistant", "content": None if self._spoken else "", "refusal": None}
        return self._delta(opened | content)

    def text(self, piece: str) -> bytes:
        """The next piece of the text; of what is spoken, of its transcript."""
        if self._spoken:
            return self._delta({"audio": {"id": self._known.audio_id, "transcript": piece}})
        return self._delta({"content": piece})

    def sound(self, piece: bytes) -> bytes:
        """The next piece of the sound; nothing for nothing."""
        if not piece:
            return b""
        return self._delta({"audio": {"id": self._known.audio_id, "data": base64.b64encode(piece).decode()}})

    def ending(self, finish: str, counted: Counted) -> bytes:
        """Everything behind the last piece."""
        last = b""
        if self._spoken:
            last = self._delta({"audio": {"id": self._known.audio_id, "expires_at": self._known.created}})
        last += self._delta({}, finish)
        if self._with_usage:
            last += _sse(self._head() | {"choices": [], "usage": counted.wire()})
        return last + DONE

    def _delta(self, delta: dict[str, Json], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _sse(self._head() | {"choices": [choice]} | self._silent)

    def _head(self) -> dict[str, Json]:
        return self._known.head("chat.completion.chunk") | _TAIL


_TAIL: dict[str, Json] = {"service_tier": "default", "system_fingerprint": None}


def _sse(value: Json) -> bytes:
    return b"data: %b\n\n" % _ENCODE(value)
