"""Many turns as one profile, and two profiles as a bar for each feature.

It knows conversations, turn positions and spreads. It does not know how a turn is measured (``tone.measure``), nor
margins and verdicts (``stats.closeness``). A turn's position matters: what is said first sounds unlike what is said
tenth, so that only turns of one position are compared.
"""

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from outlast.tone.feature import FEATURES, Feature, Unit, Values
from outlast.tone.lexicon import LANGUAGES


class Turn(msgspec.Struct, frozen=True, gc=False):
    """One thing that an assistant said, measured."""

    conversation: str
    position: int
    """1 for the first answer of its conversation."""
    language: str
    """Empty where it could not be told."""
    values: Values


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One feature over many turns."""

    feature: str
    unit: Unit
    mean: float | None
    """Of the conversations' means; None: not measured."""
    spread: float | None
    """Standard deviation between conversations; None: fewer than two."""
    turns: int
    """Measured ones."""
    conversations: int
    why_not: str = ""
    """Why some turns, or all, were not measured."""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody sounds."""

    turns: int
    conversations: int
    languages: tuple[tuple[str, int], ...]
    """Turns in each, most frequent first; "" where it could not be told."""
    lines: tuple[Line, ...]


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One feature on two sides."""

    feature: str
    unit: Unit
    a: float | None
    b: float | None
    spread: float | None
    """Between A's conversations, at least the smallest that matters; None: fewer than two conversations."""
    difference: float | None
    """B minus A in units of the spread, at the same positions."""
    turns_a: int
    turns_b: int
    why_not: str = ""


def profile_of(turns: Sequence[Turn]) -> Profile:
    """Each feature's mean and spread, every conversation counting once."""
    languages = Counter(turn.language for turn in turns).most_common()
    return Profile(
        turns=len(turns),
        conversations=len({turn.conversation for turn in turns}),
        languages=tuple(languages),
        lines=tuple(_line(feature, place, turns) for place, feature in enumerate(FEATURES)),
    )


def compare(ours: Sequence[Turn], theirs: Sequence[Turn]) -> tuple[Bar, ...]:
    """Every feature of two sides, at the turn positions that both have."""
    return tuple(_bar(feature, place, ours, theirs) for place, feature in enumerate(FEATURES))


def spread_of(means: Sequence[float], feature: Feature) -> float | None:
    """The standard deviation of conversations' means, and no less than matters."""
    return max(statistics.stdev(means), feature.least_spread) if len(means) > 1 else None


def _line(feature: Feature, place: int, turns: Sequence[Turn]) -> Line:
    means = list(_by_conversation(turns, place).values())
    measured = sum(turn.values[place] is not None for turn in turns)
    return Line(
        feature=feature.name,
        unit=feature.unit,
        mean=statistics.fmean(means) if means else None,
        spread=statistics.stdev(means) if len(means) > 1 else None,
        turns=measured,
        conversations=len(means),
        why_not=_why_not(feature, place, turns),
    )


def _bar(feature: Feature, place: int, ours: Sequence[Turn], theirs: Sequence[Turn]) -> Bar:
    left, right = _by_position(ours, place), _by_position(theirs, place)
    shared = left.keys() & right.keys()
    weights = {position: min(len(left[position]), len(right[position])) for position in shared}
    total = sum(weights.values())
    a = b = spread = None
    if total:
        a = sum(statistics.fmean(left[position]) * weight for position, weight in weights.items()) / total
        b = sum(statistics.fmean(right[position]) * weight for position, weight in weights.items()) / total
        at_shared = [turn for turn in ours if turn.position in shared]
        spread = spread_of(list(_by_conversation(at_shared, place).values()), feature)
    why = _why_not(feature, place, ours) or _why_not(feature, place, theirs)
    if not total and not why:
        why = "no turn position that both sides have"
    elif total and spread is None:
        why = "A has a single conversation, so that its own spread is not known"
    return Bar(
        feature=feature.name,
        unit=feature.unit,
        a=a,
        b=b,
        spread=spread,
        difference=None if a is None or b is None or spread is None else (b - a) / spread,
        turns_a=sum(len(left[position]) for position in shared),
        turns_b=sum(len(right[position]) for position in shared),
        why_not=why,
    )


def _by_conversation(turns: Iterable[Turn], place: int) -> dict[str, float]:
    values: defaultdict[str, list[float]] = defaultdict(list)
    for turn in turns:
        value = turn.values[place]
        if value is not None:
            values[turn.conversation].append(value)
    return {conversation: statistics.fmean(each) for conversation, each in values.items()}


def _by_position(turns: Iterable[Turn], place: int) -> dict[int, list[float]]:
    values: defaultdict[int, list[float]] = defaultdict(list)
    for turn in turns:
        value = turn.values[place]
        if value is not None:
            values[turn.position].append(value)
    return values


def _why_not(feature: Feature, place: int, turns: Sequence[Turn]) -> str:
    """Why turns were not measured, the most frequent reason first; empty where all were."""
    if not turns:
        return "no turns"
    reasons = Counter(_reason(feature, turn) for turn in turns if turn.values[place] is None)
    return "; ".join(f"{reason}: {count} of {len(turns)} turns" for reason, count in reasons.most_common())


def _reason(feature: Feature, turn: Turn) -> str:
    if all(value is None for value in turn.values):
        return "no text"
    if not feature.lexicon:
        return "no sentence"
    if not turn.language:
        return "language not told"
    if feature.name == "formal_address" and turn.language in LANGUAGES:
        return "nobody is addressed" if turn.language != "en" else "English has one form of address"
    return f"no words for it in {turn.language}"
