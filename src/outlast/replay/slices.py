"""Checks on parts of the traffic: where to look, not what to decide.

It knows the parts (application, language, length) and that many looks need a correction. It does not know margins:
a slice asks whether the two differ at all.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Literal

from outlast.checks.draw import Item
from outlast.replay.judge import Judged
from outlast.replay.result import Slice
from outlast.replay.sample import LONG, SHORT
from outlast.stats.multiplicity import benjamini_hochberg

FEWEST = 20
"""Answered pairs of a slice; about fewer nothing is said."""
MOST_VALUES = 20
"""Values of one kind, by size: keys and languages may be many."""
_EXACT_UP_TO = 1_000
BELIEVED = 0.05
"""Of the slices called different, the share that is expected to be chance."""

By = Literal["application", "language", "length"]
_Values = list[tuple[float, str]]
"""Differences with their clusters."""


def slices_of(judged: Sequence[Judged], items: Mapping[str, Item]) -> tuple[Slice, ...]:
    """Every part of the traffic under every given check that compares shares, corrected over all of them."""
    found: list[tuple[By, str, str, _Values]] = []
    parts_of = cache(lambda item_id: _parts(items[item_id]))
    for each in judged:
        if each.check.measure != "share":
            continue
        parts: defaultdict[tuple[By, str], _Values] = defaultdict(list)
        for item_id, outcome in each.outcomes:
            item = items.get(item_id)
            if item is None or outcome.b is None:
                continue
            for part in parts_of(item_id):
                parts[part].append((outcome.b - outcome.a, item.cluster))
        found.extend((by, value, each.check.name, values) for (by, value), values in _worth_it(parts))
    if not found:
        return ()
    adjusted = benjamini_hochberg([sign_test(values) for *_, values in found])
    return tuple(
        Slice(
            by=by,
            value=value,
            check=check,
            n=len(values),
            estimate=sum(difference for difference, _ in values) / len(values),
            p_value=p_value,
            significant=p_value <= BELIEVED,
        )
        for (by, value, check, values), p_value in zip(found, adjusted, strict=True)
    )


def sign_test(values: _Values) -> float:
    """The two-sided exact sign test over clusters whose differences do not cancel out.

    p = min(1, 2 P(X <= min(k, m - k))), X binomial(m, 1/2), for k of m clusters above 0. A cluster counts once, so
    that a conversation which fails as a whole is one piece of evidence. Source: Conover, Practical Nonparametric
    Statistics (1999), section 3.4.
    """
    sums: defaultdict[str, float] = defaultdict(float)
    for difference, cluster in values:
        sums[cluster] += difference
    signs = Counter(math.copysign(1, total) for total in sums.values() if total)
    count, fewer = signs.total(), min(signs[1.0], signs[-1.0])
    if count > _EXACT_UP_TO:  # the normal approximation, corrected by half a cluster
        return min(1.0, math.erfc((count - 2 * fewer - 1) / math.sqrt(2 * count)))
    tail, ways = 0, 1  # in whole numbers: no digit is lost
    for k in range(fewer + 1):
        tail, ways = tail + ways, ways * (count - k) // (k + 1)
    return min(1.0, float(Fraction(2 * tail, 1 << count)))


def _parts(item: Item) -> list[tuple[By, str]]:
    size = len(item.prompt)
    length = "short" if size < SHORT else "long" if size > LONG else "medium"
    return [("application", item.application or "none"), ("language", item.language or "not told"), ("length", length)]


def _worth_it(parts: Mapping[tuple[By, str], _Values]) -> list[tuple[tuple[By, str], _Values]]:
    """Large enough ones, of kinds that divide the traffic at all."""
    kinds = Counter(by for by, _ in parts)
    by_size = sorted(parts.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    kept: Counter[By] = Counter()
    chosen = []
    for (by, value), values in by_size:
        if kinds[by] < 2 or len(values) < FEWEST or kept[by] >= MOST_VALUES:
            continue
        kept[by] += 1
        chosen.append(((by, value), values))
    return sorted(chosen, key=lambda entry: entry[0])
