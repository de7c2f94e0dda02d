"""On a played day nothing is known that was told only later."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.catalog.claims import Claim
from outlast.catalog.foresight import told_on
from outlast.catalog.store import open_catalog
from outlast.chat.rehearsal import CAST, CHAT, stories

WHOLE = open_catalog()
DAYS = sorted({step.day for part in stories(WHOLE) for step in part.steps})
ANNOUNCED = dt.date(2026, 1, 29)


@given(st.sampled_from(CAST), st.dates(dt.date(2024, 1, 1), dt.date(2026, 11, 1)) | st.sampled_from(DAYS))
def test_no_claim_that_is_shown_was_told_later(cast: tuple[str, str], today: dt.date) -> None:
    ref, surface = cast
    view, whole = WHOLE.as_known_on(lambda: today), WHOLE.find(ref)
    model = view.find(ref)
    assert model is not None
    assert whole is not None
    told = {(each.surface, each.event, each.date): told_on(each, whole.claims) for each in whole.claims}
    assert all(told[(each.surface, each.event, each.date)] <= today for each in model.claims)
    assert all(each.seen <= today for each in model.claims)
    standing = view.standing(ref, surface, today)
    assert not [each for each in (standing.announced, standing.deprecated) if each is not None and each > today]
    if standing.ends is not None:
        assert any(
            surface == where and day == standing.ends for where, _, day in told if told[(where, _, day)] <= today
        )
    for step in view.chain(ref, surface, today).steps:
        heir = WHOLE.find(step.model)
        released = [each.date for each in heir.claims if each.event == "released"] if heir is not None else []
        assert min(released, default=today) <= today


@pytest.mark.parametrize("ref", ["openai/chatgpt/gpt-5-instant", "openai/chatgpt/gpt-5-thinking", "openai/gpt-4o"])
def test_an_end_in_the_chat_is_known_from_29_january_on(ref: str) -> None:
    before, after = ANNOUNCED - dt.timedelta(days=1), ANNOUNCED
    assert WHOLE.as_known_on(lambda: before).standing(ref, CHAT, before).ends in {None, dt.date(2025, 8, 7)}
    assert WHOLE.as_known_on(lambda: after).standing(ref, CHAT, after).ends == dt.date(2026, 2, 13)


def test_a_day_that_moves_moves_what_is_known() -> None:
    today = [dt.date(2025, 8, 6)]
    view = WHOLE.as_known_on(lambda: today[0])
    assert view.standing("openai/gpt-4o", "api", today[0]).ends is None
    today[0] = dt.date(2026, 10, 14)
    assert view.standing("openai/gpt-4o", "api", today[0]).ends == dt.date(2027, 1, 14)
    assert view.whole.standing("openai/gpt-4o", "api", dt.date(2025, 8, 6)).ends == dt.date(2027, 1, 14)


def test_an_end_without_a_dated_notice_is_known_from_its_source_or_from_itself() -> None:
    def end(seen: dt.date) -> Claim:
        return Claim(
            model="a/b", surface="api", event="retired", date=ANNOUNCED, precision="exact", source="s", seen=seen
        )

    early, late = end(dt.date(2026, 1, 1)), end(dt.date(2026, 11, 21))
    assert told_on(early, (early,)) == early.seen
    assert told_on(late, (late,)) == late.date
