"""What could be known of a model on a day that is played: everything that was told or had happened by then.

It knows which claims were told when. It does not know which day is played, nor where entries are kept. Prices,
abilities and the source that a claim names have no history in the catalogue and stay as they are.
"""

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Sequence

from outlast.catalog.claims import Claim, Event
from outlast.catalog.entries import day_of
from outlast.catalog.models import Model, Policy, Recommendation, Statement

_NOTICES: frozenset[Event] = frozenset({"announced", "deprecated"})
_DAY = re.compile(r"\b20\d\d-\d\d(?:-\d\d)?\b")


def told_on(claim: Claim, beside: Iterable[Claim]) -> dt.date:
    """From which day on a claim could be known.

    What the operator says is known at once; what happened, from its day on. An end is known from the notice of it; one
    without a dated notice from the day that its source said so, or from the end itself where that came first.

    Args:
        claim: the statement.
        beside: every claim about the same model.
    """
    if claim.origin == "user":
        return dt.date.min
    if claim.event != "retired":
        return claim.date
    notices = [
        each.date
        for each in beside
        if each.event in _NOTICES and each.surface == claim.surface and not each.disputed and each.date <= claim.date
    ]
    return min(notices, default=min(claim.seen, claim.date))


def known_on(model: Model, day: dt.date, released: frozenset[str] | set[str]) -> Model:
    """The entry as far as it could be known on ``day``.

    Args:
        model: everything known today.
        day: the day that is played.
        released: models (``provider/id``) that it recommends and that were there by then.
    """
    claims = tuple(_said_by(claim, day) for claim in model.claims if told_on(claim, model.claims) <= day)
    return dataclasses.replace(
        model,
        claims=claims,
        recommendations=tuple(
            each for each in model.recommendations if each.origin == "user" or _named(each, claims, released)
        ),
        statements=tuple(_without_outcome(each, day) for each in model.statements if _by(each.date, day)),
        usage=tuple(each for each in model.usage if _by(each.date, day)),
        plans=tuple(each for each in model.plans if _by(each.date, day)),
        sources=tuple(each for each in model.sources if not _speaks_later(each, day)),
        conflicts=tuple(each for each in model.conflicts if not _speaks_later(f"{each.reason} {each.source}", day)),
    )


def promised_on(policies: Sequence[Policy], day: dt.date) -> tuple[Policy, ...]:
    """Promises of notice, without remarks on what came later."""
    return tuple(
        dataclasses.replace(each, note="") if _speaks_later(each.note, day) else each
        for each in policies
        if not any(_speaks_later(word, day) for word in each.min_notice)
    )


def _said_by(claim: Claim, day: dt.date) -> Claim:
    """A source that was read later told what was known before; a reader of the day has no later day before them."""
    note = "" if _speaks_later(claim.note, day) else claim.note
    return dataclasses.replace(claim, seen=min(claim.seen, day), note=note)


def _named(said: Recommendation, known: Sequence[Claim], released: frozenset[str] | set[str]) -> bool:
    """A successor is named with the notice, and is there by then."""
    noticed = any(each.event in {*_NOTICES, "retired"} and each.surface == said.surface for each in known)
    return noticed and said.model in released


def _without_outcome(said: Statement, day: dt.date) -> Statement:
    return dataclasses.replace(
        said,
        overtaken_by="" if _speaks_later(said.overtaken_by, day) else said.overtaken_by,
        kept="" if _speaks_later(said.kept, day) else said.kept,
    )


def _by(said: str, day: dt.date) -> bool:
    """Whether something of a day or month was there; what has no date is of the catalogue's own, later day."""
    days = _days(said)
    return bool(days) and max(days) <= day


def _speaks_later(text: str, day: dt.date) -> bool:
    return any(each > day for each in _days(text))


def _days(text: str) -> list[dt.date]:
    found = []
    for word in _DAY.findall(text):
        try:
            found.append(day_of(word))
        except ValueError:  # a number that only looks like a day
            continue
    return found
