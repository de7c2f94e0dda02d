"""Token counts as providers write them, read into one shape.

It knows the words that chat providers use for the same counts, and which of them leave reasoning out of the output.
It does not know prices. Nothing is estimated: a count that was not reported is 0, a report without counts is None.
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from outlast.exchange import Usage

Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
"""Past 2**53 a count is no count, and would not fit where records are kept."""
_COUNT = msgspec.json.Decoder(Count)


class Details(msgspec.Struct, gc=False):
    """What a total consists of; the words of prompts and of completions do not clash."""

    cached_tokens: Count | None = None
    cache_write_tokens: Count | None = None
    cache_creation_tokens: Count | None = None
    reasoning_tokens: Count | None = None
    audio_tokens: Count | None = None


class WireUsage(msgspec.Struct, gc=False):
    """The ``usage`` object. Beside OpenAI's words: Mistral's, DeepSeek's, Hugging Face's and the Responses API's."""

    prompt_tokens: Count | None = None
    completion_tokens: Count | None = None
    total_tokens: Count | None = None
    prompt_tokens_details: Details | None = None
    completion_tokens_details: Details | None = None
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    input_tokens_details: Details | None = None
    output_tokens_details: Details | None = None
    num_cached_tokens: Count | None = None
    cached_tokens: Count | None = None
    prompt_cache_hit_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None


_NO_DETAILS = Details()


def usage_of(wire: WireUsage | None) -> Usage | None:
    """The counts of a ``usage`` object; None when it reports neither input nor output."""
    if wire is None:
        return None
    given = wire.input_tokens if wire.prompt_tokens is None else wire.prompt_tokens
    made = wire.output_tokens if wire.completion_tokens is None else wire.completion_tokens
    if given is None and made is None:
        return None
    prompt = wire.prompt_tokens_details or wire.input_tokens_details or _NO_DETAILS
    completion = wire.completion_tokens_details or wire.output_tokens_details or _NO_DETAILS
    given, made, reasoning = given or 0, made or 0, completion.reasoning_tokens or 0
    if reasoning and wire.total_tokens == given + made + reasoning:
        made += reasoning  # xAI counts the reasoning beside the completion, not in it
    return Usage(
        input_tokens=given,
        cached_tokens=prompt.cached_tokens or _cached_elsewhere(wire),
        cache_write_tokens=prompt.cache_write_tokens or prompt.cache_creation_tokens or _written_elsewhere(wire),
        output_tokens=made,
        reasoning_tokens=reasoning,
        audio_input_tokens=prompt.audio_tokens or 0,
        audio_output_tokens=completion.audio_tokens or 0,
    )


def lenient_usage(raw: msgspec.Raw | bytes) -> WireUsage | None:
    """The counts that can be read in a ``usage`` of odd shape; what has no sense is left out."""
    fields = _members(raw)
    if fields is None:
        return None
    wire = WireUsage()
    for name in WireUsage.__struct_fields__:
        if name not in fields:
            continue
        if name.endswith("_details"):
            setattr(wire, name, _lenient_details(fields[name]))
        else:
            setattr(wire, name, _lenient_count(fields[name]))
    return wire


def _lenient_details(raw: msgspec.Raw) -> Details | None:
    fields = _members(raw)
    if fields is None:
        return None
    return Details(*(_lenient_count(fields[name]) if name in fields else None for name in Details.__struct_fields__))


def _lenient_count(raw: msgspec.Raw) -> int | None:
    try:
        return _COUNT.decode(raw)
    except msgspec.MsgspecError:
        pass
    try:
        number = float(bytes(raw))
    except ValueError:
        return None
    return int(number) if 0 <= number <= 2**53 else None


def _members(raw: msgspec.Raw | bytes) -> Mapping[str, msgspec.Raw] | None:
    try:
        return msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _cached_elsewhere(wire: WireUsage) -> int:
    return (
        wire.num_cached_tokens
        or wire.cached_tokens
        or wire.prompt_cache_hit_tokens
        or wire.cache_read_input_tokens
        or 0
    )


def _written_elsewhere(wire: WireUsage) -> int:
    return wire.cache_creation_input_tokens or 0
