"""A reply as a whole message.

It knows the members of a message. What an answer of Anthropic's cannot have is noted.
"""

import msgspec

from outlast.dialects.anthropic.blocks_out import Block, own
from outlast.dialects.anthropic.content_out import content_block
from outlast.dialects.anthropic.ends import reason_of
from outlast.dialects.anthropic.members import NAME
from outlast.dialects.anthropic.usage import TIERS_BACK, write_usage
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Refusal, Text
from outlast.dialects.conversation.reply import Candidate, Finish, Reply
from outlast.dialects.dialect import Framing
from outlast.exchange import Usage

_KNOWN_TIERS = frozenset({"standard", "priority", "batch"})
_NOBODY = Candidate()


def encode_reply(reply: Reply, framing: Framing, losses: Losses) -> bytes:
    """Write the body of a plain answer."""
    candidate = next((each for each in reply.candidates if each.index == 0), _NOBODY)
    if len(reply.candidates) > 1:
        losses.drop("choices", "one answer a call")
    if candidate.logprobs:
        losses.drop("logprobs")
    losses.drop_extra(candidate.extra, NAME)
    losses.drop_extra(reply.extra, NAME)
    blocks = (content_block(part, losses) for part in candidate.parts if not _says_nothing(part))
    reason, sequence = reason_of(candidate.finish or Finish("stop"), losses)
    return msgspec.json.encode(
        {
            "id": reply.id or framing.id,
            "type": "message",
            "role": "assistant",
            "model": reply.model or framing.model,
            "content": [block for block in blocks if block is not None],
            "stop_reason": _refused(candidate, reason),
            "stop_sequence": sequence,
            "usage": usage_member(reply.usage, reply.service_tier, losses),
        }
        | own(candidate.extra)
    )


def usage_member(usage: Usage | None, tier: str, losses: Losses) -> Block:
    """``usage``, with the tier that Anthropic tells there."""
    member = write_usage(usage)
    if usage is not None and usage.cached_tokens + usage.cache_write_tokens > usage.input_tokens:
        losses.drop("usage.cache_write_tokens", "also counted as read")
    if usage is not None and (usage.audio_input_tokens or usage.audio_output_tokens):
        losses.drop("usage.audio_tokens")
    word = TIERS_BACK.get(tier, tier)
    if word in _KNOWN_TIERS:
        member["service_tier"] = word
    elif word:
        losses.drop("service_tier", "no such tier")
    return member


def _refused(candidate: Candidate, reason: str | None) -> str | None:
    """A model's own refusal ends as one, whatever the vendor called its end."""
    refused = any(isinstance(part, Refusal) for part in candidate.parts)
    return "refusal" if refused and reason == "end_turn" else reason


def _says_nothing(part: object) -> bool:
    return isinstance(part, Text) and not (part.text or part.citations)
