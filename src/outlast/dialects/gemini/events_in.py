"""A stream of Google's, event by event, as canonical events.

It knows that each event is a whole answer with more of the content, that words and thoughts simply go on, and that
calls come whole. It does not know bytes (``sse``) nor whole answers (``reply_in``). Nothing odd makes it raise.
"""

from collections.abc import Sequence
from itertools import chain

import msgspec

from outlast.dialects.conversation.parts import Citation, Text, Thinking, ToolCall
from outlast.dialects.conversation.reply import (
    Begin,
    Broke,
    Delta,
    Done,
    Ended,
    Event,
    Finish,
    PartBegin,
    PartEnd,
    Used,
)
from outlast.dialects.gemini import wire
from outlast.dialects.gemini.facts import blocked, error_of, usage_of
from outlast.dialects.gemini.faults import type_of
from outlast.dialects.gemini.odds import read_odds
from outlast.dialects.gemini.parts_in import SIGNATURE
from outlast.dialects.gemini.reply_in import call_id_of, kept, read_part, seconds, tier_of
from outlast.dialects.gemini.sources import citations
from outlast.dialects.gemini.words import NAME, UNSPECIFIED, finish_of
from outlast.dialects.sse import data_of
from outlast.errors import UpstreamBroken

_WORDS, _SIGNED, _THOUGHTS = "words", "signed words", "thoughts"


class EventDecoder:
    """Reads one upstream's stream."""

    __slots__ = ("_ended", "_id", "_lanes", "_usage")

    def __init__(self) -> None:
        self._id: str | None = None
        self._ended = False
        self._lanes: dict[int, _Lane] = {}
        self._usage: wire.UsageMetadata | None = None

    def event(self, event: bytes) -> Sequence[Event]:
        """What one event says."""
        data = data_of(event)
        if not data:
            return ()
        try:
            response = wire.read_response(data)
        except UpstreamBroken:
            return ()
        events: list[Event] = []
        if self._id is None:
            events.append(self._begin(response))
        if response.usage_metadata is not None:
            self._usage = response.usage_metadata
        for candidate in response.candidates or ():
            self._candidate(candidate, events)
        if not response.candidates:
            self._without(response, events)
        return events

    def finish(self) -> Sequence[Event]:
        """The body has ended; ``Done`` only when an answer has."""
        events: list[Event] = []
        for lane in self._lanes.values():
            lane.close(events)
        usage = usage_of(self._usage)
        if usage is not None:
            events.append(Used(usage))
        if self._ended:
            events.append(Done())
        return events

    def _begin(self, response: wire.Response) -> Begin:
        self._id = response.response_id or ""
        return Begin(
            id=self._id,
            model=response.model_version or "",
            created=seconds(response.create_time),
            usage=usage_of(response.usage_metadata),
            service_tier=tier_of(response.usage_metadata),
        )

    def _candidate(self, candidate: wire.Candidate, events: list[Event]) -> None:
        index = candidate.index or 0
        lane = self._lanes.get(index)
        if lane is None:
            lane = self._lanes[index] = _Lane(index, self._id or "")
        lane.add(candidate, events)
        if candidate.finish_reason and candidate.finish_reason != UNSPECIFIED:
            lane.end(candidate, events)
            self._ended = True

    def _without(self, response: wire.Response, events: list[Event]) -> None:
        """An event without an answer: an error, a prompt that was blocked, or counts alone."""
        error = error_of(response)
        if error is not None:
            status = error.code or 0
            kind = type_of(status, error.status or "")
            events.append(Broke(error.message or "the upstream failed", kind, error.status or "", status))
        elif (reason := blocked(response)) and not self._ended:
            events.append(Ended(Finish("content_filter", reason)))
            self._ended = True


class _Lane:
    """One of the answers while it runs."""

    __slots__ = ("_calls", "_choice", "_cited", "_next", "_open", "_response_id", "_text")

    def __init__(self, choice: int, response_id: str) -> None:
        self._choice = choice
        self._response_id = response_id
        self._next = 0
        self._open = ""
        self._calls = 0
        self._text: list[str] = []
        self._cited: list[tuple[bytes, bytes]] = []

    def add(self, candidate: wire.Candidate, events: list[Event]) -> None:
        """What one event adds to this answer."""
        if len(candidate.grounding_metadata) or len(candidate.citation_metadata):
            self._cited.append((wire.said(candidate.grounding_metadata), wire.said(candidate.citation_metadata)))
        logprobs = read_odds(candidate.logprobs_result) if candidate.logprobs_result is not None else b""
        for part, raw in wire.parts_of(candidate):
            if part.function_call is None and part.inline_data is None and part.text is not None:
                self._say(part, logprobs, events)
                logprobs = b""
            else:
                self._whole(part, raw, events)

    def end(self, candidate: wire.Candidate, events: list[Event]) -> None:
        """This answer is complete."""
        self._cite(events)
        self.close(events)
        finish = finish_of(candidate.finish_reason or "", calls=self._calls > 0)
        events.append(Ended(finish, self._choice, kept(candidate)))

    def close(self, events: list[Event]) -> None:
        """The open part is complete."""
        if self._open:
            events.append(PartEnd(self._next - 1, self._choice))
            self._open = ""

    def _say(self, part: wire.Part, logprobs: bytes, events: list[Event]) -> None:
        """More words or thoughts; signed words are a part of their own, since the signature is theirs alone."""
        text, signature = part.text or "", part.thought_signature or ""
        if not (text or signature or logprobs):
            return
        if part.thought:
            self._go_on(_THOUGHTS, events, {})
        elif signature:
            self.close(events)
            self._go_on(_SIGNED, events, {SIGNATURE: msgspec.json.encode(signature)})
        else:
            self._go_on(_WORDS, events, {})
        if not part.thought:
            self._text.append(text)
        index = self._next - 1
        if text or logprobs:
            events.append(Delta(index, text, self._choice, logprobs=logprobs))
        if part.thought and signature:
            events.append(Delta(index, choice=self._choice, signature=signature))
            self.close(events)

    def _go_on(self, kind: str, events: list[Event], extra: dict[str, bytes]) -> None:
        if self._open == kind:
            return
        self.close(events)
        self._open = kind
        part = Thinking(dialect=NAME) if kind == _THOUGHTS else Text("", extra=extra)
        events.append(PartBegin(part, self._next, self._choice))
        self._next += 1

    def _whole(self, part: wire.Part, raw: msgspec.Raw, events: list[Event]) -> None:
        """A part that comes in one piece."""
        read = read_part(part, raw, call_id_of(self._response_id, self._choice, self._calls))
        if read is None:
            return
        self.close(events)
        index, self._next = self._next, self._next + 1
        if isinstance(read, ToolCall):
            self._calls += 1
            events.append(PartBegin(msgspec.structs.replace(read, arguments=""), index, self._choice))
            events.append(Delta(index, read.arguments, self._choice))
        else:
            events.append(PartBegin(read, index, self._choice))
        events.append(PartEnd(index, self._choice))

    def _cite(self, events: list[Event]) -> None:
        """Sources stand in the last words; Google may send the same ones again with every event."""
        if not self._cited:
            return
        text = "".join(self._text)
        seen: dict[Citation, None] = {}
        for each in chain.from_iterable(citations(text, *pair) for pair in self._cited):
            seen[each] = None
        if seen and self._open not in (_WORDS, _SIGNED):
            self._go_on(_WORDS, events, {})
        events += [Delta(self._next - 1, choice=self._choice, citation=each) for each in seen]
