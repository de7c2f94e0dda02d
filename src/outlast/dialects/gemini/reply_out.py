"""A canonical answer as Google's ``GenerateContentResponse``.

It knows candidates, counts and ends. It does not know streams (``events_out``). Parts of other dialects are hidden in
thought signatures, which clients give back.
"""

from datetime import UTC, datetime
from itertools import accumulate

import msgspec

from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Part, Text, ToolCall
from outlast.dialects.conversation.reply import Candidate, Reply
from outlast.dialects.dialect import Framing
from outlast.dialects.gemini.members import PREFIX
from outlast.dialects.gemini.odds import write_odds
from outlast.dialects.gemini.parts_out import Wire, place, write_part
from outlast.dialects.gemini.sources import grounding
from outlast.dialects.gemini.words import finish_reason
from outlast.exchange import Usage

_FEEDBACK = PREFIX + "promptFeedback"
_TIERS = {"default": "standard"}


def encode_reply(reply: Reply, framing: Framing, losses: Losses) -> bytes:
    """The body of a plain answer."""
    wire: Wire = {"candidates": [_candidate(each, losses) for each in reply.candidates]}
    if _FEEDBACK in reply.extra and not any(each.parts for each in reply.candidates):
        del wire["candidates"]  # A prompt that was blocked has feedback alone.
    if reply.usage is not None or reply.service_tier:
        wire["usageMetadata"] = write_usage(reply.usage, reply.service_tier, losses)
    wire["modelVersion"] = reply.model or framing.model
    wire["createTime"] = _time(reply.created or framing.created)
    wire["responseId"] = reply.id or framing.id
    place(wire, reply.extra, losses)
    return msgspec.json.encode(wire)


def write_usage(usage: Usage | None, service_tier: str, losses: Losses) -> Wire:
    """Google's counts, and in whose queue the call stood."""
    wire = _counts(usage, losses) if usage is not None else {}
    if service_tier:
        wire["serviceTier"] = _TIERS.get(service_tier, service_tier)
    return wire


def _counts(usage: Usage, losses: Losses) -> Wire:
    """Thoughts stand beside the answer, not in it."""
    wire: Wire = {
        "promptTokenCount": usage.input_tokens,
        "candidatesTokenCount": max(usage.output_tokens - usage.reasoning_tokens, 0),
        "totalTokenCount": usage.input_tokens + usage.output_tokens,
    }
    if usage.cached_tokens:
        wire["cachedContentTokenCount"] = usage.cached_tokens
    if usage.reasoning_tokens:
        wire["thoughtsTokenCount"] = usage.reasoning_tokens
    if usage.audio_input_tokens:
        wire["promptTokensDetails"] = _by_modality(usage.input_tokens, usage.audio_input_tokens)
    if usage.audio_output_tokens:
        made = usage.output_tokens - usage.reasoning_tokens
        wire["candidatesTokensDetails"] = _by_modality(made, usage.audio_output_tokens)
    if usage.cache_write_tokens:
        losses.drop("usage.cache_write_tokens")
    return wire


def sourced(parts: tuple[Part, ...]) -> Wire | None:
    """``groundingMetadata`` for the citations of an answer's words."""
    texts = [part for part in parts if isinstance(part, Text)]
    if not any(part.citations for part in texts):
        return None
    begins = [0, *accumulate(len(part.text) for part in texts)]
    cited = [(part.text, each, begins[at]) for at, part in enumerate(texts) for each in part.citations]
    whole = "".join(part.text for part in texts)
    return grounding([(text, each) for text, each, _ in cited], whole, [begin for *_, begin in cited])


def _candidate(candidate: Candidate, losses: Losses) -> Wire:
    written = (write_part(part, losses, answer=True) for part in candidate.parts)
    wire: Wire = {
        "content": {"parts": [part for part in written if part is not None], "role": "model"},
        "index": candidate.index,
    }
    if candidate.finish is not None:
        wire["finishReason"] = finish_reason(candidate.finish, losses)
    if any(isinstance(part, ToolCall) and part.custom for part in candidate.parts):
        losses.drop("tool_calls.custom", "written as a function's call")
    if PREFIX + "groundingMetadata" not in candidate.extra and PREFIX + "citationMetadata" not in candidate.extra:
        sources = sourced(candidate.parts)
        if sources is not None:
            wire["groundingMetadata"] = sources
    odds = write_odds(candidate.logprobs)
    if odds is not None:
        wire["logprobsResult"] = odds
    place(wire, candidate.extra, losses)
    return wire


def _by_modality(total: int, spoken: int) -> list[Wire]:
    return [{"modality": "TEXT", "tokenCount": max(total - spoken, 0)}, {"modality": "AUDIO", "tokenCount": spoken}]


_LAST_SECOND = 253_402_300_799
"""Of the year 9999: a provider may write any number."""


def _time(created: int) -> str:
    return datetime.fromtimestamp(min(max(created, 0), _LAST_SECOND), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
