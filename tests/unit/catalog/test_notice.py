"""How many days of notice were given."""

import datetime as dt

import pytest

from outlast.catalog.claims import Claim, Event, Precision
from outlast.catalog.notice import notices, observed
from outlast.catalog.store import Catalog


def claim(event: Event, date: str, precision: Precision = "exact", *, disputed: bool = False) -> Claim:
    day = dt.date.fromisoformat(date)
    return Claim(
        model="a/b", surface="api", event=event, date=day, precision=precision, source="", seen=day, disputed=disputed
    )


def days(*claims: Claim) -> list[int]:
    return [notice.days for notice in notices(claims)]


def test_notice_counts_from_the_first_word_to_the_exact_end() -> None:
    end = claim("retired", "2026-03-01")
    assert days(claim("announced", "2026-01-01"), claim("deprecated", "2026-02-01"), end) == [59]
    assert days(claim("deprecated", "2026-02-01"), end) == [28]


@pytest.mark.parametrize("precision", ["unspecified", "not_before", "month", "derived"])
def test_an_end_that_is_not_exact_has_no_notice(precision: Precision) -> None:
    assert days(claim("announced", "2026-01-01"), claim("retired", "2026-03-01", precision)) == []


def test_no_word_is_no_notice_and_a_disputed_word_counts_for_nothing() -> None:
    assert days(claim("retired", "2026-03-01")) == []
    told = claim("announced", "2026-02-01")
    assert days(claim("announced", "2025-01-01", disputed=True), told, claim("retired", "2026-03-01")) == [28]


def test_a_providers_notices_come_to_their_range_and_middle(catalog: Catalog) -> None:
    mine = [model for model in catalog.models() if model.provider == "openai"]
    told = sorted(n.days for model in mine for n in notices(model.claims) if n.surface == "chat-app")
    found = next(
        entry for entry in observed(catalog.models()) if entry.provider == "openai" and entry.surface == "chat-app"
    )
    assert (found.count, found.shortest, found.longest) == (len(told), told[0], told[-1])
    assert found.median in told
