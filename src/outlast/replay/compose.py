"""From what was wished to a plan: the sample, its expected price and its power, before anything is compared.

It knows how many pairs a margin takes. It does not ask any model.
"""

from collections.abc import Sequence

import msgspec

from outlast.checks.check import Check
from outlast.checks.draw import Item
from outlast.checks.probes.library import questions_named
from outlast.checks.suite import sources_of
from outlast.errors import EvidenceInvalid
from outlast.replay.embedding import expected_embedding
from outlast.replay.judge import margin_of
from outlast.replay.judging import expected_judging
from outlast.replay.plan import Expectation, JudgeTerms, Margin, Plan
from outlast.replay.ports import Asker, DrawKey, Evidence
from outlast.replay.probing import expected_cost
from outlast.replay.run import TYPICAL_OUTPUT
from outlast.replay.sample import draw_sample
from outlast.replay.voiced import digest_of, items_as_asked
from outlast.stats.power import exact_power, pairs_needed

LIKELY_DISCORDANCE = 0.10
"""Share of pairs with different outcomes, where nothing was measured yet."""
_LARGEST_POWER = 500
"""Pairs up to which power is computed exactly."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asked for."""

    model: str
    incumbent: str
    candidates: tuple[str, ...]
    size: int | None
    """None: as many as the narrowest gate's margin takes for a power of 80 %."""
    margins: tuple[Margin, ...]
    gates: tuple[str, ...]
    alpha: float = 0.05
    seed: int = 0
    adapt: bool = True
    budget_pico_usd: int | None = None
    budget_calls: int | None = None
    probes: tuple[str, ...] = ()
    """Ids of the questions of probes that are asked beside the requests."""
    judge: JudgeTerms | None = None
    embed: str = ""
    """The target that embeds answers; empty: none does."""
    probe_floor: bool = False
    """Whether the incumbent answers them twice."""
    persona: str = ""
    voice: str = ""
    """The persona's name and its text, where the model has one: every request is asked with it."""


def compose(
    wish: Wish, suite: Sequence[Check], evidence: Evidence, asker: Asker, *, now_ns: int
) -> tuple[Plan, tuple[Item, ...]]:
    """The plan, and its items.

    Requests that the incumbent has answered already come first: after its end no others can be compared. A run that was
    stopped goes on with its own requests, whatever was answered by then.

    Raises:
        EvidenceInvalid: there is no request to ask again.
    """
    items = items_as_asked(evidence, wish.model, wish.voice)
    if not items:
        raise EvidenceInvalid(
            f"no requests of {wish.model!r} are kept as evidence: `outlast capture {wish.model}` takes them from the "
            "record, `outlast import` from files"
        )
    answered = [item for item in items if _answered(evidence, item.id, wish.incumbent)]
    margin = _narrowest(wish, suite)
    size = wish.size or (pairs_needed(margin, wish.alpha, LIKELY_DISCORDANCE) if margin else len(items))
    chosen = draw_sample(answered or items, size, seed=wish.seed)
    plan = Plan(
        model=wish.model,
        incumbent=wish.incumbent,
        candidates=wish.candidates,
        items=tuple(item.id for item in chosen),
        probes=wish.probes,
        probe_floor=wish.probe_floor,
        margins=wish.margins,
        gates=wish.gates,
        checks=tuple(check.name for check in suite),
        sources=(*sources_of(suite), *_voice(wish)),
        judge=wish.judge,
        embed=wish.embed,
        alpha=wish.alpha,
        seed=wish.seed,
        adapt=wish.adapt,
        persona=wish.persona,
        budget_pico_usd=wish.budget_pico_usd,
        budget_calls=wish.budget_calls,
        created_ns=now_ns,
    )
    stopped = _stopped(plan, evidence, {item.id for item in answered})
    if stopped and len(stopped) == min(size, len(items)):
        by_id = {item.id: item for item in items}
        chosen = tuple(by_id[each] for each in stopped)
        plan = msgspec.structs.replace(plan, items=stopped)
    power = _power(len(chosen), margin, wish.alpha)
    expectations = tuple(_expected(target, plan, chosen, (evidence, asker), power) for target in wish.candidates)
    return msgspec.structs.replace(plan, expectations=expectations), chosen


def _voice(wish: Wish) -> tuple[tuple[str, str], ...]:
    """The persona's text by its digest: another text under the same name is another declaration."""
    return ((f"persona {wish.persona}", digest_of(wish.voice)),) if wish.voice else ()


def _answered(evidence: Evidence, item: str, target: str) -> bool:
    draw = evidence.draw(DrawKey(item, target))
    return draw is not None and draw.said is not None


def _stopped(plan: Plan, evidence: Evidence, answered: set[str]) -> tuple[str, ...]:
    """The requests of an earlier run of the same declaration that lacks answers; none where there are others by now."""

    def declared(each: Plan) -> Plan:
        return msgspec.structs.replace(each, items=(), created_ns=0, expectations=())

    earlier = [each.items for each in evidence.plans(plan.model) if declared(each) == declared(plan)]
    if not earlier or not answered <= set(earlier[-1]):
        return ()
    targets = (plan.incumbent, *plan.candidates)
    whole = all(_answered(evidence, item, target) for item in earlier[-1] for target in targets)
    return () if whole else earlier[-1]


def _narrowest(wish: Wish, suite: Sequence[Check]) -> float | None:
    margins = [
        margin_of(wish.margins, check).value
        for check in suite
        if check.name in wish.gates and check.measure == "share" and check.range.pass_fail and check.family != "probes"
    ]
    return min(margins, default=None)


def _power(pairs: int, margin: float | None, alpha: float) -> float | None:
    if margin is None or pairs > _LARGEST_POWER:
        return None
    return exact_power(pairs, margin, alpha, LIKELY_DISCORDANCE)


def _expected(
    target: str, plan: Plan, items: Sequence[Item], means: tuple[Evidence, Asker], power: float | None
) -> Expectation:
    evidence, asker = means
    missing = [
        (item, who)
        for item in items
        for who in (plan.incumbent, target)
        if evidence.draw(DrawKey(item.id, who)) is None
    ]
    costs = [asker.expected_cost(item, who, TYPICAL_OUTPUT) for item, who in missing]
    floor_of = plan.incumbent if plan.probe_floor else ""
    questions = questions_named(plan.probes)
    asked, price = expected_cost(questions, (plan.incumbent, target), evidence, asker, floor_of=floor_of)
    judging, fee = expected_judging(plan, items, target, evidence, asker)
    embedding, charge = expected_embedding(plan, items, target, evidence, asker)
    costs += [price, fee, charge]
    known = [cost for cost in costs if cost is not None]
    return Expectation(
        target=target,
        cost_pico_usd=sum(known) if len(known) == len(costs) else None,
        draws=len(missing) + asked + judging + embedding,
        power=power,
    )
