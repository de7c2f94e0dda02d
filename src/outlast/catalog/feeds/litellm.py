"""LiteLLM's price map (``model_prices_and_context_window.json``): prices per token, limits, and a day of the end.

Its ``deprecation_date`` is exact or a floor and does not say which, so it is ``unspecified`` here. A price of zero is
passed over: the map writes it where nobody filled it in. Entries of a region, a size or another maker's resale are
not the model's own price, and providers that the catalogue does not have are left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from outlast.catalog.feed import Feed, Quote
from outlast.catalog.feeds.document import Draft, Origin, day_in, decoded, per_token

SAMPLE = "sample_spec"


@dataclass(frozen=True, slots=True)
class Place:
    """What a provider of the map is called here."""

    provider: str
    surface: str = "api"
    prefix: str = ""
    """What the map writes before an id."""
    priced: bool = True
    """False: its prices are another surface's, and the catalogue keeps the provider's own."""


PLACES = {
    "openai": Place("openai"),
    "text-completion-openai": Place("openai"),
    "anthropic": Place("anthropic"),
    "gemini": Place("google", prefix="gemini/"),
    "vertex_ai-language-models": Place("google", "vertex-ai", priced=False),
    "vertex_ai-embedding-models": Place("google", "vertex-ai", priced=False),
    "azure": Place("azure", "azure", "azure/"),
    "bedrock": Place("amazon-bedrock", "aws-bedrock"),
    "bedrock_converse": Place("amazon-bedrock", "aws-bedrock"),
    "mistral": Place("mistral", prefix="mistral/"),
    "cohere": Place("cohere", prefix="cohere/"),
    "cohere_chat": Place("cohere"),
    "xai": Place("xai", prefix="xai/"),
    "deepseek": Place("deepseek", prefix="deepseek/"),
    "groq": Place("groq", prefix="groq/"),
}
REGIONAL = re.compile(r"(?:us|eu|apac|ap|jp|au|ca|sa|uk|in|global|us-gov)\.")
"""Bedrock's profiles that send a call to a part of the world, at a price of their own."""
SLASHES = {"groq"}
"""Whose ids have slashes; elsewhere one stands for a region, a size or a quality."""
INPUT, OUTPUT = "input_cost_per_token", "output_cost_per_token"
CACHED, WRITTEN = "cache_read_input_token_cost", "cache_creation_input_token_cost"
WORDS = {
    INPUT: "input",
    OUTPUT: "output",
    CACHED: "cached_input",
    WRITTEN: "cache_write",
    f"{WRITTEN}_above_1hr": "cache_write_1h",
    "output_cost_per_reasoning_token": "reasoning_output",
    "input_cost_per_audio_token": "audio_input",
    "output_cost_per_audio_token": "audio_output",
    f"{INPUT}_batches": "batch_input",
    f"{OUTPUT}_batches": "batch_output",
    f"{CACHED}_batches": "batch_cached_input",
    f"{INPUT}_flex": "flex_input",
    f"{OUTPUT}_flex": "flex_output",
    f"{INPUT}_priority": "priority_input",
    f"{OUTPUT}_priority": "priority_output",
}
"""The map's word for a price and the catalogue's."""
TIER = re.compile(rf"({INPUT}|{OUTPUT}|{CACHED}|{WRITTEN})_above_(\d{{1,4}})k_tokens")


class _Whose(msgspec.Struct):
    litellm_provider: str = ""


class Entry(msgspec.Struct):
    """The words of an entry that are not prices."""

    mode: str | None = None
    max_input_tokens: int | float | str | None = None
    max_output_tokens: int | float | str | None = None
    deprecation_date: str | None = None


def read_litellm(raw: bytes, origin: Origin) -> Draft:
    """The map as a feed; ``origin.provider`` leaves only that provider's entries."""
    rows = decoded(raw, dict[str, msgspec.Raw], origin.name)
    wanted: list[tuple[str, msgspec.Raw]] = []
    refs: dict[int, tuple[Place, str]] = {}
    for key, row in rows.items():
        place = PLACES.get(_provider(row))
        model = _own_id(key, place) if place else None
        if place and model and place.provider == (origin.provider or place.provider):
            refs[id(row)] = (place, f"{place.provider}/{model}")
            wanted.append((key, row))

    def understand(entry: Entry, row: msgspec.Raw) -> Feed:
        place, ref = refs[id(row)]
        return _feed(entry, row, place, ref, origin)

    draft = Draft().take(wanted, Entry, understand)
    if others := len(rows) - len(wanted) - (SAMPLE in rows):
        draft.pass_over(f"{others} entries", "of other providers, or of a region, a size or a resale")
    return draft


def _provider(row: msgspec.Raw) -> str:
    try:
        return msgspec.json.decode(row, type=_Whose).litellm_provider
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


def _own_id(key: str, place: Place) -> str | None:
    """The id as its provider's API takes it; None where the entry is about a part of a model's offer."""
    model = key.removeprefix(place.prefix)
    if key == SAMPLE or model.startswith("ft:"):
        return None
    regional = place.provider == "amazon-bedrock" and REGIONAL.match(model)
    partial = "/" in model and place.provider not in SLASHES
    return None if regional or partial else model


def _feed(entry: Entry, row: msgspec.Raw, place: Place, ref: str, origin: Origin) -> Feed:
    day = entry.deprecation_date
    listing = origin.listing(
        ref,
        kind=entry.mode or "",
        context_window=_count(entry.max_input_tokens),
        max_input_tokens=_count(entry.max_input_tokens),
        max_output_tokens=_count(entry.max_output_tokens),
    )
    return Feed(
        listings=(listing,),
        claims=(origin.claim(ref, place.surface, "retired", day_in(day), "unspecified"),) if day else (),
        quotes=_quote(ref, dict(_amounts(row)), origin) if place.priced else (),
    )


def _quote(ref: str, amounts: dict[str, Decimal], origin: Origin) -> tuple[Quote, ...]:
    price = {word: amounts[key] for key, word in WORDS.items() if key in amounts}
    tiers = [(int(found[2]), found[1], amount) for key, amount in amounts.items() if (found := TIER.fullmatch(key))]
    # Several tiers: the catalogue keeps one, and the lowest is the one that a growing call meets first.
    lowest = min((limit for limit, *_ in tiers), default=0)
    above = {WORDS[base]: amount for limit, base, amount in tiers if limit == lowest}
    return origin.quote(ref, price, lowest * 1_000, above)


def _amounts(row: msgspec.Raw) -> Iterator[tuple[str, Decimal]]:
    """Every price per token of an entry that is one, in USD per million tokens."""
    for key, raw in msgspec.json.decode(row, type=dict[str, msgspec.Raw]).items():
        if key in WORDS or TIER.fullmatch(key):
            amount = per_token(raw, key)
            if amount:
                yield key, amount


def _count(value: float | str | None) -> float | None:
    return None if isinstance(value, str) else value
