"""What a request is for: by its form first, then by words, in six languages; and how often the rules are right."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.checks.draw import Item, Tool
from outlast.replay.use import USES, use_of

LABELLED = Path(__file__).parents[2] / "data" / "uses.tsv"
ROWS = [
    tuple(line.split("\t"))
    for line in LABELLED.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
LANGUAGES = ("en", "it", "fr", "de", "es", "zh")


def item(text: str, *, system: str = "", turn: int = 1) -> Item:
    prompt = f"{system}\n{text}" if system else text
    return Item(id="", cluster="", request=b"{}", prompt=prompt, last_user=text, turn=turn)


def told(language: str, which: str) -> tuple[int, int]:
    of = [row for row in ROWS if row[0] == which and row[2] == language]
    return sum(use_of(item(text.replace("\\n", "\n"))) == use for _, use, _, text in of), len(of)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_set_by_which_the_rules_were_written_is_told_rightly_in_every_language(language: str) -> None:
    right, count = told(language, "dev")
    assert count >= 12
    assert right == count


def test_of_what_was_held_back_nine_in_ten_are_told_rightly() -> None:
    right, count = (sum(each) for each in zip(*(told(language, "held") for language in LANGUAGES), strict=True))
    assert count == 48
    assert right >= 0.9 * count


def test_the_form_of_a_request_goes_before_its_words() -> None:
    poem = item("Write a poem about the sea.")
    assert use_of(poem) == "creative"
    assert use_of(msgspec.structs.replace(poem, wants_json=True)) == "extraction"
    assert use_of(msgspec.structs.replace(poem, wants_json=True, tools=(Tool("f", b"{}"),))) == "tools"


def test_what_is_pasted_does_not_decide_what_is_wished() -> None:
    pasted = (
        "The invoice was sent. " * 200 + "An extract as JSON of a poem in Python follows. " + "More words here. " * 200
    )
    assert (
        use_of(item(f"Please look at this.\n{pasted}\nThank you very much, that is all for today.")) == "conversation"
    )
    assert use_of(item(f"Please look at this.\n{pasted}\nNow translate it into French.")) == "rewriting"
    assert use_of(item("Look:\n```\nx = 1\n```\nThanks.")) == "code"


def test_the_systems_words_name_the_task_of_a_first_message_that_names_none() -> None:
    system = "You translate every message of the user into Italian."
    assert use_of(item("Good morning, dear guests.", system=system)) == "rewriting"
    assert use_of(item("Write a haiku about it.", system=system)) == "creative"
    assert use_of(item("Good morning, dear guests.", system="You are a friendly assistant.")) == "conversation"


@given(st.text(max_size=2_000), st.text(max_size=200))
def test_any_text_is_of_some_use(text: str, system: str) -> None:
    assert use_of(item(text, system=system)) in USES
