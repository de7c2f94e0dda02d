"""Anthropic's own client, unchanged and strict, through a gateway process before providers of every dialect."""

import asyncio
import base64
import contextlib
from collections.abc import Iterator
from typing import Any

import anthropic
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
"""
WEATHER: Any = {
    "name": script.TOOL,
    "description": "The weather of a city.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
SIMULATED = "openai/simulated-terse"
EVERYONE = pytest.mark.parametrize("table", TABLES)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with playing_house(tmp_path_factory.mktemp("anthropic"), RETIRED) as house:
        yield house


@contextlib.contextmanager
def client_of(house: House) -> Iterator[anthropic.Anthropic]:
    address = house.gateway.address
    with anthropic.Anthropic(
        base_url=address, api_key="own", max_retries=0, _strict_response_validation=True
    ) as client:
        yield client


@pytest.fixture(scope="module")
def client(house: House) -> Iterator[anthropic.Anthropic]:
    with client_of(house) as client:
        yield client


def ask(text: str = "Hello?") -> list[Any]:
    return [{"role": "user", "content": text}]


def text_of(message: Any) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


@EVERYONE
def test_a_plain_answer_with_its_usage(client: anthropic.Anthropic, house: House, table: str) -> None:
    message = client.messages.create(model=f"{table}/plain", max_tokens=99, system="Be kind.", messages=ask())
    assert (message.type, message.role, text_of(message)) == ("message", "assistant", script.GREETING)
    assert (message.stop_reason, message.stop_sequence) == ("end_turn", None)
    usage = message.usage
    assert usage.input_tokens == script.INPUT - script.CACHED
    assert (usage.cache_read_input_tokens, usage.output_tokens) == (script.CACHED, script.OUTPUT)
    assert "Be kind." in house.last.body.decode()
    assert house.last.headers.get("x-api-key") != "own"


@EVERYONE
def test_a_stream_says_the_same_as_a_plain_answer(client: anthropic.Anthropic, table: str) -> None:
    asked: Any = {"model": f"{table}/plain", "max_tokens": 99, "messages": ask()}
    with client.messages.stream(**asked) as stream:
        pieces = list(stream.text_stream)
        whole = stream.get_final_message()
    plain = client.messages.create(**asked)
    assert tuple(pieces) == script.HELLO
    assert text_of(whole) == text_of(plain) == script.GREETING
    assert (whole.stop_reason, whole.usage.output_tokens) == ("end_turn", script.OUTPUT)
    assert whole.usage.input_tokens == plain.usage.input_tokens
    assert whole.usage.cache_read_input_tokens == script.CACHED


def test_the_asynchronous_client_plain_and_streamed_at_once(house: House) -> None:
    async def plain(client: anthropic.AsyncAnthropic, table: str) -> str:
        return text_of(await client.messages.create(model=f"{table}/plain", max_tokens=9, messages=ask()))

    async def streamed(client: anthropic.AsyncAnthropic, table: str) -> str:
        async with client.messages.stream(model=f"{table}/plain", max_tokens=9, messages=ask()) as stream:
            return text_of(await stream.get_final_message())

    async def scenario() -> list[str]:
        async with anthropic.AsyncAnthropic(
            base_url=house.gateway.address, api_key="own", max_retries=0, _strict_response_validation=True
        ) as client:
            return await asyncio.gather(*[how(client, table) for table in TABLES for how in (plain, streamed)])

    assert asyncio.run(scenario()) == [script.GREETING] * 8


def tools_called(client: anthropic.Anthropic, model: str, *, stream: bool, **more: Any) -> Any:
    asked: Any = {"model": model, "max_tokens": 99, "messages": ask("The weather?"), "tools": [WEATHER]} | more
    if not stream:
        return client.messages.create(**asked)
    with client.messages.stream(**asked) as pieces:
        return pieces.get_final_message()


def told_back(client: anthropic.Anthropic, model: str, message: Any, **more: Any) -> str:
    """The loop's second half: the results of the calls, given in the order of the calls."""
    results = [
        {"type": "tool_result", "tool_use_id": block.id, "content": f"{len(block.input['city'])} degrees"}
        for block in message.content
        if block.type == "tool_use"
    ]
    turns: list[Any] = [
        *ask("The weather?"),
        {"role": "assistant", "content": message.content},
        {"role": "user", "content": results},
    ]
    return text_of(client.messages.create(model=model, max_tokens=99, messages=turns, tools=[WEATHER], **more))


@EVERYONE
@pytest.mark.parametrize("stream", [False, True])
def test_tools_are_called_side_by_side_and_their_results_heard(
    client: anthropic.Anthropic,
    table: str,
    stream: bool,  # noqa: FBT001 - a case
) -> None:
    message = tools_called(client, f"{table}/tools", stream=stream, tool_choice={"type": "any"})
    assert message.stop_reason == "tool_use"
    assert text_of(message) == "I look."
    calls = [block for block in message.content if block.type == "tool_use"]
    assert [(call.name, call.input) for call in calls] == [
        (script.TOOL, {"city": city}) for city in script.CITIES.values()
    ]
    assert told_back(client, f"{table}/tools", message) == "Paris: 5 degrees; Rome: 4 degrees"


@EVERYONE
@pytest.mark.parametrize("wish", seen.WISHES)
def test_a_choice_of_tools_reaches_the_provider_in_its_own_words(
    client: anthropic.Anthropic, house: House, table: str, wish: str
) -> None:
    tools_called(client, f"{table}/tools", stream=False, tool_choice={"type": wish})
    assert seen.choice(table, house.asked) == seen.WISHES[wish][table]


@pytest.mark.parametrize("table", ["responses", "claude", "gemini"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_signed_thought_survives_the_loop(
    client: anthropic.Anthropic,
    table: str,
    stream: bool,  # noqa: FBT001 - a case
) -> None:
    wish: Any = {"type": "enabled", "budget_tokens": 1024}
    message = tools_called(client, f"{table}/thinking", stream=stream, thinking=wish, max_tokens=2000)
    [thought] = [block for block in message.content if block.type == "thinking"]
    assert thought.thinking == script.THOUGHT
    assert told_back(client, f"{table}/thinking", message) == "Paris: 5 degrees; Rome: 4 degrees"


@EVERYONE
def test_an_image_reaches_the_provider_in_its_own_shape(client: anthropic.Anthropic, house: House, table: str) -> None:
    content: list[Any] = [{"type": "text", "text": "What is this?"}, seen.IMAGES["claude"]]
    client.messages.create(model=f"{table}/plain", max_tokens=9, messages=[{"role": "user", "content": content}])
    assert seen.shows_image(table, house.asked)


@EVERYONE
def test_a_document_reaches_the_provider(client: anthropic.Anthropic, house: House, table: str) -> None:
    data = base64.b64encode(seen.PAPER).decode()
    source: Any = {"type": "base64", "media_type": "application/pdf", "data": data}
    content: list[Any] = [{"type": "document", "source": source, "title": "Terms"}, {"type": "text", "text": "Sum up."}]
    client.messages.create(model=f"{table}/plain", max_tokens=9, messages=[{"role": "user", "content": content}])
    assert seen.shows_paper(table, house.asked)


class Verdict(BaseModel):
    """What a structured answer has to look like."""

    city: str
    degrees: int


@EVERYONE
def test_a_structured_answer_is_parsed(client: anthropic.Anthropic, house: House, table: str) -> None:
    asked: Any = {"model": f"{table}/structured", "max_tokens": 99, "messages": ask(), "output_format": Verdict}
    assert client.messages.parse(**asked).parsed_output == Verdict(**script.VERDICT)
    assert "degrees" in house.last.body.decode(), "the schema has reached the provider"
    with client.messages.stream(**asked) as stream:
        assert stream.get_final_message().parsed_output == Verdict(**script.VERDICT)


@EVERYONE
def test_why_an_answer_ended_is_told(client: anthropic.Anthropic, table: str) -> None:
    cut = client.messages.create(model=f"{table}/cut", max_tokens=5, messages=ask())
    assert (cut.stop_reason, text_of(cut)) == ("max_tokens", script.CUT)
    refused = client.messages.create(model=f"{table}/refusal", max_tokens=99, messages=ask())
    assert refused.stop_reason == "refusal"


@EVERYONE
def test_tokens_are_counted(client: anthropic.Anthropic, table: str) -> None:
    counted = client.messages.count_tokens(model=f"{table}/plain", system="Be kind.", messages=ask())
    assert counted.input_tokens > 0
    if table == "claude":
        assert counted.input_tokens == 10


TYPED = {
    400: anthropic.BadRequestError,
    401: anthropic.AuthenticationError,
    403: anthropic.PermissionDeniedError,
    404: anthropic.NotFoundError,
    429: anthropic.RateLimitError,
    500: anthropic.InternalServerError,
    529: anthropic.InternalServerError,
}


@EVERYONE
@pytest.mark.parametrize("status", TYPED)
def test_a_providers_error_is_the_clients_own(client: anthropic.Anthropic, table: str, status: int) -> None:
    with pytest.raises(anthropic.APIStatusError) as caught:
        client.messages.create(model=f"{table}/error-{status}", max_tokens=9, messages=ask())
    error = caught.value
    assert isinstance(error, TYPED[status]), error
    body: Any = error.body
    assert body["type"] == "error"
    assert set(body["error"]) >= {"type", "message"}
    number = error.response.headers["x-outlast-request-id"]
    if status == 429:
        assert (body["error"]["type"], error.response.headers["retry-after"]) == ("rate_limit_error", "7")
    if table != "claude":
        assert (body["request_id"], error.request_id) == (number, number)


@EVERYONE
@pytest.mark.parametrize("how", ["overloaded", "broken"])
def test_a_stream_that_fails_on_its_way_is_an_error_of_the_client(
    client: anthropic.Anthropic, table: str, how: str
) -> None:
    said: list[str] = []
    with (
        pytest.raises(anthropic.APIError),
        client.messages.stream(model=f"{table}/{how}", max_tokens=9, messages=ask()) as stream,
    ):
        said.extend(stream.text_stream)
    assert said, "what came before has reached the client"


def test_the_gateways_own_errors_are_typed_and_carry_the_requests_id(client: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.NotFoundError) as unknown:
        client.messages.create(model="nobody", max_tokens=9, messages=ask())
    wrong: Any = [{"role": "user", "content": [{"type": "image"}]}]
    with pytest.raises(anthropic.BadRequestError) as malformed:
        client.messages.create(model="chat/plain", max_tokens=9, messages=wrong)
    for caught in (unknown, malformed):
        assert caught.value.request_id == caught.value.response.headers["x-outlast-request-id"]
    body: Any = unknown.value.body
    assert body["error"]["type"] == "not_found_error"


@pytest.mark.parametrize("table", ["chat", "responses"])
def test_what_is_lost_is_named_and_refused_where_the_caller_is_strict(client: anthropic.Anthropic, table: str) -> None:
    asked: Any = {"model": f"{table}/plain", "max_tokens": 9, "messages": ask(), "top_k": 4}
    asked = asked | {"extra_body": {"top_k": asked.pop("top_k")}}
    answer = client.messages.with_raw_response.create(**asked)
    assert "top_k" in answer.headers["x-outlast-dropped"].split(",")
    with pytest.raises(anthropic.BadRequestError) as caught:
        client.messages.create(**asked, extra_headers={"x-outlast-strict": "true"})
    assert "top_k" in caught.value.message


@pytest.mark.parametrize(("name", "served"), [("elder", "claude/plain"), ("ancient", "gemini/plain")])
def test_a_retired_target_gives_way_to_another_vendors_model(
    client: anthropic.Anthropic, name: str, served: str
) -> None:
    answer = client.messages.with_raw_response.create(model=name, max_tokens=9, messages=ask())
    assert text_of(answer.parse()) == script.GREETING
    assert answer.headers["x-outlast-served-model"] == served
    assert answer.headers["x-outlast-reason"] == "successor"
    with client.messages.stream(model=name, max_tokens=9, messages=ask()) as stream:
        assert text_of(stream.get_final_message()) == script.GREETING


def test_a_simulated_model_answers_streams_and_calls_tools(client: anthropic.Anthropic) -> None:
    asked: Any = {"model": SIMULATED, "max_tokens": 99, "messages": ask("What is 17 + 25?")}
    assert "42" in text_of(client.messages.create(**asked))
    with client.messages.stream(**asked) as stream:
        assert "42" in text_of(stream.get_final_message())
    asked["messages"] = ask("Use get_weather for Paris")
    message = client.messages.create(**asked, tools=[WEATHER])
    assert message.stop_reason == "tool_use"
    assert "city" in message.content[-1].input


@EVERYONE
def test_a_model_that_its_provider_calls_gone_is_replaced_in_the_same_call(
    client: anthropic.Anthropic, table: str
) -> None:
    name = f"fading-{table}"
    answer = client.messages.with_raw_response.create(model=name, max_tokens=9, messages=ask())
    assert text_of(answer.parse()) == script.GREETING
    headers = answer.headers
    assert headers["x-outlast-served-model"] == f"{SUCCESSORS[table]}/plain"
    assert headers["x-outlast-reason"] == "successor"
