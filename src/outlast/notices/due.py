"""Which notice is due to whom on a day. Pure.

It knows the steps before an end, what a moved date asks for, and whose keys a recipient answers for. It does not
know what was sent before, but for the names of it, nor what a notice says (``notices.text``).
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from outlast.notices.ending import Dated, Ending, Known, Use
from outlast.settings.notices import Language, NoticesSettings, NoticeTo, is_mail

Kind = Literal["ending", "moved", "withdrawn"]
Way = Literal["mail", "webhook", "slack"]
MOVED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Somebody to tell, by one way."""

    name: str
    """The mail address itself; else the table's name: a URL may be a secret, and may change."""
    way: Way
    language: Language
    tables: tuple[NoticeTo, ...] = ()
    """Those that say whose keys."""
    own: bool = False
    """The address is a key owner's."""

    @property
    def everything(self) -> bool:
        """Whether they are told of models that nobody called, too."""
        return any(to.everything for to in self.tables)

    def answers_for(self, use: Use) -> bool:
        """Whether this use is one that the recipient is told of."""
        return (self.own and use.owner.lower() == self.name) or any(_is_of(use, to) for to in self.tables)


def _is_of(use: Use, to: NoticeTo) -> bool:
    return (
        to.everything
        or use.key in to.keys
        or (use.owner != "" and use.owner in to.owners)
        or (use.team != "" and use.team in to.teams)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to say: of one model, to one recipient."""

    kind: Kind
    ending: Ending
    dated: Dated
    step: str
    """The step that is reached, in days; ``moved`` where none is."""
    days_left: int | None
    uses: tuple[Use, ...]
    """What the recipient's keys used; none where they are told of everything and nobody called."""
    names: tuple[str, ...]

    @property
    def id(self) -> str:
        """The same for everybody who is told the same; another one for a date that moved."""
        place = self.ending.place
        return f"{place.model}@{place.surface}/{self.dated.sequence}/{self.step}"


@dataclass(frozen=True, slots=True)
class Due:
    """A notice and whom it is due to."""

    notice: Notice
    recipient: Recipient


Told = Callable[[str, Recipient], bool]
"""Whether a recipient was told anything whose id begins so."""


def recipients(settings: NoticesSettings, uses: Iterable[Use]) -> tuple[Recipient, ...]:
    """Every recipient of the configuration, then every owner that is a mail address; each once.

    An address that stands in several places answers for all of them; its language is the first one's.
    """
    found: dict[tuple[str, Way], Recipient] = {}

    def add(one: Recipient) -> None:
        known = found.setdefault((one.name, one.way), one)
        if known is not one:
            found[one.name, one.way] = replace(known, tables=(*known.tables, *one.tables), own=known.own or one.own)

    for name, to in settings.to.items():
        for told_as, way in _ways(name, to):
            add(Recipient(name=told_as, way=way, language=to.language or settings.language, tables=(to,)))
    if settings.smtp is not None and settings.mail_owners:
        for owner in sorted({use.owner.lower() for use in uses if is_mail(use.owner)}):
            add(Recipient(name=owner, way="mail", language=settings.language, own=True))
    return tuple(found.values())


def _ways(name: str, to: NoticeTo) -> Iterator[tuple[str, Way]]:
    for mail in to.mails:
        yield mail.lower(), "mail"
    if to.webhook is not None:
        yield name, "webhook"
    if to.slack is not None:
        yield name, "slack"


def step_of(days_left: int | None, steps: Sequence[int]) -> int | None:
    """The nearest step that is reached; None before the first, and once the end has passed."""
    if days_left is None or days_left < 0:
        return None
    return min((step for step in steps if days_left <= step), default=None)


def due(
    endings: Sequence[Ending], known: Known, settings: NoticesSettings, today: dt.date, told: Told
) -> Iterator[Due]:
    """Every notice that is due on the day, and to whom; what was sent already is in it.

    The first notice of a date that moved says that it moved, to those who were told of the model before. ``known``
    holds the dates of today's endings already.
    """
    everybody = recipients(settings, (use for ending in endings for use in ending.uses))
    for ending in endings:
        dated = known.get(ending.place)
        if dated is None:
            continue
        days_left = None if ending.ends is None else (ending.ends - today).days
        place = Placed(ending, dated, days_left, step_of(days_left, settings.days))
        for recipient in everybody:
            notice = _notice(place, recipient, told)
            if notice is not None:
                yield Due(notice, recipient)


@dataclass(frozen=True, slots=True)
class Placed:
    """An ending on a day."""

    ending: Ending
    dated: Dated
    days_left: int | None
    step: int | None


def _notice(on_day: Placed, recipient: Recipient, told: Told) -> Notice | None:
    ending, dated, step = on_day.ending, on_day.dated, on_day.step
    uses = tuple(use for use in ending.uses if recipient.answers_for(use))
    prefix = f"{ending.place.model}@{ending.place.surface}/"
    new = dated.sequence > 0 and told(prefix, recipient) and not told(f"{prefix}{dated.sequence}/", recipient)
    if not (uses or recipient.everything or new) or (step is None and not new):
        return None
    kind: Kind = "ending" if not new else "moved" if ending.ends is not None else "withdrawn"
    return Notice(
        kind=kind,
        ending=ending,
        dated=dated,
        step=MOVED if step is None else str(step),
        days_left=on_day.days_left,
        uses=uses,
        names=ending.names if recipient.everything else tuple(sorted({name for use in uses for name in use.names})),
    )


def unreached(endings: Iterable[Ending], settings: NoticesSettings, today: dt.date) -> tuple[Use, ...]:
    """Uses of what ends within the first step, of keys that nobody is told for."""
    found: list[Use] = []
    for ending in endings:
        if ending.ends is None or step_of((ending.ends - today).days, settings.days) is None:
            continue
        everybody = recipients(settings, ending.uses)
        found += [use for use in ending.uses if not any(each.answers_for(use) for each in everybody)]
    return tuple(found)
