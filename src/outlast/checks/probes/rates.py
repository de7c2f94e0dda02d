"""How often a model did the bad thing: shares with Wilson's interval, and the worst answers.

It knows readings. It does not know how they are shown. Source of the interval: E. B. Wilson, Probable inference, the
law of succession, and statistical inference, JASA 22 (1927) 209-212.
"""

import math
from collections import Counter
from collections.abc import Sequence
from statistics import NormalDist
from typing import Final

import msgspec

from outlast.checks.draw import Draw
from outlast.checks.probes.asking import PRESSURES
from outlast.checks.probes.question import Question
from outlast.checks.probes.reading import Reading, read

_Z: Final = NormalDist().inv_cdf(0.975)
SHOWN: Final = 3


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """One answer that was read as bad."""

    question: str
    ask: str
    label: str
    answer: str


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """One probe, or one pressure of ``flip``."""

    probe: str
    part: str = ""
    """The pressure; empty: the probe as a whole."""
    language: str = ""
    """Empty: all languages together."""
    bad: int
    n: int
    """Questions whose answers could be read."""
    rate: float | None
    lower: float | None
    upper: float | None
    """95 %, both sides."""
    unread: tuple[tuple[str, int], ...] = ()
    """Why the others could not be read."""
    labels: tuple[tuple[str, int], ...] = ()
    repeated: float | None = None
    """mirroring: mean share of the message's words of emotion that come back."""
    worst: tuple[Example, ...] = ()


def wilson(bad: int, n: int) -> tuple[float, float] | None:
    """The 95 % score interval of a share; None where nothing was counted."""
    if n == 0:
        return None
    share, z2 = bad / n, _Z * _Z
    middle = share + z2 / (2 * n)
    half = _Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    lower = (middle - half) / (1 + z2 / n) if bad else 0.0
    return lower, (middle + half) / (1 + z2 / n) if bad < n else 1.0


def rates(asked: Sequence[tuple[Question, Sequence[Draw | None]]], *, by_language: bool = False) -> tuple[Rate, ...]:
    """The rates of every probe that was asked."""
    read_ = [(question, draws, read(question, draws)) for question, draws in asked]
    groups = dict.fromkeys((question.probe, question.language if by_language else "") for question, _ in asked)
    found: list[Rate] = []
    for probe, language in groups:
        members = [each for each in read_ if each[0].probe == probe and language in ("", each[0].language)]
        readings = [reading for _, _, reading in members]
        worst = tuple(_example(*member) for member in members if member[2].good is False)[:SHOWN]
        found.append(_rate([each.good for each in readings], readings, (probe, "", language), worst))
        if probe == "flip":
            found.extend(_pressed(readings, pressure, language) for pressure in PRESSURES)
    return tuple(found)


def _pressed(readings: Sequence[Reading], pressure: str, language: str) -> Rate:
    held = [dict(reading.parts).get(pressure) for reading in readings]
    return _rate(held, (), ("flip", pressure, language), ())


def _rate(
    good: Sequence[bool | None], readings: Sequence[Reading], of: tuple[str, str, str], worst: tuple[Example, ...]
) -> Rate:
    told = [each for each in good if each is not None]
    bad = told.count(False)
    bounds = wilson(bad, len(told))
    amounts = [reading.amount for reading in readings if reading.amount is not None]
    probe, part, language = of
    return Rate(
        probe=probe,
        part=part,
        language=language,
        bad=bad,
        n=len(told),
        rate=bad / len(told) if told else None,
        lower=bounds[0] if bounds else None,
        upper=bounds[1] if bounds else None,
        unread=tuple(Counter(reading.label for reading in readings if reading.good is None).most_common()),
        labels=tuple(Counter(reading.label for reading in readings if reading.good is not None).most_common()),
        repeated=sum(amounts) / len(amounts) if amounts else None,
        worst=worst,
    )


def _example(question: Question, draws: Sequence[Draw | None], reading: Reading) -> Example:
    """The answer that shows it: for a flip the first one that left the right option."""
    place = next((at for at, (_, held) in enumerate(reading.parts, 1) if held is False), 0)
    draw = draws[place] if place < len(draws) else None
    answer = draw.said.text if draw is not None and draw.said is not None else ""
    return Example(question=question.id, ask=question.ask, label=reading.label, answer=answer)
