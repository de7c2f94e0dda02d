"""Parts of an answer as the content blocks that a caller gets.

It knows how another vendor's thinking, signatures and blocks are kept in blocks that every client gives back, and what
cannot be said. It does not know streams.
"""

import msgspec

from outlast.dialects.anthropic.blocks_out import Block, call_block, cited, own, thinking_block
from outlast.dialects.anthropic.foreign import MEMBER, hide, kept
from outlast.dialects.anthropic.members import NAME
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Citation, Media, Native, Part, Refusal, Text, Thinking, ToolCall


def content_block(part: Part, losses: Losses) -> object | None:
    """One block; None, and noted, for what Anthropic's answers do not have."""
    match part:
        case Text():
            return text_content(part, losses)
        case Refusal():
            return {"type": "text", "text": part.text} | _kept(kept(extra=part.extra))
        case Thinking():
            return thinking_block(part) or foreign_thinking(part)
        case ToolCall():
            return call_block(part, losses, "") | call_kept(part)
        case Native():
            return msgspec.Raw(part.wire) if part.dialect == NAME else _redacted(part)
        case Media():
            losses.drop(f"content.{part.kind}", "answers are words")
        case _:
            losses.drop("content.tool_result", "no part of an answer")
    return None


def text_content(part: Text, losses: Losses) -> Block:
    """Words with their citations; those of another vendor as results of a search of the web, without its index."""
    block: Block = {"type": "text", "text": part.text}
    citations = [wire for each in part.citations if (wire := citation_content(each, losses)) is not None]
    if citations:
        block["citations"] = citations
    return block | own(part.extra) | _kept(kept(extra=part.extra))


def citation_content(citation: Citation, losses: Losses) -> object | None:
    """One citation; None, and noted, for one without an address."""
    if (wire := cited(citation)) is not None:
        return wire
    if not citation.url:
        losses.drop("content.citations", "without an address")
        return None
    return {
        "type": "web_search_result_location",
        "cited_text": citation.quoted,
        "encrypted_index": "",
        "title": citation.title or None,
        "url": citation.url,
    }


def call_kept(part: ToolCall) -> Block:
    """What another vendor said of a call."""
    return _kept(kept(signature=part.signature, custom=part.custom, extra=part.extra))


def foreign_thinking(part: Thinking) -> Block:
    """Another vendor's thinking: its words to be seen, the rest hidden in the signature."""
    return {"type": "thinking", "thinking": part.text, "signature": foreign_signature(part)}


def foreign_signature(part: Thinking) -> str:
    """What a client has to give back with another vendor's thinking; empty where that is nothing."""
    bare = msgspec.structs.replace(part, text="")
    return "" if bare in (Thinking(), Thinking(dialect=NAME)) else hide(bare)


def _redacted(part: Native) -> Block:
    return {"type": "redacted_thinking", "data": hide(part)}


def _kept(value: msgspec.Raw | None) -> Block:
    return {} if value is None else {MEMBER: value}
