"""The canonical reply written as a response object.

It knows every member that the object must have. Readers of the Open Responses specification take none of the settings
as null, so what neither request nor provider said is given as this API's own default. It does not know items
(``output``).
"""

import msgspec

from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.reply import End, Finish, Reply
from outlast.dialects.conversation.request import Request
from outlast.dialects.dialect import Framing
from outlast.dialects.responses.output import output, response_id
from outlast.dialects.responses.request_out import instructions_of, settings
from outlast.dialects.responses.wire import NAME, UNREADABLE, Wire, own
from outlast.exchange import Usage

_DEFAULTS: Wire = {
    "background": False,
    "frequency_penalty": 0.0,
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "presence_penalty": 0.0,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "reasoning": {"effort": None, "summary": None},
    "safety_identifier": None,
    "service_tier": "default",
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
}
"""What the API itself says of a request that says nothing."""
_REPEATED = (
    "background", "max_tool_calls", "metadata", "previous_response_id", "prompt_cache_key", "safety_identifier",
    "store", "truncation",
)  # fmt: skip
"""Members of a request that are repeated as they came."""
_REASONS: dict[End, str] = {
    "length": "max_output_tokens", "context": "max_output_tokens", "content_filter": "content_filter",
    "refusal": "content_filter",
}  # fmt: skip
_SAID = frozenset({"stop", "tool_calls", "length", "content_filter"})
"""Ends that are told apart."""
_UNENDED = ("queued", "in_progress", "cancelled")
"""States of a response that has no answer, or not yet."""


_TIERS = frozenset({"auto", "default", "flex", "scale", "priority", "fast", "ultrafast"})
"""OpenAI's words; its clients' types have no other."""


def encode_reply(reply: Reply, framing: Framing, losses: Losses) -> bytes:
    """The response object; what cannot be said is noted in ``losses``."""
    losses.drop_extra(reply.extra, NAME)
    if len(reply.candidates) > 1:
        losses.drop("n", "one answer is all that this dialect has")
    candidate = reply.candidates[0] if reply.candidates else None
    known = response_id(reply.id, framing.id)
    items = output(candidate.parts, known, logprobs_of(candidate.logprobs), losses) if candidate else []
    wire = frame(known, reply.model or framing.model, reply.created or framing.created, framing.request)
    wire |= tier(reply.service_tier, losses)
    if candidate is not None:
        losses.drop_extra(candidate.extra, NAME)
    unsaid(candidate.finish if candidate else None, reply.usage, losses)
    return msgspec.json.encode(
        ended(wire, candidate.finish if candidate else None, items, reply.usage, framing.created)
    )


def tier(said: str, losses: Losses) -> Wire:
    """``service_tier``, where it is one of this dialect's."""
    if said and said not in _TIERS:
        losses.drop("service_tier", "another provider's word")
    return {"service_tier": said} if said in _TIERS else {}


def frame(known: str, model: str, created: int, request: Request | None) -> Wire:
    """A response that has only begun: its head, and what the request asked."""
    head: Wire = {"id": known, "object": "response", "created_at": created, "status": "in_progress", "model": model}
    head |= {"completed_at": None, "error": None, "incomplete_details": None, "output": [], "usage": None}
    return head | _DEFAULTS | (_repeated(request) if request is not None else {})


def ended(wire: Wire, finish: Finish | None, items: list[object], usage: Usage | None, now: int) -> Wire:
    """The same response when it has ended. ``now`` is in Unix seconds."""
    reason = _REASONS.get(finish.end) if finish is not None else None
    wire = wire | {"output": items, "usage": usage_out(usage), "status": "incomplete" if reason else "completed"}
    if reason:
        return wire | {"incomplete_details": {"reason": reason}}
    if finish is not None and finish.said in _UNENDED:
        return wire | {"status": finish.said}
    return wire | {"completed_at": max(now, wire["created_at"])}


def unsaid(finish: Finish | None, usage: Usage | None, losses: Losses) -> None:
    """Note how an answer ended, and what it used, where this dialect has no word for it."""
    if finish is not None and finish.end not in _SAID and finish.said not in _UNENDED:
        losses.drop("finish_reason", "the nearest is said")
    if finish is not None and finish.stop_sequence:
        losses.drop("stop_sequence")
    if usage is not None and (usage.audio_input_tokens or usage.audio_output_tokens):
        losses.drop("usage.audio_tokens")


def usage_out(usage: Usage | None) -> Wire | None:
    """The counts, as this dialect writes them."""
    if usage is None:
        return None
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_tokens, "cache_write_tokens": usage.cache_write_tokens},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }


class _Logprobs(msgspec.Struct):
    content: list[msgspec.Raw] | None = None


def logprobs_of(json: bytes) -> list[msgspec.Raw]:
    """The log-probabilities of words; none where there are none."""
    try:
        return (json and msgspec.json.decode(json, type=_Logprobs).content) or []
    except UNREADABLE:
        return []


def _repeated(request: Request) -> Wire:
    unheard = Losses()  # what the request could not say was noted when it was sent on
    asked = settings(request, unheard, echo=True)
    text, thoughts = asked.pop("text", {}), asked.pop("reasoning", {})
    extra = own(request.extra)
    # A system's message among the items means the same, but is not repeated.
    words = instructions_of(request.messages)[0] if f"{NAME}:instructed" in request.extra else None
    given = {name: extra[name] for name in _REPEATED if name in extra}
    return {
        **asked,
        **given,
        "instructions": words,
        "text": {"format": {"type": "text"}, **text},
        "reasoning": {"effort": None, "summary": None, **thoughts},
    }
