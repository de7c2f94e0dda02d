"""A persona's text put into a request, beside what its caller tells the model, in each dialect's own place for it.

It knows where a dialect has such a place. The text stands before the caller's own, so that the caller's words, which
know more of the task, are the later ones; every other byte stays. It does not know what the text says
(``tone.persona``).
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from outlast.dialects.dialect import Asked, Dialect
from outlast.dialects.envelope import Envelope

RULE: Final = "persona"
"""What the record says in ``adapted``."""
_EMPTY: Final = b"[]"
_ROLE: Final = msgspec.json.Decoder(list[msgspec.Raw])


class _Turn(msgspec.Struct):
    role: str = ""


def spoken_as(request: Asked, dialect: Dialect, text: str, path: str) -> Asked:
    """The request with the text in it; the same object where its dialect or its form has no place for one.

    ``path`` is the call's own, which names the model in some dialects.
    """
    place = _PLACES.get(dialect.name)
    change = None if place is None else place(request.envelope, text)
    return request if change is None else dialect.peek(request.envelope.edit(change), path)


def _chat(envelope: Envelope, text: str) -> Mapping[str, bytes] | None:
    """A message before all others, in the role that the caller gives to its own."""
    messages = envelope.text("messages") or _EMPTY
    role = "developer" if _first_role(messages) == "developer" else "system"
    return _before(messages, {"role": role, "content": text}, "messages")


def _responses(envelope: Envelope, text: str) -> Mapping[str, bytes] | None:
    return _joined(envelope, "instructions", text)


def _anthropic(envelope: Envelope, text: str) -> Mapping[str, bytes] | None:
    blocks = envelope.text("system") or b""
    if blocks.startswith(b"["):
        return _before(blocks, {"type": "text", "text": text}, "system", empty=True)
    return _joined(envelope, "system", text)


def _gemini(envelope: Envelope, text: str) -> Mapping[str, bytes] | None:
    if "contents" not in envelope.fields:
        return None
    name = "system_instruction" if "system_instruction" in envelope.fields else "systemInstruction"
    theirs = envelope.text(name)
    if theirs is None:
        return {name: msgspec.json.encode({"parts": [{"text": text}]})}
    if not theirs.startswith(b"{"):
        return None
    content = Envelope.parse(theirs)
    parts = _before(content.text("parts") or _EMPTY, {"text": text}, "parts", empty=True)
    return None if parts is None else {name: content.edit(parts)}


def _joined(envelope: Envelope, name: str, text: str) -> Mapping[str, bytes] | None:
    theirs = envelope.text(name)
    if theirs is None:
        return {name: msgspec.json.encode(text)}
    if not theirs.startswith(b'"'):
        return None
    return {name: msgspec.json.encode(f"{text}\n\n")[:-1] + theirs[1:]}


def _before(
    array: bytes, first: Mapping[str, str], name: str, *, empty: bool = False
) -> Mapping[str, bytes] | None:  # fmt: skip
    """An array with one more value at its beginning; what is in it stays as it was written."""
    if not array.startswith(b"["):
        return None
    rest = array[1:].lstrip()
    if rest.startswith(b"]"):
        return {name: b"[" + msgspec.json.encode(first) + rest} if empty else None
    return {name: b"[" + msgspec.json.encode(first) + b"," + rest}


def _first_role(messages: bytes) -> str:
    try:
        turns = _ROLE.decode(messages)
        return msgspec.json.decode(turns[0], type=_Turn).role if turns else ""
    except (msgspec.MsgspecError, RecursionError):
        return ""


_PLACES: Final[Mapping[str, Callable[[Envelope, str], Mapping[str, bytes] | None]]] = {
    "chat": _chat,
    "responses": _responses,
    "anthropic": _anthropic,
    "gemini": _gemini,
}
