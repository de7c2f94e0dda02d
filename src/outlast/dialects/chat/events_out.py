"""Canonical events, written as a stream of chat completion chunks.

It knows OpenAI's chunks: the role first, the usage in a chunk of its own, ``[DONE]`` last. Words are the hot path:
all around them is built once.
"""

from collections.abc import Mapping

import msgspec

from outlast.dialects.chat.citations import annotation, members_of
from outlast.dialects.chat.content import address
from outlast.dialects.chat.ends import usage_wire
from outlast.dialects.chat.kept import MEMBER, Kept, must_be_kept, rank, record, sayable, stands_beside
from outlast.dialects.chat.members import own
from outlast.dialects.chat.reply_out import call_wire, ended, identity, tier
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Citation, Media, Native, Part, Refusal, Text, Thinking, ToolCall
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
from outlast.dialects.dialect import Framing
from outlast.dialects.refusals import ErrorBody, ErrorObject
from outlast.exchange import Usage

_encode = msgspec.json.Encoder().encode
_MEMBERS: dict[type[Part], bytes] = {
    Text: b'{"content":',
    Refusal: b'{"refusal":',
    Thinking: b'{"reasoning_content":',
}


class _Growing:
    """A part that was begun."""

    __slots__ = ("chars", "citations", "head", "part", "place", "signature", "tail")

    def __init__(self, part: Part, head: bytes, tail: bytes, place: int) -> None:
        self.part = part
        self.head, self.tail = head, tail
        """Around its words, in their chunk."""
        self.place = place
        """Of a call among the calls."""
        self.chars = 0
        self.signature = ""
        self.citations: list[Citation] = []


class _Choice:
    """One answer."""

    __slots__ = ("calls", "head", "images", "kept", "last", "parts", "sources", "special")

    def __init__(self, head: bytes) -> None:
        self.head = head
        self.parts: dict[int, _Growing] = {}
        self.calls = self.images = self.sources = 0
        """How many there are: by their places clients' libraries put a stream's lists together."""
        self.last = -1
        """The rank of the part that began last."""
        self.special = False
        """Something has to be kept beside the members, and then every part's record."""
        self.kept: list[Kept] = []
        """Records that are not sent yet."""


class ChatEventEncoder:
    """Writes one caller's stream."""

    __slots__ = ("_choices", "_framing", "_head", "_losses", "_tail", "_usage")

    def __init__(self, framing: Framing, losses: Losses) -> None:
        self._framing = framing
        self._losses = losses
        self._choices: dict[int, _Choice] = {}
        self._usage: Usage | None = None
        self._head = b""
        self._tail = b'],"usage":null}\n\n' if framing.include_usage else b"]}\n\n"
        self._begin(Begin())

    def event(self, event: Event) -> bytes:
        """The chunks for one event."""
        kind = type(event)
        if kind is Delta:
            return self._delta(event)  # type: ignore[arg-type]  # a type test is several times faster than a match
        written = b""
        match event:
            case PartBegin():
                written = self._part_begin(event)
            case PartEnd():
                written = self._part_end(event)
            case Ended():
                written = self._ended(event)
            case Begin():
                self._begin(event)
                written = self._role(0)[1]
            case Used():
                self._usage = event.usage
            case Broke():
                written = broke(event)
            case Done():
                written = self._done()
            case _:
                pass
        return written

    def _begin(self, begin: Begin) -> None:
        framing = self._framing
        head: dict[str, object] = {
            "id": identity(begin.id, framing),
            "object": "chat.completion.chunk",
            "created": begin.created or framing.created,
            "model": begin.model or framing.model,
        }
        head |= tier(begin.service_tier, self._losses)
        self._head = b"data: " + _encode(head)[:-1] + b',"choices":['
        self._usage = begin.usage or self._usage

    def _role(self, index: int) -> tuple[_Choice, bytes]:
        """An answer, and the chunk that introduces it if it is new."""
        choice = self._choices.get(index)
        if choice is not None:
            return choice, b""
        choice = self._choices[index] = _Choice(b'%b{"index":%d,"delta":' % (self._head, index))
        return choice, self._chunk(choice, {"role": "assistant", "content": "", "refusal": None})

    def _chunk(self, choice: _Choice, delta: Mapping[str, object], logprobs: bytes = b"") -> bytes:
        said = b',"logprobs":%b,"finish_reason":null}' % (logprobs or b"null")
        return choice.head + _encode(delta) + said + self._tail

    def _delta(self, event: Delta) -> bytes:
        choice = self._choices.get(event.choice)
        growing = choice.parts.get(event.index) if choice is not None else None
        if choice is None or growing is None:  # Words without a beginning: some decoder has left it out.
            begun = self._part_begin(PartBegin(Text(""), event.index, event.choice))
            return begun + self._delta(event)
        text = event.text
        written = b""
        if text and growing.head:
            growing.chars += len(text)
            tail = growing.tail
            if event.logprobs:
                tail = tail.replace(b'"logprobs":null', b'"logprobs":' + event.logprobs, 1)
            written = growing.head + _encode(text) + tail
        elif event.logprobs:
            written = self._chunk(choice, {}, event.logprobs)
        if event.signature or event.transcript or event.citation is not None:
            written += self._more(choice, growing, event)
        return written

    def _more(self, choice: _Choice, growing: _Growing, event: Delta) -> bytes:
        """What is no words: a signature, a source, what was spoken."""
        written = b""
        if event.signature and isinstance(growing.part, ToolCall):
            signed = {"extra_content": {"google": {"thought_signature": event.signature}}}
            written += self._chunk(choice, {"tool_calls": [{"index": growing.place, **signed}]})
        growing.signature += event.signature
        if event.transcript:
            written += self._chunk(choice, {"audio": {"transcript": event.transcript}})
        if event.citation is not None:
            growing.citations.append(event.citation)
            if event.citation.url:
                source = {**members_of(annotation(event.citation, 0, growing.chars)), "index": choice.sources}
                choice.sources += 1
                written += self._chunk(choice, {"annotations": [source]})
        return written

    def _part_begin(self, event: PartBegin) -> bytes:
        choice, written = self._role(event.choice)
        part = event.part
        head, tail = self._around(choice, part)
        choice.parts[event.index] = growing = _Growing(part, head, tail, choice.calls)
        order = rank(part)
        choice.special = choice.special or order < choice.last
        choice.last = order
        match part:
            case Text() | Refusal() | Thinking() if part.text:
                growing.chars = len(part.text)
                return written + head + _encode(part.text) + tail
            case ToolCall():
                choice.calls += 1
                return written + self._chunk(choice, {"tool_calls": [_numbered(part, growing.place)]})
            case Media() if sayable(part) or part.kind == "audio":
                said = _media(part, choice.images)
                choice.images += part.kind == "image"
                return written + self._chunk(choice, said)
            case Native() if stands_beside(part):
                return written + self._chunk(choice, {part.what: msgspec.Raw(part.wire)})
            case _:
                return written

    def _around(self, choice: _Choice, part: Part) -> tuple[bytes, bytes]:
        """What stands before and after the words of a part; empty for one without words."""
        member = _MEMBERS.get(type(part))
        tail = b'},"logprobs":null,"finish_reason":null}' + self._tail
        if member is not None:
            return choice.head + member, tail
        if isinstance(part, ToolCall):
            inner = b'"custom":{"input":' if part.custom else b'"function":{"arguments":'
            return choice.head + b'{"tool_calls":[{"index":%d,%b' % (choice.calls, inner), b"}}]" + tail
        if isinstance(part, Media) and part.kind == "audio":
            return choice.head + b'{"audio":{"data":', b"}" + tail
        return b"", b""

    def _part_end(self, event: PartEnd) -> bytes:
        choice, written = self._role(event.choice)
        growing = choice.parts.pop(event.index, None)
        if growing is None:
            return written
        part = event.part or growing.part
        if event.part is not None and not growing.chars and growing.head:
            written += self._late(event, growing)
        signed = isinstance(part, Thinking) and event.part is None
        if signed and isinstance(part, Thinking):
            part = msgspec.structs.replace(part, signature=part.signature + growing.signature)
        if isinstance(part, Text) and event.part is None:
            part = msgspec.structs.replace(part, citations=(*part.citations, *growing.citations))
        kept = record(part, event.index)
        kept.chars = growing.chars
        choice.kept.append(kept)
        choice.special = choice.special or must_be_kept(part)
        if not choice.special:
            return written
        unsent, choice.kept = choice.kept, []
        return written + self._chunk(choice, {MEMBER: {"parts": unsent}})

    @staticmethod
    def _late(event: PartEnd, growing: _Growing) -> bytes:
        """Words that only the end of a part says."""
        part = event.part
        words = part.text if isinstance(part, Text | Refusal | Thinking) else ""
        if isinstance(part, ToolCall):
            words = part.arguments
        growing.chars = len(words)
        return growing.head + _encode(words) + growing.tail if words else b""

    def _ended(self, event: Ended) -> bytes:
        choice, written = self._role(event.choice)
        said = _encode({"logprobs": None, **ended(event.finish)})[1:]
        return written + choice.head + b"{}," + said + self._tail

    def _done(self) -> bytes:
        if self._usage is None or not self._framing.include_usage:
            return b"data: [DONE]\n\n"
        usage = _encode(usage_wire(self._usage))
        return self._head + b'],"usage":' + usage + b"}\n\ndata: [DONE]\n\n"


def _numbered(call: ToolCall, place: int) -> dict[str, object]:
    return {"index": place, **call_wire(call, place)}


def _media(media: Media, place: int) -> dict[str, object]:
    if media.kind == "image":
        return {"images": [{"type": "image_url", "image_url": {"url": address(media)}, "index": place}]}
    more = own(media.extra)
    sound: dict[str, object] = {"id": more.get("id", "")}
    if media.data:
        sound["data"] = media.data
    if media.transcript:
        sound["transcript"] = media.transcript
    if "expires_at" in more:
        sound["expires_at"] = more["expires_at"]
    return {"audio": sound}


def broke(event: Broke) -> bytes:
    """An error in a stream, as OpenAI's clients expect one."""
    shown = ErrorObject(event.message, event.kind or "server_error", None, event.code or None)
    return b"data: " + _encode(ErrorBody(shown)) + b"\n\n"
