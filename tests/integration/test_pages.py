"""Every page as the network has it: headers, names, forms, files, and what is said where something is wrong."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.gateway_process import LIVING, SCRIPTED, Answer, Gateway, calling, running, until
from tests.integration.page_visitor import FORM, Visitor, people

pytestmark = pytest.mark.server

NAMED = '[server]\nhosts = ["chat.example.org"]\n' + SCRIPTED
USED = SCRIPTED + '[models.support]\ntarget = "openai/gpt-4o-2024-08-06"\nsuccessor = "chain"\n'
FIRST_LOAD = 60 * 1024
WRONG = {"name": "a", "password": "b"}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running(tmp_path_factory.mktemp("pages"), SCRIPTED) as one:
        yield one


@pytest.fixture
def visitor(gateway: Gateway) -> Visitor:
    return Visitor(gateway)


def links(page: Answer) -> list[str]:
    """The files of ours that a page needs."""
    return re.findall(r'"(/static/[^"]+)"', page.body.decode())


@pytest.mark.parametrize(
    "path", ["/", "/chat", "/horizon", "/models/openai/gpt-4o", "/models/no/such", "/chat/no-such"]
)
def test_every_page_lets_nothing_foreign_run_frame_or_keep_it(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/nope", "/nope/deeper", "/chatt", "/static"])
def test_where_nothing_is_a_browser_is_shown_a_page_with_the_way_to_the_chat(visitor: Visitor, path: str) -> None:
    page = visitor.get(path, {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (page.status, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert 'href="/chat">Go to the chat<' in page.body.decode()
    assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    program = visitor.get(path, {"accept": "*/*"})
    assert (program.status, program.headers["content-type"]) == (404, "application/json")
    assert program.document["error"]["code"] == "unknown_url"


@pytest.mark.parametrize("path", ["/chat", "/horizon", "/models/openai/gpt-4o"])
def test_no_page_has_script_or_style_of_its_own_nor_a_foreign_address_to_load(visitor: Visitor, path: str) -> None:
    text = visitor.get(path).body.decode()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert all('src="/static/' in tag for tag in re.findall(r"<script[^>]*>", text))
    assert all(address.startswith("/") for address in re.findall(r'(?:src|<link[^>]*href)="([^"]*)"', text))


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "", "[::1", "a@b"]
)
def test_a_page_is_not_given_under_a_foreign_name(visitor: Visitor, host: str) -> None:
    answer = visitor.get("/chat", {"host": host})
    assert answer.status in (400, 421)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("host", ["localhost:4141", "LOCALHOST", "127.0.0.1", "[::1]:80", "192.0.2.7:1"])
def test_a_page_is_given_under_its_names_and_any_address(visitor: Visitor, host: str) -> None:
    assert visitor.get("/chat", {"host": host}).status == 200


def test_a_page_is_given_under_the_name_that_its_operator_gave(tmp_path: Path) -> None:
    with running(tmp_path, NAMED) as gateway:
        people(tmp_path, ada="owner")
        visitor = Visitor(gateway, host="chat.example.org")
        assert visitor.login("ada").status == 303
        assert visitor.get("/chat").status == 200
        assert visitor.get("/chat", {"host": "www.chat.example.org"}).status == 421


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ],
)
def test_a_form_of_another_site_does_nothing_even_with_the_right_token(
    visitor: Visitor, headers: dict[str, str]
) -> None:
    answer = visitor.post("/login", headers, **WRONG)
    assert (answer.status, b"Nothing was done" in answer.body) == (403, True)


@pytest.mark.parametrize("token", ["", "00", "zz", "00" * 64, "é"])
def test_a_form_without_this_visits_token_does_nothing(visitor: Visitor, token: str) -> None:
    visitor.get("/login")
    assert visitor.post("/login", **WRONG, token=token).status == 403


def test_a_form_with_the_token_of_another_visit_does_nothing(gateway: Gateway, visitor: Visitor) -> None:
    assert visitor.post("/login", **WRONG, token=Visitor(gateway).token()).status == 403


def test_a_token_holds_for_its_visit_and_is_written_anew_each_time(visitor: Visitor) -> None:
    assert visitor.token() != visitor.token()
    assert visitor.post("/login", {"origin": f"http://{visitor.host}"}, **WRONG).status == 401


def test_the_cookie_is_for_our_own_pages_alone(gateway: Gateway) -> None:
    plain = Visitor(gateway).get("/chat").headers["set-cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=Strict"} <= set(plain.split("; "))
    behind_tls = Visitor(gateway, x_forwarded_proto="https").get("/chat").headers["set-cookie"]
    assert behind_tls.startswith("__Host-outlast=")
    assert "Secure" in behind_tls.split("; ")


def test_a_link_on_a_foreign_page_costs_nobody_the_session(visitor: Visitor) -> None:
    answer = visitor.get("/chat?model=x", {"sec-fetch-site": "cross-site"})
    assert "set-cookie" not in answer.headers
    assert b'http-equiv="refresh"' in answer.body


def test_styles_and_scripts_are_kept_for_ever_under_an_address_of_their_version(visitor: Visitor) -> None:
    for link in links(visitor.get("/horizon")):
        answer = visitor.get(link)
        assert (answer.status, "immutable" in answer.headers["cache-control"]) == (200, True)
        assert "set-cookie" not in answer.headers
        again = visitor.get(link, {"if-none-match": answer.headers["etag"]})
        assert (again.status, again.body) == (304, b"")
        stale = visitor.get(link.replace(link.split("/")[2], "000000000000"))
        assert (stale.status, stale.headers["cache-control"], stale.body) == (200, "no-cache", answer.body)


@pytest.mark.parametrize(
    "path",
    [
        "/static/x/../app.py",
        "/static/../../app.py",
        "/static/x/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static/x/%2e%2e%2f%2e%2e%2fpages%2fapp.py",
        "/static//etc/passwd",
        "/static/x//etc/passwd",
        "/static/x/base.css%00.js",
        "/static/x/base.css/",
        "/static/x/BASE.CSS",
        "/static/x/",
        "/static/x",
    ],
)
def test_no_path_leads_to_a_file_that_is_none_of_ours(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status == 404


def test_a_first_visit_loads_little(visitor: Visitor) -> None:
    for path in ("/chat", "/horizon", "/models/openai/gpt-4o"):
        page = visitor.get(path, {"accept-encoding": "gzip"})
        plain = gzip.decompress(page.body)
        files = re.findall(rb'"(/static/[^"]+)"', plain)
        packed = [visitor.get(file.decode(), {"accept-encoding": "gzip"}) for file in dict.fromkeys(files)]
        assert all(each.headers["content-encoding"] == "gzip" for each in packed)
        assert len(page.body) + sum(len(each.body) for each in packed) < FIRST_LOAD


@pytest.mark.parametrize(("path", "status"), [("/models/no/such", 404), ("/chat/no/such/page", 404), ("/logout", 405)])
def test_an_error_is_a_page_and_for_a_script_a_document(visitor: Visitor, path: str, status: int) -> None:
    page = visitor.get(path)
    assert (page.status, b"<h1>" in page.body) == (status, True)
    told = visitor.get(path, {"accept": "application/json"})
    assert (told.status, set(told.document["error"])) == (status, {"title", "message"})


def test_what_is_too_large_is_refused_in_words(visitor: Visitor) -> None:
    body = b"token=x&text=" + bytes(33_000_000)
    answer = visitor._gateway.ask("POST", "/login", body, {"content-type": FORM})
    assert (answer.status, b"32 MB" in answer.body) == (413, True)


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"--x", b"--x\r\ncontent-disposition: form-data\r\n\r\nv\r\n--x--", b"a" * 9999]
)
@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=x", "multipart/form-data", "\xff", ""])
def test_a_form_that_cannot_be_read_is_refused_and_never_a_defect(visitor: Visitor, body: bytes, kind: str) -> None:
    answer = visitor._gateway.ask("POST", "/login", body, {"content-type": kind})
    assert answer.status in (400, 403)


def test_the_first_page_leads_to_the_chat(visitor: Visitor) -> None:
    answer = visitor.get("/")
    assert (answer.status, answer.headers["location"]) == (303, "/chat")


def test_programs_are_told_of_their_own_paths_alone(gateway: Gateway) -> None:
    told = gateway.ask("GET", "/v1/mistyped").error["message"]
    assert "/v1/models" in told
    assert "/horizon" not in told


def test_the_horizon_is_empty_until_something_is_called(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running(tmp_path_factory.mktemp("empty"), SCRIPTED) as gateway, calling(gateway.address) as caller:
        visitor = Visitor(gateway)
        page = visitor.get("/horizon")
        assert f"OPENAI_BASE_URL=http://{visitor.host}/v1" in page.body.decode()
        assert caller.chat(LIVING).status == 200
        until(lambda: b"data-waiting" not in visitor.get("/horizon").body)
        assert LIVING in visitor.get("/horizon").body.decode()


def test_the_horizon_says_what_the_command_says(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running(tmp_path_factory.mktemp("used"), USED, "--today", "2026-11-22") as gateway:
        assert gateway.chat("support").status == 200
        visitor = Visitor(gateway)
        until(lambda: "100.0%" in visitor.get("/horizon").body.decode())
        (entry,) = gateway.outlast("horizon", "--format", "json", "--today", "2026-11-22").document["entries"]
        text = visitor.get("/horizon").body.decode()
        for said in (entry["name"], entry["model"], entry["ends"], entry["successor"], f"in {entry['days_left']} days"):
            assert said in text


def test_a_gateway_without_a_chat_has_no_pages(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running(tmp_path_factory.mktemp("none"), SCRIPTED + "[chat]\nenabled = false\n") as gateway:
        assert gateway.ask("GET", "/chat").status == 404
        assert "chat at" not in (gateway.folder / "stdout").read_text(encoding="utf-8")


@pytest.mark.parametrize("when", ["0", "9223372036854775807", "9223372036854775808", "9" * 19, "9" * 20, "-1", "x"])
def test_any_page_of_the_list_can_be_asked_for(visitor: Visitor, when: str) -> None:
    assert visitor.get(f"/chat?older={when}.x").status == 200


@pytest.mark.parametrize(("field", "most"), [("instructions", 8_000), ("model", 300)])
def test_a_small_field_is_small_whoever_made_the_form(visitor: Visitor, field: str, most: int) -> None:
    said = {"message": "hello", "model": "scripted/gpt-4o"}
    assert visitor.post("/chat", {}, **{**said, field: "a" * most}).status == 303
    assert visitor.post("/chat", {}, **{**said, field: "a" * (most + 1)}).status == 400


def test_a_reason_is_short_whoever_made_the_form(visitor: Visitor) -> None:
    begun = visitor.post("/chat", {}, message="hello", model="scripted/gpt-4o")
    path, _, answer = begun.headers["location"].partition("#m-")
    assert visitor.post(f"{path}/rate/{answer}", {}, thumb="bad", text="a" * 2_001).status == 400
    assert visitor.post(f"{path}/rate/{answer}", {}, thumb="bad", text="a" * 2_000).status == 303
