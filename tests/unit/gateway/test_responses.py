import asyncio
import json
from typing import Any

import pytest
from openai.pagination import SyncCursorPage
from openai.types.responses import Response, ResponseItem

from outlast.dialects.responses.asked import ResponsesRequest, peek
from outlast.dialects.responses.kept import Kept
from outlast.errors import LedgerUnavailable, MalformedRequest, PreviousNotFound
from outlast.gateway.call import Call, Handler
from outlast.gateway.caller import Callers
from outlast.gateway.keeping import Keeping
from outlast.gateway.ports import Clock, Headers, Responses
from outlast.gateway.responses import Cancel, Delete, Fetch, InputItems, Retrieve
from outlast.keys.key import KeyRing
from outlast.testing.responses import MemoryResponses

NOW = 1_800_000_000


class Answered:
    """The caller's side of a call that is answered at once."""

    def __init__(self) -> None:
        self.status = 0
        self.body: Any = None

    def whole(self, status: int, headers: Headers, body: bytes) -> None:
        assert dict(headers)["content-type"] == "application/json"
        self.status, self.body = status, json.loads(body)

    def begin(self, status: int, headers: Headers) -> None:
        raise AssertionError(status, headers)

    def write(self, chunk: bytes) -> None:
        raise AssertionError(chunk)

    async def drained(self) -> None:
        raise AssertionError

    def end(self, chunk: bytes = b"") -> None:
        raise AssertionError(chunk)

    def abort(self) -> None:
        raise AssertionError


class Full(MemoryResponses):
    """A disk that is full."""

    async def keep(self, kept: Kept) -> None:
        raise LedgerUnavailable(f"no room for {kept.id}")


def memory() -> MemoryResponses:
    return MemoryResponses(unix_s=lambda: NOW)


def keeping(responses: Responses) -> Keeping:
    return Keeping(responses=responses, clock=Clock(lambda: NOW * 10**9, lambda: 0))


def callers() -> Callers:
    return Callers(lambda: KeyRing({}, 0), required=False, unix_ns=lambda: NOW * 10**9)


def asking(**members: Any) -> ResponsesRequest:
    return peek(json.dumps({"model": "m", **members}).encode())


def answer(name: str, **members: Any) -> dict[str, Any]:
    message = {
        "type": "message", "id": f"msg_{name}", "role": "assistant", "status": "completed",
        "content": [{"type": "output_text", "text": name, "annotations": []}],
    }  # fmt: skip
    return {
        "id": f"resp_{name}", "object": "response", "created_at": NOW, "status": "completed", "model": "m",
        "output": [message], "store": True, "previous_response_id": None, "parallel_tool_calls": True,
        "tool_choice": "auto", "tools": [], **members,
    }  # fmt: skip


def say(responses: Responses, method: str, path: str, *, key: str = "ada", query: str = "") -> Answered:
    call = Call(
        id="req", method=method, path=path, query=query, headers={"authorization": f"Bearer {key}"}, body=b"",
        arrived_ns=0,
    )  # fmt: skip
    who = callers()
    fetch = Fetch(
        response=Retrieve(callers=who, responses=responses), input_items=InputItems(callers=who, responses=responses)
    )
    handlers: dict[str, Handler] = {
        "GET": fetch,
        "DELETE": Delete(callers=who, responses=responses),
        "POST": Cancel(callers=who, responses=responses),
    }
    said = Answered()
    asyncio.run(handlers[method](call, said))
    return said


def owner(key: str = "ada") -> str:
    return callers().identify({"authorization": f"Bearer {key}"}).name


def kept(responses: Responses, asked: ResponsesRequest, body: dict[str, Any], *, provider: str = "openai") -> Any:
    out = asyncio.run(keeping(responses).after(asked, json.dumps(body).encode(), owner=owner(), provider=provider))
    return json.loads(out)


def test_a_kept_response_is_fetched_by_its_caller_and_by_nobody_else() -> None:
    responses = memory()
    told = kept(responses, asking(input="Hi"), answer("one"))

    mine, others = (
        say(responses, "GET", "/v1/responses/resp_one"),
        say(responses, "GET", "/v1/responses/resp_one", key="bob"),
    )

    assert (mine.status, mine.body) == (200, told)
    Response.model_validate(mine.body)
    assert others.status == 404
    assert others.body["error"]["type"] == "invalid_request_error"
    assert others.body["error"]["code"] == "response_not_found"


def test_a_call_that_asks_to_store_nothing_leaves_nothing() -> None:
    responses = memory()
    told = kept(responses, asking(input="Hi", store=False), answer("one"))

    assert told["store"] is False
    assert not responses.kept


def test_an_answer_that_could_not_be_kept_says_so_and_is_still_given() -> None:
    told = kept(Full(unix_s=lambda: NOW), asking(input="Hi"), answer("one"))

    assert told == {**answer("one"), "store": False}


def test_a_streams_end_is_kept_and_says_whether_it_was() -> None:
    end = (
        b"event: response.completed\ndata: %b\n\n"
        % json.dumps({"type": "response.completed", "response": answer("one"), "sequence_number": 9}).encode()
    )
    asked = asking(input="Hi", stream=True)
    responses = memory()

    assert asyncio.run(keeping(responses).after(asked, end, owner="ada", provider="p")) == end
    [one] = responses.kept.values()
    assert json.loads(one.response) == answer("one")

    told = asyncio.run(keeping(Full(unix_s=lambda: NOW)).after(asked, end, owner="ada", provider="p"))
    event = json.loads(told.partition(b"data: ")[2])
    assert told.startswith(b"event: response.completed\n")
    assert (event["response"]["store"], event["sequence_number"]) == (False, 9)


def test_a_call_goes_on_with_everything_that_was_said_and_the_provider_is_told_no_id() -> None:
    responses = memory()
    kept(responses, asking(input="One?"), answer("one"))
    second = asking(input=[{"role": "user", "content": "Two?"}], previous_response_id="resp_one")
    told = kept(responses, second, answer("two"))
    assert told["previous_response_id"] == "resp_one"

    third = asking(input="Three?", previous_response_id="resp_two", temperature=0.5)
    body = asyncio.run(keeping(responses).before(third, owner=owner(), provider="openai")).for_upstream("m")
    wire = json.loads(body)

    assert "previous_response_id" not in wire
    assert wire["temperature"] == 0.5
    texts = [
        item["content"] if isinstance(item["content"], str) else item["content"][0]["text"] for item in wire["input"]
    ]
    assert texts == ["One?", "one", "Two?", "two", "Three?"]


def test_thoughts_go_back_to_their_own_provider_alone_and_only_with_their_signature() -> None:
    responses = memory()
    sealed = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "secret"}
    bare = {"type": "reasoning", "id": "rs_2", "summary": []}
    wrapped = {"type": "reasoning", "id": "rs_3", "summary": [], "encrypted_content": "outlast:anthropic:s:secret"}
    kept(responses, asking(input="Hi"), answer("one", output=[sealed, bare, wrapped]), provider="openai")
    again = asking(input="On", previous_response_id="resp_one")

    def thoughts(provider: str) -> list[str]:
        body = asyncio.run(keeping(responses).before(again, owner=owner(), provider=provider)).envelope.body
        return [item["id"] for item in json.loads(body)["input"] if item.get("type") == "reasoning"]

    assert thoughts("openai") == ["rs_1", "rs_3"]
    assert thoughts("azure") == ["rs_3"]


def test_another_provider_is_not_told_ids_that_it_never_gave() -> None:
    responses = memory()
    kept(responses, asking(input="Hi"), answer("one"), provider="deepseek")
    again = asking(input="On", previous_response_id="resp_one")

    def ids(provider: str) -> list[str | None]:
        body = asyncio.run(keeping(responses).before(again, owner=owner(), provider=provider)).for_upstream("m")
        return [item.get("id") for item in json.loads(body)["input"]]

    assert ids("deepseek") == [None, "msg_one", None]
    assert ids("openai") == [None, None, None]


def test_nobody_goes_on_from_what_is_not_theirs() -> None:
    responses = memory()
    kept(responses, asking(input="Hi"), answer("one"))
    with pytest.raises(PreviousNotFound) as caught:
        asyncio.run(
            keeping(responses).before(asking(input="On", previous_response_id="resp_one"), owner="bob", provider="p")
        )
    assert caught.value.param == "previous_response_id"


def test_a_call_in_the_background_is_refused() -> None:
    with pytest.raises(MalformedRequest, match="background"):
        asyncio.run(keeping(memory()).before(asking(input="Hi", background=True), owner="ada", provider="p"))


def test_a_deleted_response_is_gone() -> None:
    responses = memory()
    kept(responses, asking(input="Hi"), answer("one"))

    assert say(responses, "DELETE", "/v1/responses/resp_one", key="bob").status == 404
    gone = say(responses, "DELETE", "/v1/responses/resp_one")
    assert (gone.status, gone.body) == (200, {"id": "resp_one", "object": "response", "deleted": True})
    assert say(responses, "GET", "/v1/responses/resp_one").status == 404
    assert say(responses, "DELETE", "/v1/responses/resp_one").status == 404


def test_only_a_response_in_the_background_can_be_cancelled() -> None:
    responses = memory()
    kept(responses, asking(input="Hi"), answer("one"))
    kept(responses, asking(input="Hi"), answer("two", background=True, status="queued"))
    kept(responses, asking(input="Hi"), answer("three", background=True))

    assert say(responses, "POST", "/v1/responses/resp_one/cancel").status == 400
    assert say(responses, "POST", "/v1/responses/resp_three/cancel").status == 400
    assert say(responses, "POST", "/v1/responses/resp_two").status == 404
    for _ in range(2):
        cancelled = say(responses, "POST", "/v1/responses/resp_two/cancel")
        assert (cancelled.status, cancelled.body["status"]) == (200, "cancelled")
    assert say(responses, "GET", "/v1/responses/resp_two").body["status"] == "cancelled"


def test_the_items_that_came_with_a_call_are_listed_in_pages() -> None:
    responses = memory()
    items: list[dict[str, Any]] = [
        {"role": "user", "content": "One?"},
        {"role": "assistant", "content": "one"},
        {"type": "function_call", "call_id": "c", "name": "n", "arguments": "{}", "id": "fc_9", "status": "completed"},
        {"type": "function_call_output", "call_id": "c", "output": "o"},
        {"role": "user", "content": [{"type": "input_text", "text": "Two?"}]},
    ]
    kept(responses, asking(input=items), answer("one"))
    path = "/v1/responses/resp_one/input_items"

    every = say(responses, "GET", path, query="order=asc").body
    assert [each["id"] for each in every["data"]] == ["msg_one_0", "msg_one_1", "fc_9", "fco_one_3", "msg_one_4"]
    assert every["data"][0]["content"] == [{"type": "input_text", "text": "One?"}]
    assert (every["has_more"], every["first_id"], every["last_id"]) == (False, "msg_one_0", "msg_one_4")
    SyncCursorPage[ResponseItem].model_validate(every)

    first = say(responses, "GET", path, query="limit=2").body
    assert [each["id"] for each in first["data"]] == ["msg_one_4", "fco_one_3"]
    assert first["has_more"]
    rest = say(responses, "GET", path, query=f"limit=10&after={first['last_id']}").body
    assert [each["id"] for each in rest["data"]] == ["fc_9", "msg_one_1", "msg_one_0"]


@pytest.mark.parametrize(
    ("query", "param"), [("limit=0", "limit"), ("limit=x", "limit"), ("order=up", "order"), ("after=msg_9", "after")]
)
def test_a_page_that_cannot_be_meant_is_refused_with_its_parameter(query: str, param: str) -> None:
    responses = memory()
    kept(responses, asking(input="Hi"), answer("one"))
    refused = say(responses, "GET", "/v1/responses/resp_one/input_items", query=query)
    assert (refused.status, refused.body["error"]["param"]) == (400, param)


@pytest.mark.parametrize("path", ["/v1/responses/", "/v1/responses/a/b", "/v1/responses/" + "a" * 600])
def test_a_path_that_names_no_response_is_not_found(path: str) -> None:
    assert say(memory(), "GET", path).status == 404
