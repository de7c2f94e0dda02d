"""From answers to a verdict: a gap never helps, an answer is read once, and the plan's hash holds all that counts."""

from collections import Counter
from dataclasses import dataclass, field

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.replay.doubles import Memory, item

from outlast.checks.check import Check
from outlast.checks.contract import CONTRACT
from outlast.checks.draw import Draw, Item, Said, Timing, Tool
from outlast.checks.suite import standard_suite
from outlast.exchange import Usage
from outlast.replay.decide import decide
from outlast.replay.plan import JudgeTerms, Margin, Plan
from outlast.replay.ports import DrawKey
from outlast.replay.result import ReplayResult

NO_MARGINS = (
    Margin(of="share", value=0.2),
    Margin(of="ratio", value=1.5, scale="ratio"),
    Margin(of="spread", value=0.5, scale="spread"),
)


@dataclass
class Counting(Memory):
    """A store that counts what is read."""

    read: Counter[DrawKey] = field(default_factory=Counter)

    def draw(self, key: DrawKey) -> Draw | None:
        self.read[key] += 1
        return super().draw(key)


def answer(*, good: bool, micros: int = 1_000) -> Draw:
    return Draw(
        said=Said(text="It is so.", finish="stop" if good else "length"),
        usage=Usage(input_tokens=9, output_tokens=4),
        timing=Timing(total_us=micros),
        cost_pico_usd=micros,
    )


def plan_of(items: list[Item], suite: tuple[Check, ...], gates: tuple[str, ...], *, candidates: int = 1) -> Plan:
    return Plan(
        model="m", incumbent="a/a", candidates=tuple(f"b/{number}" for number in range(candidates)),
        items=tuple(each.id for each in items), margins=NO_MARGINS, gates=gates,
        checks=tuple(check.name for check in suite),
    )  # fmt: skip


def decided(store: Memory, items: list[Item], gates: tuple[str, ...], candidates: int = 1) -> ReplayResult:
    suite = tuple(check for check in standard_suite() if check.name in gates)
    return decide(plan_of(items, suite, gates, candidates=candidates), items, suite, store, now_ns=0)


def store_of(outcomes: list[tuple[bool, bool]], size: int) -> tuple[Memory, list[Item]]:
    """Good or bad answers of the incumbent and the candidate; ``size`` requests of one conversation."""
    store = Memory()
    items = [item(f"r{number}", cluster=f"c{number // size}") for number in range(len(outcomes))]
    for each, (a, b) in zip(items, outcomes, strict=True):
        store.draws[DrawKey(each.id, "a/a")] = answer(good=a)
        store.draws[DrawKey(each.id, "b/0")] = answer(good=b, micros=900 if b else 1_300)
    return store, items


@st.composite
def outcomes(draw: st.DrawFn) -> list[tuple[bool, bool]]:
    """Mostly equal, mostly better or mostly worse: so that every word is reached."""
    bad_a, bad_b = draw(st.sampled_from([(0.0, 0.0), (0.3, 0.0), (0.0, 0.5), (0.2, 0.2)]))
    random = draw(st.randoms(use_true_random=False))
    return [(random.random() >= bad_a, random.random() >= bad_b) for _ in range(draw(st.sampled_from([25, 70])))]


def lose(store: Memory, key: DrawKey, how: int) -> None:
    """Refused, begun and never kept, or never asked for."""
    del store.draws[key]
    if how != 2:
        store.begin(key, 0)
    if how == 0:
        store.keep(key, Draw(error="status 500"))


@settings(max_examples=15, deadline=None)
@given(
    outcomes(),
    st.sampled_from([1, 3]),
    st.sets(st.integers(0, 24), max_size=20),
    st.sampled_from([("contract.complete",), ("latency.total_p50",), ("contract.complete", "cost.total")]),
)
def test_a_verdict_is_never_more_favourable_for_a_gap(
    outcomes: list[tuple[bool, bool]], size: int, lost: set[int], gates: tuple[str, ...]
) -> None:
    """PASS only where the worst answers would have passed; FAIL only where what was answered fails by itself."""
    store, items = store_of(outcomes, size)
    for number in lost:
        lose(store, DrawKey(items[number].id, "b/0"), number % 3)
    found = decided(store, items, gates).candidates[0]
    assert found.answered == len(items) - len(lost)
    if found.verdict == "PASS":
        assert not lost or "cost.total" not in gates  # nobody knows what the lost ones would have cost
        worst, _ = store_of([(a, b and number not in lost) for number, (a, b) in enumerate(outcomes)], size)
        assert decided(worst, items, gates).candidates[0].verdict == "PASS"
    if found.verdict == "FAIL":
        alone = [each for number, each in enumerate(items) if number not in lost]
        assert decided(store, alone, gates).candidates[0].verdict == "FAIL"


def test_nothing_answered_is_not_yet_and_not_a_pass() -> None:
    store, items = store_of([(True, True)] * 70, 1)
    for each in items:
        del store.draws[DrawKey(each.id, "b/0")]
    assert decided(store, items, ("contract.complete",)).candidates[0].verdict == "NOT YET"


@pytest.mark.parametrize(("cost", "priced"), [(None, 0), (0, 8), (7, 8)])
def test_a_price_of_nothing_is_a_price(cost: int | None, priced: int) -> None:
    store, items = store_of([(True, True)] * 8, 1)
    for key in [each for each in store.draws if each.target == "b/0"]:
        store.draws[key] = msgspec.structs.replace(answer(good=True), cost_pico_usd=cost)
    (found,) = decided(store, items, ("contract",)).candidates
    assert (found.priced, found.spent_pico_usd) == (priced, 8 * (cost or 0))


@pytest.mark.parametrize("candidates", [1, 3])
def test_every_answer_is_read_once_however_many_candidates_there_are(candidates: int) -> None:
    items = [item(f"r{number}") for number in range(30)]
    targets = ["a/a", *(f"b/{number}" for number in range(candidates))]
    draws: dict[DrawKey, Draw | None] = {
        DrawKey(each.id, name): answer(good=True) for each in items for name in targets
    }
    store = Counting(draws=draws)
    decided(store, items, ("contract.complete",), candidates)
    assert set(store.read) == {*draws, *(DrawKey(each.id, "a/a", 1) for each in items)}
    assert set(store.read.values()) == {1}


BASE = Plan(
    model="m", incumbent="a/a", candidates=("b/b",), items=("r1", "r2"), margins=NO_MARGINS, gates=("contract",),
    checks=tuple(check.name for check in CONTRACT), seed=1, persona="kind", budget_pico_usd=5, budget_calls=9,
    probes=("p1",), probe_floor=True, sources=(("user.mine", "0a"),), embed="e/e",
    judge=JudgeTerms(target="j/j", criteria=("c",), rubric="00"),
)  # fmt: skip
OTHER: dict[str, object] = {
    "model": "n", "incumbent": "a/b", "candidates": ("b/c",), "items": ("r2", "r1"), "probes": (), "probe_floor": False,
    "margins": (*NO_MARGINS[:2], Margin(of="spread", value=0.4, scale="spread")), "gates": ("facts",), "checks": (),
    "sources": (("user.mine", "0b"),), "judge": JudgeTerms(target="j/j", criteria=("c",), rubric="01"), "embed": "",
    "alpha": 0.01, "seed": 2, "adapt": False, "persona": "", "budget_pico_usd": 6, "budget_calls": 10,
}  # fmt: skip
NOT_DECLARED = {"created_ns", "expectations"}


def test_every_member_of_a_plan_is_looked_at_here() -> None:
    assert OTHER.keys() | NOT_DECLARED == set(Plan.__struct_fields__)


@pytest.mark.parametrize("name", OTHER)
def test_the_hash_changes_with_each_thing_that_was_declared(name: str) -> None:
    assert getattr(BASE, name) != OTHER[name]
    assert msgspec.structs.replace(BASE, **{name: OTHER[name]}).hash != BASE.hash


def test_the_hash_outlives_the_disk_and_the_hour() -> None:
    kept = msgspec.json.decode(msgspec.json.encode(msgspec.structs.replace(BASE, created_ns=77)), type=Plan)
    assert kept.hash == BASE.hash


def test_a_result_says_what_its_requests_were_asked_without() -> None:
    store, items = store_of([(True, True)] * 3, 3)
    whole = decided(store, items, ("contract.answered",))
    assert not any("dialect" in remark for remark in whole.remarks)
    lost = [("reasoning.budget", "top_k"), (), ("top_k",)]
    reduced = [msgspec.structs.replace(each, lost=names) for each, names in zip(items, lost, strict=True)]
    [remark] = [each for each in decided(store, reduced, ("contract.answered",)).remarks if "dialect" in each]
    assert "2 of 3 requests" in remark
    assert "cannot say: reasoning.budget, top_k." in remark


def test_without_a_second_answer_a_result_says_that_tool_calls_are_held_to_one() -> None:
    store, items = store_of([(True, True)] * 3, 3)
    offered = [msgspec.structs.replace(each, tools=(Tool("find", b"{}"),)) for each in items]

    def told(of: list[Item]) -> bool:
        remarks = decided(store, of, ("contract.answered",)).remarks
        return any("might have made other calls itself" in each for each in remarks)

    assert told(offered)
    assert not told(items)
    for each in items:
        store.draws[DrawKey(each.id, "a/a", 1)] = answer(good=True)
    assert not told(offered)
