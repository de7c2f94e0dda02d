"""``/chat/completions``: a conversation is pushed into a session, and its answer given whole or as it comes.

It knows the order of events and what each becomes. It does not know shapes (``chat_wire``) nor how bodies are read
(``chat_request``).
"""

from collections.abc import Iterator
from typing import Final

from outlast.gateway.ports import Headers
from outlast.omni.encode import Encoder
from outlast.omni.engine import Opening, Said, Spoken
from outlast.providers.local import conversation
from outlast.providers.local.answering import Answering
from outlast.providers.local.asked import Call, unused_header
from outlast.providers.local.chat_request import read_chat
from outlast.providers.local.chat_wire import Chunks, Counted, Known, Whole, plain
from outlast.providers.local.work import JSON, Head, Stop

_EVENTS: Final[Headers] = (("content-type", "text/event-stream; charset=utf-8"),)
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
    answering = Answering(session, stop)
    headers = unused_header((*request.unused, *(("system",) if more else ())))
    if request.stream:
        chunks = Chunks(known, spoken=encoder is not None, with_usage=request.wants_usage)
        yield from _streamed(chunks, encoder, (answering, pushed), headers)
    else:
        whole = _whole(encoder, answering, pushed)
        yield Head(200, (*JSON, *headers))
        yield plain(known, whole)


def _whole(encoder: Encoder | None, answering: Answering, pushed: conversation.Pushed) -> Whole:
    text, sound = [], []
    for event in answering.events():
        if isinstance(event, Said):
            text.append(event.text)
        elif isinstance(event, Spoken) and encoder is not None:
            sound.append(encoder.push(event.samples))
    made = None if encoder is None else b"".join((*sound, encoder.finish()))
    return Whole(text="".join(text), sound=made, finish=answering.finish, counted=_counted(answering, pushed))


def _streamed(
    chunks: Chunks,
    encoder: Encoder | None,
    course: tuple[Answering, conversation.Pushed],
    headers: Headers,
) -> Iterator[Head | bytes]:
    answering, pushed = course
    begun = False
    for event in answering.events():
        if not begun:  # what is refused with the first event still has a status of its own
            begun = True
            yield Head(200, (*_EVENTS, *headers))
            yield chunks.opening()
        if isinstance(event, Said):
            yield chunks.text(event.text)
        elif isinstance(event, Spoken) and encoder is not None:
            yield chunks.sound(encoder.push(event.samples))
    if encoder is not None:
        yield chunks.sound(encoder.finish())
    yield chunks.ending(answering.finish, _counted(answering, pushed))


def _counted(answering: Answering, pushed: conversation.Pushed) -> Counted:
    return Counted(
        read=answering.read,
        patches=pushed.patches,
        tiles=pushed.tiles,
        written=answering.written,
        frames=answering.frames,
    )
