"""Which format a document has, by what stands at its top and in its first entry; and its reader.

It knows the formats' marks, in the order of how sure they are. It does not know what the readers do.
"""

from collections.abc import Callable, Mapping

import msgspec

from outlast.catalog.feeds.anthropic import read_anthropic
from outlast.catalog.feeds.document import Draft, Origin, decoded, keys_of
from outlast.catalog.feeds.google import read_google
from outlast.catalog.feeds.litellm import read_litellm
from outlast.catalog.feeds.mistral import read_mistral
from outlast.catalog.feeds.model_eol import read_model_eol
from outlast.catalog.feeds.openai import read_openai
from outlast.catalog.feeds.openrouter import read_openrouter
from outlast.catalog.supplement import parse_supplement
from outlast.errors import CatalogInvalid

Reader = Callable[[bytes, Origin], Draft]
Keys = Mapping[str, msgspec.Raw]

LOOKED_AT = 20
"""Entries of a list that are looked at: not every model has every word."""


def read_outlast(raw: bytes, origin: Origin) -> Draft:
    """Our own format: every statement has its own source and day."""
    feed = parse_supplement(raw, origin.name)
    if origin.provider:
        raise CatalogInvalid(f"{origin.name}: its entries say whose models they are; leave --provider out")
    return Draft(feed=feed)


READERS: dict[str, Reader] = {
    "outlast": read_outlast,
    "model-eol": read_model_eol,
    "openai": read_openai,
    "mistral": read_mistral,
    "anthropic": read_anthropic,
    "google": read_google,
    "openrouter": read_openrouter,
    "litellm": read_litellm,
}
"""Every format by its name."""
LOOKED_FOR = {
    "outlast": '"format": "outlast-catalogue/…"',
    "model-eol": '"spec": "model-eol/…"',
    "openrouter": '"data" with "pricing"',
    "mistral": '"data" with "max_context_length" or "deprecation"',
    "anthropic": '"data" with "display_name"',
    "openai": '"data" with "owned_by" or "shutdown_date"',
    "google": '"models" with "supportedGenerationMethods" or "inputTokenLimit"',
    "litellm": 'entries with "litellm_provider"',
}
"""The marks, for the message that none was found; in the order of looking."""


def recognised(raw: bytes, name: str) -> str:
    """The format's name.

    Raises:
        CatalogInvalid: it is no JSON object, or none of the formats; the message says what was looked for.
    """
    top = keys_of(raw)
    if top is None:
        decoded(raw, dict[str, msgspec.Raw], name)
        raise CatalogInvalid(f"{name}: it is no JSON object")
    for kind, found in _marks(top):
        if found:
            return kind
    looked = "; ".join(f"{kind}: {mark}" for kind, mark in LOOKED_FOR.items())
    raise CatalogInvalid(f"{name} is none of the known documents. Looked for {looked}. --kind says which it is")


def _marks(top: Keys) -> list[tuple[str, bool]]:
    data, models = _words_in(top.get("data")), _words_in(top.get("models"))
    return [
        ("outlast", _text(top.get("format")).startswith("outlast-catalogue/")),
        ("model-eol", _text(top.get("spec")).startswith("model-eol/")),
        ("openrouter", "pricing" in data),
        ("mistral", bool({"max_context_length", "deprecation", "deprecation_replacement_model"} & data)),
        ("anthropic", "display_name" in data and "owned_by" not in data),
        ("openai", bool({"owned_by", "shutdown_date"} & data)),
        ("google", bool({"supportedGenerationMethods", "inputTokenLimit"} & models)),
        ("litellm", any("litellm_provider" in (keys_of(bytes(row)) or {}) for row in list(top.values())[:LOOKED_AT])),
    ]


def _text(raw: msgspec.Raw | None) -> str:
    try:
        return msgspec.json.decode(raw, type=str) if raw is not None else ""
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


def _words_in(raw: msgspec.Raw | None) -> set[str]:
    """The words of the first entries of a list; none where it is no list."""
    try:
        rows = msgspec.json.decode(raw, type=list[msgspec.Raw]) if raw is not None else []
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return set()
    return {word for row in rows[:LOOKED_AT] for word in keys_of(bytes(row)) or ()}


def read_feed(raw: bytes, origin: Origin, kind: str = "auto") -> tuple[str, Draft]:
    """The document's format and what it says.

    Raises:
        CatalogInvalid: it is none of the formats, or not what ``kind`` says.
    """
    chosen = recognised(raw, origin.name) if kind == "auto" else kind
    return chosen, READERS[chosen](raw, origin)
