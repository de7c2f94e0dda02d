"""The events of one open part: how a text, a thought or a call of a tool begins, grows and is done.

It knows the words of those events and that each is numbered. It does not know which part comes after which
(``events_out``).
"""

from typing import Any, Protocol

import msgspec

from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Citation, Part, Refusal, Text, Thinking, ToolCall
from outlast.dialects.conversation.reply import Delta
from outlast.dialects.responses import output
from outlast.dialects.responses.items_out import annotation
from outlast.dialects.responses.reply_out import logprobs_of
from outlast.dialects.responses.wire import Wire

_encode = msgspec.json.Encoder().encode


class Sender:
    """Writes events and numbers them."""

    __slots__ = ("number",)

    def __init__(self) -> None:
        self.number = 0

    def send(self, kind: str, **more: Any) -> bytes:
        """One event."""
        data = _encode({"type": kind, **more, "sequence_number": self.number})
        self.number += 1
        return b"event: %b\ndata: %b\n\n" % (kind.encode(), data)

    def growing(self, kind: str, **more: Any) -> bytes:
        """How every event of a kind begins that grows one part; ``more`` stays the same."""
        head = _encode({"type": kind, **more})
        return b'event: %b\ndata: %b,"delta":' % (kind.encode(), head[:-1])

    def grown(self, begin: bytes, text: str) -> bytes:
        """One such event."""
        number = self.number
        self.number = number + 1
        return b'%b%b,"sequence_number":%d}\n\n' % (begin, _encode(text), number)


class Growing(Protocol):
    """An open part."""

    place: int
    item: object | None
    """The item that it became, where it is one by itself."""

    def begin(self) -> bytes:
        """The events that announce it."""
        ...

    def delta(self, delta: Delta) -> bytes:
        """The events for more of it."""
        ...

    def end(self, whole: Part | None) -> bytes:
        """The events that it is done."""
        ...


class Message:
    """A message that is open; words are its contents."""

    def __init__(self, sender: Sender, part: Text | Refusal, item_id: str, place: int) -> None:
        self._sender = sender
        self._part = part
        self.id = item_id
        self.place = place
        self.contents: list[Wire] = []
        self.taken = 0
        """How many contents have begun."""
        self.item: Wire = {}

    def begin(self) -> bytes:
        """The event that announces it."""
        item = output.message(self._part, self.id, (), "in_progress")
        return self._sender.send("response.output_item.added", output_index=self.place, item=item)

    def end(self) -> bytes:
        """The event that it is done."""
        self.item = output.message(self._part, self.id, self.contents, "completed")
        return self._sender.send("response.output_item.done", output_index=self.place, item=self.item)


class Words:
    """A text or a refusal inside a message."""

    def __init__(self, sender: Sender, part: Text | Refusal, message: Message, losses: Losses) -> None:
        self._sender = sender
        self._part = part
        self._losses = losses
        self._message = message
        self.place = message.place
        self.item: object | None = None
        self._at: Wire = {"item_id": message.id, "output_index": message.place, "content_index": message.taken}
        message.taken += 1
        self._kind = "response.output_text" if isinstance(part, Text) else "response.refusal"
        fixed: Wire = {"logprobs": []} if isinstance(part, Text) else {}
        self._head = sender.growing(f"{self._kind}.delta", **self._at, **fixed)
        self._said: list[str] = []
        self._length = 0
        self._citations: list[Citation] = []
        self._logprobs: list[msgspec.Raw] = []

    def begin(self) -> bytes:
        """The content begins; what it holds already follows."""
        empty = output.content(_emptied(self._part), (), self._losses)
        out = self._sender.send("response.content_part.added", **self._at, part=empty)
        out += self.delta(Delta(0, self._part.text)) if self._part.text else b""
        known = self._part.citations if isinstance(self._part, Text) else ()
        return out + b"".join(self.delta(Delta(0, citation=each)) for each in known)

    def delta(self, delta: Delta) -> bytes:
        """More words, or where they come from."""
        text = delta.text or delta.transcript
        if text and not delta.logprobs and delta.citation is None:
            self._said.append(text)
            self._length += len(text)
            return self._sender.grown(self._head, text)
        out = self._with_logprobs(text, delta.logprobs) if text or delta.logprobs else b""
        return out + (self._cited(delta.citation) if delta.citation is not None else b"")

    def end(self, whole: Part | None) -> bytes:
        """The content is done."""
        if isinstance(whole, type(self._part)) and isinstance(whole, Text | Refusal):
            out = self.delta(Delta(0, whole.text)) if whole.text and not self._said else b""
            for each in whole.citations[len(self._citations) :] if isinstance(whole, Text) else ():
                out += self._cited(each)
        else:
            out = b""
        made = _made(self._part, "".join(self._said), self._citations)
        wire = output.content(made, self._logprobs, self._losses)
        said = {"text": made.text, "logprobs": self._logprobs} if isinstance(made, Text) else {"refusal": made.text}
        self._message.contents.append(wire)
        out += self._sender.send(f"{self._kind}.done", **self._at, **said)
        return out + self._sender.send("response.content_part.done", **self._at, part=wire)

    def _with_logprobs(self, text: str, logprobs: bytes) -> bytes:
        found = logprobs_of(logprobs)
        self._logprobs += found
        self._said.append(text)
        self._length += len(text)
        fixed = {"logprobs": found} if isinstance(self._part, Text) else {}
        return self._sender.send(f"{self._kind}.delta", **self._at, delta=text, **fixed)

    def _cited(self, citation: Citation) -> bytes:
        wire = annotation(citation, self._length, self._losses)
        if wire is None or not isinstance(self._part, Text):
            return b""
        self._citations.append(citation)
        return self._sender.send(
            "response.output_text.annotation.added",
            **self._at, annotation_index=len(self._citations) - 1, annotation=wire,
        )  # fmt: skip


class Thought:
    """A thought: its words are shown as a summary."""

    def __init__(self, sender: Sender, part: Thinking, item_id: str, place: int, losses: Losses) -> None:
        self._sender = sender
        self._part = part
        self._id = item_id
        self._losses = losses
        self.place = place
        self.item: object | None = None
        self._at: Wire = {"item_id": item_id, "output_index": place, "summary_index": 0}
        self._head = sender.growing("response.reasoning_summary_text.delta", **self._at)
        self._said: list[str] = []
        self._signature = part.signature

    def begin(self) -> bytes:
        """The item begins; what it holds already follows."""
        item = {"type": "reasoning", "id": self._id, "summary": []}
        out = self._sender.send("response.output_item.added", output_index=self.place, item=item)
        return out + (self.delta(Delta(0, self._part.text)) if self._part.text else b"")

    def delta(self, delta: Delta) -> bytes:
        """More words; a signature is kept for the end."""
        self._signature += delta.signature
        if not delta.text:
            return b""
        begun = b"" if self._said else self._summary("added", "")
        self._said.append(delta.text)
        return begun + self._sender.grown(self._head, delta.text)

    def end(self, whole: Part | None) -> bytes:
        """The item is done."""
        text = "".join(self._said)
        if isinstance(whole, Thinking):
            out = self.delta(Delta(0, whole.text)) if whole.text and not text else b""
            made = msgspec.structs.replace(whole, text=text or whole.text)
        else:
            out = b""
            made = msgspec.structs.replace(self._part, text=text, signature=self._signature)
        if self._said:
            out += self._sender.send("response.reasoning_summary_text.done", **self._at, text=made.text)
            out += self._summary("done", made.text)
        self.item = output.thought(made, self._id, self._losses)
        return out + self._sender.send("response.output_item.done", output_index=self.place, item=self.item)

    def _summary(self, what: str, text: str) -> bytes:
        part = {"type": "summary_text", "text": text}
        return self._sender.send(f"response.reasoning_summary_part.{what}", **self._at, part=part)


class Call:
    """A call of a tool."""

    def __init__(self, sender: Sender, part: ToolCall, item_id: str, place: int, losses: Losses) -> None:
        self._sender = sender
        self._part = part
        self._id = item_id
        self._losses = losses
        self.place = place
        self.item: object | None = None
        self._kind = "response.custom_tool_call_input" if part.custom else "response.function_call_arguments"
        self._at: Wire = {"item_id": item_id, "output_index": place}
        self._head = sender.growing(f"{self._kind}.delta", **self._at)
        self._said: list[str] = []
        self._signature = part.signature

    def begin(self) -> bytes:
        """The item begins; what it holds already follows."""
        empty = msgspec.structs.replace(self._part, arguments="", signature="")
        item = output.call(empty, self._id, "in_progress", self._losses)
        out = self._sender.send("response.output_item.added", output_index=self.place, item=item)
        return out + (self.delta(Delta(0, self._part.arguments)) if self._part.arguments else b"")

    def delta(self, delta: Delta) -> bytes:
        """More arguments; a signature is kept for the end."""
        self._signature += delta.signature
        if not delta.text:
            return b""
        self._said.append(delta.text)
        return self._sender.grown(self._head, delta.text)

    def end(self, whole: Part | None) -> bytes:
        """The item is done."""
        known = whole if isinstance(whole, ToolCall) else self._part
        rest = known.arguments or ("" if known.custom else "{}")  # clients parse what a call without arguments says
        out = self.delta(Delta(0, rest)) if not self._said else b""
        made = msgspec.structs.replace(
            self._part, arguments="".join(self._said), signature=known.signature or self._signature, extra=known.extra
        )
        self.item = output.call(made, self._id, "completed", self._losses)
        said = {"input": made.arguments} if made.custom else {"name": made.name, "arguments": made.arguments}
        out += self._sender.send(f"{self._kind}.done", **self._at, **said)
        return out + self._sender.send("response.output_item.done", output_index=self.place, item=self.item)


def _emptied(part: Text | Refusal) -> Text | Refusal:
    if isinstance(part, Text):
        return msgspec.structs.replace(part, text="", citations=())
    return msgspec.structs.replace(part, text="")


def _made(part: Text | Refusal, text: str, citations: list[Citation]) -> Text | Refusal:
    if isinstance(part, Text):
        return msgspec.structs.replace(part, text=text, citations=tuple(citations))
    return msgspec.structs.replace(part, text=text)
