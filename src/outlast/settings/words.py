"""The words of ``outlast.toml``, what each means and what it defaults to.

This file knows values. It does not know how they are read from a file (``settings.file``), nor what the
catalogue says of a model.
"""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from outlast.settings.chat import ChatSettings, PersonaSettings, PlanSettings
from outlast.settings.notices import NoticesSettings
from outlast.settings.policy import PolicySettings
from outlast.settings.weights import WeightsSettings

MEGABYTE = 1_000_000
SWITCH_WORDS = ("retirement", "manual")
DAYS = re.compile(r"[1-9][0-9]{0,4}d")

_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
"""As a browser says the name of a host, the port left out."""

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]  # a larger one would listen, on another port
MANY = 1_000_000_000_000  # no size or number of anything here is larger; more digits could not even be printed
Count = Annotated[int, msgspec.Meta(ge=0, le=MANY)]
Some = Annotated[int, msgspec.Meta(ge=1, le=MANY)]
Workers = Annotated[int, msgspec.Meta(ge=1, le=1024)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]
"""At most a day: infinity would never end, and no clock of the system can be set to it."""
Name = Annotated[str, msgspec.Meta(min_length=1)]
DEAREST = 1_000_000
"""USD per million tokens; no price is higher."""


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[server]``: where the gateway listens and what it keeps."""

    host: Name = "127.0.0.1"
    port: Port = 4141
    database: str = "sqlite:///outlast.db"
    """Relative to the configuration file."""
    today: date | None = None
    """A rehearsed day: moves calendars, plans and prices, never the ledger's time stamps."""
    hosts: tuple[Name, ...] = ()
    """Names under which people reach the pages, beside addresses and localhost: ``chat.example.org``."""
    max_body_bytes: Some = 50 * MEGABYTE
    max_bodies_bytes: Some = 512 * MEGABYTE
    """Of all requests that one process has in flight; never less than one body may have."""
    workers: Workers | Literal["auto"] = 1
    """Processes that share the port, the record and the limits; ``auto``: one per core."""
    require_key: bool | None = None
    """None: where others than this machine can listen, and everywhere as soon as a key has been created."""
    stored: Name | dict[str, Name] | None = None
    """The provider that keeps files, batches and what else ``vendors.STORED`` names; or one for each of them."""
    packaged_models: bool = True
    """Whether the snapshots that come with Outlast answer as provider ``local``, where no table has that name."""
    passthrough: Name | None = None
    """The provider that calls to unknown paths below ``/v1`` are passed to. None: they are refused."""
    grace: Seconds = 10.0
    """How long running calls may take to end after a signal to stop."""

    def __post_init__(self) -> None:
        """Refuse an address where a name is meant: no page would ever be asked for under it."""
        for host in self.hosts:
            if not _HOST.fullmatch(host):
                name = _host_in(host)
                hint = f"write {name!r}" if name else "write it like 'chat.example.org'"
                raise ValueError(f"hosts has {host!r}, which is no name: no scheme, port, path or capital; {hint}")


def _host_in(text: str) -> str:
    """The name that was meant by an address; empty: that cannot be said."""
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
        name = host.rstrip(".").encode("idna").decode()
    except ValueError:  # of both: no address, or letters that no name has
        return ""
    return name if _HOST.fullmatch(name) else ""


class LedgerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[ledger]``: how long the record is kept and how hard it is written."""

    keep: str | None = None
    """``90d``: calls older than this are deleted, in small steps; hourly totals stay. None: everything is kept."""
    keep_bodies: str | None = None
    """The same for what was said under ``record = "full"``, which may go sooner."""
    sync: Literal["grouped", "always"] = "grouped"
    """``grouped``: the journal is synced to the disk at most every 100 ms. ``always``: before each answer ends."""

    def __post_init__(self) -> None:
        """Refuse what is no length of time."""
        for word, value in (("keep", self.keep), ("keep_bodies", self.keep_bodies)):
            if value is not None and not DAYS.fullmatch(value):
                raise ValueError(f"{word} = {value!r} is no number of days like 90d")

    @property
    def days(self) -> int | None:
        """After how many days a call is deleted."""
        return None if self.keep is None else int(self.keep[:-1])

    @property
    def body_days(self) -> int | None:
        """After how many days what was said is deleted; never later than the call itself."""
        bounds = [int(each[:-1]) for each in (self.keep, self.keep_bodies) if each is not None]
        return min(bounds, default=None)


class RedactionSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[redaction]``: what is taken out of requests before they are kept as evidence, beside what is known here."""

    patterns: tuple[str, ...] = ()
    """Regular expressions; where one has a group ``value``, only that is taken out."""
    names: tuple[str, ...] = ()
    """Whole words, whatever their case: people, customers, projects."""

    def __post_init__(self) -> None:
        """Refuse what is no pattern, or one that would take out everything."""
        for pattern in self.patterns:
            try:
                empty = re.compile(pattern).search("") is not None
            except re.error as error:
                raise ValueError(f"patterns: {pattern!r} is no regular expression: {error}") from None
            if empty:
                raise ValueError(f"patterns: {pattern!r} matches the empty text")


class LogSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[log]``: what a gateway writes to stderr, besides what it says at start."""

    calls: bool = False
    """One line a call: never a body, never a key."""
    format: Literal["json", "text"] = "json"


class OtelSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[otel]``: OpenTelemetry spans of every call; needs ``outlast[otel]``."""

    endpoint: str
    """Where an OTLP/HTTP collector listens: ``http://127.0.0.1:4318``."""
    headers: dict[str, str] = {}
    """Values may be ``env:NAME``."""
    service_name: str = "outlast"


class ProviderSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[providers.NAME]``: one upstream and how to reach it."""

    kind: Literal["openai", "anthropic", "gemini", "recorded", "scripted", "local", "transformers"]
    profile: str | None = None
    """A known vendor's row (``settings.vendors``): ``groq``, ``mistral``, ``vllm`` …; it says what is not said here."""
    base_url: str | None = None
    """As the vendor's own client takes it: OpenAI's ends in ``/v1``, Anthropic's and Gemini's do not."""
    speaks: tuple[Literal["chat", "responses", "anthropic", "gemini"], ...] = ()
    """The dialects it is asked in, instead of those of its row; the first where the caller's is not among them."""
    project: str | None = None
    """``gemini`` on Vertex: the project whose models are called; the key is then an access token."""
    location: str = "global"
    """``gemini`` on Vertex."""
    api_key: str | None = None
    """``env:NAME`` or the key itself; resolved when the provider is opened, never printed."""
    api_keys: tuple[str, ...] = ()
    """Several keys in rotation; one that is refused or told to wait rests for a while. Instead of ``api_key``."""
    catalog: str | None = None
    """The catalogue's provider; default: the table's name."""
    surface: str = "api"
    file: str | None = None
    """``recorded``: the file of exchanges. ``scripted``: a file of profiles. ``local``: one of weights. Relative to
    the configuration; without one, ``local`` has the snapshots that come with Outlast."""
    files: tuple[str, ...] = ()
    """``local``: several files of weights, each with a model; instead of ``file``."""
    weights: dict[Name, WeightsSettings] = {}
    """``transformers``: where each model's weights lie, by the name that it is called."""
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


class TargetSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of several targets of a virtual model; what it does not say, its provider says."""

    to: str
    """Provider table / model id."""
    weight: Some = 1
    """Its share of the calls, beside the weights of the other targets."""
    catalog_model: str | None = None
    """The catalogue's model behind this one, where it is not the one that the virtual model names for all."""
    connect_timeout: Seconds | None = None
    first_byte_timeout: Seconds | None = None
    idle_timeout: Seconds | None = None
    retries: Count | None = None


class ModelSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[models.NAME]``: one virtual model."""

    declared: str | tuple[str | TargetSettings, ...] = msgspec.field(name="target")
    """Provider table / model id: everything after the first slash. Several share the calls."""
    hedge_after: Seconds | None = None
    """Seconds without a first byte after which a second target is asked as well; the first to answer wins."""
    successor: str | tuple[str, ...] = ()
    """One, a list in order, or ``chain``: follow the catalogue's, generally available models only."""
    fallback: str | tuple[str, ...] = ()
    switch: str = "retirement"
    """``retirement``, ``manual``, or a day; see ``switch_day``."""
    record: Literal["off", "metadata", "full"] = "metadata"
    adapt: bool = True
    strict: bool = False
    """Refuse a call of which a translation between dialects would lose something, instead of saying what was lost."""
    catalog_model: str | None = None
    persona: str | None = None
    """The voice of ``[personas.NAME]`` that it answers in, whoever calls."""

    def __post_init__(self) -> None:
        """Refuse what no later step could make sense of; the message names the word at fault."""
        if not self.targets:
            raise ValueError("target is an empty list")
        targets = tuple(each.to for each in self.targets)
        twice = next((each for each in targets if targets.count(each) > 1), None)
        if twice is not None:
            raise ValueError(f"target = {twice!r} stands twice; say it once, with a weight")
        if self.hedge_after is not None and len(targets) == 1:
            raise ValueError("hedge_after needs a second target to ask")
        named = (self.catalog_model, *(each.catalog_model for each in self.targets))
        for word, values in (
            ("target", targets),
            ("successor", self.successors),
            ("fallback", self.fallbacks),
            ("catalog_model", tuple(each for each in named if each is not None)),
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
    def targets(self) -> tuple[TargetSettings, ...]:
        """Every target, in the order that the configuration gives; at least one."""
        listed = (self.declared,) if isinstance(self.declared, str) else self.declared
        return tuple(TargetSettings(to=each) if isinstance(each, str) else each for each in listed)

    @property
    def target(self) -> str:
        """The first target: its catalogue model is the one whose chain and clock the name is known by."""
        first = self.declared if isinstance(self.declared, str) else self.declared[0]
        return first if isinstance(first, str) else first.to

    def catalog_model_of(self, target: str) -> str | None:
        """The catalogue's model that is declared to stand behind a target; None: its own name says it."""
        found = next((each for each in self.targets if each.to == target), None)
        return None if found is None else found.catalog_model or self.catalog_model

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
    """USD per million tokens: ``input``, ``cached_input``, ``cache_write``, ``output``; 0 to a million."""
    successor: str | None = None
    context_window: Some | None = None


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
    ledger: LedgerSettings = LedgerSettings()
    log: LogSettings = LogSettings()
    redaction: RedactionSettings = RedactionSettings()
    notices: NoticesSettings = NoticesSettings()
    otel: OtelSettings | None = None
    chat: ChatSettings = ChatSettings()
    policy: PolicySettings = PolicySettings()
    personas: dict[str, PersonaSettings] = {}
    plans: dict[str, PlanSettings] = {}
    root: Path = Path()
