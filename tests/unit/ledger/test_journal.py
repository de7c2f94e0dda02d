"""The journal's files: order, reserve, damage, and what an earlier process left."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from outlast.errors import LedgerUnavailable
from outlast.ledger.extents import Position
from outlast.ledger.frames import EXCHANGE
from outlast.ledger.journal import Journal
from outlast.ledger.scanner import Reading, Scanner
from outlast.ledger.segments import HEADER_SIZE

SIZE = 4096
START = Position(0, 0)


def entropy(count: int) -> bytes:
    return bytes(range(1, count + 1))


def journal_in(folder: Path, after: int = 0) -> Journal:
    return Journal(folder, after=after, segment_size=SIZE, entropy=entropy)


def read_all(folder: Path, journal: Journal, position: Position = START) -> tuple[list[bytes], Reading]:
    """Every payload in reach from a position on, and the sum of what was not readable."""
    payloads: list[bytes] = []
    damaged = torn = 0
    reach = journal.reach()
    with closing(Scanner(folder)) as scanner:
        while (reading := scanner.read(position, reach)).then != position:
            payloads += [payload for _, payload in reading.frames]
            damaged, torn, position = damaged + reading.damaged, torn + reading.torn, reading.then
    return payloads, Reading([], position, damaged, torn)


def killed(journal: Journal) -> None:
    """What remains of a process that died: its files, and nothing in memory."""
    journal.close(START)


def segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.segment"))


def numbered(count: int) -> list[bytes]:
    return [b"record %03d" % number for number in range(count)]


def test_records_are_read_in_the_order_of_writing_across_segments(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    for payload in numbered(500):
        assert journal.append(EXCHANGE, payload)
    assert len(segments(tmp_path)) > 1
    payloads, end = read_all(tmp_path, journal)
    assert payloads == numbered(500)
    assert end == Reading([], journal.reach().end)


def test_nothing_is_read_beyond_the_last_record_and_reading_goes_on_there(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    journal.append(EXCHANGE, b"one")
    _, end = read_all(tmp_path, journal)
    assert read_all(tmp_path, journal, end.then) == ([], end)
    journal.append(EXCHANGE, b"two")
    assert read_all(tmp_path, journal, end.then)[0] == [b"two"]


def test_the_next_process_reads_what_the_last_one_left_and_writes_elsewhere(tmp_path: Path) -> None:
    first = journal_in(tmp_path)
    for payload in numbered(300):
        first.append(EXCHANGE, payload)
    killed(first)
    before = {path: path.read_bytes() for path in segments(tmp_path)}
    second = journal_in(tmp_path)
    second.append(EXCHANGE, b"new")
    assert read_all(tmp_path, second)[0] == [*numbered(300), b"new"]
    assert {path: path.read_bytes() for path in before} == before


def test_a_number_that_the_database_knows_is_never_used_again(tmp_path: Path) -> None:
    journal = journal_in(tmp_path, after=41)
    journal.append(EXCHANGE, b"one")
    assert journal.reach().end.segment == 42
    assert read_all(tmp_path, journal, Position(41, 9999))[0] == [b"one"]


def test_segments_before_a_position_are_deleted(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    for payload in numbered(500):
        journal.append(EXCHANGE, payload)
    journal.release(journal.reach().end)
    assert [path.stem.lstrip("0") for path in segments(tmp_path)] == [str(journal.reach().end.segment)]


def test_a_journal_closed_when_all_is_read_leaves_no_segment(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    journal.append(EXCHANGE, b"one")
    journal.close(journal.reach().end)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [SIZE, 100_000, 300_000])
def test_a_record_larger_than_a_segment_or_a_window_has_its_room(tmp_path: Path, size: int) -> None:
    journal = journal_in(tmp_path)
    payloads = [b"before", b"\xff" * size, b"after"]
    assert all(journal.append(EXCHANGE, payload) for payload in payloads)
    assert read_all(tmp_path, journal)[0] == payloads


def test_a_record_torn_at_any_byte_is_dropped_and_those_before_it_are_kept(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    journal = journal_in(whole)
    for payload in (b"first", b"second"):
        journal.append(EXCHANGE, payload)
    start = journal.reach().end.offset
    journal.append(EXCHANGE, b"the last one")
    end = journal.reach().end.offset
    killed(journal)
    data = segments(whole)[0].read_bytes()
    for cut in range(start, end):
        folder = tmp_path / str(cut)
        folder.mkdir()
        (folder / segments(whole)[0].name).write_bytes(data[:cut] + bytes(len(data) - cut))
        payloads, rest = read_all(folder, journal_in(folder))
        assert payloads == [b"first", b"second"]
        assert (rest.damaged, rest.torn) == (0, int(cut > start)), cut


def damage(path: Path, place: int, change: Callable[[int], int]) -> None:
    data = bytearray(path.read_bytes())
    data[place] = change(data[place])
    path.write_bytes(data)


def test_a_damaged_record_costs_itself_alone(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    places = []
    for payload in numbered(10):
        places.append(journal.reach().end.offset)
        journal.append(EXCHANGE, payload)
    killed(journal)
    damage(segments(tmp_path)[0], places[4] + 5, lambda byte: byte ^ 255)
    payloads, rest = read_all(tmp_path, journal_in(tmp_path))
    assert payloads == numbered(10)[:4] + numbered(10)[5:]
    assert (rest.damaged, rest.torn) == (1, 0)


def test_records_behind_a_hole_of_zeros_are_found(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    places = []
    for payload in numbered(10):
        places.append(journal.reach().end.offset)
        journal.append(EXCHANGE, payload)
    killed(journal)
    for place in range(places[2], places[5]):
        damage(segments(tmp_path)[0], place, lambda _: 0)
    payloads, rest = read_all(tmp_path, journal_in(tmp_path))
    assert payloads == numbered(10)[:2] + numbered(10)[5:]
    assert rest.damaged == 1


def test_damage_under_a_running_process_is_stepped_over_and_counted(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    journal.append(EXCHANGE, b"one")
    damage(segments(tmp_path)[0], HEADER_SIZE + 1, lambda byte: byte ^ 255)
    assert read_all(tmp_path, journal)[1].damaged == 1
    journal.append(EXCHANGE, b"two")
    assert read_all(tmp_path, journal, Position(1, 0))[0] == [b"two"]


@pytest.mark.parametrize("data", [b"", bytes(5), bytes(SIZE)])
def test_a_file_that_never_got_its_header_makes_room_for_one_that_has(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "000000000001.segment").write_bytes(data)
    journal = journal_in(tmp_path)
    journal.append(EXCHANGE, b"one")
    assert read_all(tmp_path, journal)[0] == [b"one"]


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.segment").write_bytes(b"anything")
    journal_in(tmp_path).close(START)
    assert (tmp_path / "mine.segment").read_bytes() == b"anything"


def test_a_segment_in_an_unknown_form_is_refused_and_kept(tmp_path: Path) -> None:
    journal = journal_in(tmp_path)
    journal.append(EXCHANGE, b"one")
    killed(journal)
    damage(segments(tmp_path)[0], 8, lambda _: 200)
    with pytest.raises(LedgerUnavailable, match="another version"):
        journal_in(tmp_path)
    assert segments(tmp_path)
