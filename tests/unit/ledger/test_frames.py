"""Frames: whatever bytes are missing or changed, what is whole is read and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.ledger.frames import EXCHANGE, HEAD_SIZE, OBSERVATION, Framing

FRAMING = Framing(salt=7)
PAYLOADS = [b"first", b"", b"third \xffOLE\x00\x00.", b"x" * 300]
WHOLE = [FRAMING.pack(EXCHANGE, payload) for payload in PAYLOADS]


@given(st.lists(st.tuples(st.sampled_from([EXCHANGE, OBSERVATION]), st.binary(max_size=100))))
def test_what_was_packed_is_walked(frames: list[tuple[object, bytes]]) -> None:
    data = b"".join(FRAMING.pack(EXCHANGE if kind == EXCHANGE else OBSERVATION, payload) for kind, payload in frames)
    stretch = FRAMING.walk(data + bytes(50))
    assert stretch.frames == frames
    assert (stretch.end, stretch.stopped) == (len(data), "empty")


@pytest.mark.parametrize("zeros", [0, 1, HEAD_SIZE, 1000])
def test_a_frame_cut_at_any_byte_is_not_read_and_those_before_it_are(zeros: int) -> None:
    data = b"".join(WHOLE)
    for cut in range(len(data)):
        whole = 0
        while sum(map(len, WHOLE[: whole + 1])) <= cut:
            whole += 1
        stretch = FRAMING.walk(data[:cut] + bytes(zeros))
        assert [payload for _, payload in stretch.frames] == PAYLOADS[:whole], cut


def test_a_cut_frame_tells_how_many_bytes_it_needs() -> None:
    stretch = FRAMING.walk(WHOLE[3][:50])
    assert (stretch.stopped, stretch.needed) == ("cut", len(WHOLE[3]))


@given(st.integers(0, len(WHOLE[0]) - 1), st.integers(1, 255))
def test_any_changed_byte_is_noticed_and_the_next_whole_frame_is_found(place: int, change: int) -> None:
    damaged = bytearray(b"".join(WHOLE))
    damaged[place] ^= change
    data = bytes(damaged)
    assert FRAMING.walk(data).frames == []
    assert FRAMING.next_whole(data, 0) == len(WHOLE[0])


def test_a_frame_under_another_salt_is_no_frame() -> None:
    assert Framing(salt=8).walk(WHOLE[0]).stopped == "damaged"
    assert FRAMING.next_whole(Framing(salt=8).pack(EXCHANGE, b"forged") + b"rest", 0) is None


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    assert FRAMING.walk(data).end <= len(data)
    FRAMING.next_whole(data, 0)
