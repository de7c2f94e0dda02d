"""What people may pick: the models that are offered, in order, each with what it can do, its price and its clock.

It knows configuration, catalogue and a day, and is told by whom a name is answered (``Path``). It does not know who
asks it for what, nor how a list looks. Legacy is a word about a clock: a status of legacy or behind it on the surface.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import msgspec

from outlast.catalog.abilities import abilities_of
from outlast.catalog.claims import Claim, Standing, Status
from outlast.catalog.models import Model
from outlast.catalog.port import Knowledge
from outlast.catalog.reference import Reference, reference
from outlast.catalog.status import ENDS, GONE
from outlast.chat.ports import Person
from outlast.chat.turn import Reach
from outlast.settings import Settings
from outlast.settings.built_in import PACKAGED, is_packaged

LEGACY: Final[frozenset[Status]] = frozenset({"legacy", "deprecated", "extended", "redirected", "retired"})
SHOWN_ABILITIES: Final = {
    "vision": "images",
    "reasoning": "reasoning",
    "tools": "tools",
    "web_search": "web search",
    "audio_input": "audio",
}
"""The catalogue's word, and the one that people read."""


class Path(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers a name today."""

    target: str = ""
    """``provider/model`` of the first who is asked; empty: nobody is left."""
    reason: str = ""
    """``target``, ``successor``, ``fallback`` …"""
    successor: str | None = None
    """Who takes over, or would: ``provider/model``."""


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a model's end on one surface, on a day."""

    surface: str
    status: Status = "unknown"
    ends: dt.date | None = None
    """The last day as it is known, or the day on which it went; None: no end is known, or none was announced yet."""
    exact: bool = False
    days_left: int | None = None
    """Negative: it has passed."""
    source: str = ""

    @property
    def gone(self) -> bool:
        """It is not offered on this surface any more."""
        return self.status in GONE

    @property
    def legacy(self) -> bool:
        """Whether people find it under Legacy."""
        return self.status in LEGACY


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One model of the list."""

    name: str
    """As it is asked: a virtual model, or provider/model."""
    title: str
    """As it is shown."""
    model: str
    """``provider/id`` of the catalogue."""
    clock: Clock
    path: Path
    default: bool = False
    restored: bool = False
    """Brought back by the operator."""
    known: bool = False
    """Whether the catalogue has any fact about it."""
    abilities: tuple[str, ...] = ()
    reach: Reach = Reach()
    price_input: Decimal | None = None
    """USD per million tokens."""
    price_output: Decimal | None = None

    @property
    def legacy(self) -> bool:
        """Whether it stands under Legacy."""
        return self.clock.legacy

    @property
    def itself(self) -> bool:
        """Whether asking this name still reaches this model."""
        return self.path.reason == "target"


@dataclass(frozen=True, slots=True)
class Offer:
    """The list on one day, for one person or for all: the default, current models, then Legacy."""

    entries: tuple[Entry, ...]
    day: dt.date

    @property
    def default(self) -> Entry | None:
        """What a new conversation asks."""
        return next((each for each in self.entries if each.default), None)

    @property
    def current(self) -> tuple[Entry, ...]:
        """Above Legacy; the default is the first, whatever its clock says."""
        return tuple(each for each in self.entries if each.default or not each.legacy)

    @property
    def legacy(self) -> tuple[Entry, ...]:
        """Under Legacy."""
        return tuple(each for each in self.entries if each.legacy and not each.default)

    def entry(self, name: str) -> Entry | None:
        """One of them."""
        return next((each for each in self.entries if each.name == name), None)

    def of_target(self, target: str) -> Entry | None:
        """The entry that a target answers by itself, a direct name before a virtual one."""
        fits = [each for each in self.entries if each.itself and each.path.target == target]
        return next((each for each in fits if each.name == target), fits[0] if fits else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picker:
    """Makes lists."""

    settings: Settings
    knowledge: Knowledge
    path: Callable[[str], Path]
    """Who answers a name."""

    def offer(self, day: dt.date, person: Person | None = None) -> Offer:
        """The list on a day; of a person, what the plan has. Where the default has gone, its successor is."""
        plan = person.plan if person is not None else ""
        entries = [self.entry(name, day) for name in self._names(plan)]
        chosen = self._default(entries, day)
        marked = [msgspec.structs.replace(each, default=each.name == chosen) for each in entries]
        return Offer(tuple(sorted(marked, key=lambda each: (not each.default, each.legacy))), day)

    def entry(self, name: str, day: dt.date) -> Entry:
        """One model, whether it is offered or not."""
        behind = self.behind(name)
        model = self.knowledge.find(behind.ref)
        price = model.price if model is not None else None
        return Entry(
            name=name,
            title=self._title(name, model),
            model=behind.ref,
            clock=self.clock(behind, day),
            path=self.path(name),
            restored=name in self.settings.chat.restored,
            known=model is not None,
            abilities=tuple(_abilities(model)),
            reach=self._reach(name, model),
            price_input=price.input if price is not None else None,
            price_output=price.output if price is not None else None,
        )

    def behind(self, name: str) -> Reference:
        """The catalogue's model behind a name, and the surface whose clock counts."""
        model = self.settings.models.get(name)
        if model is None:
            return reference(name, self.settings.providers)
        return reference(model.target, self.settings.providers, model.catalog_model_of(model.target))

    def clock(self, behind: Reference, day: dt.date) -> Clock:
        """What is known on ``day``: an end that was announced later is not known yet."""
        standing = self.knowledge.standing(behind.ref, behind.surface, day)
        model = self.knowledge.find(behind.ref)
        gone = _gone_by(model, behind.surface, day) if standing.status in GONE else None
        decided = gone or standing.decided_by
        ends = gone.date if gone is not None else standing.ends
        if gone is None and (ends is None or _unheard(standing, day)):
            return Clock(surface=behind.surface, status=standing.status)
        return Clock(
            surface=behind.surface,
            status=standing.status,
            ends=ends,
            exact=decided is not None and decided.precision == "exact",
            days_left=None if ends is None else (ends - day).days,
            source=decided.source if decided is not None else "",
        )

    def _names(self, plan: str) -> tuple[str, ...]:
        chat, plans = self.settings.chat, self.settings.plans
        names = list(chat.models or self.settings.models)
        if chat.default is not None:
            names.insert(0, chat.default)
        names = names or list(self._packaged())
        if plan:
            allowed = plans[plan].models if plan in plans else ()
            names = [each for each in names if allowed is None or each in allowed]
        names += [each for each, had in chat.restored.items() if not plan or not had or plan in had]
        return tuple(dict.fromkeys(names))

    def _packaged(self) -> Iterator[str]:
        """The snapshots that come with Outlast: where nothing else is offered, there is somebody to talk to."""
        tables = [name for name, each in self.settings.providers.items() if is_packaged(each)]
        known = [each.id for each in self.knowledge.models() if tables and each.provider == PACKAGED]
        return (f"{table}/{each}" for table in tables for each in known)

    def _default(self, entries: list[Entry], day: dt.date) -> str:
        """The configured one until it goes, even if it comes back; then who takes over, if offered; else a current one.

        Where none is configured, a model that leaves is not chosen for anybody.
        """
        if not entries:
            return ""
        wished = self.settings.chat.default
        first = next((each for each in entries if each.name == wished), entries[0])
        if not first.legacy:
            return first.name
        behind = self.behind(first.name)
        if _gone_by(self.knowledge.find(behind.ref), behind.surface, day) is None:
            return first.name if first.name == wished else _first_current(entries, first)
        heir = next((each for each in entries if each.itself and each.path.target == first.path.successor), None)
        return heir.name if heir is not None and not heir.clock.gone else _first_current(entries, first)

    def _reach(self, name: str, model: Model | None) -> Reach:
        """What is known of the model; the local engine sees, hears and speaks whatever a catalogue says."""
        known = _reach(model)
        provider = self.settings.providers.get(self.path(name).target.partition("/")[0])
        if provider is None or provider.kind != "local":
            return known
        return msgspec.structs.replace(known, sees=True, hears=True, speaks=True)

    def _title(self, name: str, model: Model | None) -> str:
        return name if name in self.settings.models or model is None else model.name or name


def _first_current(entries: Iterable[Entry], otherwise: Entry) -> str:
    return next((each.name for each in entries if not each.legacy), otherwise.name)


def _gone_by(model: Model | None, surface: str, day: dt.date) -> Claim | None:
    """The claim by which it is gone: of all ends that have come, the last."""
    claims = [
        claim
        for claim in (model.claims if model is not None else ())
        if claim.surface == surface and claim.event in ENDS and claim.decides and claim.date <= day
    ]
    return max(claims, key=lambda claim: claim.date, default=None)


def _unheard(standing: Standing, day: dt.date) -> bool:
    """Whether the end was announced after ``day``; one without a day of announcement is taken as known."""
    said = [each for each in (standing.announced, standing.deprecated) if each is not None]
    return bool(said) and min(said) > day


def _abilities(model: Model | None) -> Iterator[str]:
    known = abilities_of(model) if model is not None else {}
    return (shown for word, shown in SHOWN_ABILITIES.items() if known.get(word) not in (None, False, ()))


def _reach(model: Model | None) -> Reach:
    if model is None:
        return Reach()
    known = abilities_of(model)
    sees, hears, speaks = (known.get(each) not in (None, False) for each in ("vision", "audio_input", "audio_output"))
    return Reach(sees=sees, hears=hears, speaks=speaks, context_window=model.context_window)
