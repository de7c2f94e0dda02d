"""The bar of a calendar: always as wide, its end where the day is."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.cli.timeline import BEYOND, CELLS, END, GONE, NO_END, OVER, RUNNING, UNSURE_END, axis, bar


@given(days=st.none() | st.integers(-1000, 5000), ended=st.booleans(), unsure=st.booleans())
def test_every_bar_has_the_same_width(days: int | None, *, ended: bool, unsure: bool) -> None:
    assert len(bar(days, ended=ended, unsure=unsure)) == CELLS


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, END), (13, END), (14, RUNNING + END), (30, RUNNING * 2 + END), (363, RUNNING * 25 + END)],
)
def test_a_cell_is_two_weeks(days: int, expected: str) -> None:
    assert bar(days, ended=False, unsure=False).rstrip(OVER) == expected


def test_what_has_ended_ends_later_or_has_no_end_has_a_mark_of_its_own() -> None:
    assert bar(-1, ended=False, unsure=False)[0] == GONE
    assert bar(None, ended=True, unsure=False)[0] == GONE
    assert bar(364, ended=False, unsure=False)[-1] == BEYOND
    assert bar(None, ended=False, unsure=False) == NO_END * CELLS
    assert UNSURE_END in bar(30, ended=False, unsure=True)


def test_the_axis_names_a_month_every_twelve_weeks() -> None:
    assert axis(dt.date(2026, 2, 10)) == "Feb   May   Jul   Oct"
