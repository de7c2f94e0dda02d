"""Google's own client, unchanged, its answers validated by pydantic, before providers of every dialect."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from google import genai
from google.genai import errors, types
from pydantic import BaseModel
from tests.integration.played import script, seen
from tests.integration.played.house import SUCCESSORS, TABLES, House, playing_house

pytestmark = pytest.mark.server

RETIRED = """
[models.elder]
target = "openai/gpt-4-32k"
successor = ["gemini/plain"]

[models.ancient]
target = "openai/gpt-4-32k"
successor = ["claude/plain"]
"""
WEATHER = types.Tool(
    function_declarations=[
        types.FunctionDeclaration(
            name=script.TOOL,
            description="The weather of a city.",
            parameters=types.Schema(
                type=types.Type.OBJECT, properties={"city": types.Schema(type=types.Type.STRING)}, required=["city"]
            ),
        )
    ]
)
SIMULATED = "openai/simulated-terse"
EVERYONE = pytest.mark.parametrize("table", TABLES)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with playing_house(tmp_path_factory.mktemp("google"), RETIRED) as house:
        yield house


@pytest.fixture(scope="module")
def client(house: House) -> Iterator[genai.Client]:
    with genai.Client(api_key="own", http_options=types.HttpOptions(base_url=house.gateway.address)) as client:
        yield client


def headers_of(answer: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.sdk_http_response.headers.items()}


@EVERYONE
def test_a_plain_answer_with_its_usage(client: genai.Client, house: House, table: str) -> None:
    config = types.GenerateContentConfig(system_instruction="Be kind.", max_output_tokens=99)
    answer = client.models.generate_content(model=f"{table}/plain", contents="Hello?", config=config)
    assert answer.text == script.GREETING
    assert answer.candidates is not None
    assert answer.candidates[0].finish_reason == types.FinishReason.STOP
    usage = answer.usage_metadata
    assert usage is not None
    assert (usage.prompt_token_count, usage.cached_content_token_count) == (script.INPUT, script.CACHED)
    assert (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0) == script.OUTPUT
    assert usage.total_token_count == script.INPUT + script.OUTPUT
    assert "Be kind." in house.last.body.decode()
    assert house.last.headers.get("x-goog-api-key") != "own"


@EVERYONE
def test_a_stream_says_the_same_as_a_plain_answer(client: genai.Client, table: str) -> None:
    pieces = list(client.models.generate_content_stream(model=f"{table}/plain", contents="Hello?"))
    assert tuple(piece.text for piece in pieces if piece.text) == script.HELLO
    last = pieces[-1]
    assert last.candidates is not None
    assert last.candidates[0].finish_reason == types.FinishReason.STOP
    assert last.usage_metadata is not None
    assert last.usage_metadata.total_token_count == script.INPUT + script.OUTPUT


def test_the_asynchronous_client_plain_and_streamed_at_once(house: House) -> None:
    async def plain(client: Any, table: str) -> str:
        return str((await client.models.generate_content(model=f"{table}/plain", contents="Hello?")).text)

    async def streamed(client: Any, table: str) -> str:
        pieces = await client.models.generate_content_stream(model=f"{table}/plain", contents="Hello?")
        return "".join([piece.text or "" async for piece in pieces])

    async def scenario() -> list[str]:
        options = types.HttpOptions(base_url=house.gateway.address)
        async with genai.Client(api_key="own", http_options=options).aio as client:
            return await asyncio.gather(*[how(client, table) for table in TABLES for how in (plain, streamed)])

    assert asyncio.run(scenario()) == [script.GREETING] * 8


def tools_called(client: genai.Client, model: str, *, stream: bool, **more: Any) -> list[types.Part]:
    """The parts of an answer that calls tools."""
    config = types.GenerateContentConfig(tools=[WEATHER], **more)
    if stream:
        answers = list(client.models.generate_content_stream(model=model, contents="The weather?", config=config))
    else:
        answers = [client.models.generate_content(model=model, contents="The weather?", config=config)]
    return [part for answer in answers for part in answer.parts or ()]


def told_back(client: genai.Client, model: str, parts: list[types.Part]) -> str:
    """The loop's second half, with the answer's own parts sent back as they came."""
    results = [
        types.Part(
            function_response=types.FunctionResponse(
                id=part.function_call.id,
                name=part.function_call.name,
                response={"result": f"{len((part.function_call.args or {})['city'])} degrees"},
            )
        )
        for part in parts
        if part.function_call
    ]
    turns: list[Any] = [
        types.Content(role="user", parts=[types.Part(text="The weather?")]),
        types.Content(role="model", parts=parts),
        types.Content(role="user", parts=results),
    ]
    config = types.GenerateContentConfig(tools=[WEATHER])
    return str(client.models.generate_content(model=model, contents=turns, config=config).text)


@EVERYONE
@pytest.mark.parametrize("stream", [False, True])
def test_tools_are_called_side_by_side_and_their_results_heard(
    client: genai.Client,
    table: str,
    stream: bool,  # noqa: FBT001 - a case
) -> None:
    parts = tools_called(client, f"{table}/tools", stream=stream)
    assert "".join(part.text or "" for part in parts) == "I look."
    calls = [part.function_call for part in parts if part.function_call]
    assert [(call.name, call.args) for call in calls] == [
        (script.TOOL, {"city": city}) for city in script.CITIES.values()
    ]
    assert all(city in told_back(client, f"{table}/tools", parts) for city in ("Paris: ", "Rome: "))


@EVERYONE
@pytest.mark.parametrize("wish", seen.WISHES)
def test_a_choice_of_tools_reaches_the_provider_in_its_own_words(
    client: genai.Client, house: House, table: str, wish: str
) -> None:
    mode = types.FunctionCallingConfigMode(str(seen.WISHES[wish]["gemini"]))
    choice = types.ToolConfig(function_calling_config=types.FunctionCallingConfig(mode=mode))
    tools_called(client, f"{table}/tools", stream=False, tool_config=choice)
    assert seen.choice(table, house.asked) == seen.WISHES[wish][table]


def test_the_client_calls_a_function_of_its_own_until_it_is_answered(client: genai.Client) -> None:
    def get_weather(city: str) -> str:
        """The weather of a city."""
        return f"{len(city)} degrees"

    config = types.GenerateContentConfig(tools=[get_weather])
    for table in TABLES:
        answer = client.models.generate_content(model=f"{table}/tools", contents="The weather?", config=config)
        assert "Paris: " in str(answer.text)
        assert "4 degrees" in str(answer.text)


@pytest.mark.parametrize("table", ["responses", "claude", "gemini"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_signed_thought_survives_the_loop(
    client: genai.Client,
    table: str,
    stream: bool,  # noqa: FBT001 - a case
) -> None:
    wish = types.ThinkingConfig(include_thoughts=True, thinking_budget=1024)
    parts = tools_called(client, f"{table}/thinking", stream=stream, thinking_config=wish)
    assert "".join(part.text or "" for part in parts if part.thought) == script.THOUGHT
    assert script.NOT_KEPT not in told_back(client, f"{table}/thinking", parts)


@EVERYONE
def test_an_image_reaches_the_provider_in_its_own_shape(client: genai.Client, house: House, table: str) -> None:
    image = types.Part.from_bytes(data=seen.PIXEL, mime_type="image/png")
    client.models.generate_content(model=f"{table}/plain", contents=["What is this?", image])
    assert seen.shows_image(table, house.asked)


@EVERYONE
def test_a_document_reaches_the_provider(client: genai.Client, house: House, table: str) -> None:
    paper = types.Part.from_bytes(data=seen.PAPER, mime_type="application/pdf")
    client.models.generate_content(model=f"{table}/plain", contents=[paper, "Sum up."])
    assert seen.shows_paper(table, house.asked)


class Verdict(BaseModel):
    """What a structured answer has to look like."""

    city: str
    degrees: int


@EVERYONE
def test_a_structured_answer_is_parsed(client: genai.Client, house: House, table: str) -> None:
    config = types.GenerateContentConfig(response_mime_type="application/json", response_schema=Verdict)
    answer = client.models.generate_content(model=f"{table}/structured", contents="Judge.", config=config)
    assert answer.parsed == Verdict(**script.VERDICT)
    assert "degrees" in house.last.body.decode(), "the schema has reached the provider"


@EVERYONE
def test_why_an_answer_ended_is_told(client: genai.Client, table: str) -> None:
    cut = client.models.generate_content(model=f"{table}/cut", contents="Tell.")
    assert cut.candidates is not None
    assert (cut.candidates[0].finish_reason, cut.text) == (types.FinishReason.MAX_TOKENS, script.CUT)
    refused = client.models.generate_content(model=f"{table}/refusal", contents="Tell.")
    assert refused.candidates is not None
    if table in ("chat", "responses"):  # a refusal in words, for which Google has no place but the text
        assert refused.text == script.NO
        assert headers_of(refused)["x-outlast-dropped"] == "messages.refusal"
    else:
        assert refused.candidates[0].finish_reason == types.FinishReason.SAFETY


@EVERYONE
def test_tokens_are_counted(client: genai.Client, table: str) -> None:
    counted = client.models.count_tokens(model=f"{table}/plain", contents="Hello?")
    assert counted.total_tokens
    assert table != "gemini" or counted.total_tokens == 10


@EVERYONE
@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 529])
def test_a_providers_error_is_the_clients_own(client: genai.Client, table: str, status: int) -> None:
    with pytest.raises(errors.APIError) as caught:
        client.models.generate_content(model=f"{table}/error-{status}", contents="Hello?")
    error = caught.value
    assert isinstance(error, errors.ClientError if status < 500 else errors.ServerError)
    assert error.status in (
        "INVALID_ARGUMENT", "UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_FOUND", "RESOURCE_EXHAUSTED", "INTERNAL",
        "UNAVAILABLE",
    )  # fmt: skip
    assert error.message
    headers = error.response.headers
    if status == 429:
        assert (error.status, headers["retry-after"]) == ("RESOURCE_EXHAUSTED", "7")
    if table != "gemini":
        assert headers["x-outlast-request-id"] in json.dumps(error.details)


@EVERYONE
@pytest.mark.parametrize("how", ["overloaded", "broken"])
def test_a_stream_that_fails_on_its_way_is_an_error_of_the_client(client: genai.Client, table: str, how: str) -> None:
    said: list[Any] = []
    with pytest.raises(errors.APIError) as caught:
        said.extend(client.models.generate_content_stream(model=f"{table}/{how}", contents="Hello?"))
    assert isinstance(caught.value, errors.ServerError)


def test_the_gateways_own_errors_are_typed_and_carry_the_requests_id(client: genai.Client) -> None:
    with pytest.raises(errors.ClientError) as caught:
        client.models.generate_content(model="nobody", contents="Hello?")
    error = caught.value
    assert (error.code, error.status) == (404, "NOT_FOUND")
    assert error.response.headers["x-outlast-request-id"] in json.dumps(error.details)


@pytest.mark.parametrize("table", ["chat", "responses", "claude"])
def test_what_is_lost_is_named_and_refused_where_the_caller_is_strict(client: genai.Client, table: str) -> None:
    safety = types.SafetySetting(
        category=types.HarmCategory.HARM_CATEGORY_HARASSMENT, threshold=types.HarmBlockThreshold.BLOCK_NONE
    )
    config = types.GenerateContentConfig(safety_settings=[safety])
    answer = client.models.generate_content(model=f"{table}/plain", contents="Hello?", config=config)
    assert "safetySettings" in headers_of(answer)["x-outlast-dropped"]
    config.http_options = types.HttpOptions(headers={"x-outlast-strict": "true"})
    with pytest.raises(errors.ClientError) as caught:
        client.models.generate_content(model=f"{table}/plain", contents="Hello?", config=config)
    assert caught.value.code == 400
    assert "safetySettings" in str(caught.value.message)


@pytest.mark.parametrize(("name", "served"), [("elder", "gemini/plain"), ("ancient", "claude/plain")])
def test_a_retired_target_gives_way_to_another_vendors_model(client: genai.Client, name: str, served: str) -> None:
    answer = client.models.generate_content(model=name, contents="Hello?")
    assert answer.text == script.GREETING
    headers = headers_of(answer)
    assert (headers["x-outlast-served-model"], headers["x-outlast-reason"]) == (served, "successor")
    pieces = client.models.generate_content_stream(model=name, contents="Hello?")
    assert "".join(piece.text or "" for piece in pieces) == script.GREETING


def test_a_chat_remembers_its_turns(client: genai.Client, house: House) -> None:
    for table in TABLES:
        chat = client.chats.create(model=f"{table}/plain")
        assert chat.send_message("First.").text == script.GREETING
        assert "".join(piece.text or "" for piece in chat.send_message_stream("Second.")) == script.GREETING
        said = json.dumps(house.asked, ensure_ascii=False)
        assert said.index("First.") < said.index(script.GREETING) < said.index("Second.")


def test_texts_become_vectors(client: genai.Client) -> None:
    made = client.models.embed_content(model="gemini/plain", contents=["one", "two"])
    assert made.embeddings is not None
    assert [each.values for each in made.embeddings] == [[0.0, 0.5], [1.0, 0.5]]


@pytest.mark.parametrize("version", ["v1", "v1beta"])
def test_a_verb_that_is_not_served_is_refused_in_googles_words(house: House, version: str) -> None:
    answer = house.gateway.ask("POST", f"/{version}/models/gemini/plain:predict", b"{}")
    error = answer.document["error"]
    assert (answer.status, error["code"], error["status"]) == (404, 404, "NOT_FOUND")
    assert "streamGenerateContent" in error["message"]


def test_a_simulated_model_answers_streams_and_calls_tools(client: genai.Client) -> None:
    ask = "What is 17 + 25?"
    assert "42" in str(client.models.generate_content(model=SIMULATED, contents=ask).text)
    pieces = client.models.generate_content_stream(model=SIMULATED, contents=ask)
    assert "42" in "".join(piece.text or "" for piece in pieces)
    config = types.GenerateContentConfig(tools=[WEATHER])
    answer = client.models.generate_content(model=SIMULATED, contents="Use get_weather for Paris", config=config)
    assert answer.function_calls
    assert "city" in (answer.function_calls[0].args or {})


@EVERYONE
def test_a_model_that_its_provider_calls_gone_is_replaced_in_the_same_call(client: genai.Client, table: str) -> None:
    name = f"fading-{table}"
    answer = client.models.generate_content(model=name, contents="Hello?")
    assert answer.text == script.GREETING
    headers = headers_of(answer)
    assert headers["x-outlast-served-model"] == f"{SUCCESSORS[table]}/plain"
    assert headers["x-outlast-reason"] == "successor"
