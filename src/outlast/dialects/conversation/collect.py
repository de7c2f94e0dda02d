"""From the events of a stream to the reply that they make, and back: a whole reply as events.

It knows how parts grow. It does not know any wire, and it forgives: a delta without a part begins one of words.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count

import msgspec

from outlast.dialects.conversation.parts import (
    Citation,
    Extra,
    Json,
    Media,
    Native,
    Part,
    Refusal,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from outlast.dialects.conversation.reply import (
    Begin,
    Broke,
    Candidate,
    Delta,
    Done,
    Ended,
    Event,
    Finish,
    PartBegin,
    PartEnd,
    Reply,
    Used,
)
from outlast.exchange import Usage


@dataclass(slots=True)
class _Growing:
    """A part while its stream runs."""

    part: Part
    text: list[str] = field(default_factory=list)
    transcript: list[str] = field(default_factory=list)
    signature: str = ""
    citations: list[Citation] = field(default_factory=list)
    whole: Part | None = None

    def add(self, delta: Delta) -> None:
        """More of it."""
        self.text.append(delta.text)
        self.transcript.append(delta.transcript)
        self.signature += delta.signature
        if delta.citation is not None:
            self.citations.append(delta.citation)

    def made(self) -> Part:
        """The part as it stands."""
        if self.whole is not None:
            return self.whole
        part, text = self.part, "".join(self.text)
        replace = msgspec.structs.replace
        match part:
            case Text():
                part = replace(part, text=part.text + text, citations=(*part.citations, *self.citations))
            case Refusal():
                part = replace(part, text=part.text + text)
            case Thinking():
                part = replace(part, text=part.text + text, signature=part.signature + self.signature)
            case ToolCall():
                part = replace(part, arguments=part.arguments + text, signature=part.signature + self.signature)
            case Media():
                part = replace(part, data=part.data + text, transcript=part.transcript + "".join(self.transcript))
            case Native() | ToolResult():
                pass
        return part


@dataclass(slots=True)
class _Choice:
    """One of the answers while its stream runs."""

    parts: dict[int, _Growing] = field(default_factory=dict)
    finish: Finish | None = None
    logprobs: list[Json] = field(default_factory=list)
    extra: Extra = field(default_factory=dict)

    def add(self, event: PartBegin | Delta | PartEnd | Ended) -> None:
        """One more event of this answer."""
        match event:
            case PartBegin():
                self.parts[event.index] = _Growing(event.part)
            case Delta():
                self.parts.setdefault(event.index, _Growing(Text(""))).add(event)
                if event.logprobs:
                    self.logprobs.append(event.logprobs)
            case PartEnd() if event.part is not None:
                self.parts.setdefault(event.index, _Growing(event.part)).whole = event.part
            case PartEnd():
                pass
            case Ended():
                self.finish = event.finish
                self.extra |= event.extra

    def candidate(self, index: int) -> Candidate:
        """The answer as it stands."""
        parts = tuple(growing.made() for _, growing in sorted(self.parts.items()))
        logprobs = _joined(self.logprobs)
        return Candidate(index=index, parts=parts, finish=self.finish, logprobs=logprobs, extra=self.extra)


class Collector:
    """Puts a reply together, event by event."""

    def __init__(self) -> None:
        self.broke: Broke | None = None
        """What the upstream said in the stream of its own failure."""
        self.done = False
        self._begin = Begin()
        self._usage: Usage | None = None
        self._choices: dict[int, _Choice] = {}

    def add(self, event: Event) -> None:
        """One more event."""
        match event:
            case PartBegin() | Delta() | PartEnd() | Ended():
                self._choices.setdefault(event.choice, _Choice()).add(event)
            case Used():
                self._usage = event.usage
            case Begin():
                self._begin = event
            case Broke():
                self.broke = event
            case Done():
                self.done = True

    @property
    def reply(self) -> Reply:
        """The reply so far."""
        begin = self._begin
        return Reply(
            id=begin.id,
            model=begin.model,
            created=begin.created,
            candidates=tuple(choice.candidate(index) for index, choice in sorted(self._choices.items())),
            usage=self._usage or begin.usage,
            service_tier=begin.service_tier,
        )


def collect(events: Iterable[Event]) -> Reply:
    """The reply that a whole stream makes."""
    collector = Collector()
    for event in events:
        collector.add(event)
    return collector.reply


def unfold(reply: Reply) -> Iterator[Event]:
    """A whole reply as the events of a stream: for a caller who wants one of an upstream that has none."""
    yield Begin(id=reply.id, model=reply.model, created=reply.created, service_tier=reply.service_tier)
    for candidate in reply.candidates:
        places = count()
        first = next((place for place, each in enumerate(candidate.parts) if isinstance(each, Text | Refusal)), -1)
        for part in candidate.parts:
            index = next(places)
            yield from _part_events(part, index, candidate.index, candidate.logprobs if index == first else b"")
        if candidate.finish is not None:
            yield Ended(candidate.finish, candidate.index, candidate.extra)
    if reply.usage is not None:
        yield Used(reply.usage)
    yield Done()


def _part_events(part: Part, index: int, choice: int, logprobs: Json) -> Iterator[Event]:
    replace = msgspec.structs.replace
    delta: Callable[..., Delta] = lambda **more: Delta(index, choice=choice, **more)  # noqa: E731
    match part:
        case Text():
            yield PartBegin(Text("", extra=part.extra), index, choice)
            yield delta(text=part.text, logprobs=logprobs)
            for citation in part.citations:
                yield delta(citation=citation)
        case Refusal():
            yield PartBegin(Refusal("", extra=part.extra), index, choice)
            yield delta(text=part.text, logprobs=logprobs)
        case Thinking():
            yield PartBegin(replace(part, text="", signature=""), index, choice)
            yield delta(text=part.text)
            if part.signature:
                yield delta(signature=part.signature)
        case ToolCall():
            yield PartBegin(replace(part, arguments=""), index, choice)
            yield delta(text=part.arguments)
        case Media() | Native() | ToolResult():
            yield PartBegin(part, index, choice)
    yield PartEnd(index, choice)


class _Logprobs(msgspec.Struct, omit_defaults=True):
    content: list[msgspec.Raw] | None = None
    refusal: list[msgspec.Raw] | None = None


def _joined(pieces: list[Json]) -> Json:
    """The log-probabilities of a stream's pieces as one."""
    if len(pieces) < 2:
        return pieces[0] if pieces else b""
    joined = _Logprobs()
    for piece in pieces:
        try:
            more = msgspec.json.decode(piece, type=_Logprobs)
        except msgspec.MsgspecError:
            continue
        if more.content is not None:
            joined.content = [*(joined.content or []), *more.content]
        if more.refusal is not None:
            joined.refusal = [*(joined.refusal or []), *more.refusal]
    return msgspec.json.encode(joined)
