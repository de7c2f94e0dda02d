"""Where a successor chain leads, and that it says why where it leads nowhere."""

import datetime as dt
from collections.abc import Mapping

from outlast.catalog.chain import follow
from outlast.catalog.claims import Claim, Event, Precision, Standing
from outlast.catalog.models import Model, Recommendation
from outlast.catalog.port import Chain
from outlast.catalog.status import is_preview, standing
from outlast.catalog.store import Catalog

TODAY = dt.date(2026, 6, 15)
LAST_YEAR = dt.date(2025, 6, 15)
NEXT_YEAR = dt.date(2027, 6, 15)


class Shelf:
    """A handful of models of one provider."""

    def __init__(self, *models: Model) -> None:
        self._models: Mapping[str, Model] = {model.ref: model for model in models}

    def named(self, ref: str) -> Model | None:
        return self._models.get(ref)

    def standing(self, ref: str, surface: str, day: dt.date) -> Standing:
        claims = [claim for claim in self._models[ref].claims if claim.surface == surface]
        return standing(claims, day, preview=is_preview(ref))


def claim(event: Event, date: dt.date, surface: str = "api", precision: Precision = "exact") -> Claim:
    return Claim(
        model="", surface=surface, event=event, date=date, precision=precision, source="a page", seen=LAST_YEAR
    )


def model(model_id: str, *claims: Claim, then: str | None = None, also: tuple[Recommendation, ...] = ()) -> Model:
    general = (Recommendation(model=f"acme/{then}", surface="api", source=""),) if then else ()
    return Model(
        provider="acme", id=model_id, name=model_id, kind="chat", claims=claims, recommendations=(*general, *also)
    )


def retired(model_id: str, then: str | None = None) -> Model:
    return model(model_id, claim("retired", LAST_YEAR), then=then)


def alive(model_id: str, then: str | None = None) -> Model:
    return model(model_id, claim("released", LAST_YEAR), then=then)


def chain(*models: Model, surface: str = "api") -> Chain:
    return follow(models[0], Shelf(*models), surface, TODAY)


def test_a_chain_goes_on_until_a_model_is_alive() -> None:
    found = chain(retired("one", "two"), retired("two", "three"), alive("three", "four"), alive("four"))
    assert found.living == "acme/three"
    assert [(step.model, step.skipped) for step in found.steps] == [
        ("acme/two", f"retired {LAST_YEAR}"),
        ("acme/three", ""),
    ]


def test_a_deprecated_successor_is_still_alive() -> None:
    assert chain(retired("one", "two"), model("two", claim("retired", NEXT_YEAR))).living == "acme/two"


def test_a_chain_without_a_recommendation_says_so() -> None:
    assert chain(retired("one")).why_none == "no successor of acme/one is known"
    found = chain(retired("one", "two"), retired("two"))
    assert found.living is None
    assert found.why_none == f"no successor of acme/two is known, which is itself passed over: retired {LAST_YEAR}"


def test_a_successor_that_the_catalogue_lacks_is_named() -> None:
    found = chain(retired("one", "two"))
    assert found.living is None
    assert found.why_none == "acme/two is recommended, and the catalogue does not have it"
    assert [step.skipped for step in found.steps] == ["not in the catalogue"]


def test_a_circle_is_named() -> None:
    found = chain(retired("one", "two"), retired("two", "one"))
    assert (found.living, found.why_none) == (None, "the recommendations go round: acme/one -> acme/two -> acme/one")


def test_nobody_is_moved_from_a_generally_available_model_to_a_preview() -> None:
    found = chain(retired("one", "two-preview"), alive("two-preview", "three"), alive("three"))
    assert (found.living, found.steps[0].skipped) == ("acme/three", "preview")
    stuck = chain(retired("one", "two-preview"), alive("two-preview"))
    assert (stuck.living, "preview" in stuck.why_none) == (None, True)


def test_a_preview_may_follow_a_preview() -> None:
    assert chain(retired("one-preview", "two-preview"), alive("two-preview")).living == "acme/two-preview"


def test_a_surface_has_its_own_recommendation() -> None:
    own = (Recommendation(model="acme/three", surface="chat-app", source="a page"),)
    one = model("one", claim("retired", LAST_YEAR), then="two", also=own)
    rest = (alive("two"), model("three", claim("released", LAST_YEAR, "chat-app")))
    assert chain(one, *rest).living == "acme/two"
    assert chain(one, *rest, surface="chat-app").living == "acme/three"
    assert chain(one, *rest, surface="chat-app-enterprise").living == "acme/three"
    assert chain(one, *rest, surface="azure").living == "acme/two"


def test_the_operators_successor_comes_first_everywhere() -> None:
    own = (Recommendation(model="acme/three", surface="api", source="outlast.toml", origin="user"),)
    one = model("one", claim("retired", LAST_YEAR), then="two", also=own)
    for surface in ("api", "chat-app"):
        assert chain(one, alive("two"), alive("three"), surface=surface).living == "acme/three"


def test_alternatives_and_earlier_recommendations_are_not_followed() -> None:
    others = (
        Recommendation(model="acme/two", surface="api", source="", alternative=True),
        Recommendation(model="acme/two", surface="api", source="", current=False),
    )
    assert chain(model("one", claim("retired", LAST_YEAR), also=others), alive("two")).living is None


def test_where_a_surface_knows_nothing_the_providers_own_clock_counts() -> None:
    found = chain(retired("one", "two"), retired("two", "three"), alive("three"), surface="azure")
    assert found.living == "acme/three"
    assert found.steps[0].skipped == f"retired {LAST_YEAR} on api, and nothing is known of it on azure"


def test_an_unsure_end_is_passed_over_and_says_so() -> None:
    two = model("two", claim("retired", LAST_YEAR, precision="unspecified"), then="three")
    assert chain(retired("one", "two"), two, alive("three")).steps[0].skipped == f"retired {LAST_YEAR} (unsure)"


def test_a_marketplace_recommends_another_makers_model_by_its_id(catalog: Catalog) -> None:
    found = catalog.chain("azure/grok-3-mini", "azure", catalog.day)
    assert [step.model for step in found.steps] == ["xai/grok-4-1-fast-reasoning", "xai/grok-4.3"]


def test_every_living_end_is_alive_and_no_silent_preview(catalog: Catalog) -> None:
    for day in (catalog.day, dt.date(2026, 2, 18), dt.date(2025, 6, 1)):
        for entry in catalog.models():
            for surface in entry.surfaces:
                found = catalog.chain(entry.ref, surface, day)
                assert (found.living is None) == bool(found.why_none)
                if found.living is not None:
                    assert catalog.standing(found.living, surface, day).status not in {"retired", "redirected"}
                    assert is_preview(entry.id) or not is_preview(found.living)
