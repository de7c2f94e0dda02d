"""Token counts in Anthropic's words, both ways.

It knows that Anthropic's ``input_tokens`` leaves out what was read from a cache or written to one, while ours is the
whole prompt. It does not know prices. A count that was not reported is 0, a report without counts is None.
"""

import msgspec

from outlast.dialects.anthropic.members import UNREADABLE
from outlast.dialects.usage import Count
from outlast.exchange import Usage


class Details(msgspec.Struct, gc=False):
    """What the output consists of."""

    thinking_tokens: Count | None = None


class WireUsage(msgspec.Struct, gc=False):
    """The ``usage`` of a message or of an event of its stream; the latter's counts are those so far."""

    input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    output_tokens: Count | None = None
    output_tokens_details: Details | None = None
    service_tier: str | None = None


_USAGE = msgspec.json.Decoder(WireUsage)
_COUNT = msgspec.json.Decoder(Count)
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read_usage(raw: bytes | msgspec.Raw) -> WireUsage | None:
    """The counts that can be read; None for what is no object."""
    try:
        return _USAGE.decode(raw)
    except msgspec.ValidationError:
        return _lenient(raw)
    except UNREADABLE:
        return None


def merged(before: WireUsage | None, after: WireUsage | None) -> WireUsage | None:
    """The later report, and what only the earlier one says."""
    if before is None or after is None:
        return after or before
    changes = {name: value for name, value in msgspec.structs.asdict(after).items() if value is not None}
    return msgspec.structs.replace(before, **changes)


def usage_of(wire: WireUsage | None) -> Usage | None:
    """The counts in our sense; None when neither input nor output is reported."""
    if wire is None or (wire.input_tokens is None and wire.output_tokens is None):
        return None
    cached, written = wire.cache_read_input_tokens or 0, wire.cache_creation_input_tokens or 0
    return Usage(
        input_tokens=(wire.input_tokens or 0) + cached + written,
        cached_tokens=cached,
        cache_write_tokens=written,
        output_tokens=wire.output_tokens or 0,
        reasoning_tokens=(wire.output_tokens_details and wire.output_tokens_details.thinking_tokens) or 0,
    )


def write_usage(usage: Usage | None) -> dict[str, object]:
    """The ``usage`` of a message; zeros where nothing is known, since clients need the counts.

    Their sum is the prompt: tokens that were written to a cache and read from it in one call are told once, as read.
    """
    usage = usage or Usage()
    created = min(usage.cache_write_tokens, max(0, usage.input_tokens - usage.cached_tokens))
    wire: dict[str, object] = {
        "input_tokens": max(0, usage.input_tokens - usage.cached_tokens - created),
        "cache_creation_input_tokens": created,
        "cache_read_input_tokens": usage.cached_tokens,
        "output_tokens": usage.output_tokens,
    }
    if usage.reasoning_tokens:
        wire["output_tokens_details"] = {"thinking_tokens": usage.reasoning_tokens}
    return wire


TIERS = {"standard": "default"}
"""Anthropic's word for a tier to OpenAI's, where they differ; ours are OpenAI's."""
TIERS_BACK = {ours: theirs for theirs, ours in TIERS.items()}


def _lenient(raw: bytes | msgspec.Raw) -> WireUsage | None:
    try:
        fields = _MEMBERS.decode(raw)
    except UNREADABLE:
        return None
    wire = WireUsage()
    for name in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"):
        if name in fields:
            try:
                setattr(wire, name, _COUNT.decode(fields[name]))
            except UNREADABLE:
                continue
    return wire
