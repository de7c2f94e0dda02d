"""An answer that is being made, given whole or as it comes: the order in which a caller gets text, sound and the end.

It knows the order of events and what each becomes. It does not know shapes (``chat_wire``) nor what makes the answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final, Literal, Protocol

from outlast.gateway.ports import Headers
from outlast.omni.encode import Encoder
from outlast.omni.engine import Event, Said, Spoken
from outlast.providers.local.chat_wire import Chunks, Counted, Known, Whole, plain
from outlast.providers.local.work import JSON, Head

_EVENTS: Final[Headers] = (("content-type", "text/event-stream; charset=utf-8"),)


class Running(Protocol):
    """One answer while it is made."""

    def events(self) -> Iterator[Event]:
        """All of it, once. Raises ``Stopped``."""
        ...

    @property
    def finish(self) -> Literal["stop", "length"]:
        """Known when the events have ended."""
        ...

    def counted(self) -> Counted:
        """Known when the events have ended."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """How an answer is given."""

    known: Known
    encoder: Encoder | None
    """None: it is not spoken."""
    headers: Headers
    stream: bool
    with_usage: bool
    """The last chunk of a stream brings the usage."""

    def of(self, running: Running) -> Iterator[Head | bytes]:
        """Head and body."""
        if self.stream:
            yield from self._streamed(running)
        else:
            whole = self._whole(running)
            yield Head(200, (*JSON, *self.headers))
            yield plain(self.known, whole)

    def _whole(self, running: Running) -> Whole:
        text, sound = [], []
        for event in running.events():
            if isinstance(event, Said):
                text.append(event.text)
            elif isinstance(event, Spoken) and self.encoder is not None:
                sound.append(self.encoder.push(event.samples))
        made = None if self.encoder is None else b"".join((*sound, self.encoder.finish()))
        return Whole(text="".join(text), sound=made, finish=running.finish, counted=running.counted())

    def _streamed(self, running: Running) -> Iterator[Head | bytes]:
        chunks = Chunks(self.known, spoken=self.encoder is not None, with_usage=self.with_usage)
        events = running.events()
        first = next(events, None)  # what is refused with the first event still has a status of its own
        yield Head(200, (*_EVENTS, *self.headers))
        yield chunks.opening()
        for event in () if first is None else chain((first,), events):
            if isinstance(event, Said):
                yield chunks.text(event.text)
            elif isinstance(event, Spoken) and self.encoder is not None:
                yield chunks.sound(self.encoder.push(event.samples))
        if self.encoder is not None:
            yield chunks.sound(self.encoder.finish())
        yield chunks.ending(running.finish, running.counted())
