"""How a conversation begins, as it came: enough to know it again at its next turn, without reading what follows.

It knows where the first turns stand on the wires whose requests carry them all. It reads no turn for what it means:
that is ``Dialect.decode_request``, and where this module says None, or no plain words, only that one knows.
"""

from typing import Final

import msgspec

from outlast.dialects.dialect import Asked, Dialect

_RAWS: Final = msgspec.json.Decoder(list[msgspec.Raw])
_WIRES: Final = {"chat": None, "anthropic": "system"}
"""Dialects with ``messages``, and the member that stands above them."""
_BEFORE: Final = frozenset({"system", "developer", "assistant"})
_UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError)


class _Turn(msgspec.Struct, gc=False):
    role: str = ""


class _Words(msgspec.Struct, gc=False):
    role: str
    content: str


_TURN: Final = msgspec.json.Decoder(_Turn)
_TURNS: Final = msgspec.json.Decoder(list[_Turn])
_WORDS: Final = msgspec.json.Decoder(_Words)
_TEXT: Final = msgspec.json.Decoder(str)


class Opening(msgspec.Struct, frozen=True, gc=False):
    """The turns up to the first of a user's."""

    wire: bytes
    """As they came: where these bytes are the same in two requests of one dialect, the same was told and asked."""
    above: msgspec.Raw | None
    turns: tuple[msgspec.Raw, ...]
    messages: msgspec.Raw

    def plain(self) -> tuple[tuple[str, str], ...] | None:
        """Role and text of each; None: one of them is more than a text, or empty, and has to be read whole."""
        try:
            said = [("system", _TEXT.decode(self.above))] if self.above is not None else []
            said += [(words.role, words.content) for words in map(_WORDS.decode, self.turns)]
        except _UNREADABLE:
            return None
        return tuple(said) if all(text for _, text in said) else None

    def answered(self) -> bool:
        """Whether the request has any answer in it, of whatever kind."""
        try:
            return any(turn.role == "assistant" for turn in _TURNS.decode(self.messages))
        except _UNREADABLE:  # nobody can read it: whoever is asked says so
            return False


def opening(dialect: Dialect, asked: Asked) -> Opening | None:
    """How the conversation of a request begins; None: this wire says it otherwise, or it cannot be seen."""
    fields = asked.envelope.fields
    messages = fields.get("messages") if dialect.name in _WIRES else None
    if messages is None:
        return None
    above = _WIRES[dialect.name]
    told = fields.get(above) if above else None
    try:
        raws = _RAWS.decode(messages)
        for place, raw in enumerate(raws, 1):
            role = _TURN.decode(raw).role
            if role == "user":
                first = raws[:place]
                return Opening(b",".join((told or b"", *first)), told, tuple(first), messages)
            if role not in _BEFORE:
                return None
    except _UNREADABLE:
        return None
    return None
