"""``/chat/completions``: a conversation is pushed into a session, and its answer given.

It knows what a session is opened with and what of it is counted. It does not know how bodies are read
(``chat_request``) nor how answers are given (``giving``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from outlast.omni.encode import Encoder
from outlast.omni.engine import Event, Opening
from outlast.providers.local import conversation
from outlast.providers.local.answering import Answering
from outlast.providers.local.asked import Call, unused_header
from outlast.providers.local.chat_request import read_chat
from outlast.providers.local.chat_wire import Counted, Known
from outlast.providers.local.giving import Given
from outlast.providers.local.work import Head, Stop

_SEED_BITS: Final = 0xFFFF_FFFF


def answer(call: Call, stop: Stop) -> Iterator[Head | bytes]:
    """The job of one call."""
    request = read_chat(call.body)
    known = Known(id=call.id, created=call.created, model=call.name)
    conversation.check(request.messages)
    encoder = None if request.sound is None else Encoder(request.sound)
    manner, more = conversation.manner_of(request.messages)
    opening = Opening(
        manner=manner,
        aloud=encoder is not None,
        longest_answer=request.longest,
        seed=(request.seed or 0) & _SEED_BITS,
    )
    session = call.engine.open(opening)
    pushed = conversation.push(session, request.messages, stop)
    given = Given(
        known=known,
        encoder=encoder,
        headers=unused_header((*request.unused, *(("system",) if more else ()))),
        stream=bool(request.stream),
        with_usage=request.wants_usage,
    )
    yield from given.of(_Turn(Answering(session, stop), pushed))


@dataclass(frozen=True, slots=True)
class _Turn:
    """Implements ``giving.Running``."""

    answering: Answering
    pushed: conversation.Pushed

    def events(self) -> Iterator[Event]:
        return self.answering.events()

    @property
    def finish(self) -> Literal["stop", "length"]:
        return self.answering.finish

    def counted(self) -> Counted:
        return Counted(
            read=self.answering.read,
            patches=self.pushed.patches,
            tiles=self.pushed.tiles,
            written=self.answering.written,
            frames=self.answering.frames,
        )
