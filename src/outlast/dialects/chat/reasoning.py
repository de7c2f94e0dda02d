"""``reasoning_details``: OpenRouter's list of thoughts, both ways.

It knows its three types, each a thought of its own. Their ``index`` says no more than their place.
"""

from collections.abc import Sequence

import msgspec

from outlast.dialects.chat.members import UNREADABLE, own
from outlast.dialects.conversation.parts import Extra, Thinking

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_STRING = msgspec.json.Decoder(str)
_TEXT, _SUMMARY, _ENCRYPTED = "reasoning.text", "reasoning.summary", "reasoning.encrypted"
_WORDS = {_TEXT: "text", _SUMMARY: "summary", _ENCRYPTED: "data"}
TYPE = "chat:type"
"""Of a detail, where it does not follow from what the thought has."""
FORM = "chat:member"
DETAILS = b'"reasoning_details"'


class Detail(msgspec.Struct, gc=False):
    """One of the list, as far as a stream's piece is read."""

    type: str | None = None
    index: int | None = None
    text: str | None = None
    summary: str | None = None
    data: str | None = None
    signature: str | None = None

    @property
    def words(self) -> str:
        """What is thought, in words."""
        return self.text or self.summary or ""


def read_details(raws: Sequence[msgspec.Raw]) -> list[Thinking]:
    """The thoughts; what cannot be read is left out."""
    return [thought for place, raw in enumerate(raws) if (thought := _read(raw, place)) is not None]


def _read(raw: msgspec.Raw, place: int) -> Thinking | None:
    try:
        fields = _OBJECT.decode(raw)
    except UNREADABLE:
        return None
    kind = _string(fields.pop("type", None))
    if _number(fields.get("index")) == place:
        del fields["index"]
    words = _string(fields.pop(_WORDS.get(kind, "text"), None))
    signature = _string(fields.pop("signature", None))
    extra: Extra = {f"chat:{name}": bytes(value) for name, value in fields.items() if bytes(value) != b"null"}
    extra[FORM] = DETAILS
    if kind == _ENCRYPTED:
        return Thinking(redacted=words, dialect="chat", extra=extra)
    if kind != _TEXT:
        extra[TYPE] = msgspec.json.encode(kind)
    return Thinking(text=words, signature=signature, dialect="chat", extra=extra)


def stands_in_details(thought: Thinking) -> bool:
    """Whether a thought has to be written as a detail: it came as one, or nothing else can carry it."""
    return thought.extra.get(FORM) == DETAILS or bool(thought.signature or thought.redacted)


def write_details(thoughts: Sequence[Thinking]) -> list[dict[str, object]]:
    """The list."""
    return [_write(thought, place) for place, thought in enumerate(thoughts)]


def _write(thought: Thinking, place: int) -> dict[str, object]:
    more: dict[str, object] = dict(own(thought.extra))
    more.pop("member", None)
    said = thought.extra.get(TYPE)
    kind = _string(msgspec.Raw(said)) if said else _ENCRYPTED if thought.redacted else _TEXT
    words = _WORDS.get(kind, "text")
    signed = {"signature": thought.signature} if thought.signature else {}
    return {"index": place, **more, "type": kind, words: thought.redacted or thought.text, **signed}


def _string(raw: msgspec.Raw | None) -> str:
    try:
        return _STRING.decode(raw) if raw is not None else ""
    except UNREADABLE:
        return ""


def _number(raw: msgspec.Raw | None) -> int | None:
    return int(bytes(raw)) if raw is not None and bytes(raw).isdigit() and len(raw) < len("1000000") else None
