"""Rows, a rule and a way of looking into a verdict: which test decides what.

It knows every test of this room and when each applies. It does not know files, formats or exit codes.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from outlast.errors import EvidenceInvalid
from outlast.stats.betting import ConstantBets, PredictableBets, betting_lower
from outlast.stats.betting_needed import units_needed
from outlast.stats.counts import PassFailCounts, count_pass_fail
from outlast.stats.passfail import pass_fail_bounds, pass_fail_needed
from outlast.stats.rows import Range, Row
from outlast.stats.units import Units, collect_units
from outlast.stats.verdict import Bounds, Rule, Verdict, confirmed, word

Floats = npt.NDArray[np.float64]

SEQUENTIAL = "betting e-process, one bet per closed cluster"
FIXED = "betting bound on cluster means"


def assess(blocks: Iterable[Sequence[Row]], rule: Rule, allowed: Range, *, sequential: bool) -> Verdict:
    """The verdict over paired outcomes; with ``sequential`` they come in the order of time and any stop is fair.

    Raises:
        EvidenceInvalid: There are no rows, one of them is malformed, or the rule cannot be meant.
    """
    rule.check(allowed.width)
    if allowed.pass_fail and not sequential:
        return _fixed_pass_fail(count_pass_fail(blocks), rule)
    return _betting(collect_units(blocks, allowed), rule, allowed, sequential=sequential)


def _fixed_pass_fail(counts: PassFailCounts, rule: Rule) -> Verdict:
    _refuse_none(counts.pairs)
    bounds = pass_fail_bounds(counts, rule)
    answer = word(bounds, rule.margin)
    return Verdict(
        verdict=answer,
        estimate=counts.estimate,
        lower=bounds.lower,
        upper=bounds.upper,
        margin=rule.margin,
        n=counts.pairs,
        clusters=counts.clusters,
        discordant=counts.discordant,
        method=bounds.method,
        needed=pass_fail_needed(counts, rule) if answer == "NOT YET" else None,
    )


def _betting(units: Units, rule: Rule, allowed: Range, *, sequential: bool) -> Verdict:
    _refuse_none(units.pairs)
    bounds = _betting_bounds(units, rule, allowed, sequential=sequential)
    answer = word(bounds, rule.margin)
    needed = None
    if answer == "NOT YET" and units.estimate is not None and units.estimate > -rule.margin:
        needed = units_needed(units, rule.margin / allowed.width, rule.alpha, sequential=sequential)
    return Verdict(
        verdict=answer,
        estimate=units.estimate,
        lower=bounds.lower,
        upper=bounds.upper,
        margin=rule.margin,
        n=units.pairs,
        clusters=len(units.tied),
        discordant=units.discordant,
        method=bounds.method,
        needed=needed,
    )


def _betting_bounds(units: Units, rule: Rule, allowed: Range, *, sequential: bool) -> Bounds:
    """Two one-sided bets, that the candidate is not worse by the margin and, mirrored, that it is.

    Unanswered pairs are seen as in ``passfail``.
    """
    margin = rule.margin / allowed.width

    def lower(differences: Floats, decisive: float) -> float:
        values = np.clip((differences + 1) / 2, 0.0, 1.0)
        bets = PredictableBets(values) if sequential else ConstantBets(values, rule.alpha)
        return betting_lower(bets, alpha=rule.alpha, decisive=decisive)

    below, above = lower(units.pessimistic, -margin), lower(-units.tied, margin)
    if units.answered < units.pairs:
        below = confirmed(below, -margin, lambda: lower(units.tied, -margin))
        above = confirmed(above, margin, lambda: lower(-units.answered_only, margin))
    return Bounds(
        lower=below * allowed.width,
        upper=-above * allowed.width,
        method=SEQUENTIAL if sequential else FIXED,
    )


def _refuse_none(pairs: int) -> None:
    if not pairs:
        raise EvidenceInvalid("no rows: there is nothing to judge")
