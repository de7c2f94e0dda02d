"""The list of models through the real OpenAI client."""

import datetime as dt

import openai
import pytest
from tests.integration.http_house import House, serve

from outlast.catalog.store import open_catalog
from outlast.gateway.call import Handler
from outlast.settings import ModelSettings, ProviderSettings, Settings
from outlast.testing.gateway import keyless
from outlast.web.models import PREFIX, ListModels, Offers, OneModel

SETTINGS = Settings(
    providers={
        "openai": ProviderSettings(kind="scripted"),
        "azure": ProviderSettings(kind="scripted", surface="azure"),
    },
    models={"chatgpt-4o-latest": ModelSettings(declared="openai/chatgpt-4o-latest", successor="chain")},
)
OFFERS = Offers(SETTINGS, open_catalog(), lambda: dt.date(2026, 2, 10))
CALLERS = keyless()
ROUTES: dict[str, Handler] = {"/v1/models": ListModels(OFFERS, CALLERS), PREFIX: OneModel(OFFERS, CALLERS)}


def client(house: House) -> openai.AsyncOpenAI:
    host, port = house.address
    return openai.AsyncOpenAI(base_url=f"http://{host}:{port}/v1", api_key="any", max_retries=0)


def test_the_client_lists_what_can_be_called() -> None:
    async def scenario(house: House) -> None:
        async with client(house) as api:
            models = [model async for model in api.models.list()]
        assert models[0].id == "chatgpt-4o-latest"
        assert models[0].owned_by == "outlast"
        assert {"openai/gpt-4o", "openai/chatgpt-4o-latest"} <= {model.id for model in models}
        assert {model.id.partition("/")[0] for model in models[1:]} == {"openai", "azure"}

    serve(scenario, routes=ROUTES)


@pytest.mark.parametrize("name", ["chatgpt-4o-latest", "openai/chatgpt-4o-latest"])
def test_the_client_retrieves_one_with_its_end(name: str) -> None:
    async def scenario(house: House) -> None:
        async with client(house) as api:
            raw = await api.models.with_raw_response.retrieve(name)
        model = raw.parse()
        assert model.id == name
        assert model.shutdown_date == "2026-02-17"
        assert (model.model_extra or {})["status"] == "deprecated"
        assert raw.headers["sunset"] == "Tue, 17 Feb 2026 00:00:00 GMT"

    serve(scenario, routes=ROUTES)


def test_the_client_raises_not_found_with_the_closest_name() -> None:
    async def scenario(house: House) -> None:
        async with client(house) as api:
            with pytest.raises(openai.NotFoundError, match="chatgpt-4o-latest") as raised:
                await api.models.retrieve("chatgpt-4o-lates")
        assert raised.value.code == "model_not_found"
        assert raised.value.response.headers["x-outlast-request-id"]

    serve(scenario, routes=ROUTES)
