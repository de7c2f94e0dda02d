"""What happens to the shared memory of limits, and what callers notice of it: never more than a weaker limit."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.limits.house import NOTHING, SECOND, House, admitted, key

from outlast.limits.opening import open_book
from outlast.limits.page import PAGE_SIZE
from outlast.limits.shared import SharedPages, book_path
from outlast.limits.window import WINDOW_NS

SHARED = "counted over all processes"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def file_of(house: House) -> Path:
    return book_path(house.folder / "outlast.db", house.folder)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another process' lock, as that of one that was stopped."""
    pages = SharedPages(path, nonce=bytes(8))
    try:
        yield
    finally:
        pages.close()


@pytest.mark.fault("the memory of limits cut short")
@pytest.mark.parametrize("size", [0, 1, PAGE_SIZE, 15 * PAGE_SIZE])
def test_a_file_that_somebody_made_shorter_ends_nobody_and_is_made_anew(house: House, size: int) -> None:
    book, app = house.book(), key(requests_per_minute=3, day_pico_usd=10)
    first = admitted(book, app)
    assert first
    first.settle(0, 4)
    os.truncate(file_of(house), size)
    assert admitted(book, app)
    assert "made shorter" in book.says()
    house.time.move(1)
    assert admitted(book, app)
    assert book.says() == SHARED
    assert not admitted(book, app)
    other = house.book()
    assert not admitted(other, app)
    assert not admitted(other, key(day_pico_usd=4))
    assert admitted(other, key(day_pico_usd=5))


@pytest.mark.fault("the memory of limits removed")
def test_a_file_that_somebody_removed_is_noticed_and_made_anew(house: House) -> None:
    book, app = house.book(), key(requests_per_minute=1000)
    assert admitted(book, app)
    file_of(house).unlink()
    for _ in range(300):
        house.time.move(0.01)
        assert admitted(book, app)
    house.time.move(1)
    assert admitted(book, app)
    assert book.says() == SHARED
    assert file_of(house).exists()
    other = house.book()
    for _ in range(1000 - 302):
        assert admitted(other, app)
    assert not admitted(other, app)


@pytest.mark.fault("the memory of limits overwritten")
@given(garbage=st.binary(min_size=1, max_size=PAGE_SIZE), start=st.integers(0, 2 * PAGE_SIZE))
@settings(max_examples=100, deadline=None)
def test_whatever_is_written_into_the_file_calls_go_on_and_a_quiet_minute_mends_it(
    tmp_path_factory: pytest.TempPathFactory, garbage: bytes, start: int
) -> None:
    house = House(tmp_path_factory.mktemp("garbage"))
    house.time.monotonic = 1000 * SECOND
    book, other, app = house.book(), house.book(), key(requests_per_minute=2, tokens_per_minute=50)
    for each in (book, other):
        ticket = admitted(each, app, 5)
        assert ticket
        ticket.settle(5, 5)
    with file_of(house).open("r+b") as file:
        file.seek(start)
        file.write(garbage)
    for each in (book, other):
        ticket = admitted(each, app, 5)
        if ticket:
            ticket.settle(5, 5)
    house.time.monotonic += WINDOW_NS
    for each in (book, other):
        ticket = admitted(each, app, 5)
        assert ticket
        ticket.settle(5, 5)
    assert not admitted(book, app)


@pytest.mark.fault("no shared memory for limits")
def test_without_a_folder_a_process_counts_for_itself_and_says_so(tmp_path: Path) -> None:
    house = House(tmp_path / "nowhere")
    book, app = house.book(), key(requests_per_minute=2, concurrent=1)
    for _ in range(2):
        ticket = admitted(book, app)
        assert ticket
        assert not admitted(book, app)
        ticket.settle(0, 0)
    assert not admitted(book, app)
    assert "each process counts for itself" in book.says()
    house.folder.mkdir()
    house.time.move(61)
    assert admitted(book, app)
    assert book.says() == SHARED


@pytest.mark.parametrize("mode", [0o644, 0o666])
def test_a_file_that_others_may_read_or_write_is_not_trusted(house: House, mode: int) -> None:
    path = file_of(house)
    path.touch()
    path.chmod(mode)
    book = house.book()
    assert admitted(book, key(concurrent=9))
    assert "others may write it" in book.says()


def test_a_link_is_not_followed(house: House) -> None:
    (house.folder / "elsewhere").write_bytes(b"precious")
    file_of(house).symlink_to(house.folder / "elsewhere")
    book = house.book()
    assert admitted(book, key(concurrent=9))
    assert "each process counts for itself" in book.says()
    assert (house.folder / "elsewhere").read_bytes() == b"precious"


@pytest.mark.fault("no memory for another key's limits")
def test_where_there_is_no_memory_for_another_key_only_that_one_is_counted_apart(house: House) -> None:
    book = house.book()
    for number in range(15):
        assert admitted(book, key(f"app{number}", requests_per_minute=1))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16 * PAGE_SIZE, before[1]))
    try:
        late = key("late", requests_per_minute=1)
        assert admitted(book, late)
        assert not admitted(book, late)
        assert "some keys apart: there is no memory" in book.says()
        assert not admitted(house.book(), key("app7", requests_per_minute=1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not admitted(book, late)
    assert not admitted(house.book(), late)
    assert book.says() == SHARED


@pytest.mark.fault("a process stopped while it holds the limits")
def test_while_a_stopped_process_holds_the_lock_calls_go_on_and_are_told_to_the_others_afterwards(house: House) -> None:
    book, app = house.book(), key(requests_per_minute=3, day_pico_usd=100)
    running = admitted(book, app)
    assert running
    with held(file_of(house)):
        running.settle(0, 30)
        assert "does not move" in book.says()
        second = admitted(book, app)
        assert second
        second.settle(0, 30)
    other = house.book()
    house.time.move(1)
    assert admitted(book, app)
    assert not admitted(other, app)
    assert not admitted(other, key(day_pico_usd=60))
    assert admitted(other, key(day_pico_usd=61))


def test_while_it_counts_for_itself_a_process_forgets_what_is_over(house: House) -> None:
    book, app = house.book(), key(requests_per_minute=2)
    assert admitted(book, app)
    with held(file_of(house)):
        house.time.move(20)
        assert admitted(book, app)
        assert not admitted(book, app)
        house.time.move(40)
        assert admitted(book, app)
        assert not admitted(book, app)
    house.time.move(4)
    assert not admitted(book, app)
    assert book.says() == SHARED
    assert not admitted(house.book(), app)


def test_the_last_process_takes_a_quiet_book_along_and_leaves_a_busy_one(house: House) -> None:
    one, other, app = house.book(), house.book(), key(requests_per_minute=1)
    assert admitted(one, app)
    assert not admitted(other, app)
    one.close()
    other.close()
    last = house.book()
    assert not admitted(last, app)
    house.time.move(60)
    last.close()
    assert not file_of(house).exists()


def test_a_gateway_without_keys_leaves_nothing_behind(house: House) -> None:
    book = house.book()
    book.close()
    assert list(house.folder.iterdir()) == []


def test_books_of_gateways_that_were_killed_are_removed_once_their_last_minute_is_over(house: House) -> None:
    for name in ("killed", "busy", "alive"):
        book = open_book(house.folder / name, spent=NOTHING, clock=house.time.clock(), folder=house.folder)
        assert admitted(book, key(concurrent=9))
        if name != "alive":
            book.close()
        house.time.move(40)
    assert admitted(house.book(), key(concurrent=9))
    left = {
        path for name in ("killed", "busy", "alive") if (path := book_path(house.folder / name, house.folder)).exists()
    }
    assert left == {book_path(house.folder / name, house.folder) for name in ("alive",)}


def test_keys_that_nobody_uses_any_more_make_room_for_others(house: House) -> None:
    book = house.book()
    for month in range(3):
        for number in range(60):
            ticket = admitted(book, key(f"{month}-{number}"))
            assert ticket
            ticket.settle(1, 1)
        house.time.move(70 * 86_400)
    assert file_of(house).stat().st_size == 64 * PAGE_SIZE
