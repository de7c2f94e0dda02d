"""Everything that ``outlast doctor`` looks at, gathered at once and handed to those who judge it (``doctor``).

It knows whom to ask, and for how long at most. It does not know what an answer means.
"""

import asyncio
import datetime as dt
import importlib.util
import shutil
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path

import msgspec

from outlast.catalog.store import Catalog
from outlast.dialects.dialect import Dialect
from outlast.dialects.registry import DIALECTS
from outlast.doctor.access import caller_keys, provider_keys
from outlast.doctor.finding import Finding, fault, ok, warning
from outlast.doctor.outlook import catalogue_finding, model_findings
from outlast.doctor.record import ClockFacts, DiskFacts, RecordFacts, clock_finding, disk_finding, record_findings
from outlast.doctor.upstreams import Probe, provider_finding, running_findings
from outlast.errors import OutlastError, UpstreamError
from outlast.gateway.ports import Patience, UpstreamAnswer
from outlast.ledger.checkup import look_at_record
from outlast.ledger.location import database_path
from outlast.providers.vendor import HTTP_KINDS, VendorUpstream
from outlast.settings import ProviderSettings, Settings
from outlast.settings.built_in import PACKAGED, configured
from outlast.settings.vendors import speaks
from outlast.wiring.keys import key_need, open_keys
from outlast.wiring.neighbour import look_for_gateway
from outlast.wiring.reading import open_knowledge_anyway

_ENVIRONMENT = "env:"
_SPANS = "opentelemetry"
_BAD_REQUEST = 400
_PATIENCE = Patience(connect=5.0, first_byte=5.0, idle=5.0)


class Report(msgspec.Struct, frozen=True):
    """What a doctor says."""

    findings: tuple[Finding, ...]
    unfinished: tuple[str, ...]
    """Checks that could not be carried out, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What is looked at."""

    settings: Settings
    named: str
    """The configuration's file; empty: there is none."""
    today: dt.date
    rehearsed: bool
    reachable: bool
    """Whether others than this machine can call."""
    environ: Mapping[str, str]


async def check_up(patient: Patient, *, offline: bool) -> Report:
    """Look at everything at once; ``offline``: ask no provider."""
    asked = _Asked(patient)
    checks: list[tuple[str, Awaitable[list[Finding]]]] = [
        ("configuration", _now(lambda: _configuration(patient))),
        ("keys", _now(lambda: _provider_keys(patient))),
        ("callers' keys", _now(lambda: _caller_keys(patient))),
        ("record", asked.record_and_gateway()),
        ("providers", asked.providers() if not offline else _now(list)),
        ("models", _now(lambda: model_findings(patient.settings, asked.knowledge, patient.today))),
    ]
    done = await asyncio.gather(*(_guarded(name, check) for name, check in checks))
    done.append(await _guarded("clock", _now(asked.clock)))
    return Report(
        findings=tuple(finding for found in done if not isinstance(found, str) for finding in found),
        unfinished=tuple(found for found in done if isinstance(found, str)),
    )


async def _now(check: Callable[[], Iterable[Finding]]) -> list[Finding]:
    return list(check())


async def _guarded(name: str, check: Awaitable[list[Finding]]) -> list[Finding] | str:
    """One check that fails is a finding or a gap; the others are told all the same."""
    try:
        return await check
    except OutlastError as error:
        return [fault(name, str(error), why="the gateway meets the same", do="mend what is named")]
    except Exception as error:  # noqa: BLE001 - a doctor who meets a defect says so and goes on
        return f"{name}: {type(error).__name__}: {error}"


def _configuration(patient: Patient) -> Iterator[Finding]:
    settings = patient.settings
    if not configured(settings):
        only = f"only the models that come with Outlast answer ({PACKAGED}/…)"
        yield warning(
            "configuration",
            f"{patient.named} has no provider" if patient.named else "there is no outlast.toml here",
            why=only if settings.providers else "nobody can be asked: every call is answered with 404",
            do="outlast init",
        )
    else:
        yield ok(
            "configuration",
            f"{patient.named}: {len(configured(settings))} providers, {len(settings.models)} virtual models",
        )
    if patient.rehearsed:
        yield warning(
            "configuration",
            f"{patient.today} is rehearsed",
            why="calendars, plans and prices are of that day, not of today",
            do="take [server] today out, or leave --today away",
        )
    if settings.otel is not None and importlib.util.find_spec(_SPANS) is None:
        yield fault(
            "configuration",
            "[otel] needs OpenTelemetry, which is not installed",
            why="the gateway does not start",
            do="pip install 'outlast[otel]', or take [otel] out",
        )


def _provider_keys(patient: Patient) -> Iterator[Finding]:
    return provider_keys(
        (name, each, _empty_variables(each, patient.environ)) for name, each in patient.settings.providers.items()
    )


def _empty_variables(provider: ProviderSettings, environ: Mapping[str, str]) -> list[str]:
    words = (provider.api_key or "", *provider.api_keys, *provider.headers.values())
    names = [word.removeprefix(_ENVIRONMENT) for word in words if word.startswith(_ENVIRONMENT)]
    return [name for name in names if not environ.get(name, "").strip()]


def _caller_keys(patient: Patient) -> Iterator[Finding]:
    return caller_keys(
        open_keys(patient.settings).keys(),
        required=bool(key_need(patient.settings, reachable=patient.reachable)),
        reachable=patient.reachable,
        now_ns=time.time_ns(),
    )


class _Asked:
    """The checks that need what another one found."""

    def __init__(self, patient: Patient) -> None:
        self._patient = patient
        self._offsets: list[tuple[str, float]] = []
        self._known: tuple[Catalog, tuple[str, ...]] | None = None
        self._began = time.time(), time.monotonic()

    @property
    def knowledge(self) -> Catalog:
        """The catalogue as a gateway would open it."""
        return self._opened()[0]

    def _opened(self) -> tuple[Catalog, tuple[str, ...]]:
        if self._known is None:
            self._known = open_knowledge_anyway(self._patient.settings)
        return self._known

    async def record_and_gateway(self) -> list[Finding]:
        """The database, its journal and its disk, and who writes into it."""
        settings = self._patient.settings
        path = database_path(settings.server.database, settings.root)
        facts, running = await asyncio.gather(
            asyncio.to_thread(look_at_record, path), asyncio.to_thread(look_for_gateway, settings)
        )
        disk = disk_finding(_disk(path), facts) if not facts.error else disk_finding(_disk(path), RecordFacts(path=""))
        return [*running_findings(running), *record_findings(facts, running=running.pid is not None), disk]

    async def providers(self) -> list[Finding]:
        """Every provider, with each of its keys, at once."""
        found = await asyncio.gather(
            *(
                self._provider(name, each)
                for name, each in self._patient.settings.providers.items()
                if each.kind in HTTP_KINDS
            )
        )
        return [provider_finding(probe) for probes in found for probe in probes]

    async def _provider(self, name: str, settings: ProviderSettings) -> list[Probe]:
        upstream = VendorUpstream(name, settings, environ=self._patient.environ)
        try:
            places = range(upstream.keys)
            dialect = DIALECTS[speaks(settings)[0]]
            return list(await asyncio.gather(*(self._probe(name, upstream, place, dialect) for place in places)))
        finally:
            await upstream.aclose()

    async def _probe(self, name: str, upstream: VendorUpstream, place: int, dialect: Dialect) -> Probe:
        probe = Probe(provider=name, place=place + 1, keys=upstream.keys)
        sent, since = time.time(), time.monotonic()
        try:
            answer = await upstream.look(place, _PATIENCE)
        except UpstreamError as error:
            return msgspec.structs.replace(probe, error=str(error))
        took = time.monotonic() - since
        said = next((value for header, value in answer.headers if header == "date"), "")
        refused = answer.status == _BAD_REQUEST and await _blames_the_key(answer, dialect)
        answer.close()
        self._set_beside(name, said, sent, took)
        return msgspec.structs.replace(probe, status=answer.status, refused=refused, took_ms=took * 1000)

    def _set_beside(self, name: str, said: str, sent: float, took: float) -> None:
        """A provider's clock beside ours. It says whole seconds, at some moment of the exchange."""
        try:
            theirs = parsedate_to_datetime(said).timestamp()
        except ValueError:
            return
        early, late = theirs - (sent + took), theirs + 1 - sent
        self._offsets.append((name, 0.0 if early <= 0 <= late else min(early, late, key=abs)))

    def clock(self) -> list[Finding]:
        """Real time beside the catalogue, the providers and the monotonic clock; and how old the catalogue is."""
        knowledge, notes = self._opened()
        real, monotonic = self._began
        facts = ClockFacts(
            today=dt.datetime.now(dt.UTC).date(),
            catalogue_day=knowledge.day,
            drift_s=(time.time() - real) - (time.monotonic() - monotonic),
            offsets_s=tuple(self._offsets),
        )
        return [clock_finding(facts), catalogue_finding(knowledge.day, self._patient.today, notes)]


async def _blames_the_key(answer: UpstreamAnswer, dialect: Dialect) -> bool:
    try:
        fault = dialect.decode_fault(answer.status, await answer.read())
    except UpstreamError:
        return False
    return fault.type == "authentication_error"


def _disk(path: Path) -> DiskFacts:
    folder = path.parent
    while not folder.exists():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    return DiskFacts(free=usage.free, total=usage.total)
