"""Drawing answers: within the budget, never twice, at a pace that providers bear, and fair to every model."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.replay.doubles import BUSY, REFUSED_IN, HandClock, Memory, Models, item, said

from outlast.checks.draw import Draw, Item
from outlast.errors import LedgerUnavailable
from outlast.exchange import Usage
from outlast.replay.ports import DrawKey
from outlast.replay.run import FIRST_WAIT_S, LEAD, LONGEST_WAIT_S, MOST_TRIES, Errand, Progress, Purse, Runner

A, B, C = "x/a", "x/b", "y/c"


def errands(count: int, *targets: str) -> list[Errand]:
    items = [item(f"r{number}") for number in range(count)]
    return [Errand(each, DrawKey(each.id, target)) for each in items for target in targets]


class Bench:
    """A runner among doubles."""

    def __init__(self, *, at_once: int = 4) -> None:
        self.clock, self.store = HandClock(), Memory()
        self.models = Models(self.clock)
        self.at_once = at_once

    def run(
        self, wanted: Sequence[Errand], limit: int | None = None, *, until: float = float("inf"),
        calls: int | None = None,
    ) -> Progress:  # fmt: skip
        self.purse = Purse(limit, calls=calls)
        runner = Runner(
            asker=self.models, evidence=self.store, pause=self.clock.pause, most_at_once=self.at_once,
        )  # fmt: skip
        return self.clock.play(runner.run(wanted, self.purse), until=until)


def test_every_answer_is_drawn_once_and_kept() -> None:
    bench = Bench()
    progress = bench.run(errands(25, A, B))
    assert (progress.done, progress.failed, progress.lost, progress.skipped) == (50, 0, 0, 0)
    assert set(bench.models.paid.values()) == {1}
    assert all(draw is not None for draw in bench.store.draws.values())


def test_what_is_there_is_not_asked_again() -> None:
    bench = Bench()
    bench.run(errands(10, A))
    progress = bench.run(errands(15, A))
    assert (progress.done, progress.total) == (15, 15)
    assert len(bench.models.asked) == 15


def test_no_more_are_under_way_than_were_allowed() -> None:
    bench = Bench(at_once=3)
    bench.run(errands(20, A, B))
    assert bench.models.most == {A: 3, B: 3}


# The budget.


@settings(max_examples=60, deadline=None)
@given(
    costs=st.lists(st.integers(0, 40), min_size=1, max_size=30),
    price=st.integers(0, 20),
    limit=st.integers(0, 300),
    at_once=st.integers(1, 6),
)
def test_a_budget_is_passed_only_by_what_answers_under_way_cost_more_than_expected(
    costs: list[int], price: int, limit: int, at_once: int
) -> None:
    bench = Bench(at_once=at_once)
    bench.models.price = price
    bench.models.answer = lambda asked, _target: said(cost=costs[int(asked.id[1:])])
    passed: list[int] = []
    bench.models.look = lambda: passed.append(bench.purse.spent + bench.purse.held)
    progress = bench.run(errands(len(costs), A), limit)
    assert all(reserved <= limit for reserved in passed), "no answer is begun past the budget"
    begun = costs[: len(passed)]
    assert bench.purse.spent == progress.spent_pico_usd == sum(begun)
    assert bench.purse.spent <= limit + at_once * max(0, max(costs) - price)
    assert progress.done + progress.skipped == len(costs)
    if progress.skipped:
        assert bench.purse.spent + price > limit, "room that came back was used"


def test_answers_of_unknown_cost_count_as_expected() -> None:
    bench = Bench(at_once=1)
    bench.models.answer = lambda _item, _target: said(cost=None)
    assert bench.run(errands(10, A), 45).done == 4
    assert bench.purse.spent == 40


@settings(max_examples=30, deadline=None)
@given(calls=st.integers(0, 30), price=st.sampled_from([None, 0, 7]), at_once=st.integers(1, 6))
def test_so_many_answers_are_begun_and_no_more_whatever_they_cost(calls: int, price: int | None, at_once: int) -> None:
    bench = Bench(at_once=at_once)
    bench.models.price = price
    progress = bench.run(errands(12, A, B), calls=calls)
    assert len(bench.models.asked) == min(calls, 24)
    assert (progress.done, progress.skipped) == (min(calls, 24), max(0, 24 - calls))


def test_without_a_price_money_bounds_nothing_which_is_why_the_command_line_refuses_it() -> None:
    bench = Bench()
    bench.models.price = None
    bench.models.answer = lambda _item, _target: said(cost=None)
    assert bench.run(errands(12, A), 1).done == 12


def test_what_was_refused_or_failed_costs_nothing() -> None:
    bench = Bench(at_once=1)
    bench.models.answer = lambda _item, _target: Draw(error="status 500")
    progress = bench.run(errands(10, A), 10)
    assert (progress.done, progress.failed, bench.purse.spent) == (10, 10, 0)


@settings(max_examples=25, deadline=None)
@given(limit=st.integers(10, 900), speed=st.floats(0.1, 20), at_once=st.integers(1, 5))
def test_on_one_budget_no_model_runs_away_from_the_others(limit: int, speed: float, at_once: int) -> None:
    bench = Bench(at_once=at_once)
    bench.models.seconds = lambda _item, target: speed if target == B else 1.0
    bench.run(errands(50, A, B), limit)
    drawn = {target: sum(key.target == target for key in bench.store.draws) for target in (A, B)}
    assert abs(drawn[A] - drawn[B]) <= LEAD * at_once + 1


# Patience.


def test_a_rate_limit_halves_the_width_once_for_a_burst_and_is_waited_for_as_long_as_it_says() -> None:
    bench = Bench(at_once=8)
    bench.models.script[A] = [Draw(error="rate_limited", retry_after_s=7.5)] * 8
    bench.run(errands(40, A))
    assert bench.clock.waits == [7.5] * 8
    moments = [when for when, _, _ in bench.models.asked]
    assert [moments.count(when) for when in (0.0, 7.5 + REFUSED_IN)] == [8, 4]
    assert set(bench.models.paid.values()) == {1}


def test_who_names_no_time_is_left_alone_ever_longer() -> None:
    bench = Bench(at_once=1)
    bench.models.script[A] = [BUSY] * (MOST_TRIES - 1)
    assert bench.run(errands(1, A)).done == 1
    assert bench.clock.waits == [FIRST_WAIT_S * 2**tried for tried in range(MOST_TRIES - 1)]


def test_while_some_wait_nobody_new_is_asked() -> None:
    bench = Bench(at_once=4)
    bench.models.script[A] = [BUSY] * 4
    bench.run(errands(12, A))
    assert [name for when, _, name in bench.models.asked if when < FIRST_WAIT_S] == ["r0", "r1", "r2", "r3"]


def test_after_a_burst_the_width_grows_back() -> None:
    bench = Bench(at_once=8)
    bench.models.script[A] = [BUSY] * 8
    bench.run(errands(200, A))
    assert max(Counter(when for when, _, _ in bench.models.asked[8:]).values()) == 8


@pytest.mark.fault("a storm of rate limits during a replay")
def test_a_storm_without_end_is_left_for_the_next_run_and_costs_nothing() -> None:
    bench = Bench(at_once=4)
    bench.models.script[A] = [BUSY] * 10_000
    progress = bench.run(errands(50, A, B))
    assert (progress.done, progress.failed, progress.deferred) == (50, 0, 50)
    assert len([name for _, target, name in bench.models.asked if target == A]) <= MOST_TRIES * 4
    assert not any(key.target == A for key in bench.store.draws)
    bench.models.script[A] = []
    assert bench.run(errands(50, A, B)).done == 100
    assert set(bench.models.paid.values()) == {1}


def test_whoever_asks_for_more_patience_than_there_is_is_asked_in_another_run() -> None:
    bench = Bench(at_once=1)
    bench.models.script[A] = [Draw(error="rate_limited", retry_after_s=LONGEST_WAIT_S + 1)]
    progress = bench.run(errands(3, A))
    assert (progress.deferred, bench.clock.waits) == (3, [])


def test_a_model_that_is_refused_holds_up_no_other() -> None:
    bench = Bench(at_once=2)
    bench.models.script[A] = [Draw(error="rate_limited", retry_after_s=60)] * 2
    bench.run(errands(20, A, B))
    assert max(when for when, target, _ in bench.models.asked if target == B) < 60


# Whatever stops it.


@settings(max_examples=40, deadline=None)
@given(stops=st.lists(st.floats(0, 12), max_size=4), refusals=st.integers(0, 5))
def test_however_often_it_is_stopped_nothing_is_asked_twice_and_what_is_lost_is_told(
    stops: list[float], refusals: int
) -> None:
    bench, wanted = Bench(at_once=3), errands(12, A, B, C)
    bench.models.script[A] = [BUSY] * refusals
    bench.models.seconds = lambda asked, target: 0.3 + len(target) * int(asked.id[1:]) % 7 / 5
    for seconds in stops:
        try:
            bench.run(wanted, until=bench.clock.now + seconds)
        except asyncio.CancelledError:
            bench.models.inside.clear()
    progress = bench.run(wanted)
    assert set(bench.models.paid.values()) <= {1}
    lost = {key for key, draw in bench.store.draws.items() if draw is None}
    assert progress.lost == len(lost)
    assert progress.done + progress.lost == len(wanted) == progress.total
    assert len(lost) <= 3 * 3 * len(stops)


def test_the_price_of_what_was_lost_stands_in_the_store() -> None:
    bench = Bench(at_once=2)
    with pytest.raises(asyncio.CancelledError):
        bench.run(errands(10, A), until=0.5)
    assert [expected for _, expected in bench.store.begun(A)] == [10, 10]


@pytest.mark.fault("a replay's store cannot be written")
@pytest.mark.parametrize("writes", range(12))
def test_a_store_that_fails_ends_the_run_with_its_own_word_and_nothing_is_paid_twice(writes: int) -> None:
    bench, left = Bench(at_once=2), [writes]

    def full() -> None:
        if not left[0]:
            raise LedgerUnavailable("the disk is full")
        left[0] -= 1

    bench.store.fails = full
    with pytest.raises(LedgerUnavailable, match="the disk is full"):
        bench.run(errands(10, A, B))
    bench.store.fails = lambda: None
    progress = bench.run(errands(10, A, B))
    assert progress.done + progress.lost == 20
    assert set(bench.models.paid.values()) == {1}


def test_what_may_cost_is_learned_from_the_answers() -> None:
    class Told(Models):
        def expected_cost(self, item: Item, target: str, output_tokens: int) -> int | None:
            told.append(output_tokens)
            return super().expected_cost(item, target, output_tokens)

    told: list[int] = []
    bench = Bench(at_once=1)
    bench.models = Told(bench.clock)
    usage = Usage(input_tokens=5, output_tokens=30)
    bench.models.answer = lambda _item, _target: msgspec.structs.replace(said(cost=1), usage=usage)
    bench.run(errands(3, A))
    assert told == [400, 30, 30]
