"""``x_outlast``: what a chat completion has no member for, kept beside the answer, so that it survives the client.

It knows how parts are taken apart into plain members (``content``, ``reasoning_content``, ``tool_calls``) and records,
and how they are put together again. Entries have an ``index``, by which clients' libraries merge those of a stream.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated

import msgspec

from outlast.dialects.chat.members import UNREADABLE
from outlast.dialects.conversation.parts import (
    Citation,
    Extra,
    Media,
    Native,
    Part,
    Refusal,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from outlast.dialects.conversation.reply import End, Finish

_NOTHING = msgspec.Raw()
MEMBER = "x_outlast"


class KeptCitation(msgspec.Struct, omit_defaults=True):
    """A source, with what ``annotations`` cannot say of it."""

    url: str = ""
    title: str = ""
    quoted: str = ""
    start: int | None = None
    end: int | None = None
    wire: msgspec.Raw = _NOTHING
    dialect: str = ""


class Kept(msgspec.Struct, omit_defaults=True):
    """One part: how much of a plain member is its own, and what that member cannot say."""

    index: int
    type: str
    """``text refusal thinking call media native``."""
    chars: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Of ``content``, ``refusal`` or ``reasoning_content``, in order."""
    signature: str = ""
    redacted: str = ""
    dialect: str = ""
    what: str = ""
    wire: msgspec.Raw = _NOTHING
    media: Media | None = None
    citations: list[KeptCitation] = []
    extra: dict[str, msgspec.Raw] = {}


class KeptParts(msgspec.Struct, omit_defaults=True):
    """The member of a message or delta."""

    parts: list[Kept] = []


class KeptEnd(msgspec.Struct, omit_defaults=True):
    """The member of a choice: how it ended, where OpenAI has no word for it."""

    end: End
    said: str = ""
    stop_sequence: str = ""


_TYPES: dict[type[Part], str] = {
    Text: "text",
    Refusal: "refusal",
    Thinking: "thinking",
    ToolCall: "call",
    Media: "media",
    Native: "native",
    ToolResult: "result",
}
_PARTS, _END = msgspec.json.Decoder(KeptParts), msgspec.json.Decoder(KeptEnd)


def read_parts(raw: msgspec.Raw | None) -> list[Kept]:
    """The records, in order; none where they cannot be read: a client may have changed them."""
    if not raw:
        return []
    try:
        return sorted(_PARTS.decode(raw).parts, key=lambda each: each.index)
    except UNREADABLE:
        return []


def read_end(raw: msgspec.Raw | None) -> Finish | None:
    """The end of an answer, if it is kept."""
    if not raw:
        return None
    try:
        kept = _END.decode(raw)
    except UNREADABLE:
        return None
    return Finish(kept.end, kept.said, kept.stop_sequence)


def record(part: Part, index: int) -> Kept:
    """A part's record."""
    kept = Kept(index, _TYPES[type(part)])
    match part:
        case Text() | Refusal() | Thinking():
            kept.chars = len(part.text)
        case Media() if not sayable(part):
            kept.media = msgspec.structs.replace(part, extra={})
        case Media() if part.kind == "audio":
            kept.what = part.mime
        case Native():
            kept.dialect, kept.what, kept.wire = part.dialect, part.what, msgspec.Raw(part.wire)
        case _:
            pass
    if isinstance(part, Thinking):
        kept.signature, kept.redacted, kept.dialect = part.signature, part.redacted, part.dialect
    if isinstance(part, Text):
        kept.citations = [_citation(each) for each in part.citations]
    if not isinstance(part, Native):
        kept.extra = {name: msgspec.Raw(value) for name, value in part.extra.items()}
    return kept


def must_be_kept(part: Part) -> bool:
    """Whether plain members lose something of a part."""
    if isinstance(part, Native):
        return not stands_beside(part)
    if isinstance(part, Media):
        odd_sound = part.kind == "audio" and part.mime not in ("", "audio/wav")
        return odd_sound or not sayable(part) or any(not key.startswith("chat:") for key in part.extra)
    if part.extra:
        return True
    if isinstance(part, Thinking):
        return bool(part.signature or part.redacted) or part.dialect not in ("", "chat")
    return isinstance(part, Text) and any(
        each.dialect != "chat" or not (each.wire and each.url) for each in part.citations
    )


def sayable(media: Media) -> bool:
    """Whether an answer of this dialect has a plain member for such media."""
    if media.kind == "audio":
        return bool(media.data or media.transcript) and not media.name
    return media.kind == "image" and not (media.file_id or media.name or media.transcript or media.detail)


def stands_beside(native: Native) -> bool:
    """Whether a native block of this dialect is a member of the message, not an item of a content list."""
    return native.dialect == "chat" and not _typed(native)


def _typed(native: Native) -> bool:
    try:
        return msgspec.json.decode(native.wire, type=_Typed).type == native.what
    except UNREADABLE:
        return False


class _Typed(msgspec.Struct):
    type: str | None = None


_RANKS = {Thinking: 0, Native: 1, Text: 2, Refusal: 3, Media: 4, ToolCall: 5, ToolResult: 6}


def rank(part: Part) -> int:
    """A part's place in the order in which plain members are read."""
    media = isinstance(part, Media) and part.kind == "image"
    return _RANKS[type(part)] * 2 + media


def records(parts: Sequence[Part]) -> list[Kept]:
    """The records of an answer; none where its plain members say everything, order included."""
    ordered = all(rank(before) <= rank(after) for before, after in pairwise(parts))
    natives = [part.what for part in parts if isinstance(part, Native)]
    if ordered and not any(map(must_be_kept, parts)) and len(set(natives)) == len(natives):
        return []
    return [record(part, index) for index, part in enumerate(parts)]


@dataclass(slots=True)
class Plain:
    """What the plain members of a message say."""

    reasoning: str = ""
    content: str = ""
    refusal: str = ""
    calls: list[ToolCall] = field(default_factory=list)
    audio: list[Media] = field(default_factory=list)
    images: list[Media] = field(default_factory=list)
    natives: list[Native] = field(default_factory=list)


def assemble(plain: Plain, kept: Sequence[Kept]) -> list[Part] | None:
    """The parts as they were; None where the records do not fit what the members say (any more)."""
    parts: list[Part] = []
    left = _Left(plain)
    for each in kept:
        part = _part(each, left)
        if part is None:
            return None
        parts.append(part)
    if left.over:
        return None
    return parts if {each.what for each in plain.natives} <= {each.what for each in kept} else None


def orphans(kept: Sequence[Kept]) -> list[Part]:
    """What records say by themselves, where they do not fit: blocks and encrypted thoughts, no signatures."""
    alone = [each for each in kept if each.type == "native" or (each.type == "thinking" and each.redacted)]
    return [part for each in alone if (part := _part(each, _Left(Plain()))) is not None]


class _Words:
    """A text that is taken piece by piece: a client may say that it has as many pieces as letters."""

    __slots__ = ("_at", "_text")

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    @property
    def left(self) -> int:
        """Characters."""
        return len(self._text) - self._at

    def take(self, chars: int) -> str:
        """The next ones."""
        start, self._at = self._at, self._at + chars
        return self._text[start : self._at]


class _Left:
    """What no record has taken yet."""

    __slots__ = ("audio", "calls", "content", "images", "reasoning", "refusal")

    def __init__(self, plain: Plain) -> None:
        self.reasoning, self.content, self.refusal = map(_Words, (plain.reasoning, plain.content, plain.refusal))
        self.calls, self.audio, self.images = plain.calls[::-1], plain.audio[::-1], plain.images[::-1]

    @property
    def over(self) -> bool:
        """Whether there is anything."""
        words = self.reasoning.left or self.content.left or self.refusal.left
        return bool(words or self.calls or self.audio or self.images)


def _part(kept: Kept, left: _Left) -> Part | None:
    extra = {name: bytes(raw) for name, raw in kept.extra.items()}
    part: Part | None = None
    match kept.type:
        case "text" if left.content.left >= kept.chars:
            part = Text(left.content.take(kept.chars), tuple(map(source, kept.citations)), extra)
        case "refusal" if left.refusal.left >= kept.chars:
            part = Refusal(left.refusal.take(kept.chars), extra)
        case "thinking" if left.reasoning.left >= kept.chars:
            part = thought(kept, left.reasoning.take(kept.chars))
        case "call" if left.calls:
            call = left.calls.pop()
            part = msgspec.structs.replace(call, extra={**call.extra, **extra})
        case "media":
            part = _media(kept, left, extra)
        case "native" if kept.wire:
            part = Native(kept.dialect, kept.what, bytes(kept.wire))
        case _:
            pass
    return part


def _media(kept: Kept, left: _Left, extra: Extra) -> Media | None:
    if kept.media:
        return msgspec.structs.replace(kept.media, extra=extra)
    queue = left.audio or left.images
    if not queue:
        return None
    media = queue.pop()
    if kept.what:
        media = msgspec.structs.replace(media, mime=kept.what)
    return msgspec.structs.replace(media, extra={**media.extra, **extra})


def thought(kept: Kept, words: str = "") -> Thinking:
    """A record of thinking as the part, with its words."""
    extra = {name: bytes(raw) for name, raw in kept.extra.items()}
    return Thinking(text=words, signature=kept.signature, redacted=kept.redacted, dialect=kept.dialect, extra=extra)


def source(kept: KeptCitation) -> Citation:
    """A source as it was."""
    return Citation(
        url=kept.url,
        title=kept.title,
        quoted=kept.quoted,
        start=kept.start,
        end=kept.end,
        wire=bytes(kept.wire) if kept.wire else b"",
        dialect=kept.dialect,
    )


def _citation(citation: Citation) -> KeptCitation:
    return KeptCitation(
        url=citation.url,
        title=citation.title,
        quoted=citation.quoted,
        start=citation.start,
        end=citation.end,
        wire=msgspec.Raw(citation.wire) if citation.wire else _NOTHING,
        dialect=citation.dialect,
    )
