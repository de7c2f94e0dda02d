"""The catalogue as it ships: what it answers, and that opening it costs next to nothing."""

import datetime as dt
import time

import pytest

from outlast.catalog.store import Catalog, open_catalog

DAYS = (dt.date(2025, 8, 10), dt.date(2025, 9, 10), dt.date(2026, 2, 1), dt.date(2026, 2, 14), dt.date(2026, 11, 21))


@pytest.mark.parametrize(
    ("surface", "statuses"),
    [
        ("api", ["active", "active", "active", "active", "deprecated"]),
        ("chat-app", ["retired", "legacy", "deprecated", "retired", "retired"]),
        ("azure", ["active"] * 5),
    ],
)
def test_one_model_has_a_clock_on_every_surface(surface: str, statuses: list[str], catalog: Catalog) -> None:
    assert [catalog.standing("openai/gpt-4o", surface, day).status for day in DAYS] == statuses


def test_models_come_ordered_by_provider_and_id(catalog: Catalog) -> None:
    refs = [(model.provider, model.id) for model in catalog.models()]
    assert refs == sorted(refs)
    assert len(refs) == len(set(refs))


def test_every_model_is_found_by_its_own_name(catalog: Catalog) -> None:
    for model in catalog.models():
        assert catalog.find(model.ref) is model


def test_an_unknown_name_is_unknown_everywhere(catalog: Catalog) -> None:
    assert catalog.find("openai/none-such") is None
    assert catalog.standing("openai/none-such", "api", catalog.day).status == "unknown"
    assert catalog.chain("openai/none-such", "api", catalog.day).why_none == "openai/none-such is not in the catalogue"


def test_an_alias_without_claims_of_its_own_borrows_none(catalog: Catalog) -> None:
    """Where the data knows that an alias shares its snapshot's dates it says so (``basis``); else an alias may move."""
    alias = catalog.find("openai/omni-moderation-latest")
    assert alias is not None
    assert alias.points_to is not None
    assert catalog.standing(alias.ref, "api", catalog.day).status == "unknown"


def test_opening_takes_less_than_a_tenth_of_a_second() -> None:
    """Best of five: the bound is for a machine that does other things too."""
    spans = []
    for _ in range(5):
        begun = time.perf_counter()
        open_catalog()
        spans.append(time.perf_counter() - begun)
    assert min(spans) < 0.1
