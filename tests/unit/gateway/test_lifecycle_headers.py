"""The life-cycle headers: which stand when, and what they say."""

import datetime as dt
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.catalog.claims import Precision, Standing, Status
from outlast.gateway.lifecycle_headers import lifecycle_headers, own_lifecycle
from outlast.settings.policy import OwnModel

NOTICE, END = dt.date(2025, 11, 18), dt.date(2026, 2, 17)


def test_a_deprecated_model_with_an_exact_end_has_all_three() -> None:
    standing = Standing(status="deprecated", deprecated=NOTICE, ends=END, precision="exact")
    assert lifecycle_headers(standing, "openai/gpt-5.1-chat-latest") == (
        ("deprecation", "@1763424000"),
        ("sunset", "Tue, 17 Feb 2026 00:00:00 GMT"),
        ("link", '</v1/models/openai/gpt-5.1-chat-latest>; rel="successor-version"'),
    )


def test_a_living_model_has_none() -> None:
    assert lifecycle_headers(Standing(status="active"), None) == ()


def test_an_announcement_is_a_deprecation_where_no_other_date_is_known() -> None:
    standing = Standing(status="deprecated", announced=NOTICE)
    assert lifecycle_headers(standing, None) == (("deprecation", "@1763424000"),)


def test_a_restored_model_is_not_deprecated_by_what_was_said_before() -> None:
    assert lifecycle_headers(Standing(status="active", deprecated=NOTICE, announced=NOTICE), None) == ()


@pytest.mark.parametrize("precision", ["not_before", "unspecified", "month", "derived"])
def test_only_an_exact_end_is_a_sunset(precision: Precision) -> None:
    standing = Standing(status="deprecated", deprecated=NOTICE, ends=END, precision=precision)
    assert [name for name, _ in lifecycle_headers(standing, None)] == ["deprecation"]


def test_an_id_that_a_link_cannot_carry_is_encoded() -> None:
    ((_, link),) = lifecycle_headers(Standing(status="active"), 'azure/my model>"é')
    assert link == '</v1/models/azure/my%20model%3E%22%C3%A9>; rel="successor-version"'


DAYS = st.none() | st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1))
STATUSES: tuple[Status, ...] = ("active", "deprecated", "extended", "redirected", "retired")


@given(st.sampled_from(STATUSES), DAYS, DAYS, DAYS)
def test_the_sunset_is_never_before_the_deprecation(
    status: Status, announced: dt.date | None, deprecated: dt.date | None, ends: dt.date | None
) -> None:
    precision: Precision = "exact"
    standing = Standing(status=status, announced=announced, deprecated=deprecated, ends=ends, precision=precision)
    headers = dict(lifecycle_headers(standing, None))
    assert ("sunset" in headers) == (ends is not None)
    if {"sunset", "deprecation"} <= headers.keys():
        assert int(headers["deprecation"][1:]) <= parsedate_to_datetime(headers["sunset"]).timestamp()


OWN = OwnModel(announced=dt.date(2025, 12, 1), retires=dt.date(2026, 2, 1), successor="next model")


def test_an_end_that_the_operator_set_is_told_from_its_announcement_on() -> None:
    assert own_lifecycle(OWN, dt.date(2025, 11, 30), ()) == ()
    assert own_lifecycle(OWN, dt.date(2025, 12, 1), ()) == (
        ("deprecation", "@1764547200"),
        ("sunset", "Sun, 01 Feb 2026 00:00:00 GMT"),
        ("link", '</v1/models/next%20model>; rel="successor-version"'),
    )
    assert own_lifecycle(None, dt.date(2026, 1, 1), (("link", "x"),)) == (("link", "x"),)


DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1))


@given(announced=st.none() | DAYS, retires=DAYS, ends=DAYS, notice=DAYS, day=DAYS)
def test_of_two_ends_the_earlier_is_the_sunset_and_no_deprecation_is_later(
    announced: dt.date | None, retires: dt.date, ends: dt.date, notice: dt.date, day: dt.date
) -> None:
    behind = lifecycle_headers(Standing(status="deprecated", deprecated=notice, ends=ends, precision="exact"), None)
    own = OwnModel(announced=announced, retires=retires)
    said = dict(own_lifecycle(own, day, behind))
    told = announced is None or day >= min(announced, retires)
    sunset = parsedate_to_datetime(said["sunset"])
    assert sunset.date() == (min(retires, ends) if told else ends)
    assert int(said["deprecation"][1:]) <= sunset.timestamp()
