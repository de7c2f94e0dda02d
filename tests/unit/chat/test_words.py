"""Words as a search sees them: any script, any input, and marks only around what was looked for."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from outlast.chat.words import BEGIN, END, MOST_WORDS, excerpt, phrases_of, spans_of, words_of


@given(st.text())
def test_words_stand_where_they_say_in_order_and_have_no_sign_of_a_query(text: str) -> None:
    words = list(words_of(text))
    for word in words:
        assert 0 <= word.begin < word.end <= len(text)
        assert not set(word.folded) & set(' "*():^+-{}\x00')
    assert all(one.end <= two.begin for one, two in itertools.pairwise(words))


@given(st.text(), st.text())
def test_an_excerpt_is_one_line_with_marks_in_pairs(text: str, typed: str) -> None:
    line = excerpt(text, phrases_of(typed))
    assert "\n" not in line
    assert line.count(BEGIN) == line.count(END)
    assert len(phrases_of(typed)) <= MOST_WORDS


@given(st.text(), st.text(), st.text())
def test_every_part_of_a_text_that_is_words_of_its_own_is_found_in_it(before: str, part: str, after: str) -> None:
    text = f"{before} {part} {after}"
    phrases = phrases_of(part)
    assert bool(spans_of(text, phrases)) == bool(phrases)


@given(st.text(alphabet="\u6a21\u578b\u9000\u5f79\u4e86\u30e2\u30c7", min_size=1), st.data())
def test_any_part_of_a_sentence_without_spaces_is_found(text: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(begin + 1, len(text)))
    assert (begin, end) in spans_of(text, phrases_of(text[begin:end]))


def test_a_long_text_is_shown_around_its_first_hit() -> None:
    text = f"{'before ' * 100}needle{' after' * 100}"
    line = excerpt(text, phrases_of("NEEDLE"))
    assert line.startswith("… ")
    assert line.endswith(" …")
    assert f"{BEGIN}needle{END}" in line
    assert len(line) < 250


def test_marks_that_are_in_the_text_itself_mark_nothing() -> None:
    assert excerpt(f"a {BEGIN}b{END} c", phrases_of("c")) == f"a b {BEGIN}c{END}"


def test_a_phrase_of_more_words_than_the_text_has_is_not_in_it() -> None:
    assert spans_of("a b", phrases_of("a/b/cd/ef/gh")) == []
    assert spans_of("\u6a21\u578b", phrases_of("\u6a21\u578b\u9000\u5f79\u4e86\u6a21")) == []
