"""What has happened to a name, or will for some minutes, as something to tell: a rollout's steps, brown-outs. Pure.

It knows whom a piece of news is due to. It does not know where rollouts and brown-outs come from (``wiring.news``),
nor what is said (``notices.text``).
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from outlast.notices.due import Recipient, recipients
from outlast.notices.ending import Use
from outlast.settings.notices import NoticesSettings

NewsKind = Literal["started", "whole", "done", "back", "restored", "brownout", "called_off"]
"""started: a rollout began. whole: everybody has B. done: B stays. back: rolled back while it was under way. restored:
rolled back after it was done. brownout: minutes in which the name is missing. called_off: those will not be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened to a name, or will."""

    kind: NewsKind
    id: str
    """The same whoever is told, and for good."""
    matter: str
    """What later news about it takes the place of, as long as it waits."""
    name: str
    """The name that applications call."""
    at: dt.datetime
    """When it happened; of a brown-out, when it begins."""
    before: str = ""
    """The model that answered before, ``provider/model``."""
    after: str = ""
    """The one that shall."""
    stages: str = ""
    """What a rollout goes through."""
    guard: str = ""
    """What rolled it back; empty: an operator's word."""
    evidence: str = ""
    until: dt.datetime | None = None
    """Of a brown-out, when it is over."""
    missing: bool = True
    """Of a brown-out: nobody answers; else the successor does."""
    keys: tuple[str, ...] = ()
    """Patterns of the keys that it concerns; none: every key."""
    told: frozenset[tuple[str, str]] | None = None
    """Only these recipients and ways, who were told what this takes back; None: everybody whom it concerns."""

    def concerns(self, use: Use) -> bool:
        """Whether it is about this use."""
        return not self.keys or any(fnmatchcase(use.key, one) for one in self.keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What happened, as one recipient is told it."""

    happening: Happening
    uses: tuple[Use, ...]

    @property
    def id(self) -> str:
        """The happening's."""
        return self.happening.id


@dataclass(frozen=True, slots=True)
class NewsDue:
    """News and whom they are due to."""

    news: News
    recipient: Recipient


def news_due(
    happenings: Iterable[Happening], uses: Mapping[str, tuple[Use, ...]], settings: NoticesSettings
) -> Iterator[NewsDue]:
    """Every piece of news with everybody it is due to: who called the name, and who is told of everything.

    Args:
        happenings: oldest first; what was told of them already is in it.
        uses: by the name that was called.
        settings: who is told for whom.
    """
    everybody = recipients(settings, (use for each in uses.values() for use in each))
    for happening in happenings:
        for recipient in everybody:
            if happening.told is not None and (recipient.name, recipient.way) not in happening.told:
                continue
            used = (use for use in uses.get(happening.name, ()) if happening.concerns(use))
            mine = tuple(use for use in used if recipient.answers_for(use))
            if mine or recipient.everything or happening.told is not None:
                yield NewsDue(News(happening=happening, uses=mine), recipient)
