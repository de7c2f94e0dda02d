"""Profiles of many turns, and two of them compared."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlast.tone.feature import BY_NAME, NAMES
from outlast.tone.measure import measure
from outlast.tone.profile import Bar, Turn, compare, profile_of


def turn(text: str, conversation: str = "c", position: int = 1, language: str = "en") -> Turn:
    return Turn(conversation, position, language, measure(text, language))


def bar(bars: tuple[Bar, ...], feature: str) -> Bar:
    return bars[NAMES.index(feature)]


def test_every_conversation_counts_once() -> None:
    long = [turn("Great question! It is.", "long", position) for position in range(1, 10)]
    profile = profile_of([*long, turn("It is.", "short")])
    line = profile.lines[NAMES.index("praise")]
    assert (line.mean, line.turns, line.conversations) == (0.5, 10, 2)


def test_a_difference_is_in_spreads_of_the_first_side() -> None:
    ours = [turn("word " * count, str(count)) for count in (100, 200, 300)]
    theirs = [turn("word " * 300, "x"), turn("word " * 300, "y")]
    words = bar(compare(ours, theirs), "words")
    assert (words.a, words.b, words.spread, words.difference) == (200, 300, 100, 1)


def test_only_turns_of_one_position_are_compared() -> None:
    ours = [turn("word " * 10, "a", 1), turn("word " * 90, "a", 2), turn("word " * 10, "b", 1)]
    theirs = [turn("word " * 10, "x", 1)]
    words = bar(compare(ours, theirs), "words")
    assert (words.a, words.b, words.turns_a, words.turns_b) == (10, 10, 2, 1)
    apart = bar(compare([turn("It is.", "a", 1)], [turn("It is.", "b", 2)]), "words")
    assert apart.difference is None
    assert apart.why_not == "no turn position that both sides have"


def test_what_never_varies_has_the_least_spread_that_matters() -> None:
    ours = [turn("It is.", name) for name in "ab"]
    praise = bar(compare(ours, [turn("Great question!", "x")]), "praise")
    assert praise.spread == BY_NAME["praise"].least_spread
    assert praise.difference == pytest.approx(10)


def test_the_reason_is_told_where_nothing_is_measured() -> None:
    ours = [turn("Isto é um texto.", name, language="pt") for name in "ab"]
    found = bar(compare(ours, ours), "praise")
    assert (found.a, found.difference) == (None, None)
    assert found.why_not == "no words for it in pt: 2 of 2 turns"
    assert bar(compare(ours, ours), "emoji").difference == 0


def test_a_single_conversation_has_no_spread() -> None:
    words = bar(compare([turn("It is.")], [turn("It was so.")]), "words")
    assert words.difference is None
    assert "single conversation" in words.why_not


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from([1, 2]), st.sampled_from(["It is.", "Great idea! 👍", ""]))
    )
)
def test_nobody_differs_from_itself(said: list[tuple[str, int, str]]) -> None:
    turns = [turn(text, conversation, position) for conversation, position, text in said]
    assert all(each.difference is None or abs(each.difference) < 1e-9 for each in compare(turns, turns))
    assert profile_of(turns).turns == len(turns)
