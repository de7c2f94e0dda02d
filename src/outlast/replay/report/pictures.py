"""A report's pictures as places on a line from 0 to 100, so that a page of any width draws them without a script.

It knows scales and ticks. It does not know SVG (the templates) nor what the figures mean.
"""

import math
from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec

from outlast.replay.report import words
from outlast.replay.report.tables import heard, ordered, quantiles
from outlast.replay.result import CandidateResult, CheckResult, Quantiles, ToneBar

_EDGE: Final = 3.0
"""Per cent of the width that is left free on both sides."""
_FARTHEST_SPREAD: Final = 3.0
"""Spreads after which a bar of tone is cut, with a mark that says so."""

Place = float


class Tick(msgspec.Struct, frozen=True):
    """A labelled place of the axis."""

    at: Place
    label: str


class Strip(msgspec.Struct, frozen=True, kw_only=True):
    """One check's interval."""

    name: str
    gates: bool
    verdict: str
    low: Place
    high: Place
    open_low: bool
    """The interval goes on beyond the picture."""
    open_high: bool
    estimate: Place | None
    margins: tuple[Place, ...]
    none: Place
    """Where there is no difference."""
    told: str


class Intervals(msgspec.Struct, frozen=True, kw_only=True):
    """Checks of one scale over one axis."""

    scale: str
    title: str
    strips: tuple[Strip, ...]
    ticks: tuple[Tick, ...]


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """One side's distribution."""

    who: str
    low: Place
    middle: Place
    high: Place
    far: tuple[Place, ...]
    told: str


class Spans(msgspec.Struct, frozen=True, kw_only=True):
    """One time on both sides."""

    name: str
    sides: tuple[Span, ...]
    ticks: tuple[Tick, ...]


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One feature of tone."""

    feature: str
    start: Place
    width: Place
    cut: Literal["", "low", "high"]
    told: str


class Bars(msgspec.Struct, frozen=True, kw_only=True):
    """All features over one axis."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    none: Place


def intervals(candidate: CandidateResult) -> tuple[Intervals, ...]:
    """One picture for each scale that occurs."""
    titles = {
        "share": "Passes and scores, in points: right of the margin is good enough, more is better",
        "ratio": "Latency and cost, candidate against incumbent: left of the margin is good enough, less is better",
        "spread": "Tone, in the incumbent's own spreads: between the margins is close enough",
    }
    checks = ordered(candidate.checks)
    return tuple(
        _intervals(scale, title, found)
        for scale, title in titles.items()
        if (found := [check for check in checks if check.scale == scale])
    )


def spans(candidate: CandidateResult) -> tuple[Spans, ...]:
    """One picture for each time."""
    found = []
    for name, ours, theirs in candidate.times:
        sides = [(who, side) for who, side in (("A", ours), ("B", theirs)) if side is not None]
        if sides:
            place = _line(0.0, max(side.p99 for _, side in sides))
            ticks = tuple(
                Tick(place(at), words.duration(at) if at else "0") for at in _steps(0, max(s.p99 for _, s in sides), 4)
            )
            found.append(Spans(name=name, sides=tuple(_span(who, side, place) for who, side in sides), ticks=ticks))
    return tuple(found)


def bars(candidate: CandidateResult) -> Bars | None:
    """Tone, feature by feature."""
    if not heard(candidate):
        return None
    place = _line(-_FARTHEST_SPREAD, _FARTHEST_SPREAD)
    ticks = tuple(Tick(place(at), f"{at:+d}" if at else "0") for at in (-3, -2, -1, 0, 1, 2, 3))
    return Bars(bars=tuple(_bar(each, place) for each in heard(candidate)), ticks=ticks, none=place(0))


def _intervals(scale: str, title: str, checks: Sequence[CheckResult]) -> Intervals:
    ratio = scale == "ratio"

    def position(value: float) -> float:
        """Ratios are drawn by their logarithm: twice as fast is as far from no difference as twice as slow."""
        return math.log(value) if ratio else value

    known = [value for check in checks for value in _values(check) if math.isfinite(value) and (value > 0 or not ratio)]
    known += [1.0] if ratio else [0.0]
    low, high = min(map(position, known)), max(map(position, known))
    place = _line(low, high)
    strips = tuple(_strip(check, lambda value: place(position(value))) for check in checks)
    if ratio:
        ticks = tuple(Tick(place(math.log(at)), f"{at:g}×") for at in _factors(math.exp(low), math.exp(high)))  # noqa: RUF001 - the sign for times
    else:
        factor = 100 if scale == "share" else 1
        ticks = tuple(
            Tick(place(at / factor), f"{at:+g}" if at else "0") for at in _steps(low * factor, high * factor, 5)
        )
    return Intervals(scale=scale, title=title, strips=strips, ticks=ticks)


def _values(check: CheckResult) -> tuple[float, ...]:
    estimate = () if check.estimate is None else (check.estimate,)
    return (*estimate, check.lower, check.upper, *_margins(check))


def _margins(check: CheckResult) -> tuple[float, ...]:
    if check.scale == "spread":
        return (-check.margin, check.margin)
    return (check.margin,) if check.scale == "ratio" else (-check.margin,)


def _strip(check: CheckResult, place: Callable[[float], Place]) -> Strip:
    ratio = check.scale == "ratio"
    open_low = not math.isfinite(check.lower) or (ratio and check.lower <= 0)
    open_high = not math.isfinite(check.upper)
    drawable = check.estimate is not None and math.isfinite(check.estimate) and (check.estimate > 0 or not ratio)
    return Strip(
        name=check.check,
        gates=check.gates,
        verdict=words.verdict_of(check),
        low=0.0 if open_low else place(check.lower),
        high=100.0 if open_high else place(check.upper),
        open_low=open_low,
        open_high=open_high,
        estimate=place(check.estimate) if drawable and check.estimate is not None else None,
        margins=tuple(place(each) for each in _margins(check)),
        none=place(1.0 if ratio else 0.0),
        told=f"{check.check}: {words.difference(check.estimate, check)}, bounds {words.bounds(check)}, "
        f"margin {words.margin(check)}",
    )


def _span(who: str, side: Quantiles, place: Callable[[float], Place]) -> Span:
    p10, p50, p90, p95, p99 = quantiles(side)
    told = f"{who}: median {words.duration(p50)}, 10 % to 90 % {words.duration(p10)} to {words.duration(p90)}"
    return Span(
        who=who, low=place(p10), middle=place(p50), high=place(p90), far=(place(p95), place(p99)),
        told=f"{told}, n {side.n:,}",
    )  # fmt: skip


def _bar(bar: ToneBar, place: Callable[[float], Place]) -> Bar:
    value = max(-_FARTHEST_SPREAD, min(_FARTHEST_SPREAD, bar.difference))
    start, end = sorted((place(0), place(value)))
    cut: Literal["", "low", "high"] = "" if value == bar.difference else "low" if value < 0 else "high"
    return Bar(
        feature=bar.feature,
        start=start,
        width=round(max(0.4, end - start), 2),
        cut=cut,
        told=f"{bar.difference:+.2f} spreads",
    )


def _line(low: float, high: float) -> Callable[[float], Place]:
    width = high - low or 1.0
    return lambda value: round(_EDGE + (100 - 2 * _EDGE) * (value - low) / width, 2)


def _steps(low: float, high: float, about: int) -> list[float]:
    """Round numbers between two amounts."""
    if high <= low:
        return [low]
    rough = (high - low) / about
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough)
    return [round(at * step, 10) for at in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _factors(low: float, high: float) -> list[float]:
    """Round ratios between two."""
    for factors in ((0.9, 1.0, 1.1, 1.2, 1.3), (0.5, 0.7, 1.0, 1.5, 2.0, 3.0), (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)):
        if factors[0] <= low and high <= factors[-1]:
            return [factor for factor in factors if low <= factor <= high]
    decades = range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)
    return [10.0**decade for decade in decades] or [1.0]
