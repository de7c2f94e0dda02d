"""Canonical events as a stream of Anthropic's.

It knows the order that clients rely on: the message begins, blocks come one after the other with places without gaps,
counts and the reason of the end come together, last. Parts that run side by side wait for their turn. It does not know
where events come from.
"""

from outlast.dialects.anthropic.block_stream import BlockStream, begin_block, written
from outlast.dialects.anthropic.blocks_out import Block, own
from outlast.dialects.anthropic.ends import reason_of
from outlast.dialects.anthropic.faults import type_of
from outlast.dialects.anthropic.members import NAME
from outlast.dialects.anthropic.reply_out import usage_member
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Extra, Refusal, Text
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
from outlast.dialects.dialect import Framing
from outlast.exchange import Usage

_STOP = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
_Piece = PartBegin | Delta | PartEnd


def event_encoder(framing: Framing, losses: Losses) -> "EventWriter":
    """Writes one caller's stream."""
    return EventWriter(framing, losses)


class EventWriter:
    """Writes one stream; see ``EventEncoder``."""

    __slots__ = (
        "_broke",
        "_extra",
        "_finish",
        "_framing",
        "_losses",
        "_open",
        "_place",
        "_refused",
        "_started",
        "_tier",
        "_usage",
        "_waiting",
    )

    def __init__(self, framing: Framing, losses: Losses) -> None:
        self._framing = framing
        self._losses = losses
        self._started = False
        self._broke = False
        self._refused = False
        self._open: BlockStream | None = None
        self._place = 0
        self._waiting: dict[int, list[_Piece]] = {}
        self._finish = Finish("stop")
        self._extra: Extra = {}
        self._usage: Usage | None = None
        self._tier = ""

    def event(self, event: Event) -> bytes:
        """The server-sent events for one canonical event."""
        if type(event) is Delta:
            block = self._open
            if block is not None and block.index == event.index and not event.choice:
                return block.delta(event)
        match event:
            case PartBegin() | Delta() | PartEnd():
                return self._piece(event)
            case Begin():
                return b"" if self._started else self._start(event)
            case Ended():
                self._end(event)
            case Used():
                self._usage = event.usage
            case Broke():
                return self._break(event)
            case Done():
                return self._done()
        return b""

    def _start(self, begin: Begin) -> bytes:
        self._started = True
        self._usage, self._tier = begin.usage, begin.service_tier
        message: Block = {
            "id": begin.id or self._framing.id,
            "type": "message",
            "role": "assistant",
            "model": begin.model or self._framing.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage_member(begin.usage, begin.service_tier, self._losses),
        }
        return written("message_start", {"message": message})

    def _piece(self, event: _Piece) -> bytes:
        """A part begins, grows or ends."""
        if event.choice:
            self._losses.drop("choices", "one answer a call")
            return b""
        started = b"" if self._started else self._start(Begin())
        block = self._open
        if block is not None and block.index != event.index:
            if event.index not in self._waiting and not isinstance(event, PartBegin):
                self._waiting[event.index] = [PartBegin(Text(""), event.index)]
            self._waiting.setdefault(event.index, []).append(event)
            return started
        return started + self._say(event)

    def _say(self, event: _Piece) -> bytes:
        """A piece of the block that is open, or the beginning of one."""
        if isinstance(event, PartBegin):
            closed = b"" if self._open is None else self._open.end(None)
            return closed + self._begin(event)
        begun = b""
        if self._open is None:
            if isinstance(event, PartEnd) and event.part is None:
                return b""
            part = event.part if isinstance(event, PartEnd) and event.part is not None else Text("")
            begun = self._begin(PartBegin(part, event.index))
        block = self._open
        if block is None:
            return begun
        if isinstance(event, Delta):
            return begun + block.delta(event)
        self._open = None
        return begun + block.end(event.part) + self._next()

    def _begin(self, event: PartBegin) -> bytes:
        self._refused = self._refused or isinstance(event.part, Refusal)
        self._open, begun = begin_block(event.part, event.index, self._place, self._losses)
        if not self._open.silent:
            self._place += 1
        return begun

    def _next(self) -> bytes:
        """Parts that waited for their turn, up to one that has not ended yet."""
        out: list[bytes] = []
        while self._open is None and self._waiting:
            index = next(iter(self._waiting))
            out += [self._replay(piece) for piece in self._waiting.pop(index)]
        return b"".join(out)

    def _replay(self, piece: _Piece) -> bytes:
        block = self._open
        if block is None or not isinstance(piece, PartEnd):
            return self._say(piece)
        self._open = None
        return block.end(piece.part)

    def _close(self) -> bytes:
        """Nothing more comes of any part."""
        out: list[bytes] = []
        while self._open is not None:
            out.append(self._shut())
        return b"".join(out)

    def _shut(self) -> bytes:
        block, self._open = self._open, None
        return b"" if block is None else block.end(None) + self._next()

    def _end(self, event: Ended) -> None:
        if not event.choice:
            self._finish, self._extra = event.finish, event.extra
            self._losses.drop_extra(event.extra, NAME)

    def _break(self, event: Broke) -> bytes:
        self._broke = True
        error = {"type": type_of(event.kind, event.status), "message": event.message}
        return written("error", {"error": error})

    def _done(self) -> bytes:
        if self._broke:
            return b""
        started = b"" if self._started else self._start(Begin())
        reason, sequence = reason_of(self._finish, self._losses)
        delta: Block = {
            "stop_reason": "refusal" if self._refused and reason == "end_turn" else reason,
            "stop_sequence": sequence,
        }
        beside = own(self._extra)
        around = {name: beside.pop(name) for name in ("context_management",) if name in beside}
        usage = usage_member(self._usage, "", self._losses)
        return (
            started
            + self._close()
            + written("message_delta", {"delta": delta | beside, "usage": usage} | around)
            + _STOP
        )
