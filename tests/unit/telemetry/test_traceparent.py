"""The header that says where in which trace a call stands."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.telemetry.traceparent import begun, place_of

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_header_is_read_and_said_again() -> None:
    place = place_of(GIVEN)
    assert place is not None
    assert (place.header, place.sampled) == (GIVEN, True)


@pytest.mark.parametrize(
    "header",
    [
        "",
        GIVEN.upper(),
        GIVEN + "-more",
        GIVEN + " ",
        f"{GIVEN}, {GIVEN}",
        "ff" + GIVEN[2:],
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01",
        GIVEN[:-1],
    ],
)
def test_what_the_standard_does_not_know_is_no_place(header: str) -> None:
    assert place_of(header) is None


def test_a_later_version_is_read_by_what_is_known_of_it() -> None:
    assert place_of("01" + GIVEN[2:] + "-more") == place_of(GIVEN)


def test_a_place_below_another_stays_in_its_trace() -> None:
    parent, made = place_of(GIVEN), place_of(begun(GIVEN, random.getrandbits))
    assert parent is not None
    assert made is not None
    assert (made.trace, made.sampled) == (parent.trace, True)
    assert made.span != parent.span


def test_a_trace_that_nobody_keeps_gets_no_place_of_ours() -> None:
    assert begun(GIVEN[:-2] + "00", random.getrandbits) == ""


@pytest.mark.parametrize("theirs", ["", "no traceparent"])
def test_without_a_place_above_a_new_trace_begins_and_no_number_is_zero(theirs: str) -> None:
    assert place_of(begun(theirs, lambda _: 0)) is not None
    assert begun(theirs, random.getrandbits) != begun(theirs, random.getrandbits)


@given(st.text(max_size=80))
def test_any_text_is_read_without_a_fault(header: str) -> None:
    place_of(header)
