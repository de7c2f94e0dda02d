"""What happened to a name, told to whoever calls it: in every language, once, and taken back where it was told."""

import datetime as dt
import re
from dataclasses import replace
from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlast.notices.document import news_body
from outlast.notices.ending import Use
from outlast.notices.news import Happening, News, NewsKind, news_due
from outlast.notices.text import Text, news_text
from outlast.settings.notices import LANGUAGES, Language, NoticesSettings, NoticeTo

AT = dt.datetime(2027, 1, 5, 10, 0, tzinfo=dt.UTC)
KINDS: tuple[NewsKind, ...] = get_args(NewsKind)
ANA = Use(key="support", owner="ana@example.com", team="service", names=("assistant",), calls=7)
BEN = Use(key="team-a", owner="ben@example.com", names=("assistant",), calls=3)
SETTINGS = NoticesSettings(
    sender="o@example.com",
    smtp="smtp://h",
    to={"desk": NoticeTo(everything=True, slack="https://example.com/x")},
)


def happening(kind: NewsKind = "started", **changes: object) -> Happening:
    made = Happening(
        kind=kind, id="rollout/r/1", matter="rollout/r", name="assistant", at=AT, before="openai/a", after="openai/b",
        stages="shadow, 1%, 100%", until=AT + dt.timedelta(minutes=15) if kind in ("brownout", "called_off") else None,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def to_whom(one: Happening, *uses: Use) -> list[tuple[str, list[str]]]:
    found = news_due([one], {"assistant": uses} if uses else {}, SETTINGS)
    return [(each.recipient.name, [use.key for use in each.news.uses]) for each in found]


def test_whoever_called_the_name_is_told_of_the_own_keys_and_who_wants_everything_of_all() -> None:
    assert to_whom(happening(), ANA, BEN) == [
        ("desk", ["support", "team-a"]),
        ("ana@example.com", ["support"]),
        ("ben@example.com", ["team-a"]),
    ]
    assert to_whom(happening(name="other"), ANA) == [("desk", [])]


def test_a_brownout_of_chosen_keys_is_told_to_these_alone() -> None:
    assert to_whom(happening("brownout", keys=("team-*",)), ANA, BEN) == [
        ("desk", ["team-a"]),
        ("ben@example.com", ["team-a"]),
    ]


def test_what_is_called_off_is_told_to_those_who_had_been_told() -> None:
    one = happening("called_off", told=frozenset({("ana@example.com", "mail")}))
    assert to_whom(one, ANA, BEN) == [("ana@example.com", ["support"])]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_language_says_name_time_and_what_comes_of_it(kind: NewsKind, language: Language) -> None:
    text = news_text(News(happening=happening(kind), uses=(ANA,)), language, window=30)
    assert "assistant" in text.subject
    assert "\n" not in text.subject
    assert "2027-01-05 10:00" in text.body
    assert "support" in text.body
    if kind in ("started", "whole", "done", "back", "restored"):
        assert "openai/b" in text.subject + text.body
        assert "openai/a" in text.body
    if kind == "brownout":
        assert "410" in text.body
        assert "2027-01-05 10:15" in text.body


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_languages_say_the_same(kind: NewsKind) -> None:
    said = {news_text(News(happening=happening(kind), uses=()), each, window=30) for each in LANGUAGES}
    assert len(said) == len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_kinds_have_the_same_subject(language: Language) -> None:
    said = {news_text(News(happening=happening(kind), uses=()), language, window=30).subject for kind in KINDS}
    assert len(said) == len(KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_roll_back_names_its_guard_and_evidence_and_a_brownout_its_successor_where_it_answers(
    language: Language,
) -> None:
    back = happening("back", guard="contract", evidence="contract: evidence 900 of 560 after 67 blocks")
    body = news_text(News(happening=back, uses=()), language, window=30).body
    assert re.search(r"\Wcontract$", body, re.MULTILINE)
    assert "evidence 900 of 560" in body
    gentle = news_text(News(happening=happening("brownout", missing=False), uses=()), language, window=30).body
    assert "410" not in gentle


@settings(deadline=None)  # the first text compiles its template
@given(word=st.text(min_size=1, max_size=60), kind=st.sampled_from(KINDS), language=st.sampled_from(LANGUAGES))
def test_no_name_or_reason_adds_a_line_or_a_header(word: str, kind: NewsKind, language: Language) -> None:
    one = happening(kind, name=word, before=word, after=word, evidence=word, guard=word)
    made = news_text(News(happening=one, uses=()), language, window=30)
    plain = news_text(
        News(happening=happening(kind, name="x", before="x", after="x", evidence="x", guard="x"), uses=()),
        language,
        window=30,
    )
    assert made.subject.isprintable()
    assert made.body.count("\n") == plain.body.count("\n")
    assert msgspec.json.decode(news_body(News(happening=one, uses=()), Text("s", "t")))["kind"] == kind
