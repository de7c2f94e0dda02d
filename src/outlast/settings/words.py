"""The words of ``outlast.toml``, what each means and what it defaults to.

This file knows values. It does not know how they are read from a file (``settings.file``), nor what the
catalogue says of a model.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import msgspec

MEGABYTE = 1_000_000
SWITCH_WORDS = ("retirement", "manual")

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]  # a larger one would listen, on another port
Count = Annotated[int, msgspec.Meta(ge=0)]
Some = Annotated[int, msgspec.Meta(ge=1)]
Seconds = Annotated[float, msgspec.Meta(gt=0)]


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[server]``: where the gateway listens and what it keeps."""

    host: str = "127.0.0.1"
    port: Port = 4141
    database: str = "sqlite:///outlast.db"
    """Relative to the configuration file."""
    today: date | None = None
    """A rehearsed day: moves calendars, plans and prices, never the ledger's time stamps."""
    max_body_bytes: Some = 50 * MEGABYTE


class ProviderSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[providers.NAME]``: one upstream and how to reach it."""

    kind: Literal["openai", "recorded", "scripted"]
    base_url: str | None = None
    api_key: str | None = None
    """``env:NAME`` or the key itself; resolved when the provider is opened, never printed."""
    catalog: str | None = None
    """The catalogue's provider; default: the table's name."""
    surface: str = "api"
    file: str | None = None
    """``recorded``: the file of exchanges. ``scripted``: a file of profiles. Relative to the configuration."""
    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    """Appended to every URL (Azure's ``api-version``)."""
    deployments: bool = False
    """Azure's classic URLs: ``/openai/deployments/MODEL/…`` with an ``api-key`` header."""
    connect_timeout: Seconds = 10.0
    first_byte_timeout: Seconds = 600.0
    """Seconds from the request's last byte to the answer's first; a plain answer of a reasoning model is slow."""
    idle_timeout: Seconds = 120.0
    """Seconds between two pieces of an answer."""
    retries: Count = 2
    """Further tries of one candidate of a virtual model after 429, 5xx or a lost connection."""
    max_connections: Some = 1000


class ModelSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[models.NAME]``: one virtual model."""

    target: str
    """Provider table / model id: everything after the first slash."""
    successor: str | tuple[str, ...] = ()
    """One, a list in order, or ``chain``: follow the catalogue's, generally available models only."""
    fallback: str | tuple[str, ...] = ()
    switch: str = "retirement"
    """``retirement``, ``manual``, or a day; see ``switch_day``."""
    record: Literal["off", "metadata", "full"] = "metadata"
    adapt: bool = True
    catalog_model: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no later step could make sense of; the message names the word at fault."""
        for word, values in (
            ("target", (self.target,)),
            ("successor", self.successors),
            ("fallback", self.fallbacks),
            ("catalog_model", (self.catalog_model,) if self.catalog_model is not None else ()),
        ):
            for value in values:
                provider, slash, model = value.partition("/")
                if not (provider and slash and model):
                    raise ValueError(f"{word} = {value!r} is not written provider/model")
        if self.switch not in SWITCH_WORDS:
            try:
                date.fromisoformat(self.switch)
            except ValueError:
                raise ValueError(
                    f"switch = {self.switch!r} is neither a day like 2026-02-17 nor one of {', '.join(SWITCH_WORDS)}"
                ) from None

    @property
    def switch_day(self) -> date | None:
        """The declared day of switching; None where the catalogue's retirement or the operator's word decides."""
        return None if self.switch in SWITCH_WORDS else date.fromisoformat(self.switch)

    @property
    def successors(self) -> tuple[str, ...]:
        """The declared successors in order; empty for ``chain``, which only the catalogue can resolve."""
        if self.successor == "chain":
            return ()
        return (self.successor,) if isinstance(self.successor, str) else self.successor

    @property
    def follows_chain(self) -> bool:
        """Whether successors come from the catalogue."""
        return self.successor == "chain"

    @property
    def fallbacks(self) -> tuple[str, ...]:
        """The declared fallbacks in order."""
        return (self.fallback,) if isinstance(self.fallback, str) else self.fallback


class UserClaim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[[catalog.claims]]``: what the operator knows better; it wins, visibly."""

    model: str
    """``provider/id`` of the catalogue, or of one it does not have yet."""
    event: str
    date: date
    surface: str = "api"
    precision: str = "exact"
    source: str = "outlast.toml"


class UserModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[catalog.models."provider/id"]``: a price, successor or context window of the operator's own."""

    price: dict[str, float] = {}
    """USD per million tokens: ``input``, ``cached_input``, ``cache_write``, ``output``."""
    successor: str | None = None
    context_window: int | None = None


class CatalogSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[catalog]``: claims of the operator, beside those that come with Outlast."""

    claims: tuple[UserClaim, ...] = ()
    models: dict[str, UserModel] = {}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole configuration; ``root`` is the folder that relative paths start from."""

    server: ServerSettings = ServerSettings()
    providers: dict[str, ProviderSettings] = {}
    models: dict[str, ModelSettings] = {}
    catalog: CatalogSettings = CatalogSettings()
    root: Path = Path()
