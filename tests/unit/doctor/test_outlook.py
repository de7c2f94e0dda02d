"""Each virtual model's next 90 days, from a catalogue with declared dates."""

import datetime as dt

import pytest

from outlast.catalog.store import Catalog, open_catalog
from outlast.doctor.outlook import catalogue_finding, model_findings
from outlast.settings import CatalogSettings, ModelSettings, ProviderSettings, Settings, UserClaim, UserModel

END = dt.date(2027, 6, 1)


@pytest.fixture(scope="module")
def acme() -> Catalog:
    def claim(model: str, day: dt.date, precision: str = "exact") -> UserClaim:
        return UserClaim(model=f"acme/{model}", event="retired", date=day, precision=precision, source="test")

    return open_catalog(
        CatalogSettings(
            claims=(
                claim("old", END), claim("vague", END, "unspecified"), claim("spare", END + dt.timedelta(days=5)),
                UserClaim(model="acme/next", event="released", date=END - dt.timedelta(days=400), source="test"),
            ),
            models={"acme/old": UserModel(successor="acme/next")},
        )
    )  # fmt: skip


def found(catalog: Catalog, before_end: int, **words: object) -> list[tuple[str, str]]:
    settings = Settings(
        providers={"acme": ProviderSettings(kind="scripted")},
        models={"name": ModelSettings(**{"declared": "acme/old", **words})},  # type: ignore[arg-type]
    )
    made = model_findings(settings, catalog, END - dt.timedelta(days=before_end))
    return [(finding.level, finding.what) for finding in made]


def test_an_end_within_90_days_that_nobody_takes_over_is_a_fault(acme: Catalog) -> None:
    assert found(acme, 30) == [("fault", "acme/old ends on 2027-06-01, and nobody takes over")]


def test_the_same_end_further_away_is_told_and_no_more(acme: Catalog) -> None:
    assert found(acme, 91) == [("ok", "acme/old answers; ends 2027-06-01")]


def test_a_successor_that_takes_over_is_named(acme: Catalog) -> None:
    expected = [("ok", "acme/old ends on 2027-06-01 (exact); acme/next takes over")]
    assert found(acme, 30, successor="chain") == expected
    assert found(acme, 30, successor="acme/next") == expected


def test_after_the_end_who_answers_is_named(acme: Catalog) -> None:
    [(level, what)] = found(acme, -1, successor="chain")
    assert (level, what) == ("ok", "acme/old ended on 2027-06-01 (exact); acme/next answers")


def test_after_the_end_without_anybody_calls_fail(acme: Catalog) -> None:
    assert found(acme, -1) == [("fault", "no candidate is left")]


def test_under_manual_a_successor_is_none(acme: Catalog) -> None:
    settings = Settings(
        providers={"acme": ProviderSettings(kind="scripted")},
        models={"name": ModelSettings(declared="acme/old", switch="manual", successor="acme/next")},
    )
    [finding] = model_findings(settings, acme, END - dt.timedelta(days=30))
    assert finding.level == "fault"
    assert 'fallback = "acme/next"' in finding.do


def test_an_end_that_is_not_sure_is_a_warning_because_the_model_is_still_asked(acme: Catalog) -> None:
    [(level, what)] = found(acme, 30, declared="acme/vague")
    assert level == "warning"
    assert "still asked" in what


def test_a_candidate_that_will_be_dropped_is_named(acme: Catalog) -> None:
    [model, dropped] = found(acme, 30, successor="acme/next", fallback="acme/spare")
    assert model[0] == "ok"
    assert dropped[0] == "warning"
    assert dropped[1].startswith("acme/spare will be dropped within 90 days")


def test_a_catalogue_is_old_after_half_a_year() -> None:
    day = dt.date(2026, 1, 1)
    assert catalogue_finding(day, day + dt.timedelta(days=180), ()).level == "ok"
    assert catalogue_finding(day, day + dt.timedelta(days=181), ()).level == "warning"


def test_a_supplement_that_cannot_be_read_is_a_fault_whose_remedy_does_not_read_it() -> None:
    day = dt.date(2026, 1, 1)
    finding = catalogue_finding(day, day, ("x cannot be read",))
    assert finding.level == "fault"
    assert "reload is refused" in finding.why
    assert "catalog update" not in finding.do
    assert "move it away" in finding.do
