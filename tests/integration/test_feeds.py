"""Feeds of a running gateway: read by the libraries of their formats, asked for again without being sent again."""

import base64
import datetime as dt
import json
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree as ET

import icalendar
import pytest
from tests.integration.conftest import Serve
from tests.integration.gateway_process import Answer, Gateway, calling, until

pytestmark = pytest.mark.server

ENDS = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=200)
CONFIGURATION = f"""\
[providers.openai]
kind = "scripted"
catalog = "openai"
[models.chat]
target = "openai/simulated-terse"
[models.other]
target = "openai/simulated-warm"
[[catalog.claims]]
model = "openai/simulated-terse"
event = "retired"
date = {ENDS}
[[catalog.claims]]
model = "openai/simulated-warm"
event = "retired"
date = {ENDS}
[policy.models.chat]
announced = 2026-01-01
retires = {ENDS}
successor = "other"
"""
NAMES = ("models.atom", "models.json", "models.ics", "eol/openai.json", "deprecations.html")


@pytest.fixture
def gateway(serve: Serve) -> Gateway:
    return serve(CONFIGURATION)


def get(gateway: Gateway, name: str, **headers: str) -> Answer:
    with calling(gateway.address) as caller:
        return caller.ask("GET", f"/feeds/{name}", headers={each.replace("_", "-"): headers[each] for each in headers})


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_each_feed_is_what_its_type_says(gateway: Gateway) -> None:
    answers = {name: get(gateway, name) for name in NAMES}
    assert {name: answer.status for name, answer in answers.items()} == dict.fromkeys(NAMES, 200)
    root = ET.fromstring(answers["models.atom"].body)  # noqa: S314 - our own document
    assert len(root.findall("{http://www.w3.org/2005/Atom}entry")) == 3
    assert len(answers["models.json"].document["items"]) == 3
    calendar = icalendar.Calendar.from_ical(answers["models.ics"].body)
    assert {event.decoded("dtstart") for event in calendar.walk("VEVENT")} == {ENDS}
    assert str(ENDS) in json.dumps(answers["eol/openai.json"].document)
    assert answers["deprecations.html"].body.startswith(b"<!doctype html>")
    assert answers["models.ics"].headers["content-type"].startswith("text/calendar")


@pytest.mark.parametrize("name", NAMES)
def test_who_has_a_feed_already_is_told_so_and_not_sent_it_again(gateway: Gateway, name: str) -> None:
    first = get(gateway, name)
    by_tag = get(gateway, name, if_none_match=f'"x", W/{first.headers["etag"]}')
    by_time = get(gateway, name, if_modified_since=first.headers["last-modified"])
    for again in (by_tag, by_time):
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    stale = get(gateway, name, if_none_match='"other"', if_modified_since=first.headers["last-modified"])
    assert (stale.status, stale.body) == (200, first.body)
    early = get(gateway, name, if_modified_since="Thu, 01 Jan 2026 00:00:00 GMT")
    assert early.status == 200
    for nonsense in ("yesterday", "Thu, 99 Jan 99999 00:00:00 GMT", ""):
        assert get(gateway, name, if_modified_since=nonsense).status == 200


def test_a_feed_that_is_not_there_is_told_with_those_that_are(gateway: Gateway) -> None:
    for name in ("models.rss", "eol/nobody.json", "eol/", "../models.atom", "eol/openai"):
        answer = get(gateway, name)
        assert answer.status == 404
    assert "/feeds/models.ics" in get(gateway, "models.rss").error["message"]


def test_where_calls_need_a_key_feeds_do_too_and_a_calendar_shows_it_as_a_password(gateway: Gateway) -> None:
    secret = gateway.outlast("keys", "create", "narrow", "--model", "other").out.strip()
    until(lambda: get(gateway, "models.ics").status == 401)
    with calling(gateway.address) as caller:
        caller.connection.request("GET", "/feeds/models.ics")
        offered = caller.connection.getresponse().headers.get_all("www-authenticate")
    assert offered is not None
    assert any(each.startswith("Basic ") for each in offered)
    for shown in (f"Bearer {secret}", basic("anybody", secret), basic(secret, "")):
        answer = get(gateway, "models.ics", authorization=shown)
        assert answer.status == 200
        assert b"simulated-warm" in answer.body
        assert b"simulated-terse" not in answer.body, "a key is told of what it may call"
    for wrong in (basic("anybody", "ol-nonsense"), "Basic ///", "Basic", basic("a", "b")):
        assert get(gateway, "models.ics", authorization=wrong).status == 401


def test_every_answer_tells_of_an_end_that_the_operator_set(gateway: Gateway) -> None:
    body = json.dumps({"model": "chat", "messages": [{"role": "user", "content": "Hi"}]}).encode()
    answer = gateway.ask("POST", "/v1/chat/completions", body, {"content-type": "application/json"})
    assert answer.headers["deprecation"] == "@1767225600"
    assert parsedate_to_datetime(answer.headers["sunset"]).date() == ENDS
    assert answer.headers["link"] == '</v1/models/other>; rel="successor-version"'
    assert gateway.ask("GET", "/v1/models/chat").headers["link"] == answer.headers["link"]
