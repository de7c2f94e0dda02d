import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.chat.title import LONGEST, UNTITLED, title_of


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("How do rivers bend? Tell me all.", "How do rivers bend?"),
        ("## **Plan** for `Monday`\nmore", "Plan for Monday"),
        ("```\ncode()\n```\nWhy does this fail", "code()"),
        ("你好。世界", "你好。世界"),
        ("\n\n---\n\nHello", "Hello"),
        ("a" * 100, "a" * LONGEST + "…"),
        ("word " * 40, "word word word word word word word word word word word word…"),
        ("???", UNTITLED),
        ("", UNTITLED),
    ],
)
def test_a_title_is_the_first_sentence_with_words(text: str, title: str) -> None:
    assert title_of(text) == title


def test_without_words_it_is_the_first_files_name() -> None:
    assert title_of(" ", ("report.pdf", "b.txt")) == "report.pdf"


@given(st.text(), st.lists(st.text(), max_size=2))
def test_any_text_has_a_short_title_on_one_line(text: str, files: list[str]) -> None:
    title = title_of(text, tuple(files))
    assert 0 < len(title) <= LONGEST + 1
    assert title.isprintable()
