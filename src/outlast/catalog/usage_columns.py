"""What the columns of a provider's usage export mean, by their names, whoever spelt them.

It knows spellings and which counts contain each other. It does not know rows (``catalog.usage_export``).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Meaning = Literal["model", "input", "uncached", "cached", "written", "output", "reasoning", "calls", "day"]

SPELLINGS: dict[Meaning, tuple[str, ...]] = {
    "model": ("model", "model_version", "model_name", "model_id", "snapshot_id", "snapshot"),
    "input": (
        "input_tokens",
        "prompt_tokens",
        "n_context_tokens_total",
        "context_tokens",
        "total_input_tokens",
        "tokens_in",
        "input",
    ),
    "uncached": (
        "usage_input_tokens_no_cache",
        "input_tokens_no_cache",
        "uncached_input_tokens",
        "input_uncached_tokens",
        "n_non_cached_context_tokens_total",
    ),
    "cached": (
        "cached_tokens",
        "cached_input_tokens",
        "input_cached_tokens",
        "usage_input_tokens_cache_read",
        "cache_read_input_tokens",
        "cache_read_tokens",
        "input_tokens_cache_read",
        "n_cached_context_tokens_total",
        "cached",
    ),
    "written": (
        "cache_write_tokens",
        "usage_input_tokens_cache_write",
        "usage_input_tokens_cache_write_5m",
        "usage_input_tokens_cache_write_1h",
        "cache_creation_input_tokens",
        "cache_creation_tokens",
        "input_cache_write_tokens",
        "input_tokens_cache_write",
    ),
    "output": (
        "output_tokens",
        "completion_tokens",
        "n_generated_tokens_total",
        "generated_tokens",
        "usage_output_tokens",
        "tokens_out",
        "output",
    ),
    "reasoning": ("reasoning_tokens", "output_reasoning_tokens"),
    "calls": ("requests", "num_model_requests", "n_requests", "num_requests", "request_count", "calls"),
    "day": (
        "usage_date_utc",
        "date",
        "day",
        "start_time_iso",
        "usage_date",
        "timestamp",
        "start_time",
        "aggregation_timestamp",
    ),
}
"""Each meaning and its spellings, the surest first."""
APART = frozenset(
    {"cache_read_input_tokens", "cache_read_tokens", "cache_creation_input_tokens", "cache_creation_tokens"}
)
"""Anthropic's words: beside them ``input_tokens`` leaves the cached ones out, where OpenAI's holds them."""
SEVERAL: frozenset[Meaning] = frozenset({"written", "day"})
"""Meanings that may have more than one column: writes of two lengths are added up, the first day counts."""
OWNERS = {
    "usage_input_tokens_no_cache": "anthropic",
    "num_model_requests": "openai",
    "n_context_tokens_total": "openai",
}
"""Columns that give away whose export it is."""
LINE_ITEM = ("line_item", "quantity", "quantity_unit")
"""OpenAI's cost export: one row a model and kind of token."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each meaning stands; an empty tuple where it does not."""

    names: tuple[str, ...]
    """As the file spells them."""
    places: dict[Meaning, tuple[int, ...]]
    apart: bool
    """The input column leaves cached tokens and cache writes out."""
    owner: str
    """The provider whose export it is, where the columns tell; else empty."""
    line_item: tuple[int, ...] = ()
    """The three columns of a cost export."""


def normalised(name: str) -> str:
    """``Input Tokens`` and ``input-tokens`` as ``input_tokens``."""
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")


def columns_of(header: Sequence[str]) -> Columns:
    """The columns of a header.

    Raises:
        ValueError: none is a model or none counts tokens, or two mean the same.
    """
    names = [normalised(name) for name in header]
    if all(word in names for word in LINE_ITEM):
        days = tuple(names.index(word) for word in SPELLINGS["day"] if word in names)
        where = tuple(names.index(word) for word in LINE_ITEM)
        return Columns(tuple(header), {"day": days}, apart=True, owner="openai", line_item=where)
    places: dict[Meaning, tuple[int, ...]] = {
        meaning: tuple(names.index(word) for word in words if word in names) for meaning, words in SPELLINGS.items()
    }
    for meaning, found in places.items():
        if len(found) > 1 and meaning not in SEVERAL:
            raise ValueError(f"two columns mean {meaning}: {', '.join(header[place] for place in found)}")
    if not places["model"]:
        raise ValueError(f"no column names the model; looked for {', '.join(SPELLINGS['model'])}")
    if not places["output"] or not (places["input"] or places["uncached"]):
        looked = ", ".join((*SPELLINGS["input"], *SPELLINGS["uncached"], *SPELLINGS["output"]))
        raise ValueError(f"no columns count input and output tokens; looked for {looked}")
    return Columns(
        tuple(header),
        places,
        apart=not places["input"] or not APART.isdisjoint(names),
        owner=next((owner for word, owner in OWNERS.items() if word in names), ""),
    )
