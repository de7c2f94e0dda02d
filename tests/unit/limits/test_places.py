"""Calls at the same time: as many as allowed over all processes, and no place is ever lost."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.limits.house import House, admitted, key, refused

from outlast.limits.book import Book, Ticket


def test_places_are_shared_and_given_back_once(house: House) -> None:
    one, other, app = house.book(), house.book(), key(concurrent=2)
    first, second = admitted(one, app), admitted(other, app)
    assert first
    assert second
    assert not admitted(one, app)
    first.settle(0, 0)
    first.settle(0, 0)
    assert admitted(other, app)
    assert not admitted(one, app)
    error = refused(other, app)
    assert "run 2 calls at the same time, and 2 run" in str(error)
    assert error.retry_after_s == 1


@given(limit=st.integers(1, 5), moves=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 6)), max_size=80))
@settings(max_examples=60, deadline=None)
def test_the_number_that_runs_is_that_of_the_reference(limit: int, moves: list[tuple[int, int]]) -> None:
    with TemporaryDirectory() as folder:
        house = House(Path(folder))
        books, app = [house.book() for _ in range(3)], key(concurrent=limit)
        running: list[Ticket] = []
        for place, ends in moves:
            if ends < len(running):
                running.pop(ends).settle(1, 1)
            ticket = admitted(books[place], app)
            assert (ticket is not None) == (len(running) < limit)
            if ticket:
                running.append(ticket)


def test_a_process_that_stands_up_leaves_no_place_taken(house: House) -> None:
    dying, living, app = house.book(), house.book(), key(concurrent=1, tokens_per_minute=10)
    assert admitted(dying, app, 100)
    assert not admitted(living, app)
    dying.close()
    assert admitted(living, app)


def test_a_new_process_in_an_old_seat_begins_with_nothing(house: House) -> None:
    first, dying, app = house.book(), house.book(), key(concurrent=2)
    assert admitted(first, app)
    assert admitted(dying, app)
    dying.close()
    heir = house.book()
    assert admitted(heir, app)
    assert not admitted(heir, app)


def test_calls_that_began_without_a_limit_run_all_the_same(house: House) -> None:
    book = house.book()
    tickets = [admitted(book, key()) for _ in range(3)]
    assert not admitted(book, key(concurrent=3))
    for ticket in tickets:
        assert ticket
        ticket.settle(10, 10)
    assert not admitted(book, key(requests_per_minute=3))
    assert not admitted(book, key(tokens_per_minute=30))
    assert not admitted(book, key(day_pico_usd=30))
    assert admitted(book, key(requests_per_minute=4, tokens_per_minute=31, day_pico_usd=31, concurrent=1))


def test_what_ran_in_a_seat_before_is_not_taken_for_its_new_process(house: House) -> None:
    first, dying, app = house.book(), house.book(), key(concurrent=1, tokens_per_minute=10)
    assert not refused_at_all(first)
    assert admitted(dying, app, 100)
    dying.close()
    heir = house.book()
    assert not refused_at_all(heir)
    assert admitted(first, app)


def refused_at_all(book: Book) -> bool:
    """Take a seat with a call of another key."""
    return admitted(book, key("other", concurrent=99)) is None
