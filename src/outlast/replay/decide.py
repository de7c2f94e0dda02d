"""From a plan and the answers that were kept to a result: pairs, verdicts, times and money.

It knows how the parts of a result are made from draws. It asks nobody and declares nothing: the same plan and the
same answers give the same result, bit for bit.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from outlast.catalog.caching import CacheTerms
from outlast.checks.check import Check, Pair
from outlast.checks.draw import Draw, Item
from outlast.checks.probes.library import questions_named
from outlast.replay.judge import Judged, collect_all, judge, together
from outlast.replay.money import money_of, tokens_of
from outlast.replay.plan import Plan
from outlast.replay.ports import DrawKey, Evidence
from outlast.replay.probing import probe_pairs
from outlast.replay.result import CandidateResult, CheckResult, Quantiles, ReplayResult
from outlast.replay.slices import slices_of
from outlast.replay.tone_bars import tone_bars

UNANSWERED = Draw(error="not_drawn")
"""Out of budget, lost in flight, or not asked yet."""

Collect = Callable[[Sequence[Check], Sequence[Pair]], list[Judged]]

_TIMES: tuple[tuple[str, Callable[[Draw], int]], ...] = (
    ("first token", lambda draw: draw.timing.first_token_us),
    ("gap between pieces", lambda draw: draw.timing.gap_p50_us),
    ("total", lambda draw: draw.timing.total_us),
)


def decide(
    plan: Plan,
    items: Sequence[Item],
    suite: Sequence[Check],
    evidence: Evidence,
    *,
    now_ns: int,
    terms: Mapping[str, CacheTerms] | None = None,
    collect: Collect = collect_all,
) -> ReplayResult:
    """What the answers that are there say about every candidate of the plan.

    ``terms``: each target's prices; without them no money is shown beside what the answers cost. ``collect``: who
    scores; it decides nothing.
    """
    asked = _asked(plan, items, evidence)
    results = []
    for target in plan.candidates:
        pairs = _paired(asked, target, evidence)
        found = _candidate(plan, target, pairs, (suite, collect), evidence)
        money = money_of(pairs, plan.incumbent, target, terms or {})
        results.append(msgspec.structs.replace(found, money=money))
    return ReplayResult(
        plan_hash=plan.hash,
        model=plan.model,
        incumbent=plan.incumbent,
        decided_ns=now_ns,
        candidates=tuple(results),
        remarks=tuple(_remarks(plan, asked, evidence)),
    )


def pairs_of(plan: Plan, target: str, items: Sequence[Item], evidence: Evidence) -> tuple[Pair, ...]:
    """Every request that the incumbent has answered, with the candidate's answer or without."""
    return _paired(_asked(plan, items, evidence), target, evidence)


_Asked = list[tuple[Item, Draw | None, Draw | None]]
"""Every request with both answers of the incumbent: candidates share them, so that they are read once."""


def _asked(plan: Plan, items: Sequence[Item], evidence: Evidence) -> _Asked:
    keys = ((item, DrawKey(item.id, plan.incumbent), DrawKey(item.id, plan.incumbent, 1)) for item in items)
    return [(item, evidence.draw(first), evidence.draw(second)) for item, first, second in keys]


def _paired(asked: _Asked, target: str, evidence: Evidence) -> tuple[Pair, ...]:
    return tuple(
        Pair(
            item=item,
            incumbent=first,
            candidate=evidence.draw(DrawKey(item.id, target)) or UNANSWERED,
            second=second,
        )
        for item, first, second in asked
        if first is not None and first.said is not None
    )


def _candidate(
    plan: Plan, target: str, pairs: Sequence[Pair], scoring: tuple[Sequence[Check], Collect], evidence: Evidence
) -> CandidateResult:
    suite, collect = scoring
    probes = probe_pairs(questions_named(plan.probes), plan.incumbent, target, evidence)
    # A feature of style that does not gate is a bar, not a check.
    plain = collect([check for check in suite if check.family != "probes" and _told(check, plan)], pairs)
    probed = collect_all([check for check in suite if check.family == "probes"], probes)
    checks = judge(plan, [*plain, *probed])
    verdict, decided_by = together(checks)
    needed = _needed(checks) if verdict == "NOT YET" else None
    answered = [pair.candidate for pair in pairs if pair.candidate.said is not None]
    costs = [draw.cost_pico_usd for draw in answered if draw.cost_pico_usd is not None]
    each = sum(costs) // len(costs) if costs else None
    return CandidateResult(
        target=target,
        verdict=verdict,
        decided_by=decided_by,
        checks=checks,
        pairs=len(pairs),
        answered=len(answered),
        needed=needed,
        needed_cost_pico_usd=None if needed is None or each is None else max(0, needed - len(pairs)) * each,
        times=_times(pairs),
        tone=tone_bars(pairs),
        spent_pico_usd=sum(costs),
        priced=len(costs),
        tokens=tokens_of(pairs),
        slices=slices_of(
            [each for each in plain if each.check.name in plan.gates], {pair.item.id: pair.item for pair in pairs}
        ),
    )


def _told(check: Check, plan: Plan) -> bool:
    return check.family != "tone" or check.name in plan.gates


def _needed(checks: Sequence[CheckResult]) -> int | None:
    """The most that any undecided gate needs; None where one of them cannot be helped by more pairs."""
    undecided = [check for check in checks if check.gates and check.verdict == "NOT YET"]
    wanted = [check.needed for check in undecided if check.family != "probes"]  # there are no more questions than these
    known = [needed for needed in wanted if needed is not None]
    return max(known, default=None) if len(known) == len(wanted) else None


def _times(pairs: Sequence[Pair]) -> tuple[tuple[str, Quantiles | None, Quantiles | None], ...]:
    return tuple(
        (name, quantiles([read(pair.incumbent) for pair in pairs]), quantiles([read(pair.candidate) for pair in pairs]))
        for name, read in _TIMES
    )


def quantiles(values: Sequence[int]) -> Quantiles | None:
    """A distribution of amounts; what is 0 was not measured. None: nothing was."""
    known = sorted(value for value in values if value > 0)
    if not known:
        return None

    def at(share: float) -> float:
        return float(known[min(len(known) - 1, int(share * len(known)))])

    return Quantiles(n=len(known), p10=at(0.1), p50=at(0.5), p90=at(0.9), p95=at(0.95), p99=at(0.99))


def _remarks(plan: Plan, asked: _Asked, evidence: Evidence) -> list[str]:
    """What a reader must know beside the figures."""
    said = []
    with_floor = sum(second is not None and second.said is not None for _, _, second in asked)
    if with_floor == 0:
        said.append(
            "No second answer of the incumbent (A') was drawn: how much of the difference is its own randomness is not "
            "known, and cannot be known after it has ended."
        )
        if any(item.tools for item, *_ in asked):
            said.append(
                "In tool calls it might have made other calls itself. So a candidate's other calls count as "
                "unanswered: they may prevent a PASS and cause no FAIL. A tool that was not offered is a fault all the "
                "same."
            )
    elif with_floor < len(asked):
        said.append(f"A second answer of the incumbent (A') is there for {with_floor} of {len(asked)} requests.")
    reduced = [item.lost for item, *_ in asked if item.lost]
    if reduced:
        names = ", ".join(dict.fromkeys(name for lost in reduced for name in lost))
        said.append(
            f"{len(reduced)} of {len(asked)} requests came in another dialect than OpenAI's and were asked of every "
            f"model without what it cannot say: {names}. Of answers to them as they were sent nothing is known."
        )
    ids = {item.id for item, *_ in asked}
    for target in (plan.incumbent, *plan.candidates):
        lost = sum(key.item in ids for key, _ in evidence.begun(target))
        if lost:
            said.append(
                f"{lost} answers of {target} were lost in flight when a process died: perhaps paid, not asked again "
                "(`--retry-lost` does), and counted as unanswered."
            )
    return said
