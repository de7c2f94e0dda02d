"""What other dialects said of a part, kept where an Anthropic client gives it back unchanged.

Thinking blocks have an opaque member that every client returns with its turn: the place where another vendor's signed
thinking, or a block of a vendor's own, survives the way through the client. Text and calls carry the rest under
``x_outlast``. Anthropic itself must never see either: requests to it are written from what was read back.
"""

import base64
import binascii

import msgspec

from outlast.dialects.anthropic.members import NAME, UNREADABLE
from outlast.dialects.conversation.parts import Extra, Native, Thinking

MARK = "outlast:"
"""With which an opaque text of ours begins; signatures of Anthropic's have no colon."""
MEMBER = "x_outlast"


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """What stands under ``x_outlast`` in a block."""

    signature: str = ""
    custom: bool = False
    extra: dict[str, msgspec.Raw] = {}


_PART: msgspec.json.Decoder[Thinking | Native] = msgspec.json.Decoder(Thinking | Native)
_KEPT = msgspec.json.Decoder(Kept)
NOTHING = Kept()


def hide(part: Thinking | Native) -> str:
    """An opaque text that holds the part."""
    return MARK + base64.b64encode(msgspec.json.encode(part)).decode()


def reveal(opaque: str) -> Thinking | Native | None:
    """The part that an opaque text holds; None for a signature of Anthropic's."""
    if not opaque.startswith(MARK):
        return None
    try:
        part = _PART.decode(base64.b64decode(opaque[len(MARK) :], validate=True))
        for value in (part.wire,) if isinstance(part, Native) else part.extra.values():
            # A client may have written it himself, and it will stand in a body as it is.
            msgspec.json.decode(value)
    except (binascii.Error, ValueError, *UNREADABLE):
        return None
    return part


def kept(*, signature: str = "", custom: bool = False, extra: Extra | None = None) -> msgspec.Raw | None:
    """The value of ``x_outlast``; None where there is nothing to keep."""
    foreign = {name: msgspec.Raw(value) for name, value in (extra or {}).items() if not name.startswith(f"{NAME}:")}
    value = Kept(signature, custom, foreign)
    return None if value == NOTHING else msgspec.Raw(msgspec.json.encode(value))


def read_kept(raw: bytes | None) -> Kept:
    """What stands under ``x_outlast``, whoever wrote it; nothing where it cannot be read."""
    if raw is None:
        return NOTHING
    try:
        return _KEPT.decode(raw)
    except UNREADABLE:
        return NOTHING


def extra_of(value: Kept) -> Extra:
    """The extra members that were kept."""
    return {name: bytes(raw) for name, raw in value.extra.items()}
