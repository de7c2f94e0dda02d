"""Which handler answers."""

import asyncio

import msgspec
import pytest
from tests.unit.web.paper import PaperReply, call_of

from outlast.gateway.call import Call
from outlast.gateway.ports import Reply
from outlast.web.router import Router


async def listed(call: Call, reply: Reply) -> None:
    reply.whole(200, (), b"list " + call.path.encode())


async def one(call: Call, reply: Reply) -> None:
    reply.whole(200, (), b"one " + call.path.encode())


async def deep(call: Call, reply: Reply) -> None:
    reply.whole(200, (), b"deep " + call.path.encode())


def ask(method: str, path: str) -> PaperReply:
    router = Router()
    router.add("GET", "/v1/models", listed)
    router.add("GET", "/v1/models/", one)
    router.add("DELETE", "/v1/models/", one)
    router.add("POST", "/v1/models/deep/", deep)
    reply = PaperReply()
    asyncio.run(router.find(method, path)(call_of(path, method=method), reply))
    return reply


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/models", b"list /v1/models"),
        ("HEAD", "/v1/models", b"list /v1/models"),
        ("GET", "/v1/models/openai/gpt-4o", b"one /v1/models/openai/gpt-4o"),
        ("POST", "/v1/models/deep/x", b"deep /v1/models/deep/x"),
    ],
)
def test_exact_paths_and_the_longest_prefix_answer(method: str, path: str, body: bytes) -> None:
    assert ask(method, path).body == body


@pytest.mark.parametrize("path", ["/", "", "*", "/v1", "/v1/", "/v1/models/", "/v1/modelsx", "//v1/models"])
def test_an_unknown_path_is_a_404_in_openai_s_shape(path: str) -> None:
    reply = ask("GET", path)
    assert reply.status == 404
    error = msgspec.json.decode(reply.body)["error"]
    assert error["code"] == "unknown_url"
    assert error["message"].endswith(
        "served here: GET /v1/models, DELETE /v1/models/NAME, GET /v1/models/NAME, POST /v1/models/deep/NAME"
    )


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/v1/models", "GET, HEAD"),
        ("PUT", "/v1/models/x", "DELETE, GET, HEAD"),
        ("GET", "/v1/models/deep/x", "POST"),
    ],
)
def test_a_wrong_method_is_a_405_that_names_the_right_ones(method: str, path: str, allow: str) -> None:
    reply = ask(method, path)
    assert (reply.status, dict(reply.headers)["allow"]) == (405, allow)
    assert msgspec.json.decode(reply.body)["error"]["code"] == "method_not_allowed"


def test_a_long_path_is_not_repeated_in_full() -> None:
    assert len(ask("GET", "/" + "x" * 60_000).body) < 1000


@pytest.mark.parametrize(
    ("accept", "method", "page"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", "GET", True),
        ("text/html", "HEAD", True),
        ("text/html", "POST", False),
        ("application/json", "GET", False),
        ("*/*", "GET", False),
        ("", "GET", False),
    ],
)
def test_a_browser_that_lost_its_way_is_answered_by_the_pages_and_a_program_is_not(
    accept: str, method: str, *, page: bool
) -> None:
    router = Router()
    router.add("GET", "/v1/models", listed)
    router.lost = deep
    reply = PaperReply()
    call = call_of("/nope", method=method, headers={"accept": accept})
    asyncio.run(router.find(method, "/nope")(call, reply))
    assert (reply.status, reply.body == b"deep /nope") == ((200, True) if page else (404, False))
