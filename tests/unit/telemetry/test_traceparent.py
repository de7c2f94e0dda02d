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


def test_a_place_below_another_stays_in_its_trace_and_keeps_its_sampling() -> None:
    for header in (GIVEN, GIVEN[:-2] + "00"):
        parent = place_of(header)
        assert parent is not None
        made = begun(parent, random.getrandbits)
        assert (made.trace, made.sampled) == (parent.trace, parent.sampled)
        assert made.span != parent.span


def test_a_number_is_never_zero() -> None:
    made = begun(None, lambda _: 0)
    assert place_of(made.header) == made


@given(st.text(max_size=80))
def test_any_text_is_read_without_a_fault(header: str) -> None:
    place_of(header)
