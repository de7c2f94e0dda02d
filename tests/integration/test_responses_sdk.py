"""OpenAI's own client, unchanged, through a gateway process: responses of every dialect's providers, and kept ones."""

import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from pydantic import BaseModel
from tests.integration.gateway_process import LIVING, SCRIPTED, Gateway, running
from tests.integration.played import script, seen
from tests.integration.played.house import SUCCESSORS, TABLES, House, playing_house

pytestmark = pytest.mark.server


def client(gateway: Gateway, key: str = "ada") -> openai.OpenAI:
    return openai.OpenAI(base_url=gateway.base_url, api_key=key, max_retries=0)


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    with running(tmp_path, SCRIPTED) as gateway:
        yield gateway


def test_a_conversation_is_kept_fetched_listed_gone_on_from_and_deleted(gateway: Gateway) -> None:
    with client(gateway) as ada, client(gateway, "bob") as bob:
        _talk(ada, bob)


def _talk(ada: openai.OpenAI, bob: openai.OpenAI) -> None:
    first = ada.responses.create(model=LIVING, input="Hello", instructions="Be brief.")
    second = ada.responses.create(model=LIVING, input="And?", previous_response_id=first.id)

    assert (second.previous_response_id, second.to_dict()["store"]) == (first.id, True)
    assert ada.responses.retrieve(first.id) == first
    [item] = ada.responses.input_items.list(second.id).data
    assert item.type == "message"
    for call in (bob.responses.retrieve, bob.responses.delete, bob.responses.cancel, bob.responses.input_items.list):
        with pytest.raises(openai.NotFoundError):
            call(first.id)
    with pytest.raises(openai.BadRequestError) as caught:
        bob.responses.create(model=LIVING, input="And?", previous_response_id=first.id)
    assert (caught.value.code, caught.value.param) == ("previous_response_not_found", "previous_response_id")

    ada.responses.delete(first.id)
    with pytest.raises(openai.NotFoundError):
        ada.responses.retrieve(first.id)


def test_a_streamed_response_is_kept_and_one_that_is_not_to_be_stored_is_not(gateway: Gateway) -> None:
    with client(gateway) as ada:
        with ada.responses.stream(model=LIVING, input="Hello") as stream:
            kept = stream.get_final_response()
        with ada.responses.stream(model=LIVING, input="Hello", store=False) as stream:
            lost = stream.get_final_response()

        assert ada.responses.retrieve(kept.id).output_text == kept.output_text
        assert lost.to_dict()["store"] is False
        with pytest.raises(openai.NotFoundError):
            ada.responses.retrieve(lost.id)


def test_a_response_outlives_a_gateway_that_is_killed_as_soon_as_it_has_answered(gateway: Gateway) -> None:
    with client(gateway) as ada:
        made = ada.responses.create(model=LIVING, input="Hello")
    gateway.kill()
    gateway.start()
    with client(gateway) as ada:
        assert ada.responses.retrieve(made.id) == made


def test_an_answer_that_cannot_be_kept_is_given_and_says_so(gateway: Gateway) -> None:
    (gateway.folder / "outlast.db.responses.db").mkdir()
    with client(gateway) as ada:
        made = ada.responses.create(model=LIVING, input="Hello")
        with pytest.raises(openai.InternalServerError) as caught:
            ada.responses.retrieve(made.id)

    assert made.to_dict()["store"] is False
    assert made.output_text
    assert caught.value.code == "ledger_unavailable"


# Providers of every dialect.

RETIRED = """
[models.elder]
target = "openai/gpt-4-32k"
successor = ["claude/plain"]

[models.ancient]
target = "openai/gpt-4-32k"
successor = ["gemini/plain"]
"""
PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
WEATHER: Any = {
    "type": "function",
    "name": script.TOOL,
    "description": "The weather of a city.",
    "parameters": PARAMETERS,
    "strict": True,
}
EVERYONE = pytest.mark.parametrize("table", TABLES)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with playing_house(tmp_path_factory.mktemp("responses"), RETIRED) as house:
        yield house


@pytest.fixture(scope="module")
def strict(house: House) -> Iterator[openai.OpenAI]:
    base_url = house.gateway.base_url
    with openai.OpenAI(base_url=base_url, api_key="own", max_retries=0, _strict_response_validation=True) as client:
        yield client


@EVERYONE
def test_a_plain_answer_with_its_usage(strict: openai.OpenAI, house: House, table: str) -> None:
    answer = strict.responses.create(model=f"{table}/plain", input="Hello?", instructions="Be kind.")
    assert (answer.status, answer.output_text) == ("completed", script.GREETING)
    usage = answer.usage
    assert usage is not None
    assert (usage.input_tokens, usage.output_tokens) == (script.INPUT, script.OUTPUT)
    assert (usage.total_tokens, usage.input_tokens_details.cached_tokens) == (29, script.CACHED)
    assert answer.instructions == "Be kind."
    assert "Be kind." in house.last.body.decode()


@EVERYONE
def test_a_stream_says_the_same_as_a_plain_answer(strict: openai.OpenAI, table: str) -> None:
    with strict.responses.stream(model=f"{table}/plain", input="Hello?") as stream:
        events = list(stream)
        whole = stream.get_final_response()
    assert tuple(each.delta for each in events if each.type == "response.output_text.delta") == script.HELLO
    assert [each.sequence_number for each in events] == list(range(len(events)))
    assert (whole.status, whole.output_text) == ("completed", script.GREETING)
    assert whole.usage is not None
    assert whole.usage.output_tokens == script.OUTPUT


def test_the_asynchronous_client_plain_and_streamed_at_once(house: House) -> None:
    async def plain(client: openai.AsyncOpenAI, table: str) -> str:
        return (await client.responses.create(model=f"{table}/plain", input="Hello?")).output_text

    async def streamed(client: openai.AsyncOpenAI, table: str) -> str:
        async with client.responses.stream(model=f"{table}/plain", input="Hello?") as stream:
            return (await stream.get_final_response()).output_text

    async def scenario() -> list[str]:
        async with openai.AsyncOpenAI(
            base_url=house.gateway.base_url, api_key="own", max_retries=0, _strict_response_validation=True
        ) as client:
            return await asyncio.gather(*[how(client, table) for table in TABLES for how in (plain, streamed)])

    assert asyncio.run(scenario()) == [script.GREETING] * 8


def tools_called(client: openai.OpenAI, model: str, *, stream: bool, **more: Any) -> Any:
    asked: Any = {"model": model, "input": "The weather?", "tools": [WEATHER]} | more
    if not stream:
        return client.responses.create(**asked)
    with client.responses.stream(**asked) as events:
        return events.get_final_response()


def results_of(answer: Any) -> list[Any]:
    return [
        {
            "type": "function_call_output",
            "call_id": item.call_id,
            "output": f"{len(json.loads(item.arguments)['city'])} degrees",
        }
        for item in answer.output
        if item.type == "function_call"
    ]


@EVERYONE
@pytest.mark.parametrize("stream", [False, True])
def test_tools_are_called_side_by_side_and_their_results_heard(
    strict: openai.OpenAI,
    table: str,
    stream: bool,  # noqa: FBT001 - a case
) -> None:
    model = f"{table}/tools"
    answer = tools_called(strict, model, stream=stream, parallel_tool_calls=True)
    assert answer.output_text == "I look."
    calls = [(item.name, json.loads(item.arguments)) for item in answer.output if item.type == "function_call"]
    assert calls == [(script.TOOL, {"city": city}) for city in script.CITIES.values()]
    told = "Paris: 5 degrees; Rome: 4 degrees"
    kept = strict.responses.create(
        model=model, input=results_of(answer), previous_response_id=answer.id, tools=[WEATHER]
    )
    assert kept.output_text == told, "the gateway keeps the conversation"
    said = [item.model_dump(exclude_none=True, exclude={"parsed_arguments"}) for item in answer.output]
    whole: Any = [{"role": "user", "content": "The weather?"}, *said, *results_of(answer)]
    sent = strict.responses.create(model=model, input=whole, tools=[WEATHER], store=False)
    assert sent.output_text == told, "the client keeps the conversation"


@EVERYONE
@pytest.mark.parametrize("wish", seen.WISHES)
def test_a_choice_of_tools_reaches_the_provider_in_its_own_words(
    strict: openai.OpenAI, house: House, table: str, wish: str
) -> None:
    tools_called(strict, f"{table}/tools", stream=False, tool_choice=seen.WISHES[wish]["responses"])
    assert seen.choice(table, house.asked) == seen.WISHES[wish][table]


@pytest.mark.parametrize("table", ["responses", "claude", "gemini"])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("kept", [False, True])
def test_a_signed_thought_survives_the_loop(
    strict: openai.OpenAI,
    table: str,
    stream: bool,  # noqa: FBT001 - a case
    kept: bool,  # noqa: FBT001 - a case
) -> None:
    model, wish = f"{table}/thinking", {"effort": "low", "summary": "auto"}
    more: Any = {"reasoning": wish, "include": ["reasoning.encrypted_content"]}
    answer = tools_called(strict, model, stream=stream, **more)
    [thought] = [item for item in answer.output if item.type == "reasoning"]
    assert [part.text for part in thought.summary] == [script.THOUGHT]
    if kept:
        asked: Any = {"input": results_of(answer), "previous_response_id": answer.id}
    else:
        said = [item.model_dump(exclude_none=True, exclude={"parsed_arguments"}) for item in answer.output]
        asked = {"input": [{"role": "user", "content": "The weather?"}, *said, *results_of(answer)]}
    told = strict.responses.create(model=model, tools=[WEATHER], **asked, **more)
    assert told.output_text == "Paris: 5 degrees; Rome: 4 degrees"


@EVERYONE
def test_an_image_reaches_the_provider_in_its_own_shape(strict: openai.OpenAI, house: House, table: str) -> None:
    content: Any = [{"type": "input_text", "text": "What is this?"}, seen.IMAGES["responses"]]
    strict.responses.create(model=f"{table}/plain", input=[{"role": "user", "content": content}])
    assert seen.shows_image(table, house.asked)


@EVERYONE
def test_a_document_reaches_the_provider(strict: openai.OpenAI, house: House, table: str) -> None:
    data = f"data:application/pdf;base64,{base64.b64encode(seen.PAPER).decode()}"
    content: Any = [
        {"type": "input_file", "filename": "terms.pdf", "file_data": data},
        {"type": "input_text", "text": "Sum up."},
    ]
    strict.responses.create(model=f"{table}/plain", input=[{"role": "user", "content": content}])
    assert seen.shows_paper(table, house.asked)


class Verdict(BaseModel):
    """What a structured answer has to look like."""

    city: str
    degrees: int


@EVERYONE
def test_a_structured_answer_is_parsed(strict: openai.OpenAI, house: House, table: str) -> None:
    asked: Any = {"model": f"{table}/structured", "input": "Judge.", "text_format": Verdict}
    assert strict.responses.parse(**asked).output_parsed == Verdict(**script.VERDICT)
    assert "degrees" in house.last.body.decode(), "the schema has reached the provider"
    with strict.responses.stream(**asked) as stream:
        assert stream.get_final_response().output_parsed == Verdict(**script.VERDICT)


@EVERYONE
def test_why_an_answer_ended_is_told(strict: openai.OpenAI, table: str) -> None:
    cut = strict.responses.create(model=f"{table}/cut", input="Tell.")
    assert (cut.status, cut.output_text) == ("incomplete", script.CUT)
    assert cut.incomplete_details is not None
    assert cut.incomplete_details.reason == "max_output_tokens"
    refused = strict.responses.create(model=f"{table}/refusal", input="Tell.")
    details = refused.incomplete_details
    assert script.NO in refused.model_dump_json() or details is not None
    assert table in ("chat", "responses") or (details is not None and details.reason == "content_filter")


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
def test_a_providers_error_is_the_clients_own(strict: openai.OpenAI, table: str, status: int) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        strict.responses.create(model=f"{table}/error-{status}", input="Hello?")
    error = caught.value
    assert isinstance(error, TYPED[status]), error
    assert error.request_id == error.response.headers["x-outlast-request-id"]
    assert status != 429 or error.response.headers["retry-after"] == "7"


@EVERYONE
@pytest.mark.parametrize("how", ["overloaded", "broken"])
def test_a_stream_that_fails_on_its_way_says_so(strict: openai.OpenAI, table: str, how: str) -> None:
    said: list[Any] = []
    try:
        with strict.responses.create(model=f"{table}/{how}", input="Hello?", stream=True) as stream:
            said.extend(stream)
    except openai.APIError as error:
        assert error.message  # noqa: PT017 - either of the API's two ways of failing
    else:
        assert said[-1].type in ("response.failed", "error")
    assert any(each.type == "response.output_text.delta" for each in said)
    assert not any(each.type == "response.completed" for each in said)


@pytest.mark.parametrize("table", ["chat", "claude", "gemini"])
def test_what_is_lost_is_named_and_refused_where_the_caller_is_strict(strict: openai.OpenAI, table: str) -> None:
    asked: Any = {"model": f"{table}/plain", "input": "Hello?", "max_tool_calls": 3}
    answer = strict.responses.with_raw_response.create(**asked)
    assert "max_tool_calls" in answer.headers["x-outlast-dropped"].split(",")
    with pytest.raises(openai.BadRequestError) as caught:
        strict.responses.create(**asked, extra_headers={"x-outlast-strict": "true"})
    assert caught.value.code == "untranslatable"


@pytest.mark.parametrize(("name", "served"), [("elder", "claude/plain"), ("ancient", "gemini/plain")])
def test_a_retired_target_gives_way_to_another_vendors_model(strict: openai.OpenAI, name: str, served: str) -> None:
    answer = strict.responses.with_raw_response.create(model=name, input="Hello?")
    assert answer.parse().output_text == script.GREETING
    assert answer.headers["x-outlast-served-model"] == served
    assert answer.headers["x-outlast-reason"] == "successor"
    with strict.responses.stream(model=name, input="Hello?") as stream:
        assert stream.get_final_response().output_text == script.GREETING


@EVERYONE
def test_a_model_that_its_provider_calls_gone_is_replaced_in_the_same_call(strict: openai.OpenAI, table: str) -> None:
    name = f"fading-{table}"
    answer = strict.responses.with_raw_response.create(model=name, input="Hello?")
    assert answer.parse().output_text == script.GREETING
    headers = answer.headers
    assert headers["x-outlast-served-model"] == f"{SUCCESSORS[table]}/plain"
    assert headers["x-outlast-reason"] == "successor"
