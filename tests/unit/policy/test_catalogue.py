"""A provider's ends, in the shape in which one's own are judged."""

import datetime as dt

from outlast.catalog.claims import Event
from outlast.catalog.store import open_catalog
from outlast.policy.catalogue import catalogue_retirements
from outlast.policy.retirement import Retirement
from outlast.settings import parse_settings

TODAY = dt.date(2026, 6, 1)


def said(event: Event, day: str, precision: str = "exact") -> str:
    return f'[[catalog.claims]]\nmodel = "acme/old"\nevent = "{event}"\ndate = {day}\nprecision = "{precision}"\n'


def judged(*claims: str) -> list[Retirement]:
    knowledge = open_catalog(parse_settings("".join(claims)).catalog)
    model = knowledge.find("acme/old")
    assert model is not None
    return list(catalogue_retirements(model, knowledge, TODAY))


def test_notice_counts_from_the_first_word_after_the_last_restoration() -> None:
    [one] = judged(
        said("announced", "2025-01-01"), said("withdrawn", "2025-03-01"), said("restored", "2025-04-01"),
        said("announced", "2026-01-01"), said("retired", "2026-02-01"),
    )  # fmt: skip
    assert (one.announced, one.ends) == (dt.date(2026, 1, 1), dt.date(2026, 2, 1))


def test_an_end_that_is_nobodys_exact_day_has_none_to_judge() -> None:
    [one] = judged(said("announced", "2026-01-01"), said("retired", "2026-02-01", "unspecified"))
    assert (one.announced, one.ends) == (dt.date(2026, 1, 1), None)


def test_a_model_without_an_end_is_not_judged() -> None:
    assert judged(said("announced", "2026-01-01")) == []
