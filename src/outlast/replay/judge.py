"""From pairs to verdicts: every check against its margin, and what they decide together.

It knows the rule: PASS needs every gating check at alpha, FAIL is decided by any one and therefore corrected by
Holm over the gating family, everything else is NOT YET. It does not know where answers come from.
"""

import heapq
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from outlast.checks.check import Check, Outcome, Pair
from outlast.checks.composite import Whole
from outlast.replay.plan import Margin, Plan
from outlast.replay.result import CheckResult, Disagreement
from outlast.stats.assess import assess
from outlast.stats.closeness import assess_closeness
from outlast.stats.ratios import assess_ratio
from outlast.stats.rows import Row
from outlast.stats.verdict import Rule, Verdict, Word

SHOWN = 5
"""Disagreements of one check that a report shows."""
_SPREAD = Margin(of="spread", value=0.5, scale="spread")
"""Where no margin of style was declared."""
INAPPLICABLE = "not looked at: it applies to none of the pairs"
"""The method of a gate that had nothing to judge."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One check's outcomes, ready to be assessed at any level."""

    check: Check
    rows: tuple[Row, ...]
    outcomes: tuple[tuple[str, Outcome], ...]
    """The item's id beside each outcome."""
    floor: float | None
    floor_pairs: int = 0

    def assess(self, margin: Margin, alpha: float) -> Verdict | None:
        """The verdict at one level; None: the check applied to no pair."""
        if not self.rows:
            return None
        if self.check.measure == "spread":
            return assess_closeness(self.rows, Rule(margin=margin.value, alpha=alpha), self.check.range.width)
        rule = Rule(margin=margin.value * (1 if margin.scale == "ratio" else self.check.range.width), alpha=alpha)
        if self.check.measure == "share":
            return assess([self.rows], rule, self.check.range, sequential=False)
        return assess_ratio(self.rows, self.check.measure, rule)


def collect(check: Check, pairs: Sequence[Pair]) -> Judged:
    """Every pair under one check."""
    return collect_all((check,), pairs)[0]


def collect_all(suite: Sequence[Check], pairs: Sequence[Pair]) -> list[Judged]:
    """Every pair under every check."""
    return [joined(check, [part]) for check, part in zip(suite, collect_part(suite, pairs), strict=True)]


class Part(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One check's outcomes on some of the pairs: parts in the order of pairs join to what one pass would give."""

    rows: tuple[Row, ...]
    outcomes: tuple[tuple[str, Outcome], ...]
    compared: int
    """Outcomes of the incumbent against its second answer."""
    agreed: int


def joined(check: Check, parts: Sequence[Part]) -> Judged:
    """One check's parts, in the order of pairs."""
    compared, agreed = sum(part.compared for part in parts), sum(part.agreed for part in parts)
    share = _has_floor(check) and compared > 0
    return Judged(
        check=check,
        rows=tuple(row for part in parts for row in part.rows),
        outcomes=tuple(outcome for part in parts for outcome in part.outcomes),
        floor=1 - agreed / compared if share else None,
        floor_pairs=compared if share else 0,
    )


def _has_floor(check: Check) -> bool:
    """Whether it is told how often the incumbent disagrees with itself."""
    return check.measure == "share" and check.range.pass_fail


def collect_part(suite: Sequence[Check], pairs: Sequence[Pair]) -> list[Part]:
    """Some pairs under every check, pair by pair: what checks read in an answer is then read once.

    A request that the incumbent did not answer is no pair.
    """
    collected = [_Collected(check) for check in suite]
    compare, noisy = _Suite(suite), [each for each in collected if _has_floor(each.check)]
    compare_noisy = _Suite([each.check for each in noisy])
    for pair in pairs:
        if pair.incumbent.said is None:
            continue
        for each, outcomes in zip(collected, compare(pair), strict=True):
            if outcomes:
                each.add(pair, outcomes)
        again = pair.against_itself()
        if again is not None:
            for each, outcomes in zip(noisy, compare_noisy(again), strict=True):
                for outcome in outcomes:
                    if outcome.b is not None:  # what cannot be read is no noise
                        each.compared += 1
                        each.agreed += outcome.a == outcome.b
    return [each.part for each in collected]


class _Suite:
    """Each check's outcomes on a pair; a whole is joined from its members', where they are in the suite themselves."""

    def __init__(self, suite: Sequence[Check]) -> None:
        single = {check.name: place for place, check in enumerate(suite) if not isinstance(check, Whole)}
        self._compare: list[Callable[[Pair], Sequence[Outcome]] | None] = []
        self._joined: list[tuple[int, Whole, list[int]]] = []
        for place, check in enumerate(suite):
            if isinstance(check, Whole) and all(member.name in single for member in check.members):
                self._compare.append(None)
                self._joined.append((place, check, [single[member.name] for member in check.members]))
            else:
                self._compare.append(check.compare)

    def __call__(self, pair: Pair) -> list[Sequence[Outcome]]:
        """In the order of the suite."""
        found: list[Sequence[Outcome]] = [() if compare is None else compare(pair) for compare in self._compare]
        for place, whole, members in self._joined:
            found[place] = whole.join([outcome for member in members for outcome in found[member]])
        return found


@dataclass(slots=True)
class _Collected:
    """One check's outcomes while they are collected."""

    check: Check
    rows: list[Row] = field(default_factory=list)
    outcomes: list[tuple[str, Outcome]] = field(default_factory=list)
    compared: int = 0
    agreed: int = 0

    def add(self, pair: Pair, outcomes: Sequence[Outcome]) -> None:
        """One pair's outcomes."""
        item = pair.item
        for outcome in outcomes:
            self.rows.append(Row(outcome.a, outcome.b, item.cluster))
            self.outcomes.append((item.id, outcome))

    @property
    def part(self) -> Part:
        """All of them."""
        return Part(rows=tuple(self.rows), outcomes=tuple(self.outcomes), compared=self.compared, agreed=self.agreed)


def judge(plan: Plan, judged: Sequence[Judged]) -> tuple[CheckResult, ...]:
    """Every check's result; the words of gating checks are those that count together."""
    gating = [each for each in judged if each.check.name in plan.gates and each.rows]
    margins = {each.check.name: margin_of(plan.margins, each.check) for each in judged}
    plain = {each.check.name: each.assess(margins[each.check.name], plan.alpha) for each in judged}
    failed = _failed(gating, margins, plain, plan.alpha)
    results = []
    for each in judged:
        name, verdict = each.check.name, plain[each.check.name]
        gates = name in plan.gates
        if verdict is None:
            if gates:
                results.append(_inapplicable(each.check, margins[name]))
            continue
        word: Word = verdict.verdict
        if gates and word == "FAIL" and name not in failed:
            word = "NOT YET"
        results.append(_result(each, verdict, word, gates=gates, margin=margins[name]))
    return tuple(results)


def together(results: Sequence[CheckResult]) -> tuple[Word, tuple[str, ...]]:
    """The verdict over all gating checks, and which of them stand against a PASS."""
    gating = [result for result in results if result.gates]
    failed = tuple(result.check for result in gating if result.verdict == "FAIL")
    if failed:
        return "FAIL", failed
    open_ = tuple(result.check for result in gating if result.verdict != "PASS")
    return ("PASS", ()) if gating and not open_ else ("NOT YET", open_)


def margin_of(margins: Sequence[Margin], check: Check) -> Margin:
    """The margin declared for a check: its own, else that of its family, else the one for all."""
    if check.measure == "spread":
        words = (*words_of(check), "spread")
        return next((margin for word in words for margin in margins if margin.of == word), _SPREAD)
    words = (*words_of(check), "share" if check.measure == "share" else "ratio")
    return next(margin for word in words for margin in margins if margin.of == word)


def words_of(check: Check) -> tuple[str, ...]:
    """The words by which ``--margin`` may mean a check, the narrowest first.

    For ``latency.total_p95``: its name, ``total_p95``, ``latency_p95`` and ``latency``.
    """
    property_ = check.name.partition(".")[2]
    quantile = property_.rpartition("_")[2] if check.measure.startswith("ratio") else ""
    return tuple(word for word in (check.name, property_, f"{check.family}_{quantile}", check.family) if word)


def _failed(
    gating: Sequence[Judged], margins: Mapping[str, Margin], plain: Mapping[str, Verdict | None], alpha: float
) -> set[str]:
    """Holm: the checks that are shown worse although there were several to look at."""
    suspects = [
        each for each in gating if (verdict := plain[each.check.name]) is not None and verdict.verdict == "FAIL"
    ]
    failed: set[str] = set()
    while suspects:
        level = alpha / (len(gating) - len(failed))
        now = {
            each.check.name
            for each in suspects
            if (verdict := each.assess(margins[each.check.name], level)) is not None and verdict.verdict == "FAIL"
        }
        if not now:
            break
        failed |= now
        suspects = [each for each in suspects if each.check.name not in failed]
    return failed


def _result(each: Judged, verdict: Verdict, word: Word, *, gates: bool, margin: Margin) -> CheckResult:
    differing = [(item, outcome) for item, outcome in each.outcomes if outcome.b is None or outcome.b != outcome.a]
    worst = heapq.nlargest(SHOWN, differing, key=lambda entry: (_loss(each.check, entry[1]), entry[0]))
    reasons = Counter(outcome.reason or "unanswered" for _, outcome in differing if outcome.b is None or outcome.reason)
    return CheckResult(
        check=each.check.name,
        family=each.check.family,
        gates=gates,
        verdict=word,
        scale="spread" if each.check.measure == "spread" else margin.scale,
        estimate=verdict.estimate,
        lower=verdict.lower,
        upper=verdict.upper,
        margin=verdict.margin,
        n=verdict.n,
        clusters=verdict.clusters,
        discordant=verdict.discordant,
        unanswered=sum(outcome.b is None for _, outcome in each.outcomes),
        method=verdict.method,
        needed=verdict.needed,
        floor=each.floor,
        floor_pairs=each.floor_pairs,
        reasons=tuple(reasons.most_common()),
        disagreements=tuple(
            Disagreement(item=item, check=each.check.name, a=outcome.a, b=outcome.b, reason=outcome.reason)
            for item, outcome in worst
        ),
    )


def _inapplicable(check: Check, margin: Margin) -> CheckResult:
    """A gate that applies to no pair: declared, and therefore not passed in silence.

    More pairs of the same kind would not help it, so none are said to be needed.
    """
    spread = check.measure == "spread"
    return CheckResult(
        check=check.name,
        family=check.family,
        gates=True,
        verdict="NOT YET",
        scale="spread" if spread else margin.scale,
        estimate=None,
        lower=-math.inf,
        upper=math.inf,
        margin=margin.value if spread or margin.scale == "ratio" else margin.value * check.range.width,
        n=0,
        clusters=0,
        discordant=0,
        unanswered=0,
        method=INAPPLICABLE,
        needed=None,
    )


def _loss(check: Check, outcome: Outcome) -> float:
    """How much the candidate lost on one pair; an unanswered one loses most."""
    if outcome.b is None:
        return float("inf")
    if check.measure == "share":
        return outcome.a - outcome.b
    if check.measure == "spread":
        return abs(outcome.a - outcome.b)
    return outcome.b / outcome.a if outcome.a else 0.0
