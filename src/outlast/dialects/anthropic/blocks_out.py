"""Parts of a conversation as content blocks.

It knows the blocks that requests and answers share. Who may see thinking, and in which order blocks stand, is decided
by ``request_out`` and ``reply_out``.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Sequence

import msgspec

from outlast.dialects.anthropic.blocks_in import CONTENT, CUSTOM_INPUT
from outlast.dialects.anthropic.members import NAME, PREFIX, UNREADABLE
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Citation, Extra, Media, Text, Thinking, ToolCall, ToolResult

Block = dict[str, object]
_ODD_IN_ID = re.compile(r"[^a-zA-Z0-9_-]")
_UNPARSED = "INVALID_JSON"
"""Under which Anthropic's guide to fine-grained tool streaming gives back a call whose input is no JSON object."""
_PDF = "application/pdf"


def own(extra: Extra) -> Block:
    """The extra members that are Anthropic's."""
    return {name.removeprefix(PREFIX): msgspec.Raw(value) for name, value in extra.items() if name.startswith(PREFIX)}


def tool_id(given: str, name: str = "") -> str:
    """An id as Anthropic takes it; one that another vendor gave differently is changed the same way each time."""
    if given and _ODD_IN_ID.search(given) is None:
        return given
    return f"{_ODD_IN_ID.sub('_', given or name)[:40]}_{zlib.crc32((given or name).encode(errors='replace')):08x}"


def text_block(part: Text, losses: Losses, place: str) -> Block:
    """Words with their citations."""
    block: Block = {"type": "text", "text": part.text}
    citations = [wire for citation in part.citations if (wire := cited(citation)) is not None]
    if len(citations) < len(part.citations):
        losses.drop(f"{place}.citations" if place else "citations", "of another vendor")
    if citations:
        block["citations"] = citations
    return block | own(part.extra)


def cited(citation: Citation) -> msgspec.Raw | None:
    """A citation of Anthropic's own; None for another's."""
    return msgspec.Raw(citation.wire) if citation.dialect == NAME and citation.wire else None


def thinking_block(part: Thinking) -> Block | None:
    """Thinking that Anthropic itself signed or encrypted; None for any other."""
    if part.dialect != NAME:
        return None
    if part.redacted:
        return {"type": "redacted_thinking", "data": part.redacted} | own(part.extra)
    if not part.signature:
        return None
    return {"type": "thinking", "thinking": part.text, "signature": part.signature} | own(part.extra)


def call_block(part: ToolCall, losses: Losses, place: str) -> Block:
    """A call; what is no JSON object stands in one."""
    block: Block = {"type": "tool_use", "id": tool_id(part.id, part.name), "name": part.name}
    return block | {"input": input_of(part, losses, place)} | own(part.extra)


def input_of(part: ToolCall, losses: Losses, place: str) -> msgspec.Raw:
    """A call's input: always an object."""
    if part.custom:
        return msgspec.Raw(msgspec.json.encode({CUSTOM_INPUT: part.arguments}))
    text = part.arguments.strip() or "{}"
    try:
        msgspec.json.decode(text)
    except (*UNREADABLE, UnicodeEncodeError):
        text = ""
    if text.startswith("{"):
        return msgspec.Raw(text.encode())
    losses.drop(f"{place}.tool_calls.arguments" if place else "tool_calls.arguments", "no JSON object")
    return msgspec.Raw(msgspec.json.encode({_UNPARSED: part.arguments.encode(errors="replace").decode()}))


def result_block(part: ToolResult, losses: Losses) -> Block:
    """What a tool said."""
    block: Block = {"type": "tool_result", "tool_use_id": tool_id(part.call_id, part.name)}
    if CONTENT in part.extra:
        content: object = msgspec.Raw(part.extra[CONTENT])
    else:
        content = _plain(part.parts) or _result_blocks(part.parts, losses)
    if content:
        block["content"] = content
    if part.failed:
        block["is_error"] = True
    losses.drop_extra(part.extra, NAME, "messages.tool_results")
    return block | {name: value for name, value in own(part.extra).items() if name != "content"}


def _plain(parts: Sequence[Text | Media]) -> str:
    """Plain words as one string; empty where there is more than that."""
    if len(parts) == 1 and isinstance(part := parts[0], Text) and not (part.citations or part.extra):
        return part.text
    return ""


def _result_blocks(parts: Sequence[Text | Media], losses: Losses) -> list[Block]:
    blocks: list[Block] = []
    for part in parts:
        losses.drop_extra(part.extra, NAME, "messages.tool_results")
        if isinstance(part, Text):
            if part.text:
                blocks.append(text_block(part, losses, "messages"))
        elif (block := media_block(part, losses)) is not None:
            blocks.append(block)
    return blocks


def media_block(part: Media, losses: Losses) -> Block | None:
    """A picture or a document; None, and noted, for what Anthropic cannot be shown."""
    source: Block | None = None
    if part.kind == "image":
        source = _source(part, part.mime or "image/png")
        if part.detail and part.detail != "auto":
            losses.drop("messages.image.detail")
    elif part.kind == "document":
        source = _document_source(part)
    if source is None:
        losses.drop(f"messages.{part.kind}", f"no {part.mime or part.kind} for this target")
        return None
    block: Block = {"type": part.kind, "source": source}
    if part.kind == "document" and part.name:
        block["title"] = part.name
    return block | own(part.extra)


def _source(part: Media, mime: str) -> Block:
    if part.data:
        return {"type": "base64", "media_type": mime, "data": part.data}
    if part.file_id:
        return {"type": "file", "file_id": part.file_id}
    return {"type": "url", "url": part.url}


def _document_source(part: Media) -> Block | None:
    """PDF as it is; other texts as plain text, which is all that Anthropic takes of them."""
    if not part.data or part.mime in {"", _PDF}:
        return _source(part, _PDF)
    try:
        text = base64.b64decode(part.data, validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    return {"type": "text", "media_type": "text/plain", "data": text}
