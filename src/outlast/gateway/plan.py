"""The ordered attempts for one virtual model on one day, and every candidate dropped with its reason.

A pure function of configuration, catalogue, day and what was observed gone. It does not know requests,
upstreams or time of day; ``gateway.attempts`` walks the plan, ``outlast explain`` prints it.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from outlast.catalog.claims import Standing
from outlast.catalog.port import Chain, Knowledge
from outlast.catalog.reference import Reference, reference, target_of
from outlast.catalog.status import GONE
from outlast.exchange import Reason
from outlast.settings import ModelSettings, ProviderSettings


@dataclass(frozen=True, slots=True)
class Candidate:
    """One target that may be asked, and in which role."""

    target: str
    """``provider table/model id``, as configured."""
    reason: Reason


@dataclass(frozen=True, slots=True)
class Dropped:
    """A target that is not asked, and why."""

    target: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will be tried for a virtual model, in order."""

    attempts: tuple[Candidate, ...]
    dropped: tuple[Dropped, ...]
    waiting: tuple[Dropped, ...]
    """Declared successors whose day has not come; they are candidates from that day on."""
    reference: Reference
    """The catalogue's model behind the target, and the surface whose clock counts."""
    standing: Standing
    """The target's."""
    switch_day: dt.date | None
    """The day from which successors answer; None: never by itself, or no exact day is known."""
    switched: bool
    chain: Chain
    """What the catalogue recommends; called only where ``successor = "chain"`` asks for it."""
    recommended: str | None
    """The chain's living end as it can be called here, or by the catalogue's own name where it cannot."""

    @property
    def successor(self) -> str | None:
        """Who takes over: the first successor that can be asked, now or on its day, else the recommended one."""
        asked = (entry.target for entry in self.attempts if entry.reason == "successor")
        return next(asked, self.waiting[0].target if self.waiting else self.recommended)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a plan depends on besides the virtual model itself."""

    providers: Mapping[str, ProviderSettings]
    knowledge: Knowledge
    day: dt.date
    gone: Collection[str] = ()
    """Targets that answered as retired within the last minutes."""


def plan(model: ModelSettings, world: World) -> Plan:
    """Settle who is asked for ``model`` and in which order; nothing is dropped without its reason."""
    behind = reference(model.target, world.providers, model.catalog_model)
    standing = world.knowledge.standing(behind.ref, behind.surface, world.day)
    chain = world.knowledge.chain(behind.ref, behind.surface, world.day)
    switch_day = _switch_day(model, standing)
    due = switch_day is not None and world.day >= switch_day
    switched = due or (model.target in world.gone and model.switch != "manual")
    successors = _successors(model, world, chain, behind)
    attempts: list[Candidate] = []
    dropped: list[Dropped] = []
    if due:
        dropped.append(Dropped(model.target, _why_switched(model, standing, switch_day)))
    waiting: list[Dropped] = []
    if not switched:
        turn = _turn(model, switch_day)
        for later in successors:
            why = later.unusable or _why_dropped(later.target, model, world)
            (dropped if why else waiting).append(Dropped(later.target, why or turn))
    for candidate, unusable in _candidates(model, successors if switched else (), due=due):
        why = unusable or _why_dropped(candidate.target, model, world)
        if why:
            dropped.append(Dropped(candidate.target, why))
        elif all(candidate.target != earlier.target for earlier in attempts):
            attempts.append(candidate)
    return Plan(
        attempts=tuple(attempts),
        dropped=tuple(dropped),
        waiting=tuple(waiting),
        reference=behind,
        standing=standing,
        switch_day=switch_day,
        switched=switched,
        chain=chain,
        recommended=callable_successor(chain, world.providers, model.target, behind),
    )


def callable_successor(
    chain: Chain, providers: Mapping[str, ProviderSettings], target: str, behind: Reference
) -> str | None:
    """What the catalogue recommends after ``target``, as it can be called here, else by its own name."""
    if chain.living is None:
        return None
    return target_of(chain.living, providers, beside=target, behind=behind) or chain.living


@dataclass(frozen=True, slots=True)
class _Successor:
    target: str
    unusable: str = ""


def _switch_day(model: ModelSettings, standing: Standing) -> dt.date | None:
    if model.switch == "manual":
        return None
    if model.switch_day is not None:
        return model.switch_day
    return standing.ends if standing.switches else None


def _successors(model: ModelSettings, world: World, chain: Chain, behind: Reference) -> tuple[_Successor, ...]:
    """The declared successors, or the catalogue's chain as targets that this configuration can reach."""
    if not model.follows_chain:
        return tuple(_Successor(target) for target in model.successors)

    def here(ref: str) -> str | None:
        return target_of(ref, world.providers, beside=model.target, behind=behind)

    passed = tuple(
        _Successor(here(step.model) or step.model, f"catalogue's chain: {step.skipped}")
        for step in chain.steps
        if step.skipped
    )
    if chain.living is None:
        return passed
    target = here(chain.living)
    if target is None:
        provider = chain.living.partition("/")[0]
        return (*passed, _Successor(chain.living, f"no provider of this configuration serves {provider}'s models"))
    return (*passed, _Successor(target))


def _candidates(
    model: ModelSettings, successors: tuple[_Successor, ...], *, due: bool
) -> Iterator[tuple[Candidate, str]]:
    """Everything in order of asking; the text says why one cannot be asked whatever the catalogue says."""
    if not due:
        yield Candidate(model.target, "target"), ""
    for successor in successors:
        yield Candidate(successor.target, "successor"), successor.unusable
    for target in model.fallbacks:
        yield Candidate(target, "fallback"), ""


def _why_switched(model: ModelSettings, standing: Standing, switch_day: dt.date | None) -> str:
    if standing.status in GONE and standing.ends is not None:
        return f"{standing.status} since {standing.ends}"
    return f"switched on {switch_day}" + (" as declared" if model.switch_day else "")


def _why_dropped(target: str, model: ModelSettings, world: World) -> str:
    """The reason for which a candidate is not asked; empty where nothing speaks against it."""
    if target in world.gone:
        return "observed gone: it answered as a retired model within the last 10 minutes"
    named = model.catalog_model if target == model.target else None
    found = reference(target, world.providers, named)
    standing = world.knowledge.standing(found.ref, found.surface, world.day)
    if standing.surely_retired:
        return f"retired since {standing.ends}"
    return ""


def _turn(model: ModelSettings, switch_day: dt.date | None) -> str:
    """When the turn of a successor comes that does not answer yet."""
    if model.switch == "manual":
        return 'switch = "manual": never by itself'
    return "no exact last day of the target is known" if switch_day is None else f"its turn comes on {switch_day}"
