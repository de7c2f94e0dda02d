"""The operator's words win and what they override stays visible; what a gateway saw is shown and decides nothing."""

import datetime as dt
from decimal import Decimal

import pytest

from outlast.catalog.models import Model
from outlast.catalog.store import Catalog, open_catalog
from outlast.errors import SettingsInvalid
from outlast.exchange import Observation
from outlast.settings import CatalogSettings, UserClaim, UserModel

REF = "openai/gpt-4o"
EARLY = dt.date(2026, 11, 1)


def opened(*claims: UserClaim, own: UserModel | None = None) -> Catalog:
    return open_catalog(CatalogSettings(claims=claims, models={REF: own} if own else {}))


def entry(catalog: Catalog, ref: str = REF) -> Model:
    found = catalog.find(ref)
    assert found is not None
    return found


def test_a_claim_of_the_operator_decides_and_the_overridden_one_is_still_shown() -> None:
    catalog = opened(UserClaim(model=REF, event="retired", date=EARLY))
    found = catalog.standing(REF, "api", catalog.day)
    assert (found.status, found.ends) == ("retired", EARLY)
    assert found.decided_by is not None
    assert (found.decided_by.origin, found.decided_by.source) == ("user", "outlast.toml")
    overridden = [c for c in entry(catalog).claims if (c.event, c.surface, c.overtaken) == ("retired", "api", True)]
    assert [c.origin for c in overridden] == ["catalogue"]
    assert overridden[0] in found.conflicts


def test_a_claim_speaks_of_one_surface_and_event() -> None:
    catalog, plain = opened(UserClaim(model=REF, event="retired", date=EARLY)), open_catalog()
    for surface in ("azure", "chat-app"):
        assert catalog.standing(REF, surface, plain.day) == plain.standing(REF, surface, plain.day)
    assert catalog.standing(REF, "api", plain.day).deprecated == plain.standing(REF, "api", plain.day).deprecated


def test_a_claim_may_go_by_an_alias() -> None:
    catalog = opened(UserClaim(model="xai/grok-4", event="restored", date=EARLY))
    assert catalog.standing("xai/grok-4-0709", "api", catalog.day).status == "active"


def test_a_claim_may_speak_of_a_model_that_the_catalogue_lacks() -> None:
    catalog = opened(UserClaim(model="house/llama", event="retired", date=dt.date(2027, 1, 1)))
    assert catalog.standing("house/llama", "api", catalog.day).status == "deprecated"
    assert "house/llama" in [model.ref for model in catalog.models()]
    assert catalog.closest("house/lama")[0] == "house/llama"


def test_a_month_of_the_operators_counts_from_its_last_day() -> None:
    catalog = opened(UserClaim(model=REF, event="retired", date=dt.date(2026, 11, 3), precision="month"))
    found = catalog.standing(REF, "api", catalog.day)
    assert (found.ends, found.switches) == (dt.date(2026, 11, 30), False)


def test_a_price_of_the_operator_replaces_only_what_it_names() -> None:
    model = entry(opened(own=UserModel(price={"input": 2.2})))
    assert model.price is not None
    assert (model.price.input, model.price.output) == (Decimal("2.2"), Decimal(10))
    assert [(c.field, c.kept, c.other) for c in model.conflicts] == [("price.input", "2.2", "2.5")]


def test_a_successor_and_a_context_window_of_the_operator_win() -> None:
    catalog = opened(own=UserModel(successor="openai/gpt-5.2", context_window=64_000))
    assert catalog.chain(REF, "api", catalog.day).living == "openai/gpt-5.2"
    assert entry(catalog).context_window == 64_000
    assert [(c.field, c.other) for c in entry(catalog).conflicts] == [("context_window", 128_000)]


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        (CatalogSettings(claims=(UserClaim(model=REF, event="exploded", date=EARLY),)), "exploded"),
        (CatalogSettings(claims=(UserClaim(model=REF, event="retired", date=EARLY, precision="vague"),)), "vague"),
        (CatalogSettings(claims=(UserClaim(model="gpt-4o", event="retired", date=EARLY),)), "gpt-4o"),
        (CatalogSettings(models={REF: UserModel(price={"inptu": 1.0})}), "inptu"),
    ],
)
def test_a_word_that_the_catalogue_does_not_have_is_refused_by_name(settings: CatalogSettings, word: str) -> None:
    with pytest.raises(SettingsInvalid, match=word):
        open_catalog(settings)


def test_an_observed_end_is_shown_beside_the_claims_and_decides_nothing() -> None:
    noon = int(dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC).timestamp() * 1e9)
    gone = Observation(target="openai/gpt-5.2", surface="api", event="gone", seen_ns=noon, evidence="404 not found")
    catalog, plain = open_catalog(observations=[gone]), open_catalog()
    found = catalog.standing("openai/gpt-5.2", "api", catalog.day)
    assert found.status == plain.standing("openai/gpt-5.2", "api", catalog.day).status
    assert [(c.origin, c.date, c.note) for c in found.conflicts] == [
        ("observed", dt.date(2026, 11, 20), "404 not found")
    ]


def test_an_answer_withdraws_an_observed_end_of_the_same_day() -> None:
    noon = int(dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC).timestamp() * 1e9)
    gone = Observation(target="openai/gpt-5.2", surface="api", event="gone", seen_ns=noon, evidence="404 not found")
    answered = Observation(target="openai/gpt-5.2", surface="api", event="answered", seen_ns=noon + 1, evidence="200")
    again = Observation(target="openai/gpt-5.2", surface="api", event="gone", seen_ns=noon + 2, evidence="410")
    for observations, evidence in (([gone, answered], []), ([gone, answered, again], ["410"])):
        catalog = open_catalog(observations=observations)
        found = catalog.standing("openai/gpt-5.2", "api", catalog.day)
        assert [claim.note for claim in found.conflicts] == evidence
