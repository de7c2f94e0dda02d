"""A stream of chat completion chunks, read into canonical events.

It knows what a chunk of any provider may say. Parts begin and end with what chunks do not say in so many words:
another member, a finish, the end of the stream. An odd chunk says what of it can be read.
"""

from collections.abc import Sequence

import msgspec

from outlast.dialects.chat.citations import read_citation
from outlast.dialects.chat.content import FORM
from outlast.dialects.chat.faults import read_broke
from outlast.dialects.chat.kept import Kept, KeptCitation, read_end, read_parts, source, stands_beside, thought
from outlast.dialects.chat.lanes import CLOSED, Lane
from outlast.dialects.chat.reasoning import read_details
from outlast.dialects.chat.reply_in import items, spoken
from outlast.dialects.chat.tools import signature_of
from outlast.dialects.chat.wire import (
    AudioPiece,
    CallPiece,
    ChoicePiece,
    Completion,
    MessagePiece,
    logprobs_text,
    read_completion_wire,
    read_detail,
    said,
)
from outlast.dialects.conversation.parts import Media, Native, Refusal, Text, Thinking, ToolCall
from outlast.dialects.conversation.reply import Begin, Delta, Done, Event, Used
from outlast.dialects.sse import data_of, name_of
from outlast.dialects.usage import usage_of

_DONE = b"[DONE]"
_WORDS, _REFUSAL = Text(""), Refusal("")
_CONTENT = Thinking(dialect="chat")
_REASONING = Thinking(dialect="chat", extra={FORM: b'"reasoning"'})


class ChatEventDecoder:
    """Reads one upstream's stream."""

    __slots__ = ("_begun", "_lanes")

    def __init__(self) -> None:
        self._begun = False
        self._lanes: dict[int, Lane] = {}

    def event(self, event: bytes) -> Sequence[Event]:
        """What one server-sent event says."""
        data = data_of(event)
        if not data:
            return ()
        if data == _DONE:
            return (*self.finish(ended=True), Done())
        wire = read_completion_wire(data)
        if wire is None:
            return ()
        if said(wire.error) or (b"event:" in event and name_of(event) == b"error"):
            return (*self._chunk(wire), read_broke(data))
        return self._chunk(wire)

    def finish(self, *, ended: bool = False) -> Sequence[Event]:
        """The body has ended: open parts end. ``ended``: with its terminal event, so that answers are complete."""
        events: list[Event] = []
        for lane in self._lanes.values():
            if ended:
                lane.end(None, events)
            else:
                lane.close(events)
                lane.close_calls(events)
        return events

    def _chunk(self, wire: Completion) -> list[Event]:
        events: list[Event] = []
        choices = wire.choices
        if not self._begun and (choices is not None or wire.id or wire.model):
            self._begun = True
            tier = wire.service_tier or ""
            begin = Begin(id=wire.id or "", model=wire.model or "", created=wire.created or 0, service_tier=tier)
            events.append(begin)
        for choice in choices or ():
            self._choice(choice, events)
        if wire.usage is not None or wire.x_groq is not None:
            usage = usage_of(wire.usage or (wire.x_groq.usage if wire.x_groq else None))
            if usage is not None:
                events.append(Used(usage))
        return events

    def _choice(self, choice: ChoicePiece, events: list[Event]) -> None:
        lane = self._lanes.get(choice.index)
        if lane is None:
            lane = self._lanes[choice.index] = Lane(choice.index)
        delta = choice.delta or choice.message
        if delta is not None:
            if choice.logprobs is None:
                _delta(lane, delta, events)
            else:
                _with_logprobs(lane, choice, delta, events)
        if choice.finish_reason:
            lane.end(read_end(choice.x_outlast), events, choice.finish_reason, choice.stop_reason)


def _with_logprobs(lane: Lane, choice: ChoicePiece, delta: MessagePiece, events: list[Event]) -> None:
    """Log-probabilities belong to the last words of their chunk; those without words still count."""
    before = len(events)
    _delta(lane, delta, events)
    logprobs = logprobs_text(choice.logprobs)
    if not logprobs:
        return
    for place in range(len(events) - 1, before - 1, -1):
        last = events[place]
        if isinstance(last, Delta) and last.index == lane.open:
            events[place] = msgspec.structs.replace(last, logprobs=logprobs)
            return
    if lane.open == CLOSED:
        lane.begin(_WORDS, events)
        lane.key = "content"
    events.append(Delta(lane.open, choice=lane.choice, logprobs=logprobs))


def _delta(lane: Lane, delta: MessagePiece, events: list[Event]) -> None:
    content = delta.content
    _reasoning(lane, delta, events)
    if isinstance(content, str) and content:
        lane.grow("content", _WORDS, content, events)
    elif content:
        _items(lane, content, events)
    for call in delta.tool_calls or ():
        _call(lane, call, events)
    if delta.refusal:
        lane.grow("refusal", _REFUSAL, delta.refusal, events)
    if delta.function_call is not None:
        _call(lane, CallPiece(index=0, function=delta.function_call), events)
    if delta.audio is not None:
        _audio(lane, delta.audio, events)
    if delta.images or delta.annotations or delta.executed_tools or delta.x_outlast:
        _rarer(lane, delta, events)


def _rarer(lane: Lane, delta: MessagePiece, events: list[Event]) -> None:
    for raw in delta.images or ():
        for image in items(raw):
            lane.whole(image, events)
    if said(delta.executed_tools):
        lane.whole(Native("chat", "executed_tools", bytes(delta.executed_tools)), events)
    for raw in delta.annotations or ():
        _citation(lane, raw, events)
    for kept in _one_text(read_parts(delta.x_outlast)):
        _kept(lane, kept, events)


def _reasoning(lane: Lane, delta: MessagePiece, events: list[Event]) -> None:
    """Details say all that the plain words beside them say."""
    if delta.reasoning_details:
        for raw in delta.reasoning_details:
            _detail(lane, raw, events)
    elif delta.reasoning_content:
        lane.grow("reasoning_content", _CONTENT, delta.reasoning_content, events)
    elif delta.reasoning:
        lane.grow("reasoning", _REASONING, delta.reasoning, events)


def _detail(lane: Lane, raw: msgspec.Raw, events: list[Event]) -> None:
    detail = read_detail(raw)
    key = (detail.type, detail.index)
    if lane.key != key:
        found = read_details([raw])
        if not found or not (detail.words or detail.data or detail.signature):
            return
        lane.begin(msgspec.structs.replace(found[0], text="", signature=""), events)
        lane.key = key
    if detail.words:
        lane.grow(key, _CONTENT, detail.words, events)
    if detail.signature:
        events.append(Delta(lane.open, choice=lane.choice, signature=detail.signature))


def _items(lane: Lane, content: list[msgspec.Raw], events: list[Event]) -> None:
    for raw in content:
        for part in items(raw):
            match part:
                case Text():
                    lane.grow("content", _WORDS, part.text, events)
                case Thinking():
                    lane.grow("thinking", msgspec.structs.replace(part, text=""), part.text, events)
                case _:
                    lane.whole(part, events)


def _call(lane: Lane, call: CallPiece, events: list[Event]) -> None:
    inner = call.function or call.custom
    if inner is None:
        return
    custom = call.function is None
    words = (inner.input if custom else inner.arguments) or ""
    identity, name = call.id or "", inner.name or ""
    place = lane.place(call.index, identity, name)
    signature = signature_of(call.extra_content)
    piece = ToolCall(id=identity, name=name, arguments=words, custom=custom, signature=signature)
    lane.call(place, piece, events)


def _audio(lane: Lane, audio: AudioPiece, events: list[Event]) -> None:
    if lane.key != "audio":
        lane.begin(msgspec.structs.replace(spoken(audio), data="", transcript=""), events)
        lane.key = "audio"
    if audio.data or audio.transcript:
        words, transcript = audio.data or "", audio.transcript or ""
        events.append(Delta(lane.open, words, lane.choice, transcript=transcript))


def _citation(lane: Lane, raw: msgspec.Raw, events: list[Event]) -> None:
    if lane.key != "content":
        lane.begin(_WORDS, events)
        lane.key = "content"
    events.append(Delta(lane.open, choice=lane.choice, citation=read_citation(raw)))


def _one_text(parts: list[Kept]) -> list[Kept]:
    """The records of several texts as one: a stream has one text, and what each cited keeps its place in it."""
    texts = [each for each in parts if each.type == "text"]
    if len(texts) < 2:
        return parts
    citations, extra, offset = list[KeptCitation](), dict[str, msgspec.Raw](), 0
    for each in texts:
        citations += (_placed(citation, offset, each.chars) for citation in each.citations)
        extra |= each.extra
        offset += each.chars
    whole = msgspec.structs.replace(texts[0], chars=offset, citations=citations, extra=extra)
    return [whole if each is texts[0] else each for each in parts if each is texts[0] or each.type != "text"]


def _placed(citation: KeptCitation, offset: int, length: int) -> KeptCitation:
    start = 0 if citation.start is None else citation.start
    end = length if citation.end is None else citation.end
    return msgspec.structs.replace(citation, start=offset + start, end=offset + end)


def _kept(lane: Lane, kept: Kept, events: list[Event]) -> None:
    """What another Outlast kept beside the words: it ends the part that it belongs to."""
    words = "".join(lane.words)
    extra = {name: bytes(raw) for name, raw in kept.extra.items()}
    match kept.type:
        case "thinking" if kept.chars and lane.key == "reasoning_content":
            lane.close(events, thought(kept, words))
        case "thinking" if not kept.chars:
            lane.whole(thought(kept), events)
        case "text" if lane.key == "content":
            lane.close(events, Text(words, tuple(map(source, kept.citations)), extra))
        case "refusal" if lane.key == "refusal":
            lane.close(events, Refusal(words, extra))
        case "native" if not stands_beside(native := Native(kept.dialect, kept.what, bytes(kept.wire))):
            lane.whole(native, events)
        case "media" if isinstance(kept.media, Media):
            lane.whole(msgspec.structs.replace(kept.media, extra=extra), events)
        case _:
            pass
