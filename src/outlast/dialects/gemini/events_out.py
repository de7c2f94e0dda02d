"""Canonical events as a stream of Google's.

It knows that words and thoughts go out as they come, that calls and media go out whole, and that the end, the counts
and the sources stand in the last event. There is no terminal event: the body ends.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

import msgspec

from outlast.dialects.conversation.collect import Collector
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Citation, Refusal, Text, Thinking, ToolCall
from outlast.dialects.conversation.reply import (
    Begin,
    Broke,
    Delta,
    Done,
    Ended,
    Event,
    PartBegin,
    PartEnd,
    Used,
)
from outlast.dialects.dialect import Fault, Framing
from outlast.dialects.gemini.faults import encode_fault
from outlast.dialects.gemini.odds import write_odds
from outlast.dialects.gemini.parts_out import SIGNED, Wire, place, write_part
from outlast.dialects.gemini.reply_out import sourced, write_usage
from outlast.dialects.gemini.words import finish_reason
from outlast.exchange import Usage

_ENCODER = msgspec.json.Encoder()
_WORDS = b'data: {"candidates":[{"content":{"parts":[{"text":'
_END_WORDS, _END_THOUGHT = b'}],"role":"model"},"index":%d}]', b',"thought":true}],"role":"model"},"index":%d}]'


@dataclass(slots=True)
class _Open:
    """A part while it runs."""

    grown: Collector | None
    """Of a part that goes out whole."""
    tail: bytes = b""
    """Of an event with words: everything behind them."""
    signature: bytes = b""
    """Of signed words: it goes out with the first of them."""
    signed: bool = False
    part: Text | Thinking | None = None
    text: list[str] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    thought_signature: str = ""


class EventEncoder:
    """Writes one caller's stream."""

    __slots__ = ("_begin", "_ends", "_framing", "_losses", "_open", "_queues", "_said", "_tails", "_usage")

    def __init__(self, framing: Framing, losses: Losses) -> None:
        self._framing = framing
        self._losses = losses
        self._begin = Begin()
        self._open: dict[tuple[int, int], _Open] = {}
        self._queues: dict[int, OrderedDict[int, bytes | None]] = {}
        """Of each answer, the parts that go out whole, as they began; None: not complete."""
        self._said: dict[int, dict[int, Text]] = {}
        """Of each answer, its cited or uncited words, by place."""
        self._ends: dict[int, Ended] = {}
        self._usage: Usage | None = None
        self._tails: dict[tuple[int, bool], bytes] = {}

    def event(self, event: Event) -> bytes:
        """The server-sent events for one canonical event."""
        match event:
            case Delta():
                return self._delta(event)
            case PartBegin():
                return self._part(event)
            case PartEnd():
                return self._part_end(event)
            case Begin():
                self._begin = event
                self._usage = event.usage
            case Ended():
                self._ends[event.choice] = event
            case Used():
                self._usage = event.usage
            case Broke():
                status = event.status or 500
                fault = Fault(status=status, type=event.kind, message=event.message, code=event.code or None)
                return b"data: %b\n\n" % encode_fault(fault, self._framing.id)
            case Done():
                return self._last()
        return b""

    def _delta(self, delta: Delta) -> bytes:
        open_ = self._open.get((delta.choice, delta.index))
        if open_ is None:
            self._part(PartBegin(Text(""), delta.index, delta.choice))
            open_ = self._open[delta.choice, delta.index]
        if open_.grown is not None:
            open_.grown.add(delta)
            return b""
        if delta.citation is not None:
            open_.citations.append(delta.citation)
        open_.thought_signature += delta.signature
        if not (delta.text or delta.logprobs):
            return b""
        open_.text.append(delta.text)
        if delta.logprobs or (open_.signature and not open_.signed):
            return self._first_words(open_, delta)
        return _WORDS + _ENCODER.encode(delta.text) + open_.tail

    def _first_words(self, open_: _Open, delta: Delta) -> bytes:
        """Words with their signature or with how likely they were."""
        part: Wire = {"text": delta.text}
        if isinstance(open_.part, Thinking):
            part["thought"] = True
        if open_.signature and not open_.signed:
            part["thoughtSignature"] = msgspec.Raw(open_.signature)
            open_.signed = True
        odds = write_odds(delta.logprobs)
        return self._written(part, delta.choice, {} if odds is None else {"logprobsResult": odds})

    def _part(self, begin: PartBegin) -> bytes:
        part = begin.part
        where = begin.choice, begin.index
        if isinstance(part, Refusal):
            self._losses.drop("refusal", "written as text")
            part = Text(part.text, extra=part.extra)
        if isinstance(part, Text) or (isinstance(part, Thinking) and not part.redacted):
            thought = isinstance(part, Thinking)
            signature = b"" if isinstance(part, Thinking) else part.extra.get(SIGNED, b"")
            self._open[where] = _Open(None, self._tail(begin.choice, thought=thought), signature, part=part)
            if part.text:
                return self._delta(Delta(begin.index, part.text, begin.choice))
            return b""
        grown = Collector()
        grown.add(begin)
        self._open[where] = _Open(grown)
        self._queues.setdefault(begin.choice, OrderedDict())[begin.index] = None
        return b""

    def _part_end(self, end: PartEnd) -> bytes:
        open_ = self._open.pop((end.choice, end.index), None)
        if open_ is None:
            return b""
        if open_.grown is not None:
            return self._whole(open_.grown, end)
        if isinstance(open_.part, Thinking):
            signed = msgspec.structs.replace(
                open_.part, text="", signature=open_.part.signature + open_.thought_signature
            )
            part = write_part(signed, self._losses, answer=True) if signed.signature else None
            return self._written(part, end.choice) if part is not None else b""
        said = Text("".join(open_.text), tuple(open_.citations))
        self._said.setdefault(end.choice, {})[end.index] = said
        if open_.signature and not open_.signed:
            return self._written({"text": "", "thoughtSignature": msgspec.Raw(open_.signature)}, end.choice)
        return b""

    def _whole(self, grown: Collector, end: PartEnd) -> bytes:
        grown.add(end)
        part = grown.reply.candidates[0].parts[0]
        if isinstance(part, ToolCall) and part.custom:
            self._losses.drop("tool_calls.custom", "written as a function's call")
        written = write_part(part, self._losses, answer=True)
        queue = self._queues.setdefault(end.choice, OrderedDict())
        queue[end.index] = self._written(written, end.choice) if written is not None else b""
        return self._in_order(end.choice)

    def _in_order(self, choice: int) -> bytes:
        """Calls may run in parallel: one that ends early waits for those that began before it."""
        out: list[bytes] = []
        queue = self._queues[choice]
        while queue:
            index, part = queue.popitem(last=False)
            if part is None:
                queue[index] = None
                queue.move_to_end(index, last=False)
                break
            out.append(part)
        return b"".join(out)

    def _written(self, part: Wire | msgspec.Raw, choice: int, more: Wire | None = None) -> bytes:
        content = {"parts": [part], "role": "model"}
        candidate = {"content": content, "index": choice, **(more or {})}
        return b'data: {"candidates":%b%b' % (_ENCODER.encode([candidate]), self._framed())

    def _last(self) -> bytes:
        """The ends of all answers, the sources and the counts."""
        candidates: list[Wire] = []
        for choice, ended in sorted(self._ends.items()):
            content = {"parts": [{"text": ""}], "role": "model"}
            candidate: Wire = {
                "content": content,
                "finishReason": finish_reason(ended.finish, self._losses),
                "index": choice,
            }
            words = self._said.get(choice, {})
            sources = sourced(tuple(text for _, text in sorted(words.items())))
            if sources is not None:
                candidate["groundingMetadata"] = sources
            place(candidate, ended.extra, self._losses)
            candidates.append(candidate)
        counts = write_usage(self._usage, self._begin.service_tier, self._losses)
        if not candidates and not counts:
            return b""
        usage = b""
        if counts:
            usage = b',"usageMetadata":' + _ENCODER.encode(counts)
        return b'data: {"candidates":%b%b%b' % (_ENCODER.encode(candidates), usage, self._framed())

    def _tail(self, choice: int, *, thought: bool) -> bytes:
        tail = self._tails.get((choice, thought))
        if tail is None:
            end = _END_THOUGHT if thought else _END_WORDS
            tail = self._tails[choice, thought] = end % choice + self._framed()
        return tail

    def _framed(self) -> bytes:
        """What every event ends with."""
        model = _ENCODER.encode(self._begin.model or self._framing.model)
        return b',"modelVersion":%b,"responseId":%b}\n\n' % (model, _ENCODER.encode(self._begin.id or self._framing.id))
