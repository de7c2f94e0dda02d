"""What people may pick, day by day of a story that happened."""

import datetime as dt

import pytest
from tests.unit.chat.story import CATALOG, offer, picker

from outlast.catalog.reference import Reference
from outlast.chat.picker import Offer, Path, Picker
from outlast.settings import parse_settings


def names(made: Offer) -> tuple[list[str], list[str]]:
    return [each.name for each in made.current], [each.name for each in made.legacy]


@pytest.mark.parametrize(
    ("day", "default", "current", "legacy"),
    [
        ("2025-08-01", "gpt-4o", ["gpt-4o", "gpt-4.1", "gpt-5", "openai/gpt-4o-mini"], []),
        ("2025-08-08", "gpt-4.1", ["gpt-4.1", "gpt-5", "openai/gpt-4o-mini"], ["gpt-4o"]),
        ("2025-11-20", "gpt-4.1", ["gpt-4.1", "gpt-5", "openai/gpt-4o-mini"], ["gpt-4o"]),
        ("2026-02-01", "gpt-5", ["gpt-5", "openai/gpt-4o-mini"], ["gpt-4o", "gpt-4.1"]),
        ("2026-02-14", "gpt-5", ["gpt-5", "openai/gpt-4o-mini"], ["gpt-4o", "gpt-4.1"]),
    ],
)
def test_the_default_is_first_then_current_models_then_legacy(
    day: str, default: str, current: list[str], legacy: list[str]
) -> None:
    made = offer(day)
    assert made.default is not None
    assert made.default.name == default
    assert names(made) == (current, legacy)


def test_an_end_that_was_announced_later_is_not_known_yet() -> None:
    made = offer("2025-12-24").entry("gpt-4o")
    assert made is not None
    assert (made.clock.status, made.clock.ends) == ("legacy", None)


def test_an_announced_end_has_its_day_its_days_and_its_source() -> None:
    made = offer("2026-01-29").entry("gpt-4o")
    assert made is not None
    assert (made.clock.ends, made.clock.days_left, made.clock.exact) == (dt.date(2026, 2, 13), 15, True)
    assert made.clock.source.startswith("https://openai.com/")


def test_a_model_that_has_gone_says_since_when() -> None:
    made = offer("2025-08-08").entry("gpt-4o")
    assert made is not None
    assert (made.clock.gone, made.clock.ends, made.clock.days_left) == (True, dt.date(2025, 8, 7), -1)


def test_whoever_takes_over_is_the_new_default_where_it_is_offered() -> None:
    paths = {"gpt-4o": Path(successor="scripted/gpt-5")}
    made = offer("2025-08-08", paths=paths)
    assert made.default is not None
    assert made.default.name == "gpt-5"


def test_a_plan_has_its_own_models_and_a_plan_that_is_gone_has_none() -> None:
    assert names(offer("2025-08-01", plan="free")) == (["gpt-5"], [])
    assert len(offer("2025-08-01", plan="plus").entries) == 4
    assert offer("2025-08-01", plan="gone").entries == ()
    assert offer("2025-08-01", plan="gone").default is None


def test_what_was_brought_back_is_there_for_its_plans_under_legacy() -> None:
    again = 'restored = { "openai/gpt-4-turbo" = ["free"] }\n'
    assert names(offer("2026-11-22", plan="free", more=again))[1] == ["openai/gpt-4-turbo"]
    assert "openai/gpt-4-turbo" not in [each.name for each in offer("2026-11-22", plan="plus", more=again).entries]


def test_an_entry_says_what_it_can_do_and_what_it_costs() -> None:
    made = offer("2025-08-01").entry("openai/gpt-4o-mini")
    assert made is not None
    assert (made.title, made.reach.sees, made.reach.context_window) == ("GPT-4o mini", True, 128_000)
    assert "images" in made.abilities
    assert made.price_input is not None
    assert made.price_output is not None


def test_without_a_list_every_virtual_model_is_offered_and_the_first_that_lives_is_the_default() -> None:
    settings = parse_settings(
        '[providers.openai]\nkind = "scripted"\n[models.old]\ntarget = "openai/gpt-4o"\n'
        '[models.new]\ntarget = "openai/no-such-model"\n'
    )
    base = picker()
    made = Picker(settings=settings, knowledge=base.knowledge, path=base.path).offer(dt.date(2026, 12, 20))
    assert names(made) == (["new"], ["old"])
    empty = Picker(settings=parse_settings(""), knowledge=base.knowledge, path=base.path).offer(dt.date(2026, 12, 20))
    assert empty.default is None


def test_where_nothing_is_offered_the_snapshots_that_come_with_outlast_are() -> None:
    base, day = picker(), dt.date(2026, 12, 20)

    def offered(text: str) -> tuple[list[str], list[str]]:
        settings = parse_settings(text, packaged=True)
        return names(Picker(settings=settings, knowledge=base.knowledge, path=base.path).offer(day))

    assert offered("") == (["local/omni-mini", "local/omni-mini-2"], ["local/omni-mini-1"])
    assert offered("[server]\npackaged_models = false\n") == ([], [])
    assert offered('[models.mine]\ntarget = "local/omni-mini"\n') == (["mine"], [])


def test_a_model_that_nobody_knows_has_no_clock() -> None:
    clock = picker().clock(Reference("nobody/knows", "api"), dt.date(2026, 1, 1))
    assert (clock.status, clock.ends, clock.legacy) == ("unknown", None, False)


def test_what_the_catalogue_has_no_facts_about_is_marked() -> None:
    made, day = picker(), dt.date(2025, 8, 1)
    assert made.entry("openai/gpt-4o", day).known
    assert not made.entry("openai/no-such-model", day).known


def test_the_local_engine_hears_and_speaks_whatever_a_catalogue_knows() -> None:
    settings = parse_settings(
        '[providers.own]\nkind = "local"\nfile = "mine.weights"\n[models.mini]\ntarget = "own/mine"\n'
    )
    made = Picker(settings=settings, knowledge=CATALOG, path=lambda _: Path(target="own/mine", reason="target"))
    reach = made.entry("mini", dt.date(2026, 11, 22)).reach
    assert (reach.sees, reach.hears, reach.speaks) == (True, True, True)
    reach = picker().entry("gpt-5", dt.date(2026, 11, 22)).reach
    assert (reach.hears, reach.speaks) == (False, False)
