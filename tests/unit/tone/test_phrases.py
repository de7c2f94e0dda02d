"""The little language of phrases, and that no text is slow."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlast.tone.feature import FEATURES
from outlast.tone.language import language_of
from outlast.tone.lexicon import LANGUAGES, Lexicon, lexicon_of, read_lexicon
from outlast.tone.measure import measure
from outlast.tone.words import read_words


def parts(line: str, text: str, *, part: str = "praise", veto: str = "") -> list[str]:
    lines = {part: [line]} | ({f"not_{part}": [veto]} if veto else {})
    return [found.part for found in Lexicon("en", lines).find(read_words(text, "en"))]


@pytest.mark.parametrize(
    ("line", "text", "matches"),
    [
        ("good (work|job)", "a good job", True),
        ("good (work|job)", "a good plan", False),
        ("good [old|very old] job", "good job", True),
        ("good [old|very old] job", "good very old job", True),
        ("good _ job", "good big job", True),
        ("good _ job", "good job", False),
        ("^good job", "a good job", False),
        ("^good job", "Well. Good job", True),
        ("good job", "GOOD JOB", True),
        ("good job", "good. Job", False),
    ],
)
def test_what_a_phrase_matches(line: str, text: str, *, matches: bool) -> None:
    assert bool(parts(line, text)) == matches


def test_a_phrase_takes_back_what_begins_inside_it() -> None:
    assert parts("good job", "a good job", veto="a good") == []
    assert parts("good job", "a good job and good job", veto="a good") == ["praise"]


@pytest.mark.parametrize("line", ["(a|b", "a)", "(a|[b])", "[a]", "()", "a? b"])
def test_what_is_no_phrase_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"brackets|no words|means nothing"):
        read_lexicon("en", f"praise = '{line}'".encode())


def test_a_part_that_nothing_reads_is_refused() -> None:
    with pytest.raises(ValueError, match="prise"):
        read_lexicon("en", b"prise = 'good'")


WORDS = st.sampled_from(
    [
        *("i", "can't", "help", "with", "that", "great", "question", "you're", "Sie", "ne", "pas", "peux", "1.", "a"),
        *(".", "!", "?", "**", "```", "`", '"', ">", "-", "#", "|", "'", "\n", "\u2019", "\ufffc", "\U0001f600"),
        *("\u4f60", "\u597d\u95ee\u9898"),
    ]
)


@settings(deadline=None)
@given(
    st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=80).map(" ".join)),
    st.sampled_from([*LANGUAGES, "", "ja"]),
)
def test_every_text_has_sane_values(text: str, language: str) -> None:
    for feature, value in zip(FEATURES, measure(text, language), strict=True):
        if value is not None:
            assert value >= 0
            assert not feature.unit.startswith("share") or value <= 1
    assert measure(text, language) == measure(text, language)


@settings(deadline=None)
@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_code_behind_a_text_changes_no_word_of_it(text: str) -> None:
    plain = text.replace("`", "")
    before, after = measure(plain, "en"), measure(f"{plain}\n```\nGreat question! You are right.\n```", "en")
    changed = {f.name for f, a, b in zip(FEATURES, before, after, strict=True) if a != b and a is not None}
    assert changed <= {"code"}


SIGNS = [
    *("a", "*", "_", "#", ">", "|", "-", "`", '"', "'", ".", "!", "?", "\n", " ", "(", "**a", "`a", "- ", "1.", "'a"),
    *("\u201c", "\u201ca", "\u00ab", "\u201e", "\u300c", "\u4f60", "\u2019", "\U0001f600", "\U0001f44d\u200d"),
    *("can't ", "i can't ", "not ", "that's a very "),
]


def seconds(text: str) -> float:
    start = time.process_time()
    measure(text, "en")
    language_of(text)
    return time.process_time() - start


@pytest.mark.parametrize("sign", SIGNS, ids=ascii)
def test_a_long_text_of_one_sign_takes_no_long_time(sign: str) -> None:
    assert seconds(sign * (50_000 // len(sign))) < 2


@pytest.mark.slow
@pytest.mark.parametrize("sign", ["*", "`a", "\u201c", '"a'], ids=ascii)
def test_a_megabyte_of_one_sign_takes_no_long_time(sign: str) -> None:
    assert seconds(sign * (1_000_000 // len(sign))) < 20


def test_twice_the_text_takes_about_twice_the_time() -> None:
    page = "You can't help but think that it's a great question, isn't it? I'm not sure. " * 100

    assert lexicon_of("en") is not None
    small, large = (min(seconds(page * times) for _ in range(3)) for times in (1, 4))
    assert large < 10 * small
