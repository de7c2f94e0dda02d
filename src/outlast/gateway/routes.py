"""From the name in a request to what may be asked: virtual models with their plan, or a wire to one target.

It knows names, and keeps each plan until its day ends or something is observed gone. It does not know requests
or answers.
"""

import datetime as dt
import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from outlast.catalog.port import Knowledge
from outlast.catalog.reference import reference
from outlast.catalog.status import GONE
from outlast.errors import ModelNotFound, ModelRetired
from outlast.gateway.breaker import Breaker
from outlast.gateway.destination import Destination, Destinations
from outlast.gateway.gone import GoneTargets
from outlast.gateway.health import Health
from outlast.gateway.lifecycle_headers import lifecycle_headers, own_lifecycle
from outlast.gateway.plan import Candidate, Plan, World, callable_successor, plan
from outlast.gateway.ports import Headers
from outlast.keys.key import Key
from outlast.settings import ModelSettings, Settings, TargetSettings
from outlast.settings.built_in import configured
from outlast.tone.persona import instructions

REMEMBERED_WIRES = 2048
"""Direct names come from callers: past this many the memory starts anew."""


class Attempt(msgspec.Struct, frozen=True):
    """One candidate made ready to be asked."""

    candidate: Candidate
    destination: Destination
    said: Headers
    """What every answer of this candidate says to the caller."""
    breaker: Breaker | None = None
    """Its health; None: a wire, which is asked whatever is known of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What a name stands for today."""

    name: str
    model: ModelSettings | None
    """None: a direct name, a wire without policy."""
    plan: Plan | None
    attempts: tuple[Attempt, ...]
    equals: int
    """How many of them, from the first, are equal targets that share the calls."""
    keep: Literal["metadata", "full", "totals"]
    """What is recorded of its calls."""
    said: Headers
    """What an answer says that no candidate gave: the requested name, ``Deprecation``, ``Sunset`` and ``Link``."""
    day: dt.date
    version: int
    lead: Attempt | None = None
    """Of a steered call: asked before all others."""
    heir: Attempt | None = None
    """Of a steered call: asked first from when the last of the targets is gone."""
    voice: str = ""
    """What every call of this name tells the model of how to talk; empty: nothing."""


class Routes:
    """Every name that a caller may use."""

    def __init__(
        self,
        settings: Settings,
        destinations: Destinations,
        *,
        gone: GoneTargets,
        today: Callable[[], dt.date],
        health: Health | None = None,
    ) -> None:
        """``health`` is where targets are looked up; without it nothing is known of any."""
        self.health = health or Health()
        self._models: Mapping[str, ModelSettings] = settings.models
        self._providers = settings.providers
        self._unconfigured = not configured(settings)
        self._own = settings.policy.models
        self._voices = {name: instructions(each) for name, each in settings.personas.items()}
        self._destinations = destinations
        self._knowledge: Knowledge = destinations.knowledge
        self._gone = gone
        self._today = today
        self._routes: dict[str, Route] = {}
        self._wires: dict[str, Route] = {}
        self._opened: dict[tuple[str, str | None, TargetSettings | None], Destination] = {}
        self._steered: dict[tuple[str, Candidate | None, Candidate | None], tuple[Route, Route]] = {}

    def find(self, name: str, key: Key | None = None) -> Route:
        """The route of a name; a virtual model's name wins over a direct one.

        Raises:
            ModelNotFound: neither a virtual model nor a provider has this name; names the closest that ``key`` may use.
        """
        gone = self._gone.current()
        kept = self._routes.get(name) or self._wires.get(name)
        day = self._today()
        if kept is not None and kept.day == day and kept.version == self._gone.version:
            return kept
        model = self._models.get(name)
        if model is not None:
            route = self._virtual(
                name, model, World(providers=self._providers, knowledge=self._knowledge, day=day, gone=gone)
            )
            self._routes[name] = route
            return route
        return self._wire(name, day, key)

    def steered(self, route: Route, lead: Candidate | None, heir: Candidate | None = None) -> Route:
        """The same with a candidate before, or after, all others; one that nobody here serves is left out."""
        if lead is None and heir is None:
            return route
        key = (route.name, lead, heir)
        kept = self._steered.get(key)
        if kept is not None and kept[0] is route:
            return kept[1]
        made = replace(route, lead=self._beside(lead, route), heir=self._beside(heir, route))
        if len(self._steered) >= REMEMBERED_WIRES:
            self._steered.clear()
        self._steered[key] = (route, made)
        return made

    def without_gone(self, route: Route) -> Route:
        """The route of the same name now that one of its candidates has answered as retired."""
        fresh, heir = self.find(route.name), route.heir
        if heir is None:
            return fresh
        return self.steered(fresh, None, heir.candidate) if fresh.equals else self.steered(fresh, heir.candidate)

    def _beside(self, candidate: Candidate | None, route: Route) -> Attempt | None:
        """A candidate that the plan does not know, made ready; None: it cannot be asked here, or is observed gone."""
        if candidate is None or candidate.target in self._gone.current():
            return None
        if candidate.target.partition("/")[0] not in self._providers:
            return None
        return self._ready(candidate, route.said, route.model)

    def retired(self, route: Route) -> ModelRetired:
        """The answer for a virtual model that has no candidate left: the day, the chain, how to declare it."""
        # Only virtual models have candidates to lose.
        assert route.plan is not None and route.model is not None  # noqa: S101, PT018
        return ModelRetired(_retired_text(route.name, route.model, route.plan), param="model")

    def _virtual(self, name: str, model: ModelSettings, world: World) -> Route:
        made = plan(model, world)
        behind = lifecycle_headers(made.lasting.standing, made.successor)
        said = _said(name, own_lifecycle(self._own.get(name), world.day, behind))
        return Route(
            name=name,
            model=model,
            plan=made,
            attempts=tuple(self._ready(each, said, model) for each in made.attempts),
            equals=sum(each.reason == "target" for each in made.attempts),
            keep="totals" if model.record == "off" else model.record,
            said=said,
            day=world.day,
            version=self._gone.version,
            voice=self._voices.get(model.persona or "", ""),
        )

    def _wire(self, name: str, day: dt.date, key: Key | None) -> Route:
        provider, slash, model = name.partition("/")
        if not (slash and model and provider in self._providers):
            raise ModelNotFound(self._not_found_text(name, key), param="model")
        behind = reference(name, self._providers)
        standing = self._knowledge.standing(behind.ref, behind.surface, day)
        chain = self._knowledge.chain(behind.ref, behind.surface, day)
        said = _said(name, lifecycle_headers(standing, callable_successor(chain, self._providers, name, behind)))
        route = Route(
            name=name,
            model=None,
            plan=None,
            attempts=(self._ready(Candidate(name, "target"), said, None),),
            equals=1,
            keep="metadata",
            said=said,
            day=day,
            version=self._gone.version,
        )
        if len(self._wires) >= REMEMBERED_WIRES:
            self._wires.clear()
        self._wires[name] = route
        return route

    def _ready(self, candidate: Candidate, said: Headers, model: ModelSettings | None) -> Attempt:
        target = candidate.target
        own = named = None
        if model is not None:
            named = model.catalog_model_of(target)
            if candidate.reason == "target":
                own = next(each for each in model.targets if each.to == target)
        opened = self._opened.get((target, named, own))
        if opened is None:
            opened = self._destinations.open(target, named, own)
            if len(self._opened) >= REMEMBERED_WIRES:
                self._opened.clear()
            self._opened[target, named, own] = opened
        served = (("x-outlast-served-model", target), ("x-outlast-reason", candidate.reason))
        breaker = None if model is None else self.health.of(target)
        return Attempt(candidate, opened, (said[0], *served, *said[1:]), breaker)

    def _not_found_text(self, name: str, key: Key | None) -> str:
        near = closest_names(name, self._models, self._knowledge, tuple(self._providers))
        near = tuple(each for each in near if key is None or key.may_use(each))
        hint = f" Closest known: {', '.join(near)}." if near else ""
        if self._unconfigured and not near:
            hint = " No provider is configured; `outlast init` writes a configuration to start from."
        return (
            f"The model `{name}` does not exist here: it is no virtual model, and no provider/model "
            f"of a configured provider.{hint}"
        )


def _said(name: str, lifecycle: Headers) -> Headers:
    return (("x-outlast-requested-model", name), *lifecycle)


def closest_names(
    name: str, virtual: Mapping[str, ModelSettings], knowledge: Knowledge, tables: tuple[str, ...]
) -> tuple[str, ...]:
    """The known names most like ``name``: virtual models first, then direct names that a provider here serves."""
    ours = difflib.get_close_matches(name, virtual, 3, 0.6)
    known = [ref for ref in knowledge.closest(name, 6) if ref.partition("/")[0] in tables]
    return tuple(dict.fromkeys([*ours, *known]))[:3]


def _retired_text(name: str, model: ModelSettings, made: Plan) -> str:
    standing = made.standing
    when = (
        f"{'was retired' if standing.status in GONE else 'ends'} on {standing.ends}"
        if standing.ends
        else "has no known end"
    )
    steps = [step.model for step in made.chain.steps]
    living = made.chain.living
    # Under "manual" no successor ever takes over by itself.
    word, chain = ("fallback", made.recommended) if model.switch == "manual" else ("successor", "chain")
    if living:
        advice = (
            f"The catalogue recommends {' -> '.join(steps)}. To let it answer, declare it: "
            f'[models."{name}"] {word} = "{chain}"'
        )
    else:
        advice = (
            f"The catalogue knows no living successor ({made.chain.why_none}). "
            f'Declare one of your choice: [models."{name}"] {word} = "provider/model"'
        )
    dropped = "; ".join(f"{entry.target}: {entry.reason}" for entry in made.dropped)
    return f"`{name}` stands for {made.reference.ref}, which {when}, and no candidate is left ({dropped}). {advice}"
