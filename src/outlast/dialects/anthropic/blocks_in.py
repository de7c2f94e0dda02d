"""One content block as a part of the conversation.

It knows the blocks that have a meaning elsewhere; every other one is ``Native``, whole. It does not know turns.
"""

import base64
import contextlib
from collections.abc import Callable, Mapping

import msgspec

from outlast.dialects.anthropic.foreign import MEMBER, extra_of, read_kept, reveal
from outlast.dialects.anthropic.members import NAME, PREFIX, UNREADABLE, Members, items, refuse
from outlast.dialects.conversation.parts import (
    Citation,
    Media,
    MediaKind,
    Native,
    Part,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from outlast.errors import MalformedRequest

_CALLER = f"{PREFIX}caller"
CONTENT = f"{PREFIX}content"
"""Extra member of a tool's result: the whole content, where it has blocks that only this dialect has."""


def read_blocks(raw: bytes, path: str) -> tuple[Part, ...]:
    """A ``content``: a string, or blocks. Raises ``MalformedRequest``."""
    if raw.startswith(b'"'):
        return (Text(_string(raw, path)),)
    return tuple(read_block(item, f"{path}.{index}") for index, item in enumerate(items(raw, path)))


def read_block(raw: bytes | msgspec.Raw, path: str) -> Part:
    """One block. Raises ``MalformedRequest``."""
    block = Members(raw, path)
    kind = block.needed("type")
    reader = _READERS.get(kind)
    part = reader(block) if reader is not None else None
    return Native(NAME, kind, block.raw) if part is None else part


def read_lenient(raw: bytes | msgspec.Raw) -> Part | None:
    """One block of an answer: what is odd is kept as it came; None for what is no object."""
    try:
        return read_block(raw, "content")
    except MalformedRequest:
        pass
    with contextlib.suppress(*UNREADABLE):
        kind = msgspec.json.decode(raw, type=dict[str, msgspec.Raw]).get("type", msgspec.Raw(b'""'))
        return Native(NAME, msgspec.json.decode(kind, type=str), bytes(raw))
    return None


def read_citation(raw: bytes | msgspec.Raw) -> Citation | None:
    """One citation; None for what is no object."""
    try:
        seen = msgspec.json.decode(raw, type=_Citation)
    except msgspec.ValidationError:
        return Citation(wire=bytes(raw), dialect=NAME)
    except UNREADABLE:
        return None
    # An empty index is ours: the citation came from another vendor, and Anthropic would refuse it.
    ours = seen.encrypted_index == ""
    return Citation(
        url=seen.url or seen.source or "",
        title=seen.title or seen.document_title or "",
        quoted=seen.cited_text or "",
        wire=b"" if ours else bytes(raw),
        dialect="" if ours else NAME,
    )


class _Citation(msgspec.Struct):
    url: str | None = None
    source: str | None = None
    title: str | None = None
    document_title: str | None = None
    cited_text: str | None = None
    encrypted_index: str | None = None


def _text(block: Members) -> Text:
    kept = read_kept(block.take(MEMBER))
    found = (read_citation(raw) for raw in block.items("citations"))
    citations = tuple(citation for citation in found if citation is not None)
    return Text(block.needed("text"), citations, extra_of(kept) | block.rest())


def _image(block: Members) -> Media | None:
    return _media(block, "image")


def _document(block: Members) -> Media | None:
    return _media(block, "document")


def _media(block: Members, kind: MediaKind) -> Media | None:
    """None: the source is of a kind, or has members, that no other dialect knows."""
    source = block.object("source")
    if source is None:
        raise MalformedRequest(f"{block.at('source')!r} is required: an object", param=block.at("source"))
    mime, data, url, file_id = source.text("media_type") or "", "", "", ""
    match source.needed("type"):
        case "base64":
            data = source.needed("data")
        case "text":
            data = base64.b64encode(source.needed("data").encode()).decode()
        case "url":
            url = source.needed("url")
        case "file":
            file_id = source.needed("file_id")
        case _:
            return None
    if source.left():
        return None
    name = (block.text("title") or "") if kind == "document" else ""
    return Media(kind=kind, mime=mime, data=data, url=url, file_id=file_id, name=name, extra=block.rest())


def _thinking(block: Members) -> Thinking | None:
    text, signature = block.text("thinking") or "", block.text("signature") or ""
    foreign = reveal(signature)
    if isinstance(foreign, Thinking):
        return msgspec.structs.replace(foreign, text=text)
    return Thinking(text=text, signature=signature, dialect=NAME, extra=block.rest())


def _redacted(block: Members) -> Thinking | Native:
    data = block.needed("data")
    return reveal(data) or Thinking(redacted=data, dialect=NAME, extra=block.rest())


def _tool_use(block: Members) -> ToolCall:
    given = block.take("input") or b"{}"
    if not given.startswith(b"{"):
        refuse(block.at("input"), "an object", given)
    call_id, name = block.needed("id"), block.needed("name")
    kept = read_kept(block.take(MEMBER))
    extra = extra_of(kept) | block.rest()
    if _is_direct(extra.get(_CALLER, b"")):
        del extra[_CALLER]
    return ToolCall(
        id=call_id,
        name=name,
        arguments=custom_input(given) if kept.custom else given.decode(errors="replace"),
        custom=kept.custom,
        signature=kept.signature,
        extra=extra,
    )


def custom_input(given: bytes) -> str:
    """The free text of a custom tool's call, as ``blocks_out`` wraps it."""
    try:
        return msgspec.json.decode(given, type=dict[str, str]).get(CUSTOM_INPUT, "")
    except UNREADABLE:
        return given.decode(errors="replace")


def _string(raw: bytes, path: str) -> str:
    try:
        return msgspec.json.decode(raw, type=str)
    except UNREADABLE:
        refuse(path, "a string or an array of blocks", raw)


def _is_direct(caller: bytes) -> bool:
    """The model itself called: what is so where nobody says a caller."""
    return caller.replace(b" ", b"") == b'{"type":"direct"}'


def _tool_result(block: Members) -> ToolResult:
    call_id, failed = block.needed("tool_use_id"), block.flag("is_error") or False
    content = block.take("content")
    extra = block.rest()
    parts = read_blocks(content, block.at("content")) if content is not None else ()
    said = tuple(part for part in parts if isinstance(part, Text | Media))
    if content is not None and len(said) != len(parts):
        extra[CONTENT] = content
    return ToolResult(call_id=call_id, parts=said, failed=failed, extra=extra)


CUSTOM_INPUT = "input"
"""The one member of ``input`` in which the free text of a custom tool's call stands."""
_Reader = Callable[[Members], Part | None]
_READERS: Mapping[str, _Reader] = {
    "text": _text,
    "image": _image,
    "document": _document,
    "thinking": _thinking,
    "redacted_thinking": _redacted,
    "tool_use": _tool_use,
    "tool_result": _tool_result,
}
