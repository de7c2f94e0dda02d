"""A streamed response read into canonical events.

It knows which events open, grow and close which part. What other events say of a provider's own tools on their way is
not carried over: such a part comes whole when its item is done. Events that cannot be read say nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

import msgspec

from outlast.dialects.conversation.parts import Media, Native, Part, Refusal, Text, Thinking, ToolCall
from outlast.dialects.conversation.reply import Begin, Broke, Delta, Done, Ended, Event, PartBegin, PartEnd, Used
from outlast.dialects.responses.facts import Response, read_response
from outlast.dialects.responses.items_in import PARAGRAPH, citation_of
from outlast.dialects.responses.reply_in import failure_of, finish_of, item_parts, parts_of
from outlast.dialects.responses.wire import NAME, UNREADABLE
from outlast.dialects.sse import data_of
from outlast.dialects.usage import usage_of
from outlast.errors import UpstreamBroken

_ITEM = -1
"""Stands for the whole item where others have the place of a content in it."""
_KINDS = {
    "rate_limit_exceeded": ("rate_limit_error", 429),
    "insufficient_quota": ("insufficient_quota", 429),
    "invalid_prompt": ("invalid_request_error", 400),
    "context_length_exceeded": ("invalid_request_error", 400),
}


class _Event(msgspec.Struct, gc=False):
    """The members of all events that are read."""

    type: str = ""
    delta: str = ""
    output_index: int = 0
    content_index: int = 0
    summary_index: int = 0
    logprobs: msgspec.Raw = msgspec.Raw()
    item: msgspec.Raw = msgspec.Raw()
    part: msgspec.Raw = msgspec.Raw()
    annotation: msgspec.Raw = msgspec.Raw()
    response: msgspec.Raw = msgspec.Raw()
    error: msgspec.Raw = msgspec.Raw()
    message: str | None = None
    code: str | None = None


class _Head(msgspec.Struct):
    """What is known of an item when it begins."""

    type: str = ""
    id: str | None = None
    phase: str | None = None
    call_id: str | None = None
    name: str | None = None


class _Error(msgspec.Struct):
    """What a failed stream says of itself."""

    message: str | None = None
    code: str | None = None


class _Open:
    """A part that grows."""

    __slots__ = ("citations", "grew", "index", "part")

    def __init__(self, index: int, part: Part) -> None:
        self.index = index
        self.part = part
        self.grew = False
        self.citations = 0


_EVENT = msgspec.json.Decoder(_Event)
_HEAD = msgspec.json.Decoder(_Head)
_NOTHING: tuple[Event, ...] = ()


class EventDecoder:
    """Reads one stream."""

    def __init__(self) -> None:
        self._open: dict[tuple[int, int], _Open] = {}
        self._heads: dict[int, dict[str, bytes]] = {}
        self._next = 0
        self._begun: set[int] = set()
        self._natives: set[str] = set()
        self._done = False
        self._read: dict[str, Callable[[_Event], Iterator[Event]]] = {
            "response.created": self._created,
            "response.output_item.added": self._item_added,
            "response.content_part.added": self._content_added,
            "response.output_text.delta": self._words,
            "response.refusal.delta": self._words,
            "response.reasoning_summary_part.added": self._summary_added,
            "response.reasoning_summary_text.delta": self._of_item,
            "response.reasoning_text.delta": self._of_item,
            "response.function_call_arguments.delta": self._of_item,
            "response.custom_tool_call_input.delta": self._of_item,
            "response.output_text.annotation.added": self._annotated,
            "response.content_part.done": self._content_done,
            "response.output_item.done": self._item_done,
            "response.completed": self._completed,
            "response.incomplete": self._completed,
            "response.failed": self._failed,
            "error": self._failed,
        }

    def event(self, event: bytes) -> Sequence[Event]:
        """What one event says."""
        if self._done:
            return _NOTHING
        try:
            piece = _EVENT.decode(_data(event))
        except UNREADABLE:
            return _NOTHING
        if piece.type == "response.output_text.delta":
            opened = self._open.get((piece.output_index, piece.content_index))
            if opened is not None and len(piece.logprobs) <= len(b"[]"):
                opened.grew = True
                return (Delta(opened.index, piece.delta),)
        read = self._read.get(piece.type)
        return tuple(read(piece)) if read is not None else _NOTHING

    def finish(self) -> Sequence[Event]:
        """The body has ended: open parts end. A stream of this dialect that has no terminal event is broken."""
        return tuple(self._close())

    def _begin(self, key: tuple[int, int], part: Part) -> Iterator[Event]:
        opened = self._open[key] = _Open(self._next, part)
        self._next += 1
        self._begun.add(key[0])
        yield PartBegin(part, opened.index)

    def _close(self) -> Iterator[Event]:
        for opened in self._open.values():
            yield PartEnd(opened.index)
        self._open.clear()

    def _created(self, piece: _Event) -> Iterator[Event]:
        try:
            response = read_response(piece.response)
        except UpstreamBroken:
            response = Response()
        tier = response.service_tier or ""
        yield Begin(
            id=response.id or "",
            model=response.model or "",
            created=int(response.created_at or 0),
            service_tier="" if tier == "auto" else tier,  # which one it is, is not known yet
        )

    def _item_added(self, piece: _Event) -> Iterator[Event]:
        try:
            head = _HEAD.decode(piece.item)
        except UNREADABLE:
            return
        extra = {f"{NAME}:id": msgspec.json.encode(head.id)} if head.id else {}
        key = (piece.output_index, _ITEM)
        if head.type == "message":
            phase = {f"{NAME}:phase": msgspec.json.encode(head.phase)} if head.phase else {}
            self._heads[piece.output_index] = {**extra, **phase}
        elif head.type == "reasoning":
            yield from self._begin(key, Thinking(dialect=NAME, extra=extra))
        elif head.type in ("function_call", "custom_tool_call"):
            custom = head.type == "custom_tool_call"
            call = ToolCall(id=head.call_id or "", name=head.name or "", arguments="", custom=custom, extra=extra)
            yield from self._begin(key, call)

    def _content_added(self, piece: _Event) -> Iterator[Event]:
        parts = _content(piece.part)
        extra = self._heads.get(piece.output_index, {}) if piece.content_index == 0 else {}
        empty: Part | None = None
        if parts and isinstance(parts[0], Text):
            empty = Text("", extra=extra)
        elif parts and isinstance(parts[0], Refusal):
            empty = Refusal("", extra=extra)
        if empty is not None:
            yield from self._begin((piece.output_index, piece.content_index), empty)

    def _words(self, piece: _Event) -> Iterator[Event]:
        key = (piece.output_index, piece.content_index)
        if key not in self._open:
            extra = self._heads.get(piece.output_index, {}) if piece.content_index == 0 else {}
            refused = piece.type == "response.refusal.delta"
            yield from self._begin(key, Refusal("", extra=extra) if refused else Text("", extra=extra))
        opened = self._open[key]
        opened.grew = True
        logprobs = bytes(piece.logprobs)
        yield Delta(
            opened.index,
            piece.delta,
            logprobs=b'{"content":%b}' % logprobs if logprobs.startswith(b"[") and logprobs != b"[]" else b"",
        )

    def _of_item(self, piece: _Event) -> Iterator[Event]:
        """More of a thought or of a call."""
        opened = self._open.get((piece.output_index, _ITEM))
        if opened is not None:
            opened.grew = True
            yield Delta(opened.index, piece.delta)

    def _summary_added(self, piece: _Event) -> Iterator[Event]:
        opened = self._open.get((piece.output_index, _ITEM))
        if opened is not None and piece.summary_index and opened.grew:
            yield Delta(opened.index, PARAGRAPH)

    def _annotated(self, piece: _Event) -> Iterator[Event]:
        opened = self._open.get((piece.output_index, piece.content_index))
        if opened is not None and len(piece.annotation):
            opened.citations += 1
            yield Delta(opened.index, citation=citation_of(piece.annotation))

    def _content_done(self, piece: _Event) -> Iterator[Event]:
        opened = self._open.pop((piece.output_index, piece.content_index), None)
        parts = _content(piece.part)
        if opened is not None:
            yield from _ended(opened, parts[0] if parts else None)

    def _item_done(self, piece: _Event) -> Iterator[Event]:
        at = piece.output_index
        parts = item_parts(piece.item, [])
        opened = self._open.pop((at, _ITEM), None)
        if opened is not None:
            yield from _ended(opened, parts[0] if parts else None)
        elif waiting := [key for key in self._open if key[0] == at]:
            for key in waiting:
                yield from _ended(self._open.pop(key), parts[key[1]] if key[1] < len(parts) else None)
        elif at not in self._begun or all(isinstance(part, Native | Media) for part in parts):
            yield from self._whole(at, parts)

    def _whole(self, at: int, parts: Sequence[Part]) -> Iterator[Event]:
        """Parts that were not announced."""
        for part in parts:
            if isinstance(part, Native | Media):
                self._natives.add(_id(part))
                yield from self._begin((at, _ITEM), part)
                yield PartEnd(self._open.pop((at, _ITEM)).index)
            else:
                yield from self._begin((at, _ITEM), _bare(part))
                yield from _ended(self._open.pop((at, _ITEM)), part)

    def _completed(self, piece: _Event) -> Iterator[Event]:
        self._done = True
        try:
            response = read_response(piece.response)
        except UpstreamBroken:
            response = Response()
        yield from self._close()
        parts, _ = parts_of(response.output)
        # A provider may leave items to the last event: all of them, or those of its own tools.
        late = [
            part for part in parts if self._next == 0 or (isinstance(part, Native) and _id(part) not in self._natives)
        ]
        yield from self._whole(_ITEM, late)
        yield Ended(finish_of(response, parts))
        usage = usage_of(response.usage)
        if usage is not None:
            yield Used(usage)
        yield Done()

    def _failed(self, piece: _Event) -> Iterator[Event]:
        self._done = True
        said = _Error(piece.message, piece.code)
        if len(piece.response):
            with suppress(UpstreamBroken):
                response = read_response(piece.response)
                said = _Error(failure_of(response), response.error.code if response.error else None)
        elif len(piece.error):
            with suppress(*UNREADABLE):
                said = msgspec.json.decode(piece.error, type=_Error)
        kind, status = _KINDS.get(said.code or "", ("server_error", 500))
        yield Broke(said.message or "the upstream failed and does not say why", kind, said.code or "", status)
        yield Done()


def _ended(opened: _Open, whole: Part | None) -> Iterator[Event]:
    """What the whole part says beyond what was streamed, and its end."""
    if whole is None or not isinstance(whole, type(opened.part)):
        yield PartEnd(opened.index)
        return
    if isinstance(whole, Text | Refusal):
        whole = msgspec.structs.replace(whole, extra={**opened.part.extra, **whole.extra})  # type: ignore[union-attr]  # of the same type
    words = whole.arguments if isinstance(whole, ToolCall) else getattr(whole, "text", "")
    if words and not opened.grew:
        yield Delta(opened.index, words)
    if isinstance(whole, Text):
        for citation in whole.citations[opened.citations :]:
            yield Delta(opened.index, citation=citation)
    signature = whole.signature if isinstance(whole, Thinking | ToolCall) else ""
    if signature:
        yield Delta(opened.index, signature=signature)
    yield PartEnd(opened.index, part=whole)


def _bare(part: Part) -> Part:
    """A part as it begins."""
    match part:
        case Text() | Refusal():
            return msgspec.structs.replace(part, text="", **({"citations": ()} if isinstance(part, Text) else {}))
        case Thinking():
            return msgspec.structs.replace(part, text="", signature="")
        case ToolCall():
            return msgspec.structs.replace(part, arguments="", signature="")
    return part


def _id(part: Native | Media) -> str:
    """What a provider's own item is called; empty where it has no name."""
    try:
        return msgspec.json.decode(part.wire, type=_Head).id or "" if isinstance(part, Native) else ""
    except UNREADABLE:
        return ""


def _content(raw: msgspec.Raw) -> list[Part]:
    """A content part, as the one of a message would be read."""
    if not len(raw):
        return []
    return item_parts(msgspec.Raw(b'{"type":"message","content":[%b]}' % bytes(raw)), [])


def _data(event: bytes) -> bytes:
    """The data of an event in the form in which nearly all come: one line each for name and data."""
    start = event.find(b"\n") + 1 if event.startswith(b"event:") else 0
    if event.startswith(b"data:", start) and event.find(b"\n", start) == len(event) - 2:
        return event[start + 5 :]
    return data_of(event)
