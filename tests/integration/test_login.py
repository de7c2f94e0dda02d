"""Accounts as browsers meet them: who is let in, under which secret, and what is whose."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.integration.gateway_process import LIVING, SCRIPTED, Gateway, running
from tests.integration.page_visitor import TYPED, Visitor, people

from outlast.web.pages.forms import STRANGER
from outlast.web.pages.login import onward

pytestmark = pytest.mark.server

OTHER = "another battery staple"
TRIES = 5
"""Wrong passwords for one name from one place (``chat.accounts.measures``)."""


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    with running(tmp_path, SCRIPTED) as one:
        people(tmp_path, ada="owner", bob="person")
        yield one


@pytest.fixture(scope="module")
def unnamed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running(tmp_path_factory.mktemp("unnamed"), SCRIPTED) as one:
        yield one


def test_without_an_account_one_person_sits_here_and_operates(tmp_path: Path) -> None:
    with running(tmp_path, SCRIPTED) as gateway:
        visitor = Visitor(gateway)
        assert visitor.get("/chat").status == visitor.get("/horizon").status == 200
        assert visitor.get("/account").status == 404
        assert visitor.get("/login").headers["location"] == "/chat"


def test_from_the_first_account_on_everybody_logs_in(tmp_path: Path) -> None:
    with running(tmp_path, SCRIPTED) as gateway:
        visitor = Visitor(gateway)
        assert visitor.get("/chat").status == 200
        people(tmp_path, ada="owner")
        answer = visitor.get("/models/openai/gpt-4o?x=1")
        assert (answer.status, answer.headers["location"]) == (303, "/login?next=%2Fmodels%2Fopenai%2Fgpt-4o%3Fx%3D1")
        assert visitor.get("/chat", {"accept": "application/json"}).status == 401


def test_a_gateway_that_others_reach_is_closed_until_somebody_has_an_account(tmp_path: Path) -> None:
    with running(tmp_path, SCRIPTED, "--host", "0.0.0.0") as gateway:
        visitor = Visitor(gateway)
        for path in ("/chat", "/horizon", "/login", "/models/openai/gpt-4o"):
            answer = visitor.get(path)
            assert (answer.status, b"outlast users add NAME" in answer.body) == (403, True)
        people(tmp_path, ada="owner")
        assert visitor.login("ada").status == 303
        assert visitor.get("/chat").status == 200


@pytest.mark.parametrize("name", ["via", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"])
def test_behind_a_proxy_nobody_sits_here(name: str, unnamed: Gateway) -> None:
    visitor = Visitor(unnamed)
    assert visitor.get("/chat").status == 200
    for path in ("/chat", "/horizon", "/chat/remind.ics"):
        assert visitor.get(path, {name: "198.51.100.7"}).status == 403


@pytest.mark.parametrize("words", ["require_key = true", 'hosts = ["chat.example.org"]'])
def test_an_operator_whose_words_say_that_others_come_makes_an_account_first(tmp_path: Path, words: str) -> None:
    with running(tmp_path, f"[server]\n{words}\n{SCRIPTED}") as gateway:
        assert Visitor(gateway).get("/chat").status == 403


def test_a_login_is_a_new_secret_whatever_the_browser_came_with(gateway: Gateway) -> None:
    visitor = Visitor(gateway)
    visitor.get("/login")
    planted = visitor.cookies["outlast"]
    assert visitor.login("ada").status == 303
    given = visitor.cookies["outlast"]
    assert planted != given
    thief = Visitor(gateway)
    for known in (planted, "v-" + "a" * 43, "a" * 64, "x", ""):
        thief.cookies = {"outlast": known}
        assert thief.get("/chat").status == 303
    assert visitor.get("/chat").status == 200


def test_a_planted_token_is_never_taken_over(gateway: Gateway) -> None:
    victim = Visitor(gateway)
    victim.cookies["outlast"] = planted = "f" * 64
    victim.get("/login")
    assert victim.cookies["outlast"] != planted
    assert victim.login("ada").status == 303
    thief = Visitor(gateway)
    thief.cookies["outlast"] = planted
    assert thief.get("/chat").status == 303


def test_a_login_over_a_login_ends_the_one_before(gateway: Gateway) -> None:
    visitor = Visitor(gateway)
    visitor.login("ada")
    before = visitor.cookies["outlast"]
    token = visitor.token()
    assert visitor.post("/login", token=token, name="bob", password=TYPED).status == 303
    assert b"bob" in visitor.get("/account").body
    visitor.cookies["outlast"] = before
    assert visitor.get("/account").status == 303


def test_a_logout_ends_the_session_in_the_store_too(gateway: Gateway) -> None:
    visitor = Visitor(gateway)
    visitor.login("ada")
    secret = visitor.cookies["outlast"]
    assert visitor.get("/logout").status == 405
    assert visitor.post("/logout").status == 303
    assert visitor.get("/chat").status == 303
    visitor.cookies["outlast"] = secret
    assert visitor.get("/chat").status == 303


def test_a_form_of_before_the_login_does_nothing_after_it(gateway: Gateway) -> None:
    visitor = Visitor(gateway)
    token = visitor.token("/login")
    visitor.login("ada")
    assert visitor.post("/logout", token=token).status == 403


def test_wrong_passwords_are_counted_and_the_page_says_so_without_saying_which_was_wrong(gateway: Gateway) -> None:
    visitor = Visitor(gateway)
    answers = [visitor.login("ada", OTHER) for _ in range(TRIES)]
    assert {answer.status for answer in answers} == {401}
    assert b"do not belong together" in answers[0].body
    assert b"do not belong together" in Visitor(gateway).login("nobody", OTHER).body
    limited = visitor.login("ada")
    assert limited.status == 429
    assert b"minutes" in limited.body
    assert Visitor(gateway).login("ada").status == 429


def test_somebody_elsewhere_is_not_locked_out_by_it(gateway: Gateway) -> None:
    for _ in range(TRIES + 1):
        Visitor(gateway, x_forwarded_for="192.0.2.1").login("ada", OTHER)
    assert Visitor(gateway, x_forwarded_for="192.0.2.2").login("ada").status == 303


def test_pages_of_operators_are_not_shown_to_a_person(gateway: Gateway) -> None:
    bob = Visitor(gateway)
    bob.login("bob")
    assert bob.get("/horizon").status == 403
    page = bob.get("/models/openai/gpt-4o")
    assert (page.status, b"Who depends on it here" in page.body) == (200, False)
    assert b'href="/horizon"' not in page.body
    ada = Visitor(gateway)
    ada.login("ada")
    assert ada.get("/horizon").status == 200
    assert b"Who depends on it here" in ada.get("/models/openai/gpt-4o").body


def test_a_new_password_ends_every_session_but_this_one(gateway: Gateway) -> None:
    here, there = Visitor(gateway), Visitor(gateway)
    here.login("bob")
    there.login("bob")
    assert here.post("/account", password=OTHER, fresh=OTHER, again=OTHER).status == 403
    assert here.post("/account", password=TYPED, fresh=OTHER, again=TYPED).status == 400
    assert here.post("/account", password=TYPED, fresh="short", again="short").status == 400
    assert there.get("/chat").status == 200
    answer = here.post("/account", password=TYPED, fresh=OTHER, again=OTHER)
    assert (answer.status, answer.headers["location"]) == (303, "/account?changed")
    assert here.get("/account").status == 200
    assert there.get("/account").status == 303
    assert Visitor(gateway).login("bob").status == 401
    assert Visitor(gateway).login("bob", OTHER).status == 303


LOOKED_AT = (
    "",
    "rename",
    "delete",
    "export.md",
    "export.json",
    "events/M",
    "text/M",
    "edit/M",
    "again/M",
    "reason/M",
    "files/M",
)
SENT_TO = (
    "",
    "rename",
    "delete",
    "archive",
    "stop",
    "model",
    "persona",
    "try",
    "edit/M",
    "again/M",
    "show/M",
    "rate/M",
    "prefer/M",
)


def test_another_persons_conversation_is_as_one_that_does_not_exist(gateway: Gateway) -> None:
    ada, bob = Visitor(gateway), Visitor(gateway)
    ada.login("ada")
    bob.login("bob")
    begun = ada.post("/chat", message="a secret of Ada's", model=LIVING)
    assert begun.status == 303
    path = urlsplit(begun.headers["location"]).path
    page = ada.get(path).body.decode()
    assert "a secret of Ada" in page
    (message, *_) = re.findall(r'id="m-([0-9a-f]+)"', page)
    for name in ("", "rename", "delete", "export.md", "export.json", "events/M", "text/M", "edit/M"):
        assert ada.get(f"{path}/{name.replace('M', message)}".rstrip("/")).status == 200, name
    for name in LOOKED_AT:
        answer = bob.get(f"{path}/{name.replace('M', message)}".rstrip("/"))
        assert (answer.status, b"secret" in answer.body) == (404, False), name
    for name in SENT_TO:
        fields = {"message": "x", "text": "x", "title": "x", "thumb": "good", "model": LIVING, "leaf": message}
        answer = bob.post(f"{path}/{name.replace('M', message)}".rstrip("/"), **fields)
        assert (answer.status, b"secret" in answer.body) == (404, False), name
    assert b"secret" not in bob.get("/chat").body + bob.get("/chat?search=secret").body
    assert ada.get(path).body.decode().count("a secret of Ada") == page.count("a secret of Ada")


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "chat",
        "",
        "/\n/evil",
        "\\\\evil",
    ],
)
def test_a_login_leads_to_a_page_of_ours_alone(wanted: str) -> None:
    assert onward(wanted) == "/chat"


def test_a_login_leads_to_the_page_that_was_wanted(gateway: Gateway) -> None:
    visitor = Visitor(gateway)
    answer = visitor.post("/login", name="ada", password=TYPED, next="/models/openai/gpt-4o?x=1")
    assert answer.headers["location"] == "/models/openai/gpt-4o?x=1"
    assert visitor.post("/login", name="ada", password=TYPED, next="//evil.example").headers["location"] == "/chat"


def test_a_form_is_read_in_utf_8_alone(gateway: Gateway) -> None:
    visitor = Visitor(gateway)
    token = visitor.token("/login")
    body = f'--x\r\ncontent-disposition: form-data; name="name"\r\n\r\na+2AA-\\ud800-{"b" * 1_000}\r\n--x--'.encode()
    for charset in ("punycode", "utf-7", "unicode_escape", "undefined", "UTF-16", "no-such-thing", ""):
        told = {"content-type": f'multipart/form-data; boundary=x; charset="{charset}"', "x-outlast-form": token}
        assert visitor.send("/login", body, told).status == 400
    told = {"content-type": "multipart/form-data; boundary=x; charset=UTF-8", "x-outlast-form": token}
    assert visitor.send("/login", body, told).status == 401


def test_who_has_not_logged_in_sends_short_fields_and_no_file(gateway: Gateway) -> None:
    visitor = Visitor(gateway)
    assert visitor.post("/login", name="a" * STRANGER).status == 400
    told = {"content-type": "multipart/form-data; boundary=x", "x-outlast-form": visitor.token("/login")}
    file = b'--x\r\ncontent-disposition: form-data; name="files"; filename="a"\r\n\r\nb\r\n--x--'
    assert visitor.send("/login", file, told).status == 400
    assert visitor.login("ada").status == 303
