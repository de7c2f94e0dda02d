"""A stream of Anthropic's as canonical events.

It knows which block is open and what it grows by. A block that only this dialect has is told whole, when it is
complete. What cannot be read says nothing.
"""

from collections.abc import Sequence

import msgspec

from outlast.dialects.anthropic.blocks_in import custom_input, read_citation, read_lenient
from outlast.dialects.anthropic.ends import beside, finish_of
from outlast.dialects.anthropic.faults import TYPES
from outlast.dialects.anthropic.members import NAME, UNREADABLE
from outlast.dialects.anthropic.usage import TIERS, WireUsage, merged, read_usage, usage_of
from outlast.dialects.anthropic.wire import ERROR, EVENT, MESSAGE, WireDelta, WireEvent, payload, read
from outlast.dialects.conversation.parts import Native, Part, Text, Thinking, ToolCall
from outlast.dialects.conversation.reply import Begin, Broke, Delta, Done, Ended, Event, PartBegin, PartEnd, Used

_NOTHING: Sequence[Event] = ()


class EventReader:
    """Reads one stream; see ``EventDecoder``."""

    __slots__ = ("_held", "_json", "_open", "_usage")

    def __init__(self) -> None:
        self._open: int | None = None
        self._held: Native | ToolCall | None = None
        """What is told whole at its end: a server's tool, and a custom tool's call, whose free text is wrapped."""
        self._json: list[str] = []
        self._usage: WireUsage | None = None

    def event(self, event: bytes) -> Sequence[Event]:
        """What one event says."""
        said = read(EVENT, payload(event))
        if said is None:
            return _NOTHING
        if said.type == "content_block_delta":
            return _NOTHING if said.delta is None else self._delta(said.index, said.delta)
        return self._rarer(said)

    def finish(self) -> Sequence[Event]:
        """The body has ended without ``message_stop``: no ``Done``, since the answer is not complete."""
        return self._close()

    def _rarer(self, said: WireEvent) -> Sequence[Event]:
        out = _NOTHING
        match said.type:
            case "content_block_start":
                out = (*self._close(), *self._start(said))
            case "content_block_stop":
                out = self._close()
            case "message_start":
                out = self._begin(said)
            case "message_delta":
                out = (*self._close(), *self._message(said))
            case "message_stop":
                out = (*self._close(), Done())
            case "error":
                out = (_broke(said),)
            case _:
                pass
        return out

    def _delta(self, index: int, delta: WireDelta) -> Sequence[Event]:
        if self._held is not None:
            self._json.append(delta.partial_json or "")
            return _NOTHING
        opening = _NOTHING if self._open == index else (*self._close(), *self._opened(index, delta))
        match delta.type:
            case "text_delta":
                text = delta.text
            case "input_json_delta":
                text = delta.partial_json
            case "thinking_delta":
                text = delta.thinking
            case "signature_delta":
                return (*opening, Delta(index, signature=delta.signature)) if delta.signature else opening
            case "citations_delta":
                citation = read_citation(delta.citation)
                return (*opening, Delta(index, citation=citation)) if citation is not None else opening
            case _:
                return opening
        if not text:
            return opening
        return (*opening, Delta(index, text)) if opening else (Delta(index, text),)

    def _opened(self, index: int, delta: WireDelta) -> Sequence[Event]:
        """A delta came whose block never began."""
        if delta.type not in {"text_delta", "thinking_delta"}:
            return _NOTHING
        self._open = index
        return (PartBegin(Text("") if delta.type == "text_delta" else Thinking(dialect=NAME), index),)

    def _start(self, said: WireEvent) -> Sequence[Event]:
        part = read_lenient(said.content_block)
        if part is None:
            return _NOTHING
        self._open = said.index
        if isinstance(part, Native) or (isinstance(part, ToolCall) and part.custom):
            self._held = part
            return _NOTHING
        return _beginning(part, said.index)

    def _close(self) -> Sequence[Event]:
        index, held, self._open, self._held = self._open, self._held, None, None
        if index is None:
            return _NOTHING
        if held is None:
            return (PartEnd(index),)
        written = "".join(self._json)
        self._json.clear()
        if isinstance(held, ToolCall):
            text = custom_input(written.encode()) if written else held.arguments
            begin = PartBegin(msgspec.structs.replace(held, arguments=""), index)
            return (begin, Delta(index, text), PartEnd(index))
        whole = _with_input(held, written) if written else held
        return (PartBegin(whole, index), PartEnd(index))

    def _begin(self, said: WireEvent) -> Sequence[Event]:
        message = read(MESSAGE, said.message)
        if message is None:
            return _NOTHING
        self._usage = read_usage(message.usage)
        tier = (self._usage.service_tier if self._usage is not None else None) or ""
        begin = Begin(
            id=message.id or "",
            model=message.model or "",
            usage=usage_of(self._usage),
            service_tier=TIERS.get(tier, tier),
        )
        return (begin,)

    def _message(self, said: WireEvent) -> Sequence[Event]:
        self._usage = merged(self._usage, read_usage(said.usage))
        usage = usage_of(self._usage)
        delta = said.delta or WireDelta()
        finish = finish_of(delta.stop_reason, delta.stop_sequence)
        found = beside(
            stop_details=delta.stop_details, container=delta.container, context_management=said.context_management
        )
        ended = () if finish is None else (Ended(finish, extra=found),)
        return (*ended, Used(usage)) if usage is not None else ended


def event_decoder() -> EventReader:
    """Reads one upstream's stream."""
    return EventReader()


def _beginning(part: Part, index: int) -> Sequence[Event]:
    """A block begins empty; whatever it brings at once, some providers do, is its first delta."""
    replace = msgspec.structs.replace
    match part:
        case Text() if part.text or part.citations:
            cited = tuple(Delta(index, citation=citation) for citation in part.citations)
            return (PartBegin(replace(part, text="", citations=()), index), Delta(index, part.text), *cited)
        case Thinking(redacted="") if part.text or part.signature:
            begin = PartBegin(replace(part, text="", signature=""), index)
            return (begin, Delta(index, part.text, signature=part.signature))
        case ToolCall(arguments="{}"):
            return (PartBegin(replace(part, arguments=""), index),)
        case _:
            return (PartBegin(part, index),)


def _with_input(block: Native, written: str) -> Native:
    """A server's tool with the input that was streamed after it."""
    try:
        msgspec.json.decode(written)
        members = msgspec.json.decode(block.wire, type=dict[str, msgspec.Raw])
    except UNREADABLE:
        return block
    members["input"] = msgspec.Raw(written.encode())
    return Native(block.dialect, block.what, msgspec.json.encode(members))


def _broke(said: WireEvent) -> Broke:
    error = read(ERROR, said.error)
    kind = (error.type if error is not None else None) or ""
    message = (error.message if error is not None else None) or "the upstream reported an error in its stream"
    known = TYPES.get(kind)
    return Broke(message, known.ours if known else "upstream_error", status=known.status if known else 0)
