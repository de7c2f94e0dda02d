"""A breaker opens, rests, probes and closes as a plain model of it does, and never has two probes at once."""

from dataclasses import dataclass

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from outlast.gateway.breaker import (
    FIRST_REST_NS,
    HALF,
    IN_A_ROW,
    LONGEST_REST_NS,
    LONGEST_TOLD_NS,
    REMEMBERED,
    SECOND_NS,
    Breaker,
    Token,
)


def opened(now_ns: int = 0) -> Breaker:
    breaker = Breaker("a/b")
    for _ in range(IN_A_ROW):
        breaker.failed(breaker.begin(now_ns), now_ns, "status 500")
    return breaker


@dataclass
class Running:
    """One call, and what the model knows of it."""

    token: Token
    probe: bool
    turn: int


class Against(RuleBasedStateMachine):
    """The model keeps every outcome since the last turn as a list, and looks at the whole of it."""

    def __init__(self) -> None:
        super().__init__()
        self.breaker = Breaker("a/b")
        self.now = 1
        self.running: list[Running] = []
        self.outcomes: list[bool] = []  # True: it failed
        self.until = 0  # 0: closed
        self.rest = 0
        self.turn = 0

    def turned(self, until: int, rest: int = 0) -> None:
        self.until, self.rest = until, rest
        self.turn += 1
        self.outcomes = []

    @property
    def probing(self) -> bool:
        return any(one.probe and one.turn == self.turn for one in self.running)

    @rule(seconds=st.sampled_from([0.0, 0.4, 1.0, 2.5, 30.0, 61.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += int(seconds * SECOND_NS)

    @precondition(lambda self: self.until > self.now)
    @rule()
    def the_rest_ends(self) -> None:
        self.now = self.until

    @precondition(lambda self: not self.until)
    @rule(calls=st.integers(1, IN_A_ROW))
    def calls_fail_at_once(self, calls: int) -> None:
        for _ in range(calls):
            if not self.until:
                self.a_call_begins()
                self.ends(self.running.pop(), failed=True)

    @rule()
    def a_call_begins(self) -> None:
        probe = bool(self.until) and self.now >= self.until and not self.probing
        self.running.append(Running(self.breaker.begin(self.now), probe, self.turn))

    @precondition(lambda self: self.running)
    @rule(data=st.data(), failed=st.sampled_from([True, True, False]))
    def a_call_ends(self, data: st.DataObject, failed: bool) -> None:  # noqa: FBT001 - a drawn outcome
        self.ends(self.running.pop(data.draw(st.integers(0, len(self.running) - 1))), failed=failed)

    def ends(self, call: Running, *, failed: bool) -> None:
        if failed:
            self.breaker.failed(call.token, self.now, "status 500")
        else:
            self.breaker.answered(call.token, self.now)
        if call.turn != self.turn:
            return
        if self.until:
            if not failed:
                self.turned(0)
            elif call.probe:
                rest = min(max(2 * self.rest, FIRST_REST_NS), LONGEST_REST_NS)
                self.turned(self.now + rest, rest)
            return
        self.outcomes.append(failed)
        row = self.outcomes[-IN_A_ROW:]
        if failed and ((len(row) == IN_A_ROW and all(row)) or sum(self.outcomes[-REMEMBERED:]) >= HALF):
            self.turned(self.now + FIRST_REST_NS, FIRST_REST_NS)

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def a_caller_leaves(self, data: st.DataObject) -> None:
        call = self.running.pop(data.draw(st.integers(0, len(self.running) - 1)))
        self.breaker.left(call.token)

    @precondition(lambda self: self.running)
    @rule(data=st.data(), seconds=st.sampled_from([0.5, 20.0]))
    def it_asks_for_a_rest(self, data: st.DataObject, seconds: float) -> None:
        call = self.running.pop(data.draw(st.integers(0, len(self.running) - 1)))
        wait = int(seconds * SECOND_NS)
        self.breaker.told_to_wait(call.token, self.now, wait, "status 429")
        if call.turn == self.turn:
            self.turned(max(self.until, self.now + wait), self.rest)

    @invariant()
    def as_the_model_says(self) -> None:
        state = "closed" if not self.until else "open" if self.now < self.until else "half_open"
        assert self.breaker.state(self.now) == state
        assert self.breaker.rests_ns(self.now) == max(0, self.until - self.now)
        assert self.breaker.pending == len(self.running)
        assert self.breaker.admits(self.now) == (state == "closed" or (state == "half_open" and not self.probing))

    @invariant()
    def never_two_probes(self) -> None:
        assert sum(one.probe and one.turn == self.turn for one in self.running) <= 1


TestAgainstTheModel = Against.TestCase
TestAgainstTheModel.settings = settings(max_examples=30, stateful_step_count=50, deadline=None)


def test_failures_in_a_row_open_and_one_answer_between_them_does_not() -> None:
    breaker = Breaker("a/b")
    for failed in (*[True] * (IN_A_ROW - 1), False, *[True] * (IN_A_ROW - 1)):
        token = breaker.begin(0)
        breaker.failed(token, 0, "status 500") if failed else breaker.answered(token, 0)
    assert breaker.state(0) == "closed"
    breaker.failed(breaker.begin(0), 0, "status 500")
    assert breaker.state(0) == "open"


def test_every_second_call_failing_opens() -> None:
    breaker = Breaker("a/b")
    for _ in range(HALF):
        assert breaker.state(0) == "closed"
        breaker.answered(breaker.begin(0), 0)
        breaker.failed(breaker.begin(0), 0, "status 500")
    assert breaker.state(0) == "open"


def test_the_rest_doubles_with_each_failed_probe_up_to_its_bound() -> None:
    breaker, now, rests = opened(), 0, []
    for _ in range(9):
        rests.append(breaker.rests_ns(now) // SECOND_NS)
        now += breaker.rests_ns(now)
        breaker.failed(breaker.begin(now), now, "status 500")
    assert rests == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_an_answer_from_before_it_opened_does_not_close_it() -> None:
    breaker = Breaker("a/b")
    early = breaker.begin(0)
    for _ in range(IN_A_ROW):
        breaker.failed(breaker.begin(0), 0, "status 500")
    breaker.answered(early, 1)
    assert breaker.state(1) == "open"


def test_a_call_that_had_nobody_else_closes_it_when_it_is_answered() -> None:
    breaker = opened()
    breaker.answered(breaker.begin(1), 1)
    assert breaker.state(1) == "closed"


def test_what_the_caller_earned_neither_counts_nor_heals_while_closed_and_is_a_sign_of_life_in_a_probe() -> None:
    breaker = Breaker("a/b")
    for _ in range(IN_A_ROW - 1):
        breaker.failed(breaker.begin(0), 0, "status 500")
    for _ in range(2 * REMEMBERED):
        breaker.refused(breaker.begin(0), 0)
    assert breaker.state(0) == "closed"
    breaker.failed(breaker.begin(0), 0, "status 500")
    assert breaker.state(0) == "open"
    breaker.refused(breaker.begin(FIRST_REST_NS), FIRST_REST_NS)
    assert breaker.state(FIRST_REST_NS) == "closed"


def test_a_probe_whose_caller_left_makes_room_for_another_one() -> None:
    breaker = opened()
    probe = breaker.begin(FIRST_REST_NS)
    assert not breaker.admits(FIRST_REST_NS)
    breaker.left(probe)
    assert breaker.admits(FIRST_REST_NS)


def test_a_stream_counts_as_pending_until_it_ends_and_breaking_off_as_a_failure() -> None:
    breaker = Breaker("a/b")
    for broken in range(HALF):
        assert breaker.state(0) == "closed", broken
        breaker.streaming(breaker.begin(0), 0)
        assert breaker.pending == 1
        breaker.broke_off(0, "upstream_broken")
        breaker.ended()
    assert (breaker.state(0), breaker.pending, breaker.last_error) == ("open", 0, "upstream_broken")


@pytest.mark.parametrize("seconds", [1, 600])
def test_a_target_rests_as_long_as_it_asked_for(seconds: int) -> None:
    breaker = Breaker("a/b")
    breaker.told_to_wait(breaker.begin(0), 0, seconds * SECOND_NS, "status 429")
    assert not breaker.admits(seconds * SECOND_NS - 1)
    assert breaker.admits(seconds * SECOND_NS)
    assert seconds * SECOND_NS <= LONGEST_TOLD_NS
