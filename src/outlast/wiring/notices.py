"""What notices rest on: ends and uses from the horizon, the record and the keys; the store and the ways out.

It knows which room each comes from. It does not know what is due nor what is said.
"""

import datetime as dt
import os
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from outlast.catalog.models import Model
from outlast.catalog.port import Knowledge
from outlast.catalog.status import GONE
from outlast.delivery.mail import Mailer, mail_server
from outlast.delivery.outcome import Carrier
from outlast.delivery.post import Poster
from outlast.delivery.store import NoticeStore
from outlast.delivery.webhook import Slack, Webhook
from outlast.errors import SettingsInvalid
from outlast.exchange import SeenModel
from outlast.gateway.shadow import SHADOW
from outlast.horizon.calendar import Entry, Horizon, horizon
from outlast.horizon.dependants import dependants
from outlast.horizon.record import NANOSECONDS_OF_A_DAY
from outlast.keys.key import Key
from outlast.ledger import location
from outlast.ledger.location import database_path
from outlast.notices.ending import Ending, Place, Use
from outlast.notices.news import Happening
from outlast.providers.address import refusal
from outlast.providers.fetch import resolved
from outlast.rollout.brownout import Window
from outlast.settings import Settings
from outlast.wiring.brownout_desk import histories as histories_of
from outlast.wiring.brownout_desk import schedules_in
from outlast.wiring.keys import open_keys
from outlast.wiring.news import of_brownouts, of_rollouts
from outlast.wiring.own_endings import own_endings
from outlast.wiring.reading import open_knowledge, open_record

_ENVIRONMENT = "env:"


@dataclass(frozen=True, slots=True)
class Outlook:
    """Everything here that a notice could be about."""

    endings: tuple[Ending, ...]
    models: tuple[Model, ...]
    """Those of them that the catalogue knows."""
    happenings: tuple[Happening, ...] = ()
    """What was done to names that are called here, and will be for some minutes."""
    uses: Mapping[str, tuple[Use, ...]] = field(default_factory=dict)
    """Who called which name."""
    schedules: Mapping[str, tuple[Window, ...]] = field(default_factory=dict)
    """Every brown-out that stands, by name."""


def notices_path(settings: Settings) -> Path:
    """The file of dates and messages, beside the database."""
    return location.notices_path(database_path(settings.server.database, settings.root))


def open_notices(settings: Settings) -> NoticeStore:
    """The store of a configuration."""
    return NoticeStore(notices_path(settings))


def outlook(settings: Settings, today: dt.date, now: dt.datetime) -> Outlook:
    """What this configuration and its traffic depend on, each model and surface once, with whoever called it.

    Raises:
        LedgerUnavailable: the record cannot be read.
        CatalogInvalid: what feeds said cannot be read.
    """
    knowledge, record = open_knowledge(settings), open_record(settings)
    since = time.time_ns() - settings.notices.used_within * NANOSECONDS_OF_A_DAY
    made = horizon(settings, record.seen(since), knowledge, today)
    seen = {name: rows for name, rows in record.seen_by_key(since).items() if name != SHADOW.name}
    known: dict[str, Key] = {key.name: key for key in open_keys(settings).keys()}  # noqa: SIM118 - no mapping
    uses = _uses(settings, seen, knowledge, known)
    situation, histories = histories_of(settings)
    schedules = schedules_in(situation)
    endings = endings_of(made, uses)
    found = (knowledge.find(ending.place.model) for ending in endings)
    models = {model.ref: model for model in found if model is not None}
    by_name = _by_name(seen, known)
    own = own_endings(settings.policy, by_name, {name: key.plan for name, key in known.items()}, today)
    return Outlook(
        endings=(*endings, *own),
        models=tuple(models.values()),
        happenings=(*of_rollouts(histories, now), *of_brownouts(schedules, now)),
        uses=by_name,
        schedules=schedules,
    )


NO_USES: Final[Mapping[Place, tuple[Use, ...]]] = {}


def endings_of(made: Horizon, uses: Mapping[Place, tuple[Use, ...]] = NO_USES) -> tuple[Ending, ...]:
    """Each model and surface of a calendar once, with whoever called it."""
    places: dict[Place, list[Entry]] = {}
    for entry in made.entries:
        places.setdefault(Place(model=entry.model, surface=entry.surface), []).append(entry)
    return tuple(_ending(place, entries, uses.get(place, ())) for place, entries in places.items())


def _ending(place: Place, entries: list[Entry], uses: tuple[Use, ...]) -> Ending:
    standing = entries[0].standing
    successor = next((each.successor.ref for each in entries if each.successor is not None), None)
    claim = standing.decided_by
    return Ending(
        place=place,
        ends=standing.ends,
        unsure=standing.unsure or (standing.ends is not None and standing.status not in GONE and not standing.switches),
        source=claim.source if claim is not None else "",
        names=tuple(dict.fromkeys(entry.name for entry in entries)),
        uses=uses,
        successor=successor,
        switch_day=next((each.switch_day for each in entries if each.covered and each.switch_day is not None), None),
    )


def _uses(
    settings: Settings, seen: Mapping[str, Sequence[SeenModel]], knowledge: Knowledge, known: Mapping[str, Key]
) -> dict[Place, tuple[Use, ...]]:
    """Each key's calls by what they depend on."""
    found: defaultdict[Place, list[Use]] = defaultdict(list)
    for name, rows in seen.items():
        called: defaultdict[Place, list[tuple[str, int]]] = defaultdict(list)
        for each in dependants(settings, rows, knowledge):
            if each.recorded.calls:
                place = Place(model=each.behind.ref, surface=each.behind.surface)
                called[place].append((each.name, each.recorded.calls))
        for place, names in called.items():
            found[place].append(_use(known.get(name), name, names))
    return {place: tuple(each) for place, each in found.items()}


def _by_name(seen: Mapping[str, Sequence[SeenModel]], known: Mapping[str, Key]) -> dict[str, tuple[Use, ...]]:
    """Each key's calls by the name that it called."""
    found: defaultdict[str, list[Use]] = defaultdict(list)
    for name, rows in seen.items():
        calls: defaultdict[str, int] = defaultdict(int)
        for each in rows:
            calls[each.requested] += each.row.calls
        for requested, count in calls.items():
            if count:
                found[requested].append(_use(known.get(name), name, [(requested, count)]))
    return {requested: tuple(each) for requested, each in found.items()}


def _use(key: Key | None, name: str, called: Sequence[tuple[str, int]]) -> Use:
    return Use(
        key=name,
        owner=key.owner if key else "",
        team=key.team if key else "",
        names=tuple(dict.fromkeys(called_as for called_as, _ in called)),
        calls=sum(calls for _, calls in called),
    )


def open_carriers(settings: Settings) -> dict[tuple[str, str], Carrier]:
    """Every way out that is configured, by way and recipient; ``*`` stands for every recipient.

    Raises:
        SettingsInvalid: an address cannot be meant, or the environment does not hold it.
    """
    told = settings.notices
    carriers: dict[tuple[str, str], Carrier] = {}
    if told.smtp is not None and told.sender is not None:
        server = mail_server(resolved_word("smtp", told.smtp))
        carriers["mail", "*"] = Mailer(server=server, sender=told.sender)
    for name, to in told.to.items():
        poster = Poster(resolve=resolved, refusal=_nothing if to.private else refusal)
        if to.webhook is not None and to.secret is not None:
            carriers["webhook", name] = Webhook(
                url=resolved_word(f"to.{name}.webhook", to.webhook),
                secret=resolved_word(f"to.{name}.secret", to.secret),
                poster=poster,
                unix_ns=time.time_ns,
            )
        if to.slack is not None:
            carriers["slack", name] = Slack(url=resolved_word(f"to.{name}.slack", to.slack), poster=poster)
    return carriers


def _nothing(address: str) -> str:
    """No address is refused: the operator's word."""
    del address
    return ""


def resolved_word(word: str, value: str) -> str:
    """The value, or what the environment holds where it is ``env:NAME``.

    Raises:
        SettingsInvalid: the environment does not hold it; its name is said, the value never.
    """
    if not value.startswith(_ENVIRONMENT):
        return value
    name = value.removeprefix(_ENVIRONMENT)
    found = os.environ.get(name, "")
    if not found:
        raise SettingsInvalid(f"[notices] {word} = {value!r}: the environment has no {name}")
    return found
