"""What each candidate does for every call, the same code in all: read the model, read the usage, append a record.

It knows the least that a metering gateway must do. It does not know which server it runs in.
"""

import os
import time

import msgspec


class Peek(msgspec.Struct):
    """The fields of a request that decide where it goes."""

    model: str
    stream: bool = False


class Usage(msgspec.Struct):
    """Token counts of an answer."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


class Answer(msgspec.Struct):
    """The fields of an answer that are recorded."""

    model: str
    usage: Usage | None = None


class Record(msgspec.Struct, array_like=True, gc=False):
    """About 300 bytes, as a journal's frame of one call would be."""

    id: str
    started_ns: int
    requested: str
    answered: str
    status: int
    usage: Usage | None
    took_us: int
    filler: str = "x" * 150


_peek = msgspec.json.Decoder(Peek).decode
_answer = msgspec.json.Decoder(Answer).decode
_encode = msgspec.json.Encoder().encode


def model_of(body: bytes) -> str:
    """The model that the caller asks for."""
    return _peek(body).model


class Recorder:
    """Appends one frame a call to a file, with one ``write`` each."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._count = 0

    def record(self, model: str, answer: bytes, began_ns: int) -> None:
        """Meter one answer and keep its record."""
        self._count += 1
        parsed = _answer(answer)
        took = (time.monotonic_ns() - began_ns) // 1000
        frame = Record(f"req_{self._count:016x}", time.time_ns(), model, parsed.model, 200, parsed.usage, took)
        os.write(self._file, _encode(frame) + b"\n")
