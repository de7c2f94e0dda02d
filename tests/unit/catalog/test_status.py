"""The glossary's rule for a status, clause by clause, and what must hold for any claims at all."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.catalog.claims import Claim, Event, Origin, Precision, Standing
from outlast.catalog.entries import day_of
from outlast.catalog.status import GONE, is_preview, standing

TODAY = dt.date(2026, 6, 15)
PAST = dt.date(2026, 6, 1)
LONG_AGO = dt.date(2026, 1, 1)
FUTURE = dt.date(2026, 9, 1)


def claim(event: Event, date: dt.date, precision: Precision = "exact", *, origin: Origin = "catalogue") -> Claim:
    return Claim(
        model="acme/one",
        surface="api",
        event=event,
        date=date,
        precision=precision,
        source="a page",
        seen=dt.date(2026, 1, 1),
        origin=origin,
    )


def on(day: dt.date, *claims: Claim, preview: bool = False) -> Standing:
    return standing(claims, day, preview=preview)


def test_nothing_known_is_unknown() -> None:
    assert on(TODAY) == Standing(status="unknown")


@pytest.mark.parametrize("event", ["announced", "deprecated"])
def test_notice_on_or_before_the_day_is_deprecated(event: Event) -> None:
    assert on(TODAY, claim(event, TODAY)).status == "deprecated"
    assert on(TODAY - dt.timedelta(days=1), claim("released", LONG_AGO), claim(event, TODAY)).status == "active"


def test_a_future_exact_end_without_a_dated_notice_is_deprecated() -> None:
    found = on(TODAY, claim("retired", FUTURE))
    assert (found.status, found.unsure, found.switches) == ("deprecated", False, True)


def test_a_future_exact_end_whose_notice_is_still_to_come_is_not_deprecated_yet() -> None:
    found = on(TODAY, claim("announced", FUTURE), claim("retired", FUTURE + dt.timedelta(days=90)))
    assert (found.status, found.ends) == ("active", FUTURE + dt.timedelta(days=90))


@pytest.mark.parametrize("precision", ["unspecified", "not_before", "derived", "month"])
def test_a_future_end_that_nobody_stated_exactly_is_active_shown_and_marked(precision: Precision) -> None:
    found = on(TODAY, claim("retired", FUTURE, precision))
    assert (found.status, found.ends, found.precision) == ("active", FUTURE, precision)
    assert found.unsure
    assert not found.switches


@pytest.mark.parametrize("precision", ["unspecified", "derived", "month"])
def test_a_past_end_that_nobody_stated_exactly_is_retired_and_unsure(precision: Precision) -> None:
    found = on(TODAY, claim("retired", PAST, precision))
    assert (found.status, found.unsure, found.switches) == ("retired", True, False)


def test_a_past_floor_is_no_end() -> None:
    found = on(TODAY, claim("retired", PAST, "not_before"))
    assert (found.status, found.ends, found.unsure) == ("active", PAST, True)


def test_a_model_is_retired_from_the_day_of_its_end() -> None:
    assert on(TODAY, claim("retired", TODAY)).status == "retired"
    assert on(TODAY - dt.timedelta(days=1), claim("retired", TODAY)).status == "deprecated"


def test_withdrawn_is_retired_until_restored() -> None:
    story = (claim("withdrawn", PAST), claim("restored", TODAY))
    assert on(PAST - dt.timedelta(days=1), *story, claim("released", LONG_AGO)).status == "active"
    assert on(PAST, *story).status == "retired"
    assert on(TODAY, *story).status == "active"
    assert on(TODAY, *story).ends is None
    assert on(TODAY, claim("withdrawn", PAST)).ends == PAST


def test_a_notice_before_a_restoration_is_void_after_it() -> None:
    story = (claim("announced", LONG_AGO), claim("withdrawn", PAST), claim("restored", TODAY))
    assert on(PAST - dt.timedelta(days=1), *story).status == "deprecated"
    assert on(TODAY, *story).status == "active"


def test_legacy_counts_where_nothing_stronger_does() -> None:
    assert on(TODAY, claim("legacy", PAST)).status == "legacy"
    assert on(TODAY, claim("legacy", PAST), claim("deprecated", PAST)).status == "deprecated"


def test_a_month_counts_from_its_last_day_and_is_unsure() -> None:
    month = claim("legacy", day_of("2026-02"), "month")
    assert month.date == dt.date(2026, 2, 28)
    assert on(dt.date(2026, 2, 27), claim("released", LONG_AGO), month).status == "active"
    found = on(dt.date(2026, 2, 28), month)
    assert (found.status, found.unsure) == ("legacy", True)


def test_extended_access_stands_above_deprecation_and_below_the_end() -> None:
    story = (claim("deprecated", LONG_AGO), claim("extended-access", PAST), claim("retired", FUTURE))
    assert on(TODAY, *story).status == "extended"
    assert on(FUTURE, *story).status == "retired"


def test_an_end_that_redirects_is_redirected() -> None:
    end = replace(claim("retired", PAST), redirect_to="acme/two")
    found = on(TODAY, end)
    assert (found.status, found.redirect_to) == ("redirected", "acme/two")


def test_before_its_release_nothing_stands_for_a_model() -> None:
    story = (claim("released", TODAY), claim("retired", FUTURE))
    assert on(PAST, *story).status == "unknown"
    assert on(PAST, *story).ends == FUTURE


@pytest.mark.parametrize(
    ("model_id", "preview"),
    [
        ("gpt-4.5-preview-2025-02-27", True),
        ("gemini-2.0-flash-exp", True),
        ("grok-beta", True),
        ("learnlm-1.5-pro-experimental", True),
        ("amazon.titan-text-express-v1", False),
        ("orpheus-v1-english", False),
        ("gpt-4o", False),
    ],
)
def test_a_preview_is_known_by_its_id(model_id: str, *, preview: bool) -> None:
    assert is_preview(model_id) is preview
    assert on(TODAY, claim("released", PAST), preview=is_preview(model_id)).status == (
        "preview" if preview else "active"
    )


def test_the_end_is_shown_whatever_day_is_rehearsed() -> None:
    story = (claim("released", LONG_AGO), claim("announced", PAST), claim("retired", FUTURE))
    assert {on(day, *story).ends for day in (LONG_AGO, PAST, TODAY, FUTURE)} == {FUTURE}


def test_the_operators_word_wins_over_a_later_and_more_precise_one() -> None:
    mine = replace(claim("retired", PAST, "unspecified", origin="user"), seen=dt.date(2020, 1, 1))
    found = on(TODAY, claim("retired", FUTURE), mine)
    assert (found.status, found.decided_by) == ("retired", mine)


def test_the_latest_word_wins_among_equals() -> None:
    later = replace(claim("retired", FUTURE), seen=dt.date(2026, 5, 1))
    assert on(TODAY, claim("retired", PAST), later).ends == FUTURE


def test_a_disputed_end_is_kept_as_a_conflict() -> None:
    other = replace(claim("retired", PAST), disputed=True)
    found = on(TODAY, claim("retired", FUTURE), other)
    assert (found.status, found.conflicts) == ("deprecated", (other,))


def test_an_observed_end_is_shown_until_the_model_answers_again() -> None:
    gone = claim("retired", PAST, "derived", origin="observed")
    answered = replace(claim("restored", TODAY, "derived", origin="observed"), seen=TODAY)
    assert on(TODAY, claim("released", LONG_AGO), gone).conflicts == (gone,)
    assert on(TODAY, claim("released", LONG_AGO), gone).status == "active"
    assert on(TODAY, claim("released", LONG_AGO), gone, answered).conflicts == ()


days = st.dates(dt.date(2026, 1, 1), dt.date(2026, 3, 31))
any_claim = st.builds(
    Claim,
    model=st.just("acme/one"),
    surface=st.just("api"),
    event=st.sampled_from(
        ["released", "announced", "legacy", "withdrawn", "restored", "deprecated", "extended-access", "retired"]
    ),
    date=days,
    precision=st.sampled_from(["exact", "not_before", "unspecified", "month", "derived"]),
    source=st.sampled_from(["a page", "a press report"]),
    seen=days,
    origin=st.sampled_from(["catalogue", "user", "observed"]),
    redirect_to=st.sampled_from([None, "acme/two"]),
    disputed=st.booleans(),
    overtaken=st.booleans(),
)
some_claims = st.lists(any_claim, max_size=8)


@given(some_claims.flatmap(lambda claims: st.tuples(st.just(claims), st.permutations(claims))), days)
def test_the_order_of_claims_does_not_matter(orders: tuple[list[Claim], list[Claim]], day: dt.date) -> None:
    assert standing(orders[0], day) == standing(orders[1], day)


@given(some_claims, days, days)
def test_what_is_retired_stays_so_unless_it_is_restored(claims: list[Claim], day: dt.date, later: dt.date) -> None:
    first, last = sorted((day, later))
    restored = any(c.event == "restored" and c.decides and first < c.date <= last for c in claims)
    if standing(claims, first).status in GONE and not restored:
        assert standing(claims, last).status in GONE


@given(some_claims, any_claim, days)
def test_what_decides_nothing_changes_nothing_but_conflicts(claims: list[Claim], extra: Claim, day: dt.date) -> None:
    for silent in (replace(extra, disputed=True), replace(extra, overtaken=True), replace(extra, origin="observed")):
        before, after = standing(claims, day), standing([*claims, silent], day)
        assert replace(after, conflicts=()) == replace(before, conflicts=())


@given(some_claims, days)
def test_only_an_exact_end_switches(claims: list[Claim], day: dt.date) -> None:
    found = standing(claims, day)
    if found.switches:
        assert found.decided_by is not None
        assert found.decided_by.decides
        assert (found.decided_by.precision, found.decided_by.date) == ("exact", found.ends)


@given(some_claims, days)
def test_a_floor_alone_never_ends_a_model(claims: list[Claim], day: dt.date) -> None:
    floors = [replace(c, precision="not_before") if c.event == "retired" else c for c in claims]
    silent = [c for c in floors if c.event != "withdrawn"]
    assert standing(silent, day).status not in GONE
