"""Texts, calendars and feeds: they hold what they should, and a stranger's name breaks none of them."""

import datetime as dt
import json
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.notices.calendar import calendar_of, uid_of
from outlast.notices.document import slack_body, webhook_body
from outlast.notices.due import Kind, Notice
from outlast.notices.ending import Dated, Ending, Place, Use
from outlast.notices.feeds import ATOM, atom_of, json_feed_of
from outlast.notices.text import Text, text_of
from outlast.settings.notices import LANGUAGES, Language

DAY, OLD = dt.date(2026, 1, 31), dt.date(2025, 12, 1)
PLACE = Place(model="acme/soon", surface="api")
USE = Use(key="support", names=("chat",), calls=12)
ENDING = Ending(
    place=PLACE, ends=DAY, unsure=True, names=("chat",), uses=(USE,), successor="acme/new", source="their page"
)
HOSTILE = "x\r\nBcc: all@example.com\u2028\x00<!channel> {{ 7*7 }} ]]>&\\;,\u202e"
words = st.one_of(st.text(max_size=120), st.just(HOSTILE))
places = st.builds(Place, model=words, surface=words)


def notice(kind: Kind = "ending", one: Ending = ENDING, previous: dt.date | None = OLD) -> Notice:
    dated = Dated(ends=one.ends, sequence=0 if kind == "ending" else 1, previous=previous)
    return Notice(kind=kind, ending=one, dated=dated, step="30", days_left=30, uses=one.uses, names=one.names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_model_day_names_keys_and_successor(language: Language) -> None:
    said = text_of(notice(), language, window=28)
    assert "acme/soon" in said.subject
    assert str(DAY) in said.subject
    for fact in (
        "acme/soon",
        "api",
        str(DAY),
        "30",
        "chat",
        "support",
        "12",
        "28",
        "acme/new",
        "their page",
        notice().id,
    ):
        assert fact in said.body
    moved = text_of(notice("moved"), language, window=28)
    assert str(DAY) in moved.subject
    assert str(OLD) in moved.body
    gone = text_of(notice("withdrawn", replace(ENDING, ends=None)), language, window=28)
    assert str(DAY) not in gone.subject + gone.body
    assert str(OLD) in gone.body
    assert len({said.subject, moved.subject, gone.subject}) == 3


def test_no_two_languages_say_the_same() -> None:
    assert len({text_of(notice(), language, window=30).body for language in LANGUAGES}) == len(LANGUAGES)


@given(places, words, st.sampled_from(LANGUAGES))
def test_a_subject_is_one_visible_line_whatever_a_name_holds(place: Place, word: str, language: Language) -> None:
    use = Use(key=word, names=(word,), calls=1)
    hostile = Ending(place=place, ends=DAY, names=(word,), uses=(use,), successor=word, source=word)
    said = text_of(notice(one=hostile), language, window=30)
    assert said.subject.isprintable()
    assert all(line.isprintable() for line in said.body.split("\n"))
    webhook = json.loads(webhook_body(notice(one=hostile), said))
    assert (webhook["subject"], webhook["text"]) == (said.subject, said.body)
    assert not re.search("[<>]", json.loads(slack_body(said))["text"])


def test_a_name_is_no_template_and_no_header() -> None:
    place = Place(model=HOSTILE, surface="api")
    said = text_of(notice(one=replace(ENDING, place=place)), "en", window=30)
    assert "x??Bcc: all@example.com??<!channel> {{ 7*7 }}" in said.subject


def test_slack_is_given_no_mention() -> None:
    assert json.loads(slack_body(Text("<!channel>", "a & b"))) == {"text": "&lt;!channel&gt;\na &amp; b"}


def unfolded(calendar: str) -> list[str]:
    assert calendar.endswith("\r\n")
    lines = calendar.split("\r\n")[:-1]
    assert all(len(line.encode()) <= 75 and "\n" not in line and "\r" not in line for line in lines)
    return "\r\n".join(lines).replace("\r\n ", "").split("\r\n")


def test_an_event_keeps_its_uid_and_counts_its_moves() -> None:
    first = unfolded(calendar_of([ENDING], {PLACE: Dated(ends=DAY)}))
    later = unfolded(calendar_of([ENDING], {PLACE: Dated(ends=OLD, sequence=1, previous=DAY)}))
    gone = unfolded(calendar_of([ENDING], {PLACE: Dated(ends=None, sequence=2, previous=OLD)}))
    uids = [[line for line in lines if line.startswith("UID:")] for lines in (first, later, gone)]
    assert uids == [[f"UID:{uid_of(PLACE)}"]] * 3
    for lines, sequence, day, state in (
        (first, 0, "20260131", "TENTATIVE"), (later, 1, "20251201", "TENTATIVE"), (gone, 2, "20251201", "CANCELLED"),
    ):  # fmt: skip
        assert {f"SEQUENCE:{sequence}", f"DTSTART;VALUE=DATE:{day}", f"STATUS:{state}"} <= set(lines)


def test_what_means_something_to_a_calendar_is_escaped() -> None:
    place = Place(model="a\\b;c,d\ne", surface="api")
    one = replace(ENDING, place=place)
    assert "SUMMARY:a\\\\b\\;c\\,d?e ends (api)" in unfolded(calendar_of([one], {place: Dated(ends=DAY)}))


def test_the_same_dates_are_the_same_calendar() -> None:
    known = {PLACE: Dated(ends=DAY, since_ns=10**18)}
    assert calendar_of([ENDING], known, (30, 7)) == calendar_of([ENDING], known, (30, 7))
    assert "TRIGGER:-P30D" in calendar_of([ENDING], known, (30, 7))


def test_places_have_uids_of_their_own() -> None:
    uids = {
        uid_of(place) for place in (PLACE, Place(model="acme/soon", surface="azure"), Place(model="acme", surface="x"))
    }
    assert len(uids) == 3


@given(places, words)
def test_no_name_adds_a_line_to_a_calendar(place: Place, word: str) -> None:
    hostile = Ending(place=place, ends=DAY, names=(word,), successor=word, source=word)
    plain = Ending(place=PLACE, ends=DAY, names=("a",), successor="b", source="c")
    shapes = [
        [line.partition(":")[0] for line in unfolded(calendar_of([each], {each.place: Dated(ends=DAY)}, (7,)))]
        for each in (hostile, plain)
    ]
    assert shapes[0] == shapes[1]


@given(places, words)
def test_feeds_are_read_by_any_reader_whatever_a_name_holds(place: Place, word: str) -> None:
    hostile = Ending(place=place, ends=DAY, names=(word,), successor=word, source=word)
    known = {place: Dated(ends=DAY, since_ns=10**18)}
    feed = ET.fromstring(atom_of([hostile], known))  # noqa: S314 - our own document
    [entry] = feed.iter(f"{{{ATOM}}}entry")
    assert feed.findtext(f"{{{ATOM}}}updated") == entry.findtext(f"{{{ATOM}}}updated") == "2001-09-09T01:46:40Z"
    [item] = json.loads(json_feed_of([hostile], known))["items"]
    assert item["id"] == entry.findtext(f"{{{ATOM}}}id")
    assert str(DAY) in item["title"]


def test_an_entry_stays_one_entry_and_the_latest_change_comes_first() -> None:
    other = Ending(place=Place(model="acme/late", surface="api"), ends=OLD)
    known = {PLACE: Dated(ends=DAY, since_ns=10**18), other.place: Dated(ends=OLD, since_ns=2 * 10**18)}
    moved = {**known, PLACE: Dated(ends=OLD, sequence=1, previous=DAY, since_ns=3 * 10**18)}
    first = [item["id"] for item in json.loads(json_feed_of([ENDING, other], known))["items"]]
    later = [item["id"] for item in json.loads(json_feed_of([ENDING, other], moved))["items"]]
    assert first == later[::-1]
