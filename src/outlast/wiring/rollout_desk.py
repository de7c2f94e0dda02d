"""What commands about rollouts rest on: the store, the kept verdicts, and what the record says of A's amounts.

It knows which room each comes from. It does not know any command, nor how a rollout goes on (``rollout``).
"""

import datetime as dt
import os
import statistics
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from outlast.catalog.reference import reference
from outlast.errors import EvidenceInvalid, LedgerUnavailable, SettingsInvalid, UnknownModel
from outlast.exchange import PICO_PER_USD, Exchange, ExchangeQuery
from outlast.ledger.denied import why
from outlast.ledger.location import database_path, rollouts_path
from outlast.ledger.rollouts.store import RolloutStore
from outlast.providers.script.profile import Profiles
from outlast.replay.plan import Plan as ReplayPlan
from outlast.replay.result import CandidateResult
from outlast.rollout.plan import Guard, Reference
from outlast.rollout.proof import Proof
from outlast.rollout.words import TONE
from outlast.settings import Settings
from outlast.wiring.asking import evidence_path, open_evidence
from outlast.wiring.reading import open_knowledge, open_record

LOOKED_BACK: Final = 30
"""Days of the record that A's amounts are taken from."""
ENOUGH: Final = 20
"""Calls below which a median or a p95 says nothing."""
_MOST: Final = 20_000
"""Calls that are looked at, the newest; memory is bounded."""
_US_PER_S: Final = 1_000_000
_P95: Final = "_p95"


@contextmanager
def open_rollouts(settings: Settings) -> Iterator[RolloutStore]:
    """The store beside the ledger, given back at the end."""
    database = database_path(settings.server.database, settings.root)
    _give_to_gateway(database, rollouts_path(database))
    store = RolloutStore(rollouts_path(database), unix_ns=time.time_ns)
    store.start()
    try:
        yield store
    finally:
        store.close()


def _give_to_gateway(database: Path, file: Path) -> None:
    """A file that root has to make belongs to the ledger's owner: a gateway that runs as that user must read it."""
    if os.geteuid() != 0 or file.exists() or not database.exists():
        return
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            owner = database.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        finally:
            os.close(descriptor)
    except FileExistsError:  # another command was first
        return
    except OSError as error:
        raise LedgerUnavailable(f"the rollouts in {file} cannot be read or written: {why(error, file)}") from error


def incumbent_of(settings: Settings, name: str) -> str:
    """The first target of a virtual model: A.

    Raises:
        UnknownModel: the configuration has no such virtual model.
    """
    model = settings.models.get(name)
    if model is None:
        known = ", ".join(settings.models) or "none"
        raise UnknownModel(f"{name!r} is no virtual model here, and only these can be moved; known: {known}")
    return model.target


def check_candidate(settings: Settings, candidate: str) -> None:
    """Refuse a B that no provider of the configuration could answer as.

    Raises:
        UnknownModel: its first part is no provider here.
    """
    provider, slash, rest = candidate.partition("/")
    if not (slash and rest) or provider not in settings.providers:
        known = ", ".join(f"{table}/MODEL" for table in settings.providers) or "none"
        raise UnknownModel(f"--to {candidate!r} is no provider/model here; known: {known}")


def unheard_of(settings: Settings, candidate: str) -> str:
    """What to be told of a B that nobody knows: neither the catalogue nor the record of the last days. Empty: known.

    It is no refusal: a model can be asked before any catalogue has it.
    """
    table, _, model = candidate.partition("/")
    provider = settings.providers[table]
    if provider.kind == "recorded" or (provider.kind == "scripted" and Profiles().invents(model)):
        return ""
    known, ref = open_knowledge(settings), reference(candidate, settings.providers, None).ref
    if known.find(ref) is not None or _has_answered(settings, candidate):
        return ""
    near = ", ".join(known.closest(ref))
    closest = f" (closest: {near})" if near else ""
    return (
        f"{candidate} is not in the catalogue and has answered nothing here in {LOOKED_BACK} days. If it is new, that "
        f"is fine; if it is mistyped{closest}, every call of B will fail. "
        f'Ask it once through the gateway, with "model": "{candidate}"'
    )


def _has_answered(settings: Settings, target: str) -> bool:
    query = ExchangeQuery(since=_looked_back(), served=target, outcome="answered")
    return next(iter(open_record(settings).exchanges(query)), None) is not None


def is_priced(settings: Settings, target: str) -> bool:
    """Whether a price is known, so that a budget of money can hold it."""
    found = open_knowledge(settings).find(reference(target, settings.providers, None).ref)
    return found is not None and found.price is not None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What replays of a model found on the move from A to B, the newest last."""

    found: tuple[tuple[ReplayPlan, int, CandidateResult], ...]
    """Plan, time of decision in Unix nanoseconds, and what was found on B."""

    @property
    def proof(self) -> Proof | None:
        """The newest verdict."""
        if not self.found:
            return None
        plan, decided, result = self.found[-1]
        return Proof(verdict=result.verdict, decided_ns=decided, plan_hash=plan.hash, persona=plan.persona)

    def plan_hash(self, digest: str) -> str:
        """The whole hash of the plan that begins so.

        Raises:
            EvidenceInvalid: none does, or several do.
        """
        hashes = {plan.hash for plan, _, _ in self.found if plan.hash.startswith(digest)}
        if len(hashes) != 1:
            raise EvidenceInvalid(f"{len(hashes) or 'no'} plans with a verdict on this candidate begin with {digest!r}")
        return hashes.pop()


def verdicts(settings: Settings, model: str, incumbent: str, candidate: str) -> Verdicts:
    """Every verdict that is kept of this move; nothing is made where nothing is kept."""
    if not evidence_path(settings).exists():
        return Verdicts(())
    evidence = open_evidence(settings)
    found: list[tuple[ReplayPlan, int, CandidateResult]] = []
    try:
        for plan in evidence.plans(model):
            result = evidence.result_of(plan) if plan.incumbent == incumbent else None
            if result is not None:
                found += [(plan, result.decided_ns, one) for one in result.candidates if one.target == candidate]
    finally:
        evidence.close()
    return Verdicts(tuple(sorted(found, key=lambda each: each[1])))


@dataclass(slots=True)
class _Amounts:
    """A's calls in numbers, the newest."""

    latency: deque[float] = field(default_factory=lambda: deque(maxlen=_MOST))
    first_token: deque[float] = field(default_factory=lambda: deque(maxlen=_MOST))
    cost: deque[float] = field(default_factory=lambda: deque(maxlen=_MOST))

    def take(self, exchange: Exchange) -> None:
        """One answered call."""
        self.latency.append(exchange.total_us / _US_PER_S)
        if exchange.first_byte_us:
            self.first_token.append(exchange.first_byte_us / _US_PER_S)
        if exchange.cost_pico_usd is not None:
            self.cost.append(exchange.cost_pico_usd / PICO_PER_USD)

    def of(self, guard: str) -> deque[float]:
        """What a guard of a ratio looks at."""
        name = guard.removesuffix(_P95)
        return {"latency": self.latency, "first_token": self.first_token, "cost": self.cost}[name]


def references(
    settings: Settings, model: str, incumbent: str, guards: Sequence[Guard], known: Verdicts
) -> tuple[Reference, ...]:
    """What is known of A's amounts, for each guard that needs it.

    Ratios come from the record of the last days, tones from the newest replay.

    Raises:
        SettingsInvalid: too little is known; the guard and what would help are named.
    """
    ratios = [guard.name for guard in guards if guard.scale == "ratio"]
    amounts = _amounts(settings, model, incumbent) if ratios else _Amounts()
    tones = [guard.name for guard in guards if guard.scale == "spread"]
    return (
        *(_ratio(name, amounts.of(name), f"{model} from {incumbent}") for name in ratios),
        *(_tone(name, known, model) for name in tones),
    )


def _amounts(settings: Settings, model: str, incumbent: str) -> _Amounts:
    query = ExchangeQuery(since=_looked_back(), requested=model, served=incumbent, outcome="answered")
    amounts = _Amounts()
    for exchange in open_record(settings).exchanges(query):
        amounts.take(exchange)
    return amounts


def _looked_back() -> dt.date:
    return dt.datetime.now(dt.UTC).date() - dt.timedelta(days=LOOKED_BACK)


def _ratio(name: str, values: Sequence[float], whose: str) -> Reference:
    if len(values) < ENOUGH:
        raise SettingsInvalid(
            f"guard {name}: the record has {len(values)} answered calls of {whose} in {LOOKED_BACK} days that say "
            f"something of it, and {ENOUGH} are needed; serve some first, or leave the guard out"
        )
    if name == "cost":
        return Reference(name=name, middle=statistics.fmean(values))
    if name.endswith(_P95):
        return Reference(name=name, middle=statistics.quantiles(values, n=20)[-1])
    return Reference(name=name, middle=statistics.median(values))


def _tone(name: str, known: Verdicts, model: str) -> Reference:
    feature = name.removeprefix(TONE)
    bars = [bar for _, _, result in reversed(known.found) for bar in result.tone if bar.feature == feature]
    if not bars:
        raise SettingsInvalid(
            f"guard {name}: how A sounds is known from a replay on this candidate, and none has measured {feature}; "
            f"`outlast replay {model} --to PROVIDER/MODEL` does, or leave the guard out"
        )
    return Reference(name=name, middle=bars[0].incumbent, spread=bars[0].spread)
