"""Whatever the disk gives back, reading ends, fails nothing, and makes up no call."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outlast.exchange import Exchange, Observation
from outlast.ledger.batch import Batch, encode
from outlast.ledger.drain import Drain
from outlast.ledger.extents import Reach
from outlast.ledger.frames import EXCHANGE, HEAD_SIZE, MARKER, OBSERVATION, Framing
from outlast.ledger.leftovers import leftovers
from outlast.ledger.segments import HEADER_SIZE, create_segment

SALT = 7
IDS = [f"req_{number}" for number in range(40)]
CALLS = [encode(Exchange(id=name, started_ns=1, requested="a" * 30, virtual=True)) for name in IDS]
WHOLE = b"".join(Framing(SALT).pack(EXCHANGE, payload) for payload in CALLS)

harm = st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=60)), max_size=6)


def harmed(changes: list[tuple[int, bytes]], cut: int) -> bytes:
    data = bytearray(WHOLE)
    for place, written in changes:
        data[place : place + len(written)] = written
    return bytes(data[:cut])


@given(harm, st.integers(0, len(WHOLE)))
def test_of_a_harmed_run_only_what_was_written_is_read(changes: list[tuple[int, bytes]], cut: int) -> None:
    framing, data = Framing(SALT), harmed(changes, cut)
    place: int | None = 0
    while place is not None:
        stretch = framing.walk(data, place)
        assert {payload for _, payload in stretch.frames} <= set(CALLS)
        following = framing.next_whole(data, stretch.end)
        assert following is None or following > place or stretch.frames
        place = following


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(harm, st.integers(0, len(WHOLE)), st.binary(max_size=40))
def test_a_harmed_segment_is_drained_to_its_end_and_only_what_was_written_has_a_row(
    tmp_path_factory: "object", changes: list[tuple[int, bytes]], cut: int, behind: bytes
) -> None:
    root = tmp_path_factory.mktemp("fuzz")  # type: ignore[attr-defined]
    size = HEADER_SIZE + len(WHOLE) + 4_096
    create_segment(root / "000000000001.segment", size=size, entropy=lambda _: SALT.to_bytes(4, "little")).close()
    path = root / "000000000001.segment"
    whole = path.read_bytes()
    data = harmed(changes, cut) + behind
    path.write_bytes(whole[:HEADER_SIZE] + data + whole[HEADER_SIZE + len(data) :])
    reach = Reach(tuple(leftovers(root).extents.values()), 0)
    with closing(Drain(root / "outlast.db", root)) as drain:
        for _ in range(200):
            if drain.step(reach).position == reach.end:
                break
        assert drain.position() == reach.end
    assert rows(root) <= set(IDS)


def rows(root: Path) -> set[str]:
    with closing(sqlite3.connect(root / "outlast.db")) as connection:
        return {name for (name,) in connection.execute("SELECT id FROM exchanges")}


@given(st.binary(max_size=200), st.booleans())
def test_no_payload_fails_a_batch(payload: bytes, careful: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    batch = Batch(careful=careful)
    assert 0 <= batch.add([(EXCHANGE, payload), (OBSERVATION, payload)]) <= 2


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=30,
)


@settings(max_examples=25, deadline=None)
@given(st.lists(json_values, min_size=4, max_size=30))
def test_no_record_of_the_right_shape_fails_a_batch(values: list[object]) -> None:
    Batch(careful=True).add([(EXCHANGE, msgspec.json.encode(values))])


def test_a_payload_nested_without_end_is_counted() -> None:
    deep = b'["r",1,"a",true' + b",[" * 100_000 + b"]" * 100_000 + b"]"
    long = b'["r",1,"a",true' + b',""' * 22 + b",[" * 100_000 + b"]" * 100_000 + b"]"
    assert Batch(careful=False).add([(EXCHANGE, deep), (EXCHANGE, long), (OBSERVATION, deep)]) == 3


def test_an_instant_that_no_database_can_hold_fails_no_drain(tmp_path: Path) -> None:
    call = Exchange(id="far", started_ns=10**30, requested="a", virtual=True)
    seen = Observation(target="a/b", surface="api", event="gone", seen_ns=10**30, evidence="404")
    batch = Batch(careful=True)
    assert batch.add([(EXCHANGE, encode(call)), (OBSERVATION, encode(seen))]) == 0
    with closing(sqlite3.connect(tmp_path / "any.db")) as connection:
        connection.execute("CREATE TABLE any (a, b, c, d, e)")
        connection.executemany("INSERT INTO any VALUES (?, ?, ?, ?, ?)", batch.observations)
        connection.executemany("INSERT INTO any (a, b, c) VALUES (?, ?, ?)", batch.exchanges)


def test_markers_without_number_are_searched_in_linear_time() -> None:
    lying = (MARKER + b"E" + (10_000_000).to_bytes(4, "little") + b"\0\0\0\0") * 200_000
    assert len(lying) == 200_000 * HEAD_SIZE
    started = time.monotonic()
    assert Framing(SALT).next_whole(lying + bytes(10_000_000), 0) is None
    assert time.monotonic() - started < 3
