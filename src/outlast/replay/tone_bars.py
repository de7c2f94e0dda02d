"""A candidate's style beside the incumbent's, feature by feature, over the pairs of a replay.

It knows pairs and conversations. It does not know how a feature is measured, and decides nothing.
"""

import statistics
from collections import defaultdict
from collections.abc import Sequence

from outlast.checks.check import Pair
from outlast.checks.manner import tone_of
from outlast.replay.result import ToneBar
from outlast.tone.feature import FEATURES, Values
from outlast.tone.profile import spread_of

Both = tuple[str, Values, Values]
"""Conversation, incumbent's and candidate's values."""


def tone_bars(pairs: Sequence[Pair]) -> tuple[ToneBar, ...]:
    """Each feature that both sides of at least two conversations have; every conversation counts once."""
    measured: list[Both] = []
    for pair in pairs:
        ours, theirs = tone_of(pair.item, pair.incumbent), tone_of(pair.item, pair.candidate)
        if ours is not None and theirs is not None:
            measured.append((pair.item.cluster, ours, theirs))
    found = (_bar(place, measured) for place in range(len(FEATURES)))
    return tuple(bar for bar in found if bar is not None)


def _bar(place: int, measured: Sequence[Both]) -> ToneBar | None:
    ours: defaultdict[str, list[float]] = defaultdict(list)
    theirs: defaultdict[str, list[float]] = defaultdict(list)
    for conversation, left, right in measured:
        a, b = left[place], right[place]
        if a is not None and b is not None:
            ours[conversation].append(a)
            theirs[conversation].append(b)
    means = [statistics.fmean(values) for values in ours.values()]
    feature = FEATURES[place]
    spread = spread_of(means, feature)
    if spread is None:
        return None
    incumbent, candidate = statistics.fmean(means), statistics.fmean(map(statistics.fmean, theirs.values()))
    return ToneBar(
        feature=feature.name,
        unit=feature.unit,
        incumbent=incumbent,
        candidate=candidate,
        spread=spread,
        difference=(candidate - incumbent) / spread,
    )
