"""Google's paths: a model's verb finds its handler, and a key in the query is one in the header."""

import asyncio
import json

import pytest

from outlast.gateway.call import Call
from outlast.gateway.ports import Reply
from outlast.testing.gateway import KeptReply
from outlast.web.gemini import Verbs


def called(path: str, *, query: str = "", headers: dict[str, str] | None = None) -> tuple[list[Call], KeptReply]:
    seen: list[Call] = []

    async def handler(call: Call, reply: Reply) -> None:
        seen.append(call)
        reply.whole(200, (), b"")

    call = Call(id="r", method="POST", path=path, query=query, headers=headers or {}, body=b"{}", arrived_ns=0)
    reply = KeptReply()
    asyncio.run(Verbs({"generateContent": handler, "streamGenerateContent": handler})(call, reply))
    return seen, reply


def test_a_verb_finds_its_handler_whatever_the_models_name_has_in_it() -> None:
    for name in ("gemini-3", "google/gemini-3", "vendor/a:b"):
        seen, _ = called(f"/v1beta/models/{name}:generateContent")
        assert [call.path for call in seen] == [f"/v1beta/models/{name}:generateContent"]


@pytest.mark.parametrize("path", ["/v1beta/models/gemini-3:explode", "/v1beta/models/gemini-3", "/v1beta/models/:"])
def test_another_verb_is_404_in_googles_words_and_names_those_there_are(path: str) -> None:
    seen, reply = called(path)
    error = json.loads(reply.body)["error"]
    assert (seen, reply.status, error["status"]) == ([], 404, "NOT_FOUND")
    assert "generateContent" in error["message"]


@pytest.mark.parametrize("query", ["", "key=secret", "alt=json"])
def test_a_stream_that_is_not_wanted_as_events_is_refused(query: str) -> None:
    seen, reply = called("/v1beta/models/m:streamGenerateContent", query=query)
    assert (seen, reply.status) == ([], 400)
    assert b"add alt=sse" in reply.body
    assert called("/v1beta/models/m:streamGenerateContent", query="alt=sse")[0]


def test_a_key_in_the_query_is_the_callers_key() -> None:
    [call], _ = called("/v1beta/models/m:generateContent", query="alt=sse&key=s%2Fecret")
    assert call.headers["x-goog-api-key"] == "s/ecret"


def test_a_key_in_a_header_goes_before_one_in_the_query() -> None:
    [call], _ = called("/v1beta/models/m:generateContent", query="key=other", headers={"x-goog-api-key": "mine"})
    assert call.headers["x-goog-api-key"] == "mine"
