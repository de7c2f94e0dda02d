"""Whether two sides differ by less than a margin in either direction, in units of the first side's own spread.

It knows paired amounts in conversations, where neither more nor less is better. It does not know what is measured.

Two one-sided tests (Schuirmann 1987): PASS if the upper bound lies below the margin and the lower one above its
negative. The statistic is the mean over conversations of candidate minus incumbent, over the standard deviation s
between the incumbent's conversations, which counts as a tenth of a step where it
is not clearly more. Its error is that of the linearised ratio

    u_i = (d_i - D) / s - M ((a_i - mean a)^2 - s^2) / (2 s^3),  M = D outside the margin, else margin s

(inside the margin it is the error at the difference that is doubted) with Student's t at G - 1 degrees of freedom. A
sample may miss the few conversations that differ most, and then both the difference and its error are too small; so
each bound counts one conversation more, which differs by the largest difference that was seen and by a step at least.
With no difference seen at all, that bound is about the rule of three. ``benchmarks/tone.py --level`` holds it to its
level.
Below ``FEWEST`` conversations nothing is decided.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from outlast.errors import EvidenceInvalid
from outlast.stats.rows import Row
from outlast.stats.student import student_quantile
from outlast.stats.verdict import Rule, Verdict, Word

Floats = npt.NDArray[np.float64]

FEWEST: Final = 20
"""Conversations."""
METHOD: Final = "two one-sided t-tests on conversations, in the incumbent's spreads"
LEAST_SPREAD: Final = 0.1
"""Of a step."""
_CLEARLY_MORE: Final = 1.5
"""Times the least spread, below which the least one counts: an estimate that only sometimes exceeds it would exceed it
just when that helps."""
_LOST: Final = 4.0
"""Spreads: further than nearly any conversation is from the mean."""
_POWER_80_AT_0: Final = 1.645 + 1.282
"""Both tests pass four times in five when each does nine times in ten."""


def assess_closeness(rows: Sequence[Row], rule: Rule, step: float) -> Verdict:
    """PASS, FAIL or NOT YET; the bounds and the margin are in spreads.

    An unanswered pair counts as a difference of ``_LOST`` spreads at least, upwards in the upper bound and downwards in
    the lower one; it can prevent a PASS and a FAIL, and cause neither. Without any answer nothing is decided.

    Args:
        rows: amounts, with their conversation as cluster.
        rule: its margin is in spreads.
        step: how far one single occurrence can move an amount.

    Raises:
        EvidenceInvalid: there are no rows, an amount is no number, or the rule cannot be meant.
    """
    _check(rows, rule, step)
    talks = _Talks.of(rows, step)
    answered = [row for row in rows if row.b is not None]
    decidable = bool(answered) and talks.count >= FEWEST
    lower, upper = talks.bounds(rule) if decidable else (-math.inf, math.inf)
    estimate = talks.estimate if answered else None
    word: Word = "NOT YET"
    if upper < -rule.margin or lower > rule.margin:
        word = "FAIL"
    elif -rule.margin < lower and upper < rule.margin:
        word = "PASS"
    return Verdict(
        verdict=word,
        estimate=estimate,
        lower=lower,
        upper=upper,
        margin=rule.margin,
        n=len(rows),
        clusters=talks.count,
        discordant=sum(row.a != row.b for row in answered),
        method=METHOD,
        needed=talks.needed(rule.margin, len(rows)) if word == "NOT YET" else None,
    )


@dataclass(frozen=True, slots=True)
class _Talks:
    """One value for each conversation."""

    own: Floats
    """The incumbent's mean."""
    tied: Floats
    """Candidate minus incumbent; unanswered pairs as ties."""
    unanswered: Floats
    """Share of pairs without an answer."""
    extreme: float
    spread: float
    at_least: bool
    """The spread is the smallest that matters, and so not estimated."""

    @classmethod
    def of(cls, rows: Sequence[Row], step: float) -> "_Talks":
        names: dict[object, int] = {}
        labels = [
            names.setdefault(("own", number) if row.cluster is None else row.cluster, len(names))
            for number, row in enumerate(rows)
        ]
        sizes = np.bincount(labels).astype(np.float64)
        own = np.bincount(labels, weights=[row.a for row in rows]) / sizes
        differences = np.array([0.0 if row.b is None else row.b - row.a for row in rows])
        missing = [row.b is None for row in rows]
        spread, least = float(np.std(own, ddof=1)) if len(own) > 1 else 0.0, LEAST_SPREAD * step
        at_least = spread < _CLEARLY_MORE * least
        return cls(
            own=own,
            tied=np.bincount(labels, weights=differences) / sizes,
            unanswered=np.bincount(labels, weights=missing) / sizes,
            extreme=max(step, float(np.abs(differences).max())),
            spread=least if at_least else spread,
            at_least=at_least,
        )

    @property
    def count(self) -> int:
        return len(self.own)

    @property
    def estimate(self) -> float | None:
        """Over the answered pairs."""
        share = float(np.sum(1 - self.unanswered))
        return float(np.sum(self.tied)) / share / self.spread if share else None

    def bounds(self, rule: Rule) -> tuple[float, float]:
        quantile = student_quantile(1 - rule.alpha, self.count - 1)
        return -self._upper(-1.0, quantile, rule.margin), self._upper(1.0, quantile, rule.margin)

    def _upper(self, sign: float, quantile: float, margin: float) -> float:
        """The upper bound, or with a sign of -1 that of the opposite."""
        differences = np.append(
            sign * self.tied + self.unanswered * max(self.extreme, _LOST * self.spread), self.extreme
        )
        own = np.append(self.own, np.mean(self.own))
        mean, spread = float(np.mean(differences)), self.spread
        parts = (differences - mean) / spread
        if not self.at_least:
            assumed = mean if abs(mean) > margin * spread else margin * spread
            parts = parts - assumed * ((own - np.mean(own)) ** 2 - spread**2) / (2 * spread**3)
        error = float(np.std(parts, ddof=1)) / math.sqrt(len(parts))
        return mean / spread + quantile * error

    def needed(self, margin: float, pairs: int) -> int | None:
        """Pairs at which an equal candidate passes four times in five, by the deviations that were seen."""
        estimate = self.estimate
        if estimate is None or abs(estimate) >= margin:
            return None
        deviation = float(np.std(self.tied, ddof=1)) / self.spread if self.count > 1 else 1.0
        talks = FEWEST
        while self._width(talks, deviation) > margin:
            talks += max(1, talks // 100)
        return max(pairs + 1, math.ceil(talks * pairs / self.count))

    def _width(self, talks: int, deviation: float) -> float:
        """Of the bound, when four in five shall lie below it."""
        shift = self.extreme / self.spread / (talks + 1)
        return shift + _POWER_80_AT_0 * math.sqrt((deviation**2 + shift**2 * talks) / talks)


def _check(rows: Sequence[Row], rule: Rule, step: float) -> None:
    if not rows:
        raise EvidenceInvalid("no rows: there is nothing to judge")
    if not 0 < rule.margin < math.inf:
        raise EvidenceInvalid(f"a margin in spreads must lie above 0, {rule.margin:g} does not")
    if not 0 < rule.alpha < 0.5:
        raise EvidenceInvalid(f"alpha must lie between 0 and 0.5, {rule.alpha:g} does not")
    if not 0 < step < math.inf:
        raise EvidenceInvalid(f"a step must lie above 0, {step:g} does not")
    for number, row in enumerate(rows, 1):
        if not math.isfinite(row.a) or (row.b is not None and not math.isfinite(row.b)):
            raise EvidenceInvalid(f"row {number}: an amount is no number")
