"""A name is missing in its minutes, for its keys, and at no other time."""

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.errors import SettingsInvalid
from outlast.rollout.brownout import Window, announced, in_brownout, parse_windows

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
QUARTER = Window(begins=NOON, lasts=dt.timedelta(minutes=15))


@given(st.integers(-3600, 3600))
def test_it_holds_from_its_first_second_to_before_its_end(second: int) -> None:
    held = in_brownout([QUARTER], NOON + dt.timedelta(seconds=second), "k")
    assert (held == QUARTER) == (0 <= second < 900)


def test_an_instant_is_the_same_in_every_zone() -> None:
    rome = NOON.astimezone(dt.timezone(dt.timedelta(hours=1)))
    assert in_brownout([QUARTER], rome, "k") == QUARTER


def test_it_may_be_for_chosen_keys() -> None:
    [window] = parse_windows("2026-03-01T12:00Z+15m", keys=["team-*", "one"])
    assert [in_brownout([window], NOON, key) is not None for key in ("team-a", "one", "two", "")] == [1, 1, 0, 0]


def test_of_two_at_once_the_missing_name_counts() -> None:
    softer = Window(begins=NOON - dt.timedelta(minutes=1), lasts=dt.timedelta(minutes=30), serve="successor")
    assert in_brownout([softer, QUARTER], NOON, "k") == QUARTER
    assert in_brownout([softer, QUARTER], NOON + dt.timedelta(minutes=20), "k") == softer
    assert in_brownout([], NOON, "k") is None


def test_what_is_over_is_not_announced() -> None:
    tomorrow = Window(begins=NOON + dt.timedelta(days=1), lasts=dt.timedelta(minutes=5))
    assert announced([tomorrow, QUARTER], NOON) == (QUARTER, tomorrow)
    assert announced([tomorrow, QUARTER], QUARTER.ends) == (tomorrow,)


def test_windows_are_written_as_a_beginning_and_minutes() -> None:
    windows = parse_windows("2026-03-01T12:00Z+15m, 2026-03-08T12:00:30+90m", serve="successor")
    assert windows[0] == Window(begins=NOON, lasts=dt.timedelta(minutes=15), serve="successor")
    assert windows[1].ends == dt.datetime(2026, 3, 8, 13, 30, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "text",
    ["", "noon", "2026-03-01+15m", "2026-02-30T12:00+15m", "2026-03-01T12:00+0m", "2026-03-01T12:00+1441m",
     "9999-12-31T23:59+15m", "2026-03-01T12:00+01:00+15m"],
)  # fmt: skip
def test_a_window_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsInvalid, match="brown-out"):
        parse_windows(text)


@given(st.text(max_size=30) | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ\+\d{1,4}m", fullmatch=True))
def test_any_text_is_windows_or_a_clear_error(text: str) -> None:
    with suppress(SettingsInvalid):
        assert parse_windows(text)
