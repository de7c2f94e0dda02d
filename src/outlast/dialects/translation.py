"""One call between two dialects: the request on its way there, the answer or the stream on its way back.

It knows the canonical conversation in between and keeps count of what was lost. It does not know any wire, nor who is
asked: both dialects are given.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from outlast.dialects.answer import TEXT_LIMIT, Answer
from outlast.dialects.conversation.collect import unfold
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Text
from outlast.dialects.conversation.reply import Begin, Broke, Delta, Done, Ended, Event, PartBegin, Used
from outlast.dialects.conversation.request import Request
from outlast.dialects.dialect import Asked, Dialect, Fault, Framing
from outlast.dialects.sse import Splitter
from outlast.errors import UpstreamBroken
from outlast.exchange import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A call that came in one dialect and goes on in another."""

    caller: Dialect
    target: Dialect
    request: Asked
    """In the target's dialect."""
    losses: Losses
    framing: Framing

    def answer(self, body: bytes) -> bytes:
        """A plain answer, in the caller's dialect. Raises ``UpstreamBroken``."""
        return self.caller.encode_reply(self.target.decode_reply(readable(body)), self.framing, self.losses)

    def answer_as_stream(self, body: bytes) -> bytes:
        """The same where the caller wants a stream and the upstream gave none."""
        encoder = self.caller.event_encoder(self.framing, self.losses)
        return b"".join(map(encoder.event, unfold(self.target.decode_reply(readable(body)))))

    def refusal(self, fault: Fault) -> bytes:
        """An upstream's error, in the caller's dialect."""
        return self.caller.encode_fault(fault, self.framing.id)

    def stream(self) -> "TranslatedStream":
        """What turns the upstream's stream into the caller's."""
        return TranslatedStream(self)


def translate(request: Request, model: str, *, caller: Dialect, target: Dialect, framing: Framing) -> Translation:
    """Write a canonical request for a target that calls the model ``model``."""
    losses = Losses()
    body = target.encode_request(msgspec.structs.replace(request, model=model), losses)
    asked = target.peek(body, target.endpoint(model, request.stream).partition("?")[0])
    return Translation(caller=caller, target=target, request=asked, losses=losses, framing=framing)


def readable(answer: bytes) -> bytes:
    """An upstream's bytes as UTF-8. Parts of it pass unread into what a caller gets, and must not break it."""
    try:
        answer.decode()
    except UnicodeDecodeError:
        return answer.decode(errors="replace").encode()
    return answer


LARGEST_STREAM = 256 << 20
"""Bytes of one stream: what it says is kept until its end, for dialects that repeat it there."""
MOST_PARTS = 20_000
"""Of one stream, and of the answers in it; each is remembered."""


class TranslatedStream:
    """One stream between two dialects; see ``StreamReading``. What ends it is held until the call is recorded."""

    __slots__ = ("_decoder", "_encoder", "_facts", "_held", "_left", "_parts", "_splitter", "done", "events", "failed")

    def __init__(self, translation: Translation, *, largest: int = LARGEST_STREAM) -> None:
        """``largest``: bytes after which it is taken to have no end."""
        self.done = False
        self.failed = False
        self.events = 0
        self._splitter = Splitter()
        self._decoder = translation.target.event_decoder()
        self._encoder = translation.caller.event_encoder(translation.framing, translation.losses)
        self._facts = _Facts()
        self._held = b""
        self._left = largest
        self._parts = 0

    @property
    def answer(self) -> Answer:
        """The facts so far."""
        return self._facts.answer

    def feed(self, chunk: bytes) -> bytes:
        """The bytes that may go to the caller now.

        Raises:
            UpstreamBroken: an event or the stream is too large, or has too many parts.
        """
        self._left -= len(chunk)
        if self._left < 0:
            raise UpstreamBroken(
                f"the upstream's stream has more than the {LARGEST_STREAM >> 20} MiB that one may have"
            )
        out: list[bytes] = []
        for event in self._splitter.feed(chunk):
            self.events += 1
            if not self.done:
                self._pass(self._decoder.event(event if event.isascii() else readable(event)), out)
        return b"".join(out)

    def finish(self) -> bytes:
        """The upstream's body has ended: what is left of its last event, and of parts that nothing closed."""
        out: list[bytes] = []
        rest = self._splitter.finish()
        if rest.strip() and not self.done:
            self._pass(self._decoder.event(readable(rest) + b"\n\n"), out)
        if not self.done:
            self._pass(self._decoder.finish(), out)
        return b"".join(out)

    def held(self) -> bytes:
        """What ends the stream for the caller."""
        return self._held

    def broke(self, fault: Fault) -> bytes:
        """The caller's word for a stream that could not be finished."""
        return self._encoder.event(Broke(fault.message, fault.type, fault.code or "", fault.status))

    def _pass(self, said: Sequence[Event], out: list[bytes]) -> None:
        for event in said:
            kind = type(event)
            if kind is Delta:
                if self._facts.wanting:
                    self._facts.note(event)
            elif kind is Done:
                self.done = True
                self._held = self._encoder.event(event)
                return
            else:
                self._count(kind)
                self._facts.note(event)
                self.failed = self.failed or kind is Broke
            out.append(self._encoder.event(event))

    def _count(self, kind: type[Event]) -> None:
        if kind is PartBegin or kind is Ended:
            self._parts += 1
            if self._parts > MOST_PARTS:
                raise UpstreamBroken(f"the upstream's stream has more than {MOST_PARTS:,} parts")


class _Facts:
    """What the record needs of a stream, read off its canonical events."""

    __slots__ = ("_finish", "_model", "_text", "_usage", "_words", "wanting")

    def __init__(self) -> None:
        self.wanting = True
        """More of the first words are wanted."""
        self._model, self._finish, self._text = "", "", ""
        self._usage: Usage | None = None
        self._words: set[int] = set()

    @property
    def answer(self) -> Answer:
        return Answer(self._model, self._usage, self._finish, self._text)

    def note(self, event: Event) -> None:
        match event:
            case Delta() if event.choice == 0 and event.index in self._words:
                self._text = (self._text + event.text)[:TEXT_LIMIT]
                self.wanting = len(self._text) < TEXT_LIMIT
            case PartBegin(part=Text()) if event.choice == 0:
                self._words.add(event.index)
            case Begin():
                self._model = self._model or event.model
                self._usage = event.usage or self._usage
            case Used():
                self._usage = event.usage
            case Ended() if event.choice == 0:
                self._finish = event.finish.said or event.finish.end
            case Broke():
                self._text = self._text or event.message[:TEXT_LIMIT]
            case _:
                pass
