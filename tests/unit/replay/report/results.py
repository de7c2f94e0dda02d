"""Results made by hand, for the rules of a report."""

from outlast.replay.plan import Expectation, Margin, Plan
from outlast.replay.report.cases import Answer, Case, Report
from outlast.replay.result import (
    CandidateResult,
    CheckResult,
    Disagreement,
    Money,
    Quantiles,
    ReplayResult,
    Slice,
    ToneBar,
)
from outlast.stats.verdict import Word

A, B = "openai/old", "openai/new"


def check(name: str = "contract", verdict: Word = "PASS", *, gates: bool = True, **more: object) -> CheckResult:
    given: dict[str, object] = {
        "family": name.partition(".")[0],
        "scale": "share",
        "estimate": -0.01,
        "lower": -0.04,
        "upper": 0.02,
        "margin": 0.05,
        "n": 200,
        "clusters": 180,
        "discordant": 7,
        "unanswered": 2,
        "method": "exact test",
        "needed": None,
        "floor": 0.03,
        "floor_pairs": 190,
        "reasons": (("not JSON", 4), ("other tool", 3)),
        "disagreements": (Disagreement(item="r1", check=name, a=1.0, b=0.0, reason="not JSON"),),
    }
    return CheckResult(check=name, verdict=verdict, gates=gates, **(given | more))  # type: ignore[arg-type] # by name


def ratio(name: str = "latency.total_p95", verdict: Word = "PASS", *, gates: bool = True) -> CheckResult:
    return check(
        name, verdict, gates=gates, scale="ratio", estimate=0.9, lower=0.7, upper=1.1, margin=1.2, floor=None,
        reasons=(), disagreements=(),
    )  # fmt: skip


def candidate(*checks: CheckResult, target: str = B, verdict: Word = "PASS", **more: object) -> CandidateResult:
    against = tuple(each.check for each in checks if each.gates and each.verdict == verdict != "PASS")
    times = Quantiles(n=200, p10=90_000.0, p50=200_000.0, p90=900_000.0, p95=1_200_000.0, p99=4_000_000.0)
    given: dict[str, object] = {
        "decided_by": against,
        "pairs": 200,
        "answered": 198,
        "needed": None,
        "needed_cost_pico_usd": None,
        "times": (("first token", times, times),),
        "money": (Money(rate="zero", incumbent=2 * 10**12, candidate=10**12, n=198),),
        "tone": (
            ToneBar(feature="praise", unit="share of turns", incumbent=0.2, candidate=0.6, spread=0.1, difference=4.0),
        ),
        "slices": (
            Slice(by="language", value="it", check="contract", n=20, estimate=-0.1, p_value=0.2, significant=False),
        ),
        "spent_pico_usd": 10**12,
    }
    return CandidateResult(target=target, verdict=verdict, checks=checks, **(given | more))  # type: ignore[arg-type]


def report(*candidates: CandidateResult, gates: tuple[str, ...] = ("contract",), said: str = "words") -> Report:
    plan = Plan(
        model="support",
        incumbent=A,
        candidates=tuple(each.target for each in candidates),
        items=tuple(f"r{number}" for number in range(200)),
        margins=(Margin(of="share", value=0.05), Margin(of="ratio", value=1.2, scale="ratio")),
        gates=gates,
        checks=("contract",),
        seed=7,
        budget_pico_usd=5 * 10**12,
        created_ns=1_790_000_000 * 10**9,
        expectations=(Expectation(target=B, cost_pico_usd=3 * 10**12, draws=200, power=0.8),),
    )
    result = ReplayResult(
        plan_hash=plan.hash,
        model="support",
        incumbent=A,
        decided_ns=1_790_000_600 * 10**9,
        candidates=candidates,
        remarks=("These models are simulated.",),
    )
    cases = {each.target: (case(said, each.target),) for each in candidates}
    return Report(result=result, plan=plan, cases=cases)


def case(said: str, target: str) -> Case:
    sides = (("A", A), ("A'", A), ("B", target))
    return Case(
        item="r1",
        prompt=said,
        application="shop",
        language="en",
        turn=2,
        differs=(Disagreement(item="r1", check="contract", a=1.0, b=0.0, reason="not JSON"),),
        answers=tuple(
            Answer(who=who, target=name, text=f"{who}: {said}", note="ended with stop") for who, name in sides
        ),
    )
