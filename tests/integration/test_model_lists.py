"""The lists of models through Anthropic's and Google's real clients."""

import datetime as dt
import json

import anthropic
import pytest
from google import genai
from google.genai.errors import ClientError
from google.genai.types import HttpOptions
from tests.integration.http_house import House, serve
from tests.integration.test_models_endpoint import CALLERS, OFFERS, ROUTES

from outlast.gateway.call import Handler
from outlast.web.models import GOOGLES, ListModels, OneModel

ALL: dict[str, Handler] = {**ROUTES, "/v1beta/models": ListModels(OFFERS, CALLERS), GOOGLES: OneModel(OFFERS, CALLERS)}
NAMES = [offer.shown.id for offer in OFFERS.listed()]
LATEST = "openai/chatgpt-4o-latest"


def claude(house: House) -> anthropic.AsyncAnthropic:
    host, port = house.address
    return anthropic.AsyncAnthropic(base_url=f"http://{host}:{port}", api_key="any", max_retries=0)


def google(house: House) -> genai.Client:
    host, port = house.address
    return genai.Client(api_key="any", http_options={"base_url": f"http://{host}:{port}"})


@pytest.mark.parametrize("limit", [None, 7, 1000])
def test_anthropics_client_lists_everything_page_by_page(limit: int | None) -> None:
    async def scenario(house: House) -> None:
        async with claude(house) as api:
            listed = api.models.list() if limit is None else api.models.list(limit=limit)
            models = [model async for model in listed]
        assert [model.id for model in models] == NAMES
        first = models[0]
        assert (first.id, first.type, first.lifecycle) == ("chatgpt-4o-latest", "model", "deprecated")
        assert first.retires_at == dt.datetime(2026, 2, 17, tzinfo=dt.UTC)
        assert first.deprecated_at is not None

    serve(scenario, routes=ALL)


def test_anthropics_client_pages_backwards() -> None:
    async def scenario(house: House) -> None:
        async with claude(house) as api:
            page = await api.models.list(limit=3, before_id=NAMES[5])
        assert [model.id for model in page.data] == NAMES[2:5]
        assert page.has_more

    serve(scenario, routes=ALL)


def test_anthropics_client_retrieves_one_and_is_told_of_none_in_its_words() -> None:
    async def scenario(house: House) -> None:
        async with claude(house) as api:
            model = await api.models.retrieve(LATEST)
            with pytest.raises(anthropic.NotFoundError) as caught:
                await api.models.retrieve("openai/nothing")
            with pytest.raises(anthropic.BadRequestError):
                await api.models.list(limit=0)
        assert (model.id, model.max_tokens) == (LATEST, 16384)
        assert model.to_dict()["successor"]
        assert caught.value.type == "not_found_error"

    serve(scenario, routes=ALL)


@pytest.mark.parametrize("size", [None, 7])
def test_googles_client_lists_everything_page_by_page(size: int | None) -> None:
    async def scenario(house: House) -> None:
        api = google(house).aio
        pager = await api.models.list(config={} if size is None else {"page_size": size})
        models = [model async for model in pager]
        assert [model.name for model in models] == [f"models/{name}" for name in NAMES]
        first = models[0]
        assert first.supported_actions == ["generateContent", "countTokens"]
        assert "ends 2026-02-17" in (first.description or "")
        await api.aclose()

    serve(scenario, routes=ALL)


@pytest.mark.parametrize("version", ["v1", "v1beta"])
def test_googles_client_gets_one_and_is_told_of_none_in_its_words(version: str) -> None:
    async def scenario(house: House) -> None:
        host, port = house.address
        at = HttpOptions(base_url=f"http://{host}:{port}", api_version=version)
        api = genai.Client(api_key="any", http_options=at).aio
        model = await api.models.get(model=LATEST)
        with pytest.raises(ClientError) as caught:
            await api.models.get(model="openai/nothing")
        assert (model.name, model.output_token_limit) == (f"models/{LATEST}", 16384)
        assert (caught.value.code, caught.value.status) == (404, "NOT_FOUND")
        await api.aclose()

    serve(scenario, routes=ALL)


def test_a_key_in_the_query_is_a_key() -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        answer = await caller.ask(b"GET /v1beta/models?key=any&pageSize=2 HTTP/1.1\r\nhost: x\r\n\r\n")
        assert len(json.loads(answer.body)["models"]) == 2

    serve(scenario, routes=ALL)


def test_without_a_vendors_header_the_list_is_openais() -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        answer = await caller.ask(b"GET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n")
        assert json.loads(answer.body)["object"] == "list"

    serve(scenario, routes=ALL)
