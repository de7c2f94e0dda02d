"""Which models are offered on a day, and what is said of each."""

import asyncio
import datetime as dt

import msgspec
import pytest
from tests.unit.web.paper import PaperReply, call_of

from outlast.catalog.store import Catalog, open_catalog
from outlast.settings import CatalogSettings, ModelSettings, ProviderSettings, Settings, UserClaim, UserModel
from outlast.testing.gateway import keyless
from outlast.web.models import ListModels, Offers, OneModel
from outlast.web.offer import ModelObject

END = dt.date(2026, 6, 1)
BEFORE, AFTER = END - dt.timedelta(days=1), END


def claim(model: str, event: str, day: dt.date, precision: str = "exact", surface: str = "api") -> UserClaim:
    return UserClaim(model=f"acme/{model}", event=event, date=day, precision=precision, surface=surface, source="test")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """old ends on END, for next; vague some time then; elsewhere is offered on azure only; undated has no dates."""
    return open_catalog(
        CatalogSettings(
            claims=(
                claim("old", "released", dt.date(2024, 5, 13)),
                claim("old", "deprecated", END - dt.timedelta(days=90)),
                claim("old", "retired", END),
                claim("vague", "released", dt.date(2024, 5, 13)),
                claim("vague", "retired", END, "not_before"),
                claim("next", "released", dt.date(2026, 1, 1)),
                claim("later", "released", dt.date(2027, 1, 1)),
                claim("elsewhere", "released", dt.date(2024, 5, 13), surface="azure"),
            ),
            models={"acme/old": UserModel(successor="acme/next"), "acme/undated": UserModel(context_window=1000)},
        )
    )


SETTINGS = Settings(
    providers={"mine": ProviderSettings(kind="scripted", catalog="acme")},
    models={
        "support": ModelSettings(declared="mine/old", successor="mine/vague"),
        "mine/next": ModelSettings(declared="mine/old"),
    },
)


def offers(catalog: Catalog, day: dt.date, settings: Settings = SETTINGS) -> Offers:
    return Offers(settings, catalog, lambda: day)


def listed(catalog: Catalog, day: dt.date, settings: Settings = SETTINGS) -> dict[str, ModelObject]:
    reply = PaperReply()
    asyncio.run(ListModels(offers(catalog, day, settings), keyless())(call_of("/v1/models"), reply))
    document = msgspec.json.decode(reply.body)
    assert document["object"] == "list"
    models = msgspec.convert(document["data"], list[ModelObject])
    return {model.id: model for model in models}


def test_virtual_models_come_first_then_the_living_ones_of_each_provider(catalog: Catalog) -> None:
    assert list(listed(catalog, BEFORE)) == ["support", "mine/next", "mine/old", "mine/undated", "mine/vague"]


def test_a_model_leaves_the_list_on_the_day_of_its_end(catalog: Catalog) -> None:
    assert list(listed(catalog, AFTER)) == ["support", "mine/next", "mine/undated", "mine/vague"]


def test_a_direct_model_is_told_with_its_life(catalog: Catalog) -> None:
    assert listed(catalog, BEFORE)["mine/old"] == ModelObject(
        id="mine/old",
        created=1715558400,
        owned_by="acme",
        status="deprecated",
        surface="api",
        ends=END,
        precision="exact",
        shutdown_date=END,
        successor="mine/next",
    )


def test_a_virtual_model_is_told_with_the_life_of_its_target_and_its_own_successor(catalog: Catalog) -> None:
    shown = listed(catalog, BEFORE)["support"]
    assert (shown.owned_by, shown.target, shown.successor) == ("outlast", "mine/old", "mine/vague")
    assert (shown.status, shown.shutdown_date) == ("deprecated", END)


def test_a_declared_successor_that_is_dead_itself_is_passed_over(catalog: Catalog) -> None:
    models = {"support": ModelSettings(declared="mine/vague", successor=("mine/old", "mine/next"))}
    shown = listed(catalog, AFTER, Settings(providers=SETTINGS.providers, models=models))["support"]
    assert shown.successor == "mine/next"


def test_a_virtual_model_hides_a_direct_one_of_its_name(catalog: Catalog) -> None:
    assert listed(catalog, BEFORE)["mine/next"].target == "mine/old"


def test_an_end_that_is_not_exact_is_shown_and_is_no_shutdown(catalog: Catalog) -> None:
    shown = listed(catalog, BEFORE)["mine/vague"]
    assert (shown.ends, shown.precision, shown.shutdown_date) == (END, "not_before", None)


def test_a_provider_lists_by_its_own_surface(catalog: Catalog) -> None:
    settings = Settings(providers={"cloud": ProviderSettings(kind="scripted", catalog="acme", surface="azure")})
    assert list(listed(catalog, BEFORE, settings)) == ["cloud/elsewhere", "cloud/undated"]


def test_without_providers_the_list_is_empty(catalog: Catalog) -> None:
    assert listed(catalog, BEFORE, Settings()) == {}


def test_the_list_is_worked_out_once_a_day(catalog: Catalog) -> None:
    today = [BEFORE]
    offered = Offers(SETTINGS, catalog, lambda: today[0])
    first = offered.document()
    assert offered.document() is first
    today[0] = AFTER
    assert offered.document() != first


def asked(catalog: Catalog, name: str, day: dt.date = BEFORE, *, key_required: bool = False) -> PaperReply:
    reply = PaperReply()
    handler = OneModel(offers(catalog, day), keyless(required=key_required))
    asyncio.run(handler(call_of(f"/v1/models/{name}"), reply))
    return reply


@pytest.mark.parametrize("name", ["support", "mine/old"])
def test_one_model_comes_with_the_headers_of_its_life(catalog: Catalog, name: str) -> None:
    reply = asked(catalog, name)
    headers = dict(reply.headers)
    assert (reply.status, msgspec.json.decode(reply.body)["id"]) == (200, name)
    assert headers["x-outlast-requested-model"] == name
    assert headers["sunset"] == "Mon, 01 Jun 2026 00:00:00 GMT"
    assert headers["deprecation"].startswith("@")
    assert headers["link"].endswith('rel="successor-version"')


def test_a_retired_model_is_still_told_of(catalog: Catalog) -> None:
    document = msgspec.json.decode(asked(catalog, "mine/old", AFTER).body)
    assert (document["status"], document["successor"]) == ("retired", "mine/next")


@pytest.mark.parametrize("name", ["suport", "mine/olt", "acme/old", "nothing", "mine/"])
def test_an_unknown_model_is_a_404_that_names_the_closest(catalog: Catalog, name: str) -> None:
    reply = asked(catalog, name)
    error = msgspec.json.decode(reply.body)["error"]
    assert (reply.status, error["code"], error["param"]) == (404, "model_not_found", "model")
    if name == "suport":
        assert "support" in error["message"]


def test_a_required_key_is_required_here_too(catalog: Catalog) -> None:
    assert asked(catalog, "support", key_required=True).status == 401
    reply = PaperReply()
    asyncio.run(ListModels(offers(catalog, BEFORE), keyless(required=True))(call_of("/v1/models"), reply))
    assert reply.status == 401


def test_a_long_name_is_not_repeated_in_full(catalog: Catalog) -> None:
    reply = PaperReply()
    asyncio.run(OneModel(offers(catalog, BEFORE), keyless())(call_of("/v1/models/" + "x" * 60_000), reply))
    assert reply.status == 404
    assert len(reply.body) + sum(len(value) for _, value in reply.headers) < 2000
