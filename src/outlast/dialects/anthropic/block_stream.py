"""One content block while it is streamed: how it begins, grows and ends.

It knows the deltas of each kind of block. It does not know the order of blocks (``events_out``).
"""

from typing import Final

import msgspec

from outlast.dialects.anthropic.blocks_out import Block, input_of, own, tool_id
from outlast.dialects.anthropic.content_out import call_kept, citation_content, content_block, foreign_signature
from outlast.dialects.anthropic.members import NAME, UNREADABLE
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Native, Part, Refusal, Text, Thinking, ToolCall
from outlast.dialects.conversation.reply import Delta

_encode: Final = msgspec.json.Encoder().encode
_GROWS: Final = {
    Text: b'"text_delta","text":',
    Refusal: b'"text_delta","text":',
    Thinking: b'"thinking_delta","thinking":',
    ToolCall: b'"input_json_delta","partial_json":',
}


def written(kind: str, members: Block) -> bytes:
    """One server-sent event."""
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), _encode({"type": kind} | members))


class BlockStream:
    """A block that is open."""

    __slots__ = ("_head", "_held", "_losses", "_part", "_signature", "_text", "index", "place", "silent")

    def __init__(self, part: Part, index: int, place: int, losses: Losses) -> None:
        self.index: Final = index
        """Of the canonical part."""
        self.place: Final = place
        """On the wire, where parts that are not said leave no gap."""
        self.silent = False
        """Nothing of it is said."""
        self._part = part
        self._losses = losses
        self._signature = ""
        self._text: list[str] = []
        self._held = isinstance(part, ToolCall) and part.custom
        kind = _GROWS.get(type(part), b"")
        self._head = _head(place) + kind if kind else b""

    def delta(self, event: Delta) -> bytes:
        """More of it."""
        text = event.text
        if text and self._head and not self._held:
            said = self._head + _encode(text) + b"}}\n\n"
            return said + self._beside(event) if event.signature or event.citation or event.logprobs else said
        if text and self._held:
            self._text.append(text)
        return self._beside(event)

    def end(self, whole: Part | None) -> bytes:
        """It is complete; ``whole`` where its dialect repeats it."""
        if self.silent:
            return b""
        return (
            self._last(whole)
            + b'event: content_block_stop\ndata: {"type":"content_block_stop","index":%d}\n\n' % self.place
        )

    def _beside(self, event: Delta) -> bytes:
        """A signature or a citation; log-probabilities are nothing that Anthropic tells."""
        out = b""
        if event.logprobs:
            self._losses.drop("logprobs")
        if event.signature and isinstance(self._part, Thinking):
            if self._part.dialect == NAME:
                out += self.grow({"type": "signature_delta", "signature": event.signature})
            self._signature += event.signature
        elif event.signature:
            self._losses.drop("content.signature", "it came after the block began")
        if event.citation is not None and isinstance(self._part, Text):
            citation = citation_content(event.citation, self._losses)
            if citation is not None:
                out += self.grow({"type": "citations_delta", "citation": citation})
        return out

    def _last(self, whole: Part | None) -> bytes:
        """What could not be said before the end was known."""
        part = self._part
        if isinstance(part, ToolCall) and self._held:
            call = msgspec.structs.replace(part, arguments=part.arguments + "".join(self._text))
            return self.grow(
                {"type": "input_json_delta", "partial_json": bytes(input_of(call, self._losses, "")).decode()}
            )
        if not isinstance(part, Thinking) or _encrypted(part):
            return b""
        if part.dialect == NAME:
            late = whole.signature if isinstance(whole, Thinking) and not self._signature else ""
        else:
            known = whole if isinstance(whole, Thinking) else part
            late = foreign_signature(msgspec.structs.replace(known, signature=known.signature or self._signature))
        return self.grow({"type": "signature_delta", "signature": late}) if late else b""

    def silence(self) -> None:
        """Say nothing of it."""
        self.silent, self._head = True, b""

    def grow(self, delta: Block) -> bytes:
        """One delta of any kind."""
        return written("content_block_delta", {"index": self.place, "delta": delta})


def begin_block(part: Part, index: int, place: int, losses: Losses) -> tuple[BlockStream, bytes]:
    """Open a block, and the events with which it begins."""
    block = BlockStream(_empty(part), index, place, losses)
    if isinstance(part, Native) and part.dialect == NAME:
        start, streamed = _streamed(part)
        return block, _start(place, start) + (block.grow(streamed) if streamed else b"")
    start = _opening(part, losses)
    if start is None:
        block.silence()
        return block, b""
    return block, _start(place, start) + b"".join(map(block.delta, _first(part, index)))


def _empty(part: Part) -> Part:
    """The part without what is said of it in deltas; another vendor's signature waits for the end."""
    replace = msgspec.structs.replace
    match part:
        case Thinking(dialect=dialect) if dialect == NAME:
            return replace(part, text="", signature="")
        case Thinking():
            return replace(part, text="")
        case ToolCall():
            return replace(part, arguments="")
        case _:
            return part


def _opening(part: Part, losses: Losses) -> object | None:
    """The block as it begins; None where nothing of it is said."""
    replace = msgspec.structs.replace
    match part:
        case Text():
            return content_block(replace(part, text="", citations=()), losses)
        case Refusal():
            return content_block(replace(part, text=""), losses)
        case ToolCall():
            head: Block = {"type": "tool_use", "id": tool_id(part.id, part.name), "name": part.name, "input": {}}
            return head | own(part.extra) | call_kept(part)
        case Thinking() if not _encrypted(part):
            return {"type": "thinking", "thinking": "", "signature": ""} | own(part.extra)
        case _:
            return content_block(part, losses)


def _first(part: Part, index: int) -> list[Delta]:
    """What a part brings at once, as deltas."""
    match part:
        case Text(text=text, citations=citations):
            return [Delta(index, text), *(Delta(index, citation=each) for each in citations)]
        case Refusal(text=text) | ToolCall(arguments=text):
            return [Delta(index, text)]
        case Thinking(text=text, signature=signature, dialect=dialect) if not _encrypted(part):
            return [Delta(index, text, signature=signature if dialect == NAME else "")]
        case _:
            return []


def _encrypted(part: Thinking) -> bool:
    return bool(part.redacted) and part.dialect == NAME


def _start(place: int, block: object) -> bytes:
    return written("content_block_start", {"index": place, "content_block": block})


def _streamed(part: Native) -> tuple[object, Block | None]:
    """A server's tool begins without its input, which comes as a delta: so it does from Anthropic itself."""
    try:
        members = msgspec.json.decode(part.wire, type=dict[str, msgspec.Raw])
    except UNREADABLE:
        return msgspec.Raw(part.wire), None
    given = bytes(members.get("input", b"{}"))
    if not part.what.endswith("tool_use") or given == b"{}":
        return msgspec.Raw(part.wire), None
    members["input"] = msgspec.Raw(b"{}")
    return members, {"type": "input_json_delta", "partial_json": given.decode(errors="replace")}


def _head(place: int) -> bytes:
    return b'event: content_block_delta\ndata: {"type":"content_block_delta","index":%d,"delta":{"type":' % place
