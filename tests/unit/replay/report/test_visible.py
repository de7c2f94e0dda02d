"""No sign hides, reorders or disappears."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.replay.report.visible import one_line, shortened, visible


@given(st.text())
def test_nothing_that_is_shown_is_invisible(text: str) -> None:
    joiners = "\u200c\u200d"
    assert all(
        unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") or sign in "\n\t" + joiners
        for sign in visible(text)
    )


@given(st.text())
def test_what_is_shown_can_be_written(text: str) -> None:
    visible(text).encode()


@pytest.mark.parametrize(
    "sign", ["\u202e", "\u2066", "\x1b", "\x00", "\u200b", "\ufeff", "\u2028", "\U000e0041", "\ud800", "\u3164"]
)
def test_a_hidden_sign_is_written_out(sign: str) -> None:
    assert visible(f"a{sign}b") == f"a⟨U+{ord(sign):04X}⟩b"


@pytest.mark.parametrize("text", ["👩‍👩‍👧", "می‌خواهم", "née", "日本語", "a\n\tb"])
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_a_joiner_that_joins_nothing_is_written_out() -> None:
    assert visible("pass\u200dword") == "pass⟨U+200D⟩word"


def test_marks_do_not_pile_up_over_other_lines() -> None:
    assert visible("a" + "\u0301" * 500).count("\u0301") == 8


def test_a_name_is_one_line() -> None:
    assert one_line("a\r\nb\u202e") == "a b⟨U+202E⟩"


def test_what_is_cut_off_is_counted() -> None:
    assert shortened("x" * 1500, 500).endswith("[… 1,000 more signs are not shown]")
