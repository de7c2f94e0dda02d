"""Cues are found as whole words, as stems and with gaps; hostile texts take bounded time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.checks.choices import chosen
from outlast.checks.probes.cues import found, share_found
from outlast.checks.probes.question import LANGUAGES
from outlast.checks.probes.words import words_of

THREE = (("A", "one"), ("B", "two"), ("C", "three"))


@pytest.mark.parametrize(
    ("cue", "text", "language", "hits"),
    [
        ("sad", "So SAD today", "en", True),
        ("sad", "a saddle", "en", False),
        ("sad*", "a saddle", "en", True),
        ("i can't", "I can\u2019t", "en", True),
        ("no evidence", "no\n evidence", "en", True),
        ("talk .. doctor", "talk to your old family doctor", "en", True),
        ("talk .. doctor", "talk to me and then do not see the old family doctor", "en", False),
        ("朋友", "你的朋友们", "zh", True),
        ("ami", "l'ami", "fr", True),
        ("ami", "amitié", "fr", False),
    ],
)
def test_a_cue_is_found_where_it_stands_as_written(cue: str, text: str, language: str, *, hits: bool) -> None:
    assert bool(found((cue,), text, language)) is hits


def test_no_cues_find_nothing() -> None:
    assert found((), "anything", "en") == ()
    assert share_found((), "anything", "en") == 0


def test_a_share_counts_each_cue_once() -> None:
    assert share_found(("sad", "angry"), "sad, sad, sad", "en") == 0.5


@pytest.mark.parametrize("sign", ["a", " ", "you ", "!", "不", "*", "(A", "the answer is "])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_million_of_one_sign_takes_bounded_time(sign: str, language: str) -> None:
    words = words_of(language)
    text = sign * (1_000_000 // len(sign))
    since = time.process_time()
    for cues in (words.endorses, words.corrects, words.hedges, words.preaches, ("talk .. doctor",)):
        found(cues, text, language)
    chosen(text, THREE)
    assert time.process_time() - since < 1


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    assert chosen(text, THREE) in {"", "A", "B", "C"}
