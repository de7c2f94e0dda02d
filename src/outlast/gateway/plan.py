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
from outlast.settings import ModelSettings, ProviderSettings, TargetSettings
from outlast.settings.built_in import owns_weights


@dataclass(frozen=True, slots=True)
class Candidate:
    """One target that may be asked, and in which role."""

    target: str
    """``provider table/model id``, as configured."""
    reason: Reason
    weight: int = 1
    """Of one of several targets: its share of the calls, beside the others'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One of the equal targets of a virtual model, with a clock of its own."""

    settings: TargetSettings
    reference: Reference
    """The catalogue's model behind it, and the surface whose clock counts."""
    standing: Standing


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
    members: tuple[Member, ...]
    """Every target of the configuration, whether it is asked or not."""
    switch_day: dt.date | None
    """The day from which successors answer; None: never by itself, or no exact day is known. Of several targets
    the last one's day."""
    switched: bool
    chain: Chain
    """What the catalogue recommends; called only where ``successor = "chain"`` asks for it."""
    recommended: str | None
    """The chain's living end as it can be called here, or by the catalogue's own name where it cannot."""

    @property
    def reference(self) -> Reference:
        """The catalogue's model behind the first target: the name is known by its chain."""
        return self.members[0].reference

    @property
    def standing(self) -> Standing:
        """The first target's."""
        return self.members[0].standing

    @property
    def lasting(self) -> Member:
        """The target that answers longest: the name ends with it, and not before."""
        return max(self.members, key=lambda one: one.standing.ends or dt.date.max)

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


_FOR_A_TIME = "taken away for a time: it comes back before its last end"


def plan(model: ModelSettings, world: World) -> Plan:
    """Settle who is asked for ``model`` and in which order; nothing is dropped without its reason.

    Successors take over when the declared day has come, or when the last of the targets has ended or is gone.
    """
    members = tuple(_member(settings, model, world) for settings in model.targets)
    behind = members[0].reference
    chain = world.knowledge.chain(behind.ref, behind.surface, world.day)
    switch_day = _switch_day(model, members)
    due = (switch_day is not None and world.day >= switch_day) or _taken_away(model, members)
    over = {one.settings.to: _why_over(one, model, world, due=due) for one in members}
    switched = due or _all_gone(model, members, over, world)
    successors = _successors(model, world, chain, behind)
    dropped = [Dropped(target, why) for target, why in over.items() if why]
    waiting: list[Dropped] = []
    if not switched:
        turn = _turn(model, switch_day)
        for later in successors:
            why = later.unusable or _why_dropped(later.target, model, world)
            (dropped if why else waiting).append(Dropped(later.target, why or turn))
    attempts = [
        Candidate(one.settings.to, "target", one.settings.weight) for one in members if not over[one.settings.to]
    ]
    for candidate, unusable in _others(model, successors if switched else ()):
        why = unusable or _why_dropped(candidate.target, model, world)
        if why and all(candidate.target != earlier.target for earlier in dropped):
            dropped.append(Dropped(candidate.target, why))
        elif not why and all(candidate.target != earlier.target for earlier in attempts):
            attempts.append(candidate)
    if not attempts:
        attempts, dropped = _own_instead(members, dropped, world)
    return Plan(
        attempts=tuple(attempts),
        dropped=tuple(dropped),
        waiting=tuple(waiting),
        members=members,
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


def _member(settings: TargetSettings, model: ModelSettings, world: World) -> Member:
    behind = reference(settings.to, world.providers, model.catalog_model_of(settings.to))
    standing = world.knowledge.standing(behind.ref, behind.surface, world.day)
    return Member(settings=settings, reference=behind, standing=standing)


def _switch_day(model: ModelSettings, members: tuple[Member, ...]) -> dt.date | None:
    """The declared day; else the last target's, where an exact day is known of every one."""
    if model.switch == "manual":
        return None
    if model.switch_day is not None:
        return model.switch_day
    exact = [one.standing.ends for one in members if one.standing.switches and one.standing.ends]
    return max(exact) if len(exact) == len(members) else None


def _taken_away(model: ModelSettings, members: tuple[Member, ...]) -> bool:
    """Whether no target is there on this day although its last end may be later: one that went and came back."""
    return model.switch == "retirement" and all(one.standing.surely_retired for one in members)


def _all_gone(model: ModelSettings, members: tuple[Member, ...], over: Mapping[str, str], world: World) -> bool:
    """Whether no target answers any more, and at least one was seen not to.

    Ends alone are the calendar's matter: a later declared day is the operator's word against it.
    """
    if model.switch == "manual":
        return False
    return all(over.values()) and any(one.settings.to in world.gone for one in members)


def _why_over(member: Member, model: ModelSettings, world: World, *, due: bool) -> str:
    """Why one of the targets is not asked; empty where it is."""
    standing, ends = member.standing, member.standing.ends
    ended = model.switch == "retirement" and standing.switches and ends is not None and world.day >= ends
    if due or ended:
        if standing.status in GONE and ends is not None:
            return f"{standing.status} since {ends}" if ends <= world.day else _FOR_A_TIME
        return f"switched on {model.switch_day or ends}" + (" as declared" if model.switch_day else "")
    return _why_dropped(member.settings.to, model, world)


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


def _own_instead(
    members: tuple[Member, ...], dropped: list[Dropped], world: World
) -> tuple[list[Candidate], list[Dropped]]:
    """Where nobody else is left: the targets whose weights lie here, and who is dropped then.

    A catalogue's date moves calls to a declared successor. It takes nobody's own weights away.
    """
    kept = [
        Candidate(one.settings.to, "target", one.settings.weight)
        for one in members
        if _is_own(one.settings.to, world) and one.settings.to not in world.gone
    ]
    names = {each.target for each in kept}
    return kept, [each for each in dropped if each.target not in names]


def _is_own(target: str, world: World) -> bool:
    provider = world.providers.get(target.partition("/")[0])
    return provider is not None and owns_weights(provider)


def _others(model: ModelSettings, successors: tuple[_Successor, ...]) -> Iterator[tuple[Candidate, str]]:
    """Who comes after the targets; the text says why one cannot be asked whatever the catalogue says."""
    for successor in successors:
        yield Candidate(successor.target, "successor"), successor.unusable
    for target in model.fallbacks:
        yield Candidate(target, "fallback"), ""


def _why_dropped(target: str, model: ModelSettings, world: World) -> str:
    """The reason for which a candidate is not asked; empty where nothing speaks against it."""
    if target in world.gone:
        return "observed gone: it answered as a retired model within the last 10 minutes"
    if _is_own(target, world):
        return ""
    found = reference(target, world.providers, model.catalog_model_of(target))
    standing = world.knowledge.standing(found.ref, found.surface, world.day)
    if standing.surely_retired:
        ended = standing.ends is not None and standing.ends <= world.day
        return f"retired since {standing.ends}" if ended else _FOR_A_TIME
    return ""


def _turn(model: ModelSettings, switch_day: dt.date | None) -> str:
    """When the turn of a successor comes that does not answer yet."""
    if model.switch == "manual":
        return 'switch = "manual": never by itself'
    return "no exact last day of the target is known" if switch_day is None else f"its turn comes on {switch_day}"
