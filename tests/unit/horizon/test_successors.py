"""Who takes over: the operator's word, then the catalogue's."""

from tests.unit.horizon.world import TODAY, configured, seen

from outlast.catalog.store import Catalog
from outlast.horizon.dependants import Dependant, dependants
from outlast.horizon.successors import Successor, successor_of
from outlast.settings import ModelSettings


def chosen(model: ModelSettings, knowledge: Catalog) -> Successor | None:
    settings = configured({"chat": model})
    (dependant,) = dependants(settings, [], knowledge)
    return successor_of(dependant, settings.providers, knowledge, TODAY)


def test_the_first_declared_successor_alive_on_the_day_is_chosen(knowledge: Catalog) -> None:
    found = chosen(ModelSettings(declared="acme/soon", successor=("acme/past", "cloud/late", "acme/new")), knowledge)
    assert found is not None
    assert (found.ref, found.target, found.basis, found.passed) == (
        "acme/late",
        "cloud/late",
        "declared",
        ("acme/past",),
    )


def test_a_declared_successor_whose_end_is_not_exact_is_still_asked_and_so_still_shown(knowledge: Catalog) -> None:
    found = chosen(ModelSettings(declared="acme/soon", successor=("acme/rumoured", "acme/new")), knowledge)
    assert found is not None
    assert (found.ref, found.standing.status, found.standing.unsure) == ("acme/rumoured", "retired", True)


def test_without_a_living_declared_one_the_chains_living_end_is_recommended(knowledge: Catalog) -> None:
    found = chosen(ModelSettings(declared="acme/soon", successor="acme/past"), knowledge)
    assert found is not None
    assert (found.ref, found.target, found.basis, found.passed) == ("acme/new", None, "recommended", ("acme/past",))


def test_an_operator_who_follows_the_chain_has_declared_it(knowledge: Catalog) -> None:
    found = chosen(ModelSettings(declared="acme/soon", successor="chain"), knowledge)
    assert found is not None
    assert (found.ref, found.basis) == ("acme/new", "chain")


def test_none_is_known_where_nobody_names_one(knowledge: Catalog) -> None:
    assert chosen(ModelSettings(declared="acme/late"), knowledge) is None


def test_a_direct_model_gets_the_chains_recommendation(knowledge: Catalog) -> None:
    settings = configured()
    dependant: Dependant
    (dependant,) = dependants(settings, [seen("acme/soon", "acme/soon")], knowledge)
    found = successor_of(dependant, settings.providers, knowledge, TODAY)
    assert found is not None
    assert (found.ref, found.basis) == ("acme/new", "recommended")
