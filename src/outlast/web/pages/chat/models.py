"""The models of one person on one day, as the page shows them: the list, the chip on an answer, notices of an end.

It knows how entries become words. It does not know which models there are (``chat.picker``) nor what is said of a day
(``chat.clock``).
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import msgspec

from outlast.catalog.amounts import format_decimal
from outlast.catalog.reference import reference
from outlast.chat import clock
from outlast.chat.conversation import Conversation, Message, Served
from outlast.chat.picker import Clock, Entry, Offer, Picker
from outlast.chat.ports import Person
from outlast.notices.calendar import calendar_of
from outlast.notices.ending import Dated, Ending, Place
from outlast.web.pages.chat.seen import Chip, Group, Mood, Notice, Option

SOON: Final = 30
"""Days before an end from which a chip is coloured."""
ALARMS: Final = (7, 1)
"""Days before an end on which a calendar reminds."""
_NEAR: Final = 7
_ANOTHER: Final = {"successor": "taken over", "fallback": "no answer", "rollout": "in a trial"}
"""Why another model answered than the one that was asked, in a word or two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """A file for a calendar."""

    name: str
    text: str


class Models:
    """One for each page that is written."""

    def __init__(self, picker: Picker, day: dt.date, person: Person) -> None:
        self._picker = picker
        self._day = day
        self._person = person
        self._known: dict[str, Entry] = {}
        self._chips: dict[tuple[Served, bool], Chip] = {}
        self._offer: Offer | None = None

    @property
    def offer(self) -> Offer:
        """What this person may pick."""
        if self._offer is None:
            self._offer = self._picker.offer(self._day, self._person)
        return self._offer

    @property
    def default(self) -> str:
        """What a new conversation asks; empty: nothing is offered."""
        entry = self.offer.default
        return entry.name if entry is not None else ""

    def entry(self, name: str) -> Entry:
        """One model, whether it is offered or not."""
        found = self._known.get(name) or self.offer.entry(name)
        if found is None:
            found = self._picker.entry(name, self._day)
        self._known[name] = found
        return found

    def groups(self, *, legacy: bool, keep: str = "") -> Sequence[Group]:
        """The list: current models, then where ``legacy`` is wanted those that leave; ``keep`` is in it anyway."""
        offer = self.offer
        first, later = list(offer.current), list(offer.legacy) if legacy else []
        if keep and keep not in {each.name for each in (*first, *later)}:
            later.append(self.entry(keep))
        groups = (
            [Group(label="Models" if later else "", options=[_option(each, offer) for each in first])] if first else []
        )
        if later:
            groups.append(Group(label="Legacy", options=[_option(each, offer) for each in later]))
        return groups

    def chip(self, message: Message) -> Chip | None:
        """Who gave an answer."""
        by = message.by
        if by is None or (message.phase == "running" and not by.served):
            return None
        if message.phase == "failed" and not message.text:
            by = msgspec.structs.replace(by, served="")  # it was asked, and has not answered
        cut = message.phase == "interrupted"
        if (by, cut) not in self._chips:
            self._chips[by, cut] = self._chip(by, cut=cut)
        return self._chips[by, cut]

    def _chip(self, by: Served, *, cut: bool) -> Chip:
        asked = self.entry(by.asked) if by.asked else None
        served = self._clock(by, asked)
        made = clock.chip(by, asked, served)
        words = _said(made.label, by, cut=cut)
        why = _why(by, asked) if by.served else ""
        if why:
            words = f"asked {by.asked} ({why}), {words}"
        if made.days_left is not None and served is not None:
            words += f" · {_until(served, made.days_left)}"
        answered = f"{by.served}, interrupted" if by.served and cut else by.served or "nobody"
        facts = [("In words", made.text), ("Asked", by.asked), ("Answered", answered)]
        if by.exchange:
            facts.append(("Request", by.exchange))
        source = link(served.source) if served is not None else ""
        return Chip(words=words, facts=facts, source=source, mood=_mood(served))

    def _clock(self, by: Served, asked: Entry | None) -> Clock | None:
        """The clock of the model that answered: the asked name's own where that is who it stands for."""
        if not by.served:
            return None
        if asked is not None and asked.itself and asked.path.target == by.served:
            return asked.clock
        settings = self._picker.settings
        named = settings.models.get(by.asked)
        catalogued = named.catalog_model_of(by.served) if named is not None else None
        return self._picker.clock(reference(by.served, settings.providers, catalogued), self._day)

    def moved(self, conversation: Conversation) -> clock.Moved | None:
        """What a conversation is told, once, before it goes on."""
        return clock.moved(conversation, self.entry(conversation.model), self.offer)

    def notices(self, conversation: Conversation | None, model: str) -> Iterator[Notice]:
        """What is to be said of days, above a conversation or before there is one."""
        moved = self.moved(conversation) if conversation is not None else None
        if moved is not None:
            yield Notice(words=moved.text)
        elif model and (words := clock.over(self.entry(model))):
            yield Notice(words=words, source=link(self.entry(model).clock.source))
        banner = clock.banner(self.entry(model), self.offer) if model else None
        if banner is not None:
            yield Notice(
                words=banner.text,
                mood="warn" if banner.step <= _NEAR else "",
                source=banner.url,
                named=banner.source,
                successor=banner.successor,
                reminder=True,
            )

    def reminder(self, name: str) -> Reminder | None:
        """The last day of a model, for a calendar; None: no such day is known."""
        entry = self.offer.entry(name)
        if entry is None or entry.clock.ends is None:
            return None
        heir = clock.successor_of(entry, self.offer)
        ending = Ending(
            place=Place(model=entry.model, surface=entry.clock.surface),
            ends=entry.clock.ends,
            unsure=not entry.clock.exact,
            source=entry.clock.source,
            names=(entry.name,),
            successor=heir.title if heir is not None else None,
        )
        text = calendar_of([ending], {ending.place: Dated(ends=ending.ends)}, ALARMS)
        safe = "".join(each if each.isascii() and (each.isalnum() or each in "-.") else "-" for each in name)
        return Reminder(name=f"{safe[:80]}.ics", text=text)


def _said(label: str, by: Served, *, cut: bool) -> str:
    """Who answered; ``cut``: the server stopped meanwhile."""
    if not by.served:
        return f"asked: {by.asked}, interrupted before an answer" if cut else f"asked: {by.asked}"
    return f"{label} was answering, interrupted" if cut else f"answered by {label}"


def _why(by: Served, asked: Entry | None) -> str:
    """Why it was another than the one that was asked; empty: it was not."""
    status = asked.clock.status if asked is not None else ""
    if by.reason == "successor" and asked is not None and asked.clock.gone:
        return "retired"
    return _ANOTHER.get(by.reason, "redirected" if status == "redirected" else "")


def link(source: str) -> str:
    """The address in a source's words; empty: it has none."""
    return next((word.rstrip(".,;)") for word in source.split() if word.startswith("https://")), "")


def _option(entry: Entry, offer: Offer) -> Option:
    days = entry.clock.days_left
    short = "" if days is None else f" ({_until(entry.clock, days)})"
    return Option(
        name=entry.name,
        label=f"{entry.title}{short}",
        note=_note(entry, offer),
        sees=entry.reach.sees,
        hears=entry.reach.hears,
    )


def _note(entry: Entry, offer: Offer) -> str:
    """What is worth knowing before it is picked, in a line."""
    said: list[str] = []
    if entry.default:
        said.append("default")
    if not entry.known:
        said.append("the catalogue has no facts about it: no last day, no price")
    said.extend(entry.abilities)
    if entry.price_input is not None and entry.price_output is not None:
        said.append(f"{_dollars(entry.price_input)} in, {_dollars(entry.price_output)} out per million tokens")
    if entry.clock.ends is not None:
        verb = "gone since" if entry.clock.gone else "until"
        said.append(f"{verb} {clock.day(entry.clock.ends)} on {clock.surface(entry.clock)}")
    if entry.restored:
        said.append("brought back here")
    elif not entry.itself and entry.path.target:
        said.append(f"{clock.title_of(entry.path.target, offer)} answers in its place")
    return " · ".join(said)


def _dollars(amount: Decimal) -> str:
    return f"${format_decimal(amount)}"


def _until(known: Clock, days: int) -> str:
    if known.gone:
        return "retired"
    return {0: "retires today", 1: "retires tomorrow"}.get(days, f"retires in {days} days")


def _mood(known: Clock | None) -> Mood:
    if known is None or known.gone or known.days_left is None:
        return ""
    return "warn" if known.days_left <= SOON else ""
