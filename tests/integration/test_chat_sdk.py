"""OpenAI's own client, unchanged and strict, asking for chat completions from providers of every dialect."""

import asyncio
import base64
import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from pydantic import BaseModel
from tests.integration.played import script, seen
from tests.integration.played.house import SUCCESSORS, TABLES, House, playing_house

pytestmark = pytest.mark.server

RETIRED = """
[models.elder]
target = "openai/gpt-4-32k"
successor = ["claude/plain"]

[models.ancient]
target = "openai/gpt-4-32k"
successor = ["gemini/plain"]

[models.early]
target = "openai/gpt-4-32k"
successor = ["responses/plain"]
"""
PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": script.TOOL,
        "description": "The weather of a city.",
        "parameters": PARAMETERS,
        "strict": True,
    },
}
ASK: Any = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello?"}]
EVERYONE = pytest.mark.parametrize("table", TABLES)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with playing_house(tmp_path_factory.mktemp("chat"), RETIRED) as house:
        yield house


@pytest.fixture(scope="module")
def client(house: House) -> Iterator[openai.OpenAI]:
    base_url = house.gateway.base_url
    with openai.OpenAI(base_url=base_url, api_key="own", max_retries=0, _strict_response_validation=True) as client:
        yield client


@EVERYONE
def test_a_plain_answer_with_its_usage(client: openai.OpenAI, house: House, table: str) -> None:
    answer = client.chat.completions.create(model=f"{table}/plain", messages=ASK, max_completion_tokens=99)
    assert answer.choices[0].message.content == script.GREETING
    assert answer.choices[0].finish_reason == "stop"
    usage = answer.usage
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens) == (script.INPUT, script.OUTPUT)
    assert usage.total_tokens == script.INPUT + script.OUTPUT
    assert usage.prompt_tokens_details is not None
    assert usage.prompt_tokens_details.cached_tokens == script.CACHED
    assert answer._request_id or table == "chat", "the client knows the request's id"
    assert "Be kind." in house.last.body.decode()


@EVERYONE
def test_a_stream_says_the_same_as_a_plain_answer(client: openai.OpenAI, table: str) -> None:
    options: Any = {"include_usage": True}
    with client.chat.completions.stream(model=f"{table}/plain", messages=ASK, stream_options=options) as stream:
        pieces = [event.delta for event in stream if event.type == "content.delta" and event.delta]
        whole = stream.get_final_completion()
    assert tuple(pieces) == script.HELLO
    assert (whole.choices[0].message.content, whole.choices[0].finish_reason) == (script.GREETING, "stop")
    assert whole.usage is not None
    assert (whole.usage.prompt_tokens, whole.usage.completion_tokens) == (script.INPUT, script.OUTPUT)


def test_the_asynchronous_client_plain_and_streamed_at_once(house: House) -> None:
    async def plain(client: openai.AsyncOpenAI, table: str) -> str:
        answer = await client.chat.completions.create(model=f"{table}/plain", messages=ASK)
        return str(answer.choices[0].message.content)

    async def streamed(client: openai.AsyncOpenAI, table: str) -> str:
        pieces = await client.chat.completions.create(model=f"{table}/plain", messages=ASK, stream=True)
        return "".join([piece.choices[0].delta.content or "" async for piece in pieces])

    async def scenario() -> list[str]:
        async with openai.AsyncOpenAI(
            base_url=house.gateway.base_url, api_key="own", max_retries=0, _strict_response_validation=True
        ) as client:
            return await asyncio.gather(*[how(client, table) for table in TABLES for how in (plain, streamed)])

    assert asyncio.run(scenario()) == [script.GREETING] * 8


def tools_called(client: openai.OpenAI, model: str, *, stream: bool, **more: Any) -> Any:
    asked: Any = {"model": model, "messages": ASK, "tools": [WEATHER]} | more
    if not stream:
        return client.chat.completions.create(**asked).choices[0]
    with client.chat.completions.stream(**asked) as pieces:
        return pieces.get_final_completion().choices[0]


def told_back(client: openai.OpenAI, model: str, message: Any) -> str:
    """The loop's second half: the message goes back as the client gave it, and the results in the calls' order."""
    said = message.model_dump(exclude_none=True, exclude={"parsed"})
    for call in said["tool_calls"]:
        call["function"].pop("parsed_arguments", None)
    turns = [*ASK, said]
    for call in message.tool_calls:
        city = json.loads(call.function.arguments)["city"]
        turns.append({"role": "tool", "tool_call_id": call.id, "content": f"{len(city)} degrees"})
    answer = client.chat.completions.create(model=model, messages=turns, tools=[WEATHER])
    return str(answer.choices[0].message.content)


@EVERYONE
@pytest.mark.parametrize("stream", [False, True])
def test_tools_are_called_side_by_side_and_their_results_heard(
    client: openai.OpenAI,
    table: str,
    stream: bool,  # noqa: FBT001 - a case
) -> None:
    choice = tools_called(client, f"{table}/tools", stream=stream, parallel_tool_calls=True)
    assert (choice.finish_reason, choice.message.content) == ("tool_calls", "I look.")
    calls = [(call.function.name, json.loads(call.function.arguments)) for call in choice.message.tool_calls]
    assert calls == [(script.TOOL, {"city": city}) for city in script.CITIES.values()]
    assert told_back(client, f"{table}/tools", choice.message) == "Paris: 5 degrees; Rome: 4 degrees"


@EVERYONE
@pytest.mark.parametrize("wish", seen.WISHES)
def test_a_choice_of_tools_reaches_the_provider_in_its_own_words(
    client: openai.OpenAI, house: House, table: str, wish: str
) -> None:
    tools_called(client, f"{table}/tools", stream=False, tool_choice=seen.WISHES[wish]["chat"])
    assert seen.choice(table, house.asked) == seen.WISHES[wish][table]


@pytest.mark.parametrize("table", ["responses", "claude", "gemini"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_signed_thought_survives_the_loop(
    client: openai.OpenAI,
    table: str,
    stream: bool,  # noqa: FBT001 - a case
) -> None:
    choice = tools_called(client, f"{table}/thinking", stream=stream, reasoning_effort="low")
    assert told_back(client, f"{table}/thinking", choice.message) == "Paris: 5 degrees; Rome: 4 degrees"


@EVERYONE
def test_an_image_reaches_the_provider_in_its_own_shape(client: openai.OpenAI, house: House, table: str) -> None:
    content: Any = [{"type": "text", "text": "What is this?"}, seen.IMAGES["chat"]]
    client.chat.completions.create(model=f"{table}/plain", messages=[{"role": "user", "content": content}])
    assert seen.shows_image(table, house.asked)


@EVERYONE
def test_a_document_reaches_the_provider(client: openai.OpenAI, house: House, table: str) -> None:
    data = f"data:application/pdf;base64,{base64.b64encode(seen.PAPER).decode()}"
    content: Any = [
        {"type": "file", "file": {"filename": "terms.pdf", "file_data": data}},
        {"type": "text", "text": "Sum up."},
    ]
    client.chat.completions.create(model=f"{table}/plain", messages=[{"role": "user", "content": content}])
    assert seen.shows_paper(table, house.asked)


class Verdict(BaseModel):
    """What a structured answer has to look like."""

    city: str
    degrees: int


@EVERYONE
def test_a_structured_answer_is_parsed(client: openai.OpenAI, house: House, table: str) -> None:
    asked: Any = {"model": f"{table}/structured", "messages": ASK, "response_format": Verdict}
    assert client.chat.completions.parse(**asked).choices[0].message.parsed == Verdict(**script.VERDICT)
    assert "degrees" in house.last.body.decode(), "the schema has reached the provider"
    with client.chat.completions.stream(**asked) as stream:
        assert stream.get_final_completion().choices[0].message.parsed == Verdict(**script.VERDICT)


@EVERYONE
def test_why_an_answer_ended_is_told(client: openai.OpenAI, table: str) -> None:
    cut = client.chat.completions.create(model=f"{table}/cut", messages=ASK).choices[0]
    assert (cut.finish_reason, cut.message.content) == ("length", script.CUT)
    refused = client.chat.completions.create(model=f"{table}/refusal", messages=ASK).choices[0]
    assert refused.finish_reason == "content_filter" or refused.message.refusal == script.NO


TYPED = {
    400: openai.BadRequestError,
    401: openai.AuthenticationError,
    403: openai.PermissionDeniedError,
    404: openai.NotFoundError,
    429: openai.RateLimitError,
    500: openai.InternalServerError,
    529: openai.InternalServerError,
}


@EVERYONE
@pytest.mark.parametrize("status", TYPED)
def test_a_providers_error_is_the_clients_own(client: openai.OpenAI, table: str, status: int) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        client.chat.completions.create(model=f"{table}/error-{status}", messages=ASK)
    error = caught.value
    assert isinstance(error, TYPED[status]), error
    body: Any = error.body
    assert set(body) >= {"message", "type", "param", "code"}
    assert error.request_id == error.response.headers["x-outlast-request-id"]
    if status == 429:
        assert error.response.headers["retry-after"] == "7"


@EVERYONE
@pytest.mark.parametrize("how", ["overloaded", "broken"])
def test_a_stream_that_fails_on_its_way_is_an_error_of_the_client(client: openai.OpenAI, table: str, how: str) -> None:
    said: list[Any] = []
    with pytest.raises(openai.APIError):
        said.extend(client.chat.completions.create(model=f"{table}/{how}", messages=ASK, stream=True))
    assert said, "what came before has reached the client"


def test_what_is_lost_is_named_and_refused_where_the_caller_is_strict(client: openai.OpenAI) -> None:
    asked: Any = {"messages": ASK, "logit_bias": {"1": 1}}
    for table in ("responses", "claude", "gemini"):
        answer = client.chat.completions.with_raw_response.create(model=f"{table}/plain", **asked)
        assert "logit_bias" in answer.headers["x-outlast-dropped"].split(",")
        with pytest.raises(openai.BadRequestError) as caught:
            client.chat.completions.create(model=f"{table}/plain", **asked, extra_headers={"x-outlast-strict": "true"})
        assert caught.value.code == "untranslatable"
        assert caught.value.request_id == caught.value.response.headers["x-outlast-request-id"]


@pytest.mark.parametrize("name", ["elder:claude", "ancient:gemini", "early:responses"])
def test_a_retired_target_gives_way_to_another_vendors_model(client: openai.OpenAI, name: str) -> None:
    name, _, table = name.partition(":")
    answer = client.chat.completions.with_raw_response.create(model=name, messages=ASK)
    assert answer.parse().choices[0].message.content == script.GREETING
    assert answer.headers["x-outlast-served-model"] == f"{table}/plain"
    assert answer.headers["x-outlast-reason"] == "successor"
    with client.chat.completions.stream(model=name, messages=ASK) as stream:
        assert stream.get_final_completion().choices[0].message.content == script.GREETING


@EVERYONE
def test_a_model_that_its_provider_calls_gone_is_replaced_in_the_same_call(client: openai.OpenAI, table: str) -> None:
    name = f"fading-{table}"
    answer = client.chat.completions.with_raw_response.create(model=name, messages=ASK)
    assert answer.parse().choices[0].message.content == script.GREETING
    headers = answer.headers
    assert headers["x-outlast-served-model"] == f"{SUCCESSORS[table]}/plain"
    assert headers["x-outlast-reason"] == "successor"
