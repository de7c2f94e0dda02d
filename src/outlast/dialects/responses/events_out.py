"""Canonical events written as the events of a streamed response.

It knows their order: a response begins, items begin, grow and are done one by one, and the response ends with all of
them repeated. What one open part writes is ``announced``'s. It does not know where the bytes go.
"""

from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Media, Native, Part, Refusal, Text, Thinking, ToolCall
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
from outlast.dialects.responses import output
from outlast.dialects.responses.announced import Call, Growing, Message, Sender, Thought, Words
from outlast.dialects.responses.reply_out import ended, frame, tier, unsaid, usage_out
from outlast.dialects.responses.wire import Wire, raw
from outlast.exchange import Usage

_CODES = {"rate_limit_error": "rate_limit_exceeded", "insufficient_quota": "rate_limit_exceeded"}


class EventEncoder:
    """Writes one stream."""

    def __init__(self, framing: Framing, losses: Losses) -> None:
        self._framing = framing
        self._losses = losses
        self._sender = Sender()
        self._frame: Wire = {}
        self._ids = output.Ids(framing.id)
        self._open: dict[int, Growing] = {}
        self._message: Message | None = None
        self._items: dict[int, object] = {}
        self._places = 0
        self._finish: Finish | None = None
        self._usage: Usage | None = None
        self._over = False

    def event(self, event: Event) -> bytes:
        """The server-sent events for one canonical event."""
        if type(event) is Delta:
            growing = self._open.get(event.index)
            if growing is not None and event.choice == 0:
                return growing.delta(event)
        return b"" if self._over else self._rare(event)

    def _rare(self, event: Event) -> bytes:
        if self._is_another(event):
            return b""
        if isinstance(event, Broke) and not self._frame:
            return self._refused(event)
        begun = b"" if self._frame else self._begin(event if isinstance(event, Begin) else Begin())
        match event:
            case PartBegin():
                begun += self._part(event)
            case Delta():
                begun += self._part(PartBegin(Text(""), event.index)) + self._open[event.index].delta(event)
            case PartEnd():
                begun += self._end(event)
            case Ended():
                self._finish = event.finish
                begun += self._close()
            case Used():
                self._usage = event.usage
            case Broke():
                begun += self._failed(event)
            case Done():
                begun += self._done()
            case _:
                pass
        return begun

    def _is_another(self, event: Event) -> bool:
        if not (isinstance(event, PartBegin | Delta | PartEnd | Ended) and event.choice):
            return False
        self._losses.drop("n", "one answer is all that this dialect has")
        return True

    def _begin(self, begin: Begin) -> bytes:
        framing = self._framing
        known = output.response_id(begin.id, framing.id)
        self._ids = output.Ids(known)
        self._frame = frame(known, begin.model or framing.model, begin.created or framing.created, framing.request)
        self._frame |= tier(begin.service_tier, self._losses)
        send = self._sender.send
        return send("response.created", response=self._frame) + send("response.in_progress", response=self._frame)

    def _part(self, event: PartBegin) -> bytes:
        part = output.sayable(event.part)
        if part is None or part.__class__ is not event.part.__class__:
            output.unsaid(event.part, self._losses)
        if isinstance(event.part, Media) and part is None and event.part.kind == "audio":
            part = Text("")  # its words may follow
        match part:
            case None:
                return b""
            case Text() | Refusal():
                return self._words(part, event.index)
            case Native() | Media():
                return self._close_message() + self._whole(part)
        before = self._close_message()
        growing = self._begun(part)
        self._open[event.index] = growing
        return before + growing.begin()

    def _begun(self, part: Part) -> Growing:
        place = self._place()
        if isinstance(part, Thinking):
            return Thought(self._sender, part, self._ids.of(part, "rs", place), place, self._losses)
        assert isinstance(part, ToolCall)  # noqa: S101 - results of tools are no part of an answer, and all others are handled
        return Call(self._sender, part, self._ids.of(part, "ctc" if part.custom else "fc", place), place, self._losses)

    def _words(self, part: Text | Refusal, index: int) -> bytes:
        before = b""
        if self._message is None or output.begins_message(part):
            before = self._close_message()
            place = self._place()
            self._message = Message(self._sender, part, self._ids.of(part, "msg", place), place)
            before += self._message.begin()
        growing = Words(self._sender, part, self._message, self._losses)
        self._open[index] = growing
        return before + growing.begin()

    def _whole(self, part: Native | Media) -> bytes:
        place, sender = self._place(), self._sender
        if isinstance(part, Native):
            item: object = raw(part.wire)
            added = item
        else:
            known = self._ids.of(part, "ig", place)
            item = output.picture(part, known)
            added = {"type": "image_generation_call", "id": known, "status": "in_progress", "result": None}
        self._items[place] = item
        begin = sender.send("response.output_item.added", output_index=place, item=added)
        return begin + sender.send("response.output_item.done", output_index=place, item=item)

    def _end(self, event: PartEnd) -> bytes:
        growing = self._open.pop(event.index, None)
        if growing is None:
            return b""
        out = growing.end(event.part)
        if growing.item is not None:
            self._items[growing.place] = growing.item
        return out

    def _close_message(self) -> bytes:
        """Words end before anything else begins."""
        message = self._message
        if message is None:
            return b""
        out = b"".join(self._end(PartEnd(index)) for index in [*self._open] if isinstance(self._open[index], Words))
        self._message = None
        out += message.end()
        self._items[message.place] = message.item
        return out

    def _close(self) -> bytes:
        out = b"".join(self._end(PartEnd(index)) for index in [*self._open])
        return out + self._close_message()

    def _done(self) -> bytes:
        out = self._close()
        self._over = True
        items = [self._items[place] for place in sorted(self._items)]
        wire = ended(self._frame, self._finish, items, self._usage, self._framing.created)
        unsaid(self._finish, self._usage, self._losses)
        return out + self._sender.send(f"response.{wire['status']}", response=wire)

    def _refused(self, event: Broke) -> bytes:
        """A failure before anything was said, or of a stream that was passed through until now."""
        self._over = True
        return self._sender.send("error", code=event.code or event.kind, message=event.message, param=None)

    def _failed(self, event: Broke) -> bytes:
        self._over = True
        items = [self._items[place] for place in sorted(self._items)]
        error = {"code": _CODES.get(event.kind, "server_error"), "message": event.message}
        wire = self._frame | {"status": "failed", "error": error, "output": items, "usage": usage_out(self._usage)}
        return self._sender.send("response.failed", response=wire)

    def _place(self) -> int:
        place = self._places
        self._places += 1
        return place
