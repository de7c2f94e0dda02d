"""Who gets B: the rules in their order, and what chance may and may not do."""

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.rollout.rollouts import at, plan

from outlast.rollout.assignment import Assigned, Known, Pin, Who, assign, pin_of, place
from outlast.rollout.plan import Arm, By, Entry, Stage
from outlast.rollout.state import Phase

NAMES = st.text(max_size=12)
ARMS: st.SearchStrategy[Arm] = st.sampled_from(["A", "B"])
TODAY = dt.date(2026, 3, 1)
PLACE = 0.3206225990169861
"""SHA-256 of ``4:saltconversation c``, its first eight bytes over 2^64; computed beside the tree."""


def who(conversation: str = "c", key: str = "k", user: str = "u", paid: str = "") -> Who:
    return Who(key=key, user=user, plan=paid, conversation=conversation)


PEOPLE = st.builds(who, NAMES, NAMES, NAMES, st.sampled_from(["free", "business", ""]))
KNOWN = st.builds(Known, conversation=st.none() | ARMS, unit=st.none() | ARMS, began=st.booleans())


@given(NAMES, PEOPLE, st.sampled_from(["conversation", "user", "key"]), st.booleans())
def test_raising_the_share_never_moves_anyone_back(salt: str, one: Who, by: By, ordered: bool) -> None:  # noqa: FBT001  drawn
    entries = (Entry(plan="free", share=0.01), Entry(plan="business", share=0.5)) if ordered else ()
    declared = plan(salt=salt or "s", by=by, entries=entries)
    arms = [assign(declared, at(stage), one).arm for stage in range(5)]
    assert arms == sorted(arms)
    assert arms[0] == "A"
    assert arms[-1] == "B"


@given(PEOPLE, KNOWN, st.none() | ARMS, st.integers(0, 4))
def test_a_roll_back_gives_everybody_a_whatever_was_stored_or_pinned(
    one: Who, known: Known, pinned: Arm | None, stage: int
) -> None:
    assert assign(plan(), at(stage, "rolled back"), one, known, pinned).arm == "A"


@given(PEOPLE, ARMS, st.none() | ARMS, st.integers(1, 4), st.sampled_from(["running", "paused", "done"]))
def test_a_conversation_keeps_its_model(one: Who, arm: Arm, pinned: Arm | None, stage: int, phase: Phase) -> None:
    assert assign(plan(), at(stage, phase), one, Known(conversation=arm), pinned) == Assigned(arm, "stored")


def test_what_chance_drew_stays_in_the_stage_that_drew_it() -> None:
    kept = assign(plan(), at(3), who(), Known(conversation="B", stage=1))
    assert (kept, kept.drawn, kept.store) == (Assigned("B", "stored", 1), True, False)


@given(PEOPLE, st.none() | ARMS, st.integers(1, 4))
def test_one_with_earlier_answers_and_nothing_stored_is_of_a(one: Who, pinned: Arm | None, stage: int) -> None:
    assert assign(plan(), at(stage), one, Known(began=True), pinned) == Assigned("A", "began before")


@given(PEOPLE, ARMS, ARMS, st.integers(1, 4))
def test_pins_win_over_chance_order_and_what_is_stored_of_the_user(
    one: Who, pinned: Arm, unit: Arm, stage: int
) -> None:
    declared = plan(by="user", entries=(Entry(plan="free", share=1.0),))
    assert assign(declared, at(stage), one, Known(unit=unit), pinned) == Assigned(pinned, "pinned")


@given(PEOPLE, st.integers(1, 4), st.sampled_from(["running", "paused", "done"]))
def test_a_user_who_has_b_keeps_it_in_new_conversations(one: Who, stage: int, phase: Phase) -> None:
    assert assign(plan(by="user"), at(stage, phase), one, Known(unit="B")).arm == "B"


def test_a_user_who_had_a_gets_b_when_the_share_has_come_to_them() -> None:
    declared = plan(by="user")
    one = next(each for n in range(10_000) if 0.1 < place("s", unit(each := who(user=f"u{n}"))) < 0.5)
    assert assign(declared, at(2), one, Known(unit="A")).arm == "A"
    assert assign(declared, at(3), one, Known(unit="A")).arm == "B"


def unit(one: Who) -> str:
    return f"user {len(one.key)}:{one.key}{one.user}"


def test_a_model_that_is_gone_answers_nobody() -> None:
    assert assign(plan(), at(1), who(), Known(conversation="A", incumbent_gone=True)).arm == "B"


def test_in_the_shadow_and_while_paused_nobody_new_gets_b() -> None:
    everybody = [who(f"c{n}") for n in range(200)]
    assert {assign(plan(), at(0), one).arm for one in everybody} == {"A"}
    assert {assign(plan(), at(3), one).arm for one in everybody} == {"A", "B"}
    assert {assign(plan(), at(3, "paused"), one) for one in everybody} == {Assigned("A", "paused")}


def test_a_later_plan_waits_for_its_share() -> None:
    declared = plan(stages=(Stage(0.1), Stage(0.999), Stage(1.0)), entries=(Entry(plan="business", share=0.5),))
    assert assign(declared, at(0), who(paid="business")) == Assigned("A", "later plan")
    assert assign(declared, at(1), who(paid="business")) == Assigned("B", "drawn", 1)
    assert assign(declared, at(1), who(paid="other")) == Assigned("B", "drawn", 1)


def test_only_what_chance_decided_may_be_compared() -> None:
    drawn = assign(plan(), at(3), who())
    assert (drawn.drawn, drawn.store) == (True, True)
    others = [Known(conversation="B"), Known(began=True), Known(incumbent_gone=True)]
    assert not any(assign(plan(), at(3), who(), known).drawn for known in others)
    assert not assign(plan(), at(3), who(), pinned="B").drawn


def test_the_share_is_met_within_binomial_error_for_every_salt() -> None:
    """Over 40 salts of 1,000 units: no share further off than chance in 1 of 100,000, nor salts alike."""
    for share in (0.01, 0.1, 0.5):
        counts = [sum(place(f"salt{n}", f"unit{m}") < share for m in range(1_000)) for n in range(40)]
        error = math.sqrt(1_000 * share * (1 - share))
        assert all(abs(count - 1_000 * share) < 4.5 * error for count in counts)
        assert abs(sum(counts) - 40_000 * share) < 4.5 * error * math.sqrt(40)
        assert len(set(counts)) > 5


def test_who_was_early_under_one_salt_is_not_early_under_another() -> None:
    early = [f"unit{n}" for n in range(4_000) if place("one", f"unit{n}") < 0.1]
    again = sum(place("two", unit) < 0.1 for unit in early)
    assert again < 0.2 * len(early)


@given(NAMES, NAMES)
def test_a_place_is_in_the_unit_interval_and_stays(salt: str, one: str) -> None:
    assert 0 <= place(salt, one) < 1
    assert place(salt, one) == place(salt, one)


def test_places_are_those_of_every_version() -> None:
    assert place("salt", "conversation c") == pytest.approx(PLACE, abs=1e-15)


def test_salt_and_unit_do_not_run_into_each_other() -> None:
    assert place("a", "bc") != place("ab", "c")


def pin(arm: Arm, *, key: str = "", user: str = "", ends: dt.date = TODAY) -> Pin:
    return Pin(key=key, user=user, arm=arm, ends=ends)


def test_a_pin_holds_through_its_last_day() -> None:
    pins = [pin("B", key="k")]
    assert pin_of(pins, who(), TODAY) == "B"
    assert pin_of(pins, who(), TODAY + dt.timedelta(days=1)) is None
    assert pin_of(pins, who(key="other"), TODAY) is None


def test_the_nearer_pin_wins() -> None:
    later = TODAY + dt.timedelta(days=9)
    assert pin_of([pin("B", key="k", ends=later), pin("A", user="u")], who(), TODAY) == "A"
    assert pin_of([pin("B", user="u", ends=later), pin("A", key="k", user="u")], who(), TODAY) == "A"
    assert pin_of([pin("A", key="k"), pin("B", key="k", ends=later)], who(), TODAY) == "B"


def test_a_pin_of_nobody_holds_for_nobody() -> None:
    assert pin_of([pin("B")], who(), TODAY) is None
