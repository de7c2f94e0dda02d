"""Vendors as rows: where each listens, how it wants its key, which dialects it speaks and which endpoints it has.

It knows facts of surfaces, from each vendor's own documentation as of 2026-11. It has no behaviour, and does not know
how a row is used (``providers``, ``gateway``). A provider that no row describes is a plain OpenAI-compatible server.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal
from urllib.parse import urlsplit

from outlast.settings import built_in
from outlast.settings.words import ProviderSettings, Settings

Auth = Literal["bearer", "api-key", "x-api-key", "x-goog-api-key"]

MEDIA = ("audio", "images")
STORED = ("files", "batches", "uploads", "vector_stores", "conversations", "fine_tuning")
"""What a provider keeps for its caller; the ids belong to it alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """One vendor's HTTP surface."""

    name: str
    base_url: str = ""
    """As the vendor's own client takes it; empty: every customer has another."""
    auth: Auth = "bearer"
    speaks: tuple[str, ...] = ("chat",)
    """Names of dialects (``dialects.registry``); the first is used where the caller's is not among them."""
    serves: tuple[str, ...] = ()
    """First segments of further endpoints: ``embeddings moderations audio images completions``, and what is stored."""
    completes: tuple[str, ...] = ("*",)
    """Which of its models take the older ``/completions``, as patterns."""
    models_path: str = "/models"
    catalog: str = ""
    """The catalogue's name for it; empty: it has none, or sells other makers' models under their names."""
    surface: str = "api"
    """Whose clock its models live by."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent where the caller's own call does not carry them."""


def _compatible(
    name: str,
    base_url: str,
    *serves: str,
    speaks: tuple[str, ...] = ("chat",),
    completes: tuple[str, ...] = ("*",),
) -> Vendor:
    catalog = name if name in _CATALOGUED else ""
    return Vendor(name=name, base_url=base_url, speaks=speaks, serves=serves, completes=completes, catalog=catalog)


_CATALOGUED = ("openai", "groq", "mistral", "deepseek", "xai")
_BOTH = ("chat", "responses")
_OLDER = ("*-instruct*", "davinci-*", "babbage-*")
_LOCAL = ("completions", "embeddings")

GENERIC = Vendor(name="", serves=("completions", "embeddings", "moderations", *MEDIA, *STORED))
"""A server of which nothing is known: it is asked what its caller asks, and says itself what it lacks."""
SCRIPTED = Vendor(name="", serves=("embeddings",))
"""What comes with Outlast to rehearse with."""
LOCAL = Vendor(name="", serves=("audio",))
"""The engine in this process, with weights of one's own."""
PACKAGED = Vendor(name="", serves=("audio",), catalog=built_in.PACKAGED)
"""The same with the snapshots that come with Outlast."""
TRANSFORMERS = Vendor(name="")
"""Open models in this process."""
ANTHROPIC = Vendor(
    name="anthropic",
    base_url="https://api.anthropic.com",
    auth="x-api-key",
    speaks=("anthropic",),
    models_path="/v1/models",
    catalog="anthropic",
    headers={"anthropic-version": "2023-06-01"},
)
GEMINI = Vendor(
    name="gemini",
    base_url="https://generativelanguage.googleapis.com",
    auth="x-goog-api-key",
    speaks=("gemini",),
    serves=("embedContent", "batchEmbedContents"),
    models_path="/v1beta/models",
    catalog="google",
)
VERTEX = Vendor(name="vertex", auth="bearer", speaks=("gemini",), models_path="", catalog="google", surface="vertex-ai")
"""Its address has project and location in it (``base_url_of``)."""

VENDORS: Mapping[str, Vendor] = {
    row.name: row
    for row in (
        _compatible(
            "openai", "https://api.openai.com/v1",
            "completions", "embeddings", "moderations", *MEDIA, *STORED, speaks=_BOTH, completes=_OLDER,
        ),
        _compatible("azure", "", "completions", "embeddings", *MEDIA, *STORED, speaks=_BOTH, completes=_OLDER),
        _compatible("groq", "https://api.groq.com/openai/v1", "audio", "files", "batches", speaks=_BOTH),
        _compatible("mistral", "https://api.mistral.ai/v1", "embeddings", "moderations", "audio", "files"),
        _compatible("openrouter", "https://openrouter.ai/api/v1", "completions", "embeddings", speaks=_BOTH),
        _compatible("deepseek", "https://api.deepseek.com", "completions", speaks=_BOTH),
        _compatible("xai", "https://api.x.ai/v1", "completions", "embeddings", "images", speaks=_BOTH),
        _compatible(
            "together", "https://api.together.xyz/v1", "completions", "embeddings", *MEDIA, "files", "batches"
        ),
        _compatible("fireworks", "https://api.fireworks.ai/inference/v1", "completions", "embeddings", speaks=_BOTH),
        _compatible("cerebras", "https://api.cerebras.ai/v1", "completions"),
        _compatible("huggingface", "https://router.huggingface.co/v1", speaks=_BOTH),
        _compatible("vllm", "http://127.0.0.1:8000/v1", *_LOCAL, "audio", speaks=_BOTH),
        _compatible("ollama", "http://127.0.0.1:11434/v1", *_LOCAL, speaks=_BOTH),
        _compatible("llamacpp", "http://127.0.0.1:8080/v1", *_LOCAL),
        _compatible("lmstudio", "http://127.0.0.1:1234/v1", *_LOCAL, speaks=_BOTH),
        ANTHROPIC,
        GEMINI,
        VERTEX,
    )
}  # fmt: skip
"""By the word that ``profile`` takes."""

_HOSTS = {urlsplit(row.base_url).hostname: row for row in VENDORS.values() if row.base_url.startswith("https")}


def vendor_of(settings: ProviderSettings) -> Vendor:
    """The row of a provider: by its ``profile``, its kind, or the host of its ``base_url``."""
    if settings.profile is not None:
        return VENDORS[settings.profile]
    if settings.kind == "anthropic":
        return ANTHROPIC
    if settings.kind == "gemini":
        return GEMINI if settings.project is None else VERTEX
    if settings.kind == "openai" and settings.base_url:
        host = _host(settings.base_url)
        return VENDORS["azure"] if host.endswith(".openai.azure.com") else _HOSTS.get(host, GENERIC)
    if built_in.is_packaged(settings):
        return PACKAGED
    return {"scripted": SCRIPTED, "local": LOCAL, "transformers": TRANSFORMERS}.get(settings.kind, GENERIC)


def _host(base_url: str) -> str:
    """The host of an address; empty where it cannot be read: whoever opens the provider refuses it in words."""
    try:
        return urlsplit(base_url).hostname or ""
    except ValueError:
        return ""


def serves(settings: ProviderSettings, model: str) -> frozenset[str]:
    """First segments of the endpoints that a provider has for one of its models, beside conversations."""
    row = vendor_of(settings)
    takes_prompts = any(fnmatchcase(model, pattern) for pattern in row.completes)
    return frozenset(each for each in (*row.serves, *speaks(settings)) if each != "completions" or takes_prompts)


def keepers(settings: Settings) -> dict[str, str]:
    """Which provider keeps what its callers store, by the first segment of the path; nothing that its vendor lacks."""
    said = settings.server.stored
    named = dict.fromkeys(STORED, said) if isinstance(said, str) else said or {}
    return {kind: name for kind, name in named.items() if kind in vendor_of(settings.providers[name]).serves}


def catalog_of(table: str, settings: ProviderSettings) -> str:
    """The catalogue's provider behind a table: as the table says, else as its vendor is called, else its own name.

    Somebody's own table called ``local`` has nothing of the snapshots that come with Outlast.
    """
    named = settings.catalog or vendor_of(settings).catalog
    return named or (f"own-{table}" if table == built_in.PACKAGED else table)


def surface_of(settings: ProviderSettings) -> str:
    """By whose clock a provider's models live: as its table says, where that is not merely the default."""
    return settings.surface if settings.surface != "api" else vendor_of(settings).surface


def speaks(settings: ProviderSettings) -> tuple[str, ...]:
    """The dialects of a provider, the configuration's own word first."""
    return settings.speaks or vendor_of(settings).speaks


def base_url_of(settings: ProviderSettings) -> str:
    """Where a provider listens; empty where neither the configuration nor its row says it."""
    row = vendor_of(settings)
    if row is VERTEX and not settings.base_url:
        location = settings.location
        return f"https://{'' if location == 'global' else f'{location}-'}aiplatform.googleapis.com"
    return settings.base_url or row.base_url
