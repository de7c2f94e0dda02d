"""A streamed response on its way through: what may go to the caller now, and what the record needs of it.

It knows the events that say who answers, what was said first and how it ended. An event passes whole, unchanged and
at once; the terminal one is held back. It does not know where bytes come from or go to.
"""

from contextlib import suppress

import msgspec

from outlast.dialects.answer import TEXT_LIMIT, Answer
from outlast.dialects.passing import PassingStream
from outlast.dialects.responses.facts import Failure, answer_of, read_response
from outlast.dialects.responses.wire import UNREADABLE
from outlast.dialects.sse import data_of
from outlast.errors import UpstreamBroken

TERMINAL = frozenset({"response.completed", "response.incomplete", "response.failed", "error"})
_NAMED = b"event: response."
_ENDS = frozenset({b"created", b"completed", b"incomplete", b"failed"})
_WORDS = frozenset({*_ENDS, b"output_text.delta", b"refusal.delta"})
_MARKS = (*(b'"response.%b"' % each for each in _WORDS), b"error")
"""What an event without a name has in it where it may matter; it is decoded to be sure."""


class Event(msgspec.Struct, gc=False):
    """The members of an event that matter here."""

    type: str = ""
    delta: str | None = None
    response: msgspec.Raw = msgspec.Raw()
    error: Failure | None = None
    message: str | None = None


class Bare(msgspec.Struct, gc=False):
    """What is left of an event whose other members have odd shapes."""

    type: str = ""
    response: msgspec.Raw = msgspec.Raw()


_EVENT = msgspec.json.Decoder(Event)
_BARE = msgspec.json.Decoder(Bare)


class StreamReader(PassingStream):
    """Reads one stream."""

    __slots__ = ("_answer", "_look_for", "_text")

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._answer = Answer()
        self._look_for = _WORDS

    @property
    def answer(self) -> Answer:
        """The facts so far."""
        answer = self._answer
        return answer if answer.text or not self._text else msgspec.structs.replace(answer, text=self._text)

    def _passes(self, event: bytes) -> bool:
        if not self.done and self._matters(event):
            self._read(event)
        if not self.done:
            return True
        return self._hold(event)

    def _matters(self, event: bytes) -> bool:
        if event.startswith(_NAMED):
            return event[len(_NAMED) : event.find(b"\n")].rstrip() in self._look_for
        return any(mark in event for mark in _MARKS)

    def _read(self, event: bytes) -> None:
        piece = _piece(data_of(event))
        if piece is None:
            return  # No event of this dialect: the caller's client has to judge it, the bytes pass.
        if piece.delta is not None:
            self._add(piece.delta)
        elif piece.type in TERMINAL or piece.type == "response.created" or piece.error is not None:
            self._note(piece)

    def _note(self, piece: Event) -> None:
        if len(piece.response):
            with suppress(UpstreamBroken):
                self._answer = answer_of(read_response(piece.response))
        self.done = piece.type in TERMINAL
        if piece.type in ("response.failed", "error") or piece.error is not None:
            self.failed = True
            message = piece.message or (piece.error and piece.error.message) or ""
            self._add(message if not self._text else "")

    def _add(self, words: str) -> None:
        self._text = (self._text + words)[:TEXT_LIMIT]
        if len(self._text) >= TEXT_LIMIT:
            self._look_for = _ENDS


def _piece(data: bytes) -> Event | None:
    try:
        return _EVENT.decode(data)
    except msgspec.ValidationError:
        pass
    except UNREADABLE:
        return None
    try:
        bare = _BARE.decode(data)
    except UNREADABLE:
        return None
    return Event(type=bare.type, response=bare.response)
