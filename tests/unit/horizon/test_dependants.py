"""Which names count as dependants, and whose traffic is whose."""

from tests.unit.horizon.world import configured, seen

from outlast.catalog.reference import Reference
from outlast.catalog.store import Catalog
from outlast.exchange import SeenModel
from outlast.horizon.dependants import dependants, recorded_of_model, recorded_of_name
from outlast.settings import ModelSettings

VIRTUAL = {"chat": ModelSettings(declared="acme/soon")}


def found(seen_models: list[SeenModel], knowledge: Catalog) -> dict[str, int]:
    settings = configured(VIRTUAL)
    return {one.name: one.recorded.calls for one in dependants(settings, seen_models, knowledge)}


def test_every_virtual_model_is_a_dependant_with_or_without_traffic(knowledge: Catalog) -> None:
    assert found([], knowledge) == {"chat": 0}
    calls = [seen("chat", "acme/soon", virtual=True, calls=2), seen("chat", "acme/new", virtual=True, calls=3)]
    assert found(calls, knowledge) == {"chat": 5}


def test_a_direct_model_that_was_called_is_a_dependant(knowledge: Catalog) -> None:
    assert found([seen("acme/late", "acme/late")], knowledge) == {"chat": 0, "acme/late": 1}


def test_a_direct_model_that_only_failed_counts_where_the_catalogue_knows_it(knowledge: Catalog) -> None:
    calls = [seen("acme/past", "acme/past", failed=1), seen("acme/misspelt", "acme/misspelt", failed=1)]
    assert found(calls, knowledge) == {"chat": 0, "acme/past": 1}


def test_a_direct_model_that_answered_counts_although_the_catalogue_does_not_know_it(knowledge: Catalog) -> None:
    assert found([seen("acme/private", "acme/private")], knowledge) == {"chat": 0, "acme/private": 1}


def test_names_that_nobody_was_called_for_and_virtual_names_no_longer_configured_are_left_out(
    knowledge: Catalog,
) -> None:
    calls = [seen("gpt-9000", "", failed=1), seen("former", "acme/new", virtual=True)]
    assert found(calls, knowledge) == {"chat": 0}


def test_a_name_that_is_virtual_today_owns_its_earlier_direct_traffic(knowledge: Catalog) -> None:
    settings = configured({"acme/late": ModelSettings(declared="acme/late")})
    (only,) = dependants(settings, [seen("acme/late", "acme/late", calls=4)], knowledge)
    assert (only.declared is not None, only.recorded.calls) == (True, 4)


def test_a_deployment_lives_by_its_surfaces_clock_under_its_models_name(knowledge: Catalog) -> None:
    settings = configured({"prod": ModelSettings(declared="cloud/my-deployment", catalog_model="acme/soon")})
    (only,) = dependants(settings, [], knowledge)
    assert only.behind == Reference("acme/soon", "azure")


def test_a_models_traffic_is_what_it_served_and_what_its_virtual_names_were_asked(knowledge: Catalog) -> None:
    calls = [
        seen("chat", "acme/new", virtual=True, calls=1),
        seen("other", "acme/soon", virtual=True, calls=10),
        seen("cloud/soon", "cloud/soon", calls=100),
        seen("acme/late", "acme/late", calls=1000),
    ]
    model = knowledge.find("acme/soon")
    assert model is not None
    assert recorded_of_model(model, configured(VIRTUAL), calls, knowledge).calls == 111
    assert recorded_of_name("chat", calls).calls == 1


def test_each_of_several_targets_is_a_dependant_with_a_clock_and_the_calls_that_it_served(knowledge: Catalog) -> None:
    settings = configured({"chat": ModelSettings(declared=("acme/soon", "cloud/soon"))})
    calls = [
        seen("chat", "acme/soon", virtual=True, calls=1),
        seen("chat", "cloud/soon", virtual=True, calls=20),
        seen("chat", "acme/new", virtual=True, calls=300),
    ]
    made = {one.target: one for one in dependants(settings, calls, knowledge)}
    assert {target: one.recorded.calls for target, one in made.items()} == {"acme/soon": 301, "cloud/soon": 20}
    assert made["cloud/soon"].behind == Reference("acme/soon", "azure")


def test_a_models_traffic_counts_a_name_of_several_targets_by_who_served(knowledge: Catalog) -> None:
    settings = configured({"chat": ModelSettings(declared=("acme/soon", "acme/late"))})
    calls = [
        seen("chat", "acme/soon", virtual=True, calls=1),
        seen("chat", "acme/late", virtual=True, calls=20),
        seen("chat", "acme/new", virtual=True, calls=300),
    ]
    for ref, counted in (("acme/soon", 301), ("acme/late", 20)):
        model = knowledge.find(ref)
        assert model is not None
        assert recorded_of_model(model, settings, calls, knowledge).calls == counted
