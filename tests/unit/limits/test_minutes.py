"""Requests and tokens a minute: never more in any window, and always again after a quiet one."""

import math
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.limits.house import SECOND, House, admitted, key, refused

from outlast.limits.window import SPAN_NS, WINDOW_NS

GAPS = st.one_of(
    st.integers(0, 3),
    st.integers(0, SPAN_NS),
    st.integers(0, 5 * SECOND),
    st.integers(WINDOW_NS - SPAN_NS, WINDOW_NS + SPAN_NS),
)
"""Nanoseconds between two calls: together, within a span, within a window, about a window."""
QUICK = settings(max_examples=60, deadline=None)


def most_in_a_window(moments: list[int]) -> int:
    """The naive reference: every window that ends with an event, counted one by one."""
    return max((sum(end - WINDOW_NS < each <= end for each in moments) for end in moments), default=0)


@given(limit=st.integers(1, 12), gaps=st.lists(GAPS, max_size=80))
@QUICK
def test_no_window_of_a_minute_ever_holds_more_requests_than_allowed(limit: int, gaps: list[int]) -> None:
    with TemporaryDirectory() as folder:
        house = House(Path(folder))
        books = [house.book(), house.book()]
        moments = []
        for number, gap in enumerate(gaps):
            house.time.monotonic += gap
            if admitted(books[number % 2], key(requests_per_minute=limit)):
                moments.append(house.time.monotonic)
        assert most_in_a_window(moments) <= limit


@given(limit=st.integers(1, 12), gaps=st.lists(GAPS, max_size=80))
@QUICK
def test_nobody_is_refused_whom_the_reference_admits_with_a_span_to_spare(limit: int, gaps: list[int]) -> None:
    with TemporaryDirectory() as folder:
        house = House(Path(folder))
        book = house.book()
        moments: list[int] = []
        for gap in gaps:
            house.time.monotonic += gap
            now = house.time.monotonic
            if admitted(book, key(requests_per_minute=limit)):
                moments.append(now)
            else:
                assert sum(now - WINDOW_NS - SPAN_NS < each for each in moments) >= limit


@given(limit=st.integers(1, 12), gaps=st.lists(GAPS, max_size=60))
@QUICK
def test_whoever_waits_as_long_as_told_is_admitted_and_never_waits_longer_than_a_minute(
    limit: int, gaps: list[int]
) -> None:
    with TemporaryDirectory() as folder:
        house = House(Path(folder))
        book, app = house.book(), key(requests_per_minute=limit)
        for gap in gaps:
            house.time.monotonic += gap
            admitted(book, app)
        while admitted(book, app):
            pass
        wait = refused(book, app).retry_after_s
        assert 0 < wait <= 60
        house.time.monotonic += math.ceil(wait * SECOND)
        assert admitted(book, app)


def test_sparse_calls_are_forgotten_to_the_nanosecond(house: House) -> None:
    book, app = house.book(), key(requests_per_minute=2)
    assert admitted(book, app)
    house.time.monotonic += 10 * SECOND
    assert admitted(book, app)
    house.time.monotonic += 50 * SECOND - 1
    assert not admitted(book, app)
    house.time.monotonic += 1
    assert admitted(book, app)
    assert refused(book, app).retry_after_s == 10


def test_after_a_quiet_minute_everything_is_there_again(house: House) -> None:
    book, app = house.book(), key(requests_per_minute=1000)
    for _ in range(1000):
        house.time.monotonic += SECOND // 25
        assert admitted(book, app)
    house.time.monotonic += WINDOW_NS
    for _ in range(1000):
        assert admitted(book, app)
    assert not admitted(book, app)


def test_refused_calls_do_not_count(house: House) -> None:
    book, app = house.book(), key(requests_per_minute=1)
    assert admitted(book, app)
    for _ in range(59):
        house.time.monotonic += SECOND
        assert not admitted(book, app)
    house.time.monotonic += SECOND
    assert admitted(book, app)


CALLS = st.lists(st.tuples(GAPS, st.integers(0, 50), st.integers(0, 50), st.integers(0, 3)), max_size=60)
"""Gap before the call, what it was expected to use, what it uses, how many calls later it ends."""


@given(limit=st.integers(1, 100), calls=CALLS)
@QUICK
def test_tokens_overshoot_by_no_more_than_the_last_call_and_what_running_ones_exceed_their_estimates(
    limit: int, calls: list[tuple[int, int, int, int]]
) -> None:
    with TemporaryDirectory() as folder:
        house = House(Path(folder))
        book, app = house.book(), key(tokens_per_minute=limit)
        running: list[tuple[int, object, int, int]] = []
        settled: list[tuple[int, int]] = []
        worst = 0
        for number, (gap, expected, used, later) in enumerate(calls):
            house.time.monotonic += gap
            for call in [each for each in running if each[0] <= number]:
                running.remove(call)
                call[1].settle(call[2], 0)  # type: ignore[attr-defined]
                settled.append((house.time.monotonic, call[2]))
            ticket = admitted(book, app, expected)
            if ticket:
                exceeding = sum(max(0, each[2] - each[3]) for each in running)
                worst = max(worst, used + exceeding)
                running.append((number + 1 + later, ticket, used, expected))
        in_window = (sum(tokens for when, tokens in settled if end - WINDOW_NS < when <= end) for end, _ in settled)
        assert max(in_window, default=0) < limit + max(worst, 1)


def test_with_honest_estimates_only_the_last_call_passes_the_limit(house: House) -> None:
    book, app = house.book(), key(tokens_per_minute=1000)
    tickets = []
    while ticket := admitted(book, app, 300):
        tickets.append(ticket)
    assert len(tickets) == 4
    for ticket in tickets:
        ticket.settle(300, 0)
    assert not admitted(book, app)
    house.time.monotonic += WINDOW_NS
    assert admitted(book, app)


def test_a_huge_estimate_holds_others_only_while_its_call_runs(house: House) -> None:
    book, app = house.book(), key(tokens_per_minute=1000)
    huge = admitted(book, app, 12_000_000)
    assert huge
    assert "running calls may use 12000000" in str(refused(book, app))
    huge.settle(700, 0)
    assert admitted(book, app)


def test_a_large_call_is_not_kept_out_by_small_ones(house: House) -> None:
    book, app = house.book(), key(tokens_per_minute=1000)
    for _ in range(9):
        ticket = admitted(book, app, 100)
        assert ticket
        ticket.settle(100, 0)
    assert admitted(book, app, 5000)


def test_the_wait_for_tokens_is_until_enough_of_them_have_left(house: House) -> None:
    book, app = house.book(), key(tokens_per_minute=1000)
    for _ in range(10):
        ticket = admitted(book, app)
        assert ticket
        ticket.settle(100, 0)
        house.time.monotonic += SECOND
    assert refused(book, app).retry_after_s == 50
    house.time.monotonic += 50 * SECOND
    assert admitted(book, app)


def test_a_clock_that_steps_back_a_little_unlocks_nothing_and_one_of_another_boot_begins_anew(house: House) -> None:
    house.time.monotonic = 1000 * SECOND
    book, app = house.book(), key(requests_per_minute=1)
    assert admitted(book, app)
    house.time.monotonic -= 5 * SECOND
    assert not admitted(book, app)
    house.time.monotonic = 10 * SECOND
    assert admitted(book, app)


@pytest.mark.parametrize("limit", [1, 7])
def test_a_changed_limit_holds_at_the_next_call_and_lifting_it_forgets_nothing(house: House, limit: int) -> None:
    book = house.book()
    for _ in range(limit):
        assert admitted(book, key(requests_per_minute=limit))
    assert not admitted(book, key(requests_per_minute=limit))
    assert admitted(book, key(requests_per_minute=limit + 1))
    lifted = admitted(book, key())
    assert lifted
    lifted.settle(0, 0)
    assert not admitted(book, key(requests_per_minute=limit + 2))
    assert admitted(book, key(requests_per_minute=limit + 3))
