"""What a plan compares: decided beforehand, and the same after every stop."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.replay.doubles import HandClock, Memory, Models, item, said

from outlast.checks.draw import Draw
from outlast.checks.suite import DEFAULT_GATES, standard_suite
from outlast.errors import EvidenceInvalid
from outlast.replay.compose import Wish, compose
from outlast.replay.plan import Margin, Plan
from outlast.replay.ports import DrawKey
from outlast.stats.power import pairs_needed

SUITE = standard_suite()
A, B = "x/a", "x/b"
WISH = Wish(
    model="m", incumbent=A, candidates=(B,), size=10, gates=DEFAULT_GATES,
    margins=(Margin(of="share", value=0.05), Margin(of="ratio", value=1.2, scale="ratio"),
             Margin(of="spread", value=0.5, scale="spread")),
)  # fmt: skip


def evidence(count: int = 30) -> Memory:
    return Memory(requests=[item(f"r{number}") for number in range(count)])


def composed(store: Memory, **changes: object) -> Plan:
    wish = msgspec.structs.replace(WISH, **changes)
    plan, items = compose(wish, SUITE, store, Models(HandClock()), now_ns=7)
    assert tuple(each.id for each in items) == plan.items
    store.keep_plan(plan)
    return plan


def test_the_same_wish_is_the_same_plan() -> None:
    store = evidence()
    assert composed(store).hash == composed(store).hash
    assert composed(store).hash != composed(store, seed=1).hash


def test_without_requests_there_is_no_plan() -> None:
    with pytest.raises(EvidenceInvalid, match="outlast capture"):
        composed(Memory())


def test_what_the_incumbent_has_answered_is_compared_and_its_errors_are_not() -> None:
    store = evidence()
    for number in range(20):
        store.draws[DrawKey(f"r{number}", A)] = said() if number < 10 else Draw(error="status 500")
    assert set(composed(store).items) == {f"r{number}" for number in range(10)}


def test_auto_takes_as_many_as_the_narrowest_margin_needs() -> None:
    store = evidence(400)
    assert len(composed(store, size=None).items) == pairs_needed(0.05, 0.05, 0.1)
    wide = (Margin(of="contract", value=0.2), *WISH.margins)
    assert len(composed(store, size=None, gates=("contract",), margins=wide).items) < 100


@settings(max_examples=40, deadline=None)
@given(kept=st.sets(st.integers(0, 9)), lost=st.sets(st.integers(0, 9)), others=st.sets(st.integers(0, 9)))
def test_a_run_that_was_stopped_goes_on_with_its_own_requests(kept: set[int], lost: set[int], others: set[int]) -> None:
    store = evidence()
    first = composed(store)
    for place, name in enumerate(first.items):
        if place in kept | lost:
            store.draws[DrawKey(name, A)] = said() if place in kept else None
        if place in others:
            store.draws[DrawKey(name, B)] = said()
    assert composed(store).hash == first.hash


def test_a_finished_run_is_not_in_the_way_of_new_requests() -> None:
    store = evidence(5)
    first = composed(store)
    for name in first.items:
        store.draws |= {DrawKey(name, target): said() for target in (A, B)}
    store.requests += [item(f"s{number}") for number in range(5)]
    store.draws |= {DrawKey(f"s{number}", A): said() for number in range(5)}
    assert len(composed(store).items) == 10


def test_whoever_captured_more_since_compares_more() -> None:
    store = evidence()
    first = composed(store, size=5)
    store.draws[DrawKey(first.items[0], B)] = None
    store.draws |= {DrawKey(f"r{number}", A): said() for number in range(30)}
    assert len(composed(store, size=20).items) == 20


def test_the_price_and_the_power_stand_in_the_plan_and_not_in_its_hash() -> None:
    store = evidence()
    [expected] = composed(store).expectations
    assert (expected.target, expected.draws, expected.cost_pico_usd) == (B, 20, 200)
    assert expected.power is not None
    assert 0 <= expected.power < 1
    before = composed(store)
    store.draws[DrawKey(before.items[0], A)] = said()
    after = composed(store)
    assert (after.expectations[0].draws, after.hash) == (19, before.hash)
