"""What a gateway's answer says to a person: a chat completion into pieces of text and sound, and one end.

It knows the dialect of chat completions and the gateway's own headers. It does not know how the bytes came, nor where
the text goes. Thoughts and calls of tools are not text; whatever cannot be read says nothing.
"""

import binascii
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from outlast.chat.conversation import Served
from outlast.chat.ports import Begun, Ended, Piece, Sound
from outlast.dialects.conversation.parts import Media, Refusal, Text
from outlast.dialects.conversation.reply import Broke, Delta, Done, Event, PartBegin
from outlast.dialects.conversation.reply import Ended as Finished
from outlast.dialects.registry import DIALECTS
from outlast.dialects.sse import Splitter
from outlast.errors import LimitReached, ModelNotAllowed, UpstreamBroken

CHAT = DIALECTS["chat"]
CUT = "The answer broke off before its end."
EMPTY = "The model ended without a word."
_LONGEST_WORDS = 600


class Hearing:
    """One answer while it arrives. ``head`` first, then any ``feed``, then ``finish``."""

    def __init__(self, asked: str, exchange: str) -> None:
        """``asked``: the name as the picker has it. ``exchange``: the call's id."""
        self._by = Served(asked=asked, exchange=exchange)
        self._splitter = Splitter()
        self._decoder = CHAT.event_decoder()
        self._status = 0
        self._wait = ""
        self._streamed = False
        self._body: list[bytes] = []
        self._parts: set[int] = set()
        self._sounds: set[int] = set()
        self._spoke = False
        self._finish = ""
        self._error = ""
        self._ended = False

    @property
    def begun(self) -> bool:
        """The head has come."""
        return self._status != 0

    def head(self, status: int, headers: Mapping[str, str]) -> Begun:
        """Who answers."""
        self._status = status
        self._wait = headers.get("retry-after", "")
        self._streamed = status < 400 and headers.get("content-type", "").startswith("text/event-stream")
        self._by = msgspec.structs.replace(
            self._by,
            served=headers.get("x-outlast-served-model", ""),
            reason=headers.get("x-outlast-reason", ""),
        )
        return Begun(by=self._by)

    def feed(self, chunk: bytes) -> Iterator[Piece | Sound]:
        """The text and the sound that these bytes complete."""
        if not self._streamed:
            self._body.append(chunk)
            return
        try:
            events = self._splitter.feed(chunk)
        except UpstreamBroken as error:
            self._error = self._error or str(error)
            return
        for event in events:
            yield from self._said(self._decoder.event(event))

    def finish(self, *, broken: bool = False) -> Iterator[Piece | Sound | Ended]:
        """What is left, and the end; ``broken``: nothing more comes although the answer was not complete."""
        if self._streamed:
            yield from self._said(self._decoder.event(self._splitter.finish()))
        elif self._body or not broken:
            yield from self._whole(b"".join(self._body))
        error = self._error
        if not error and (broken or (self._streamed and not (self._ended or self._finish))):
            error = CUT
        elif not error and not self._spoke:
            error = EMPTY
        yield Ended(finish=self._finish, error=error[:_LONGEST_WORDS])

    def _whole(self, body: bytes) -> Iterator[Piece | Sound]:
        if self._status >= 400:
            self._error = self._refused(body)
            return
        try:
            candidates = CHAT.decode_reply(body).candidates
        except UpstreamBroken as error:
            self._error = str(error)
            return
        for candidate in candidates[:1]:
            self._finish = candidate.finish.said if candidate.finish is not None else ""
            text = "".join(_words(each) for each in candidate.parts)
            if text:
                self._spoke = True
                yield Piece(text=text)

    def _refused(self, body: bytes) -> str:
        """A refusal for people: what stands for a key in the gateway's own words is their plan."""
        fault = CHAT.decode_fault(self._status, body)
        if self._by.served:
            return fault.message
        if fault.code == LimitReached.code:
            again = f" in {self._wait} seconds" if self._wait.isdecimal() else " in a moment"
            return f"Your plan allows no more for now; try again{again}."
        return "Your plan does not have this model." if fault.code == ModelNotAllowed.code else fault.message

    def _said(self, events: Sequence[Event]) -> Iterator[Piece | Sound]:
        for event in events:
            text = ""
            match event:
                case PartBegin(part=Text() | Refusal() as part, index=index, choice=0):
                    self._parts.add(index)
                    text = part.text
                case PartBegin(part=Media(kind="audio"), index=index, choice=0):
                    self._sounds.add(index)
                case Delta(choice=0):
                    text = self._more(event)
                    yield from self._sounded(event)
                case Finished(choice=0):
                    self._finish = event.finish.said or event.finish.end
                case Broke():
                    self._error = event.message or CUT
                case Done():
                    self._ended = True
            if text:
                self._spoke = True
                yield Piece(text=text)

    def _more(self, delta: Delta) -> str:
        if delta.index in self._sounds:
            return delta.transcript
        return delta.text if delta.index in self._parts else ""

    def _sounded(self, delta: Delta) -> Iterator[Sound]:
        pcm = _decoded(delta.text) if delta.index in self._sounds else b""
        if pcm:
            yield Sound(pcm=pcm)


def _words(part: object) -> str:
    if isinstance(part, Media):
        return part.transcript
    return part.text if isinstance(part, Text | Refusal) else ""


def _decoded(data: str) -> bytes:
    """A piece of sound; nothing where it is no base64: the words go on without it."""
    try:
        return binascii.a2b_base64(data)
    except ValueError:
        return b""
