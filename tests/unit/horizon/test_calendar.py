"""The calendar: one entry per dependant, in the order of urgency, with traffic, spend and the price of the move."""

import datetime as dt
from decimal import Decimal

from tests.unit.horizon.world import TODAY, configured, seen

from outlast.catalog.store import Catalog
from outlast.exchange import SeenModel
from outlast.horizon.calendar import Entry, horizon
from outlast.settings import ModelSettings


def entry(model: ModelSettings, knowledge: Catalog, *calls: SeenModel, today: dt.date = TODAY) -> Entry:
    (only,) = horizon(configured({"chat": model}), calls, knowledge, today).entries
    return only


def test_days_left_run_down_to_nought_on_the_last_day_and_below_after_it(knowledge: Catalog) -> None:
    model = ModelSettings(declared="acme/soon")
    for today, left in ((TODAY, 30), (dt.date(2026, 1, 31), 0), (dt.date(2026, 2, 1), -1)):
        assert entry(model, knowledge, today=today).days_left == left


def test_each_surface_has_its_own_clock(knowledge: Catalog) -> None:
    assert entry(ModelSettings(declared="cloud/soon"), knowledge).standing.ends == dt.date(2026, 2, 28)


def test_the_most_urgent_comes_first_and_unknown_ends_last(knowledge: Catalog) -> None:
    targets = ("new", "late", "past", "soon")
    settings = configured({name: ModelSettings(declared=f"acme/{name}") for name in targets})
    made = horizon(settings, (), knowledge, TODAY)
    assert [one.name for one in made.entries] == ["past", "soon", "late", "new"]


def test_among_equal_ends_the_busiest_comes_first(knowledge: Catalog) -> None:
    settings = configured({name: ModelSettings(declared="acme/soon") for name in ("a", "b")})
    made = horizon(settings, [seen("b", "acme/soon", virtual=True)], knowledge, TODAY)
    assert [one.name for one in made.entries] == ["b", "a"]


def test_shares_are_of_all_calls_in_the_window(knowledge: Catalog) -> None:
    settings = configured({"chat": ModelSettings(declared="acme/soon")})
    calls = [
        seen("chat", "acme/soon", virtual=True, calls=3),
        seen("acme/new", "acme/new", calls=1),
        seen("former", "acme/new", virtual=True, calls=4),
    ]
    made = horizon(settings, calls, knowledge, TODAY)
    assert made.calls == 8
    assert {one.name: one.calls_share for one in made.entries} == {
        "chat": Decimal("0.375"),
        "acme/new": Decimal("0.125"),
    }


def test_the_recorded_mix_is_priced_at_the_successors_list_price(knowledge: Catalog) -> None:
    model = ModelSettings(declared="acme/soon", successor="acme/new")
    traffic = {"input_tokens": 1_000_000, "cached_tokens": 400_000, "output_tokens": 500_000}
    found = entry(model, knowledge, seen("chat", "acme/soon", virtual=True, calls=5, **traffic))
    assert found.recorded.cost_usd == Decimal("0.05")
    assert found.successor_monthly_cost_usd == Decimal("0.6") + Decimal("0.04") + 2


def test_without_traffic_both_sums_are_nought_and_without_a_price_unknown(knowledge: Catalog) -> None:
    quiet = entry(ModelSettings(declared="acme/soon", successor="acme/new"), knowledge)
    assert (quiet.recorded.cost_usd, quiet.successor_monthly_cost_usd) == (Decimal(0), Decimal(0))
    unpriced = entry(ModelSettings(declared="acme/soon", successor="acme/late"), knowledge)
    assert unpriced.successor_monthly_cost_usd is None


def test_successors_take_over_on_the_exact_end_the_declared_day_or_never(knowledge: Catalog) -> None:
    def day(target: str, switch: str = "retirement") -> dt.date | None:
        return entry(ModelSettings(declared=target, switch=switch), knowledge).switch_day

    assert day("acme/soon") == dt.date(2026, 1, 31)
    assert day("acme/floor") is None
    assert day("acme/soon", "2026-01-15") == dt.date(2026, 1, 15)
    assert day("acme/soon", "manual") is None


def test_the_gate_counts_what_has_ended_and_what_ends_on_any_known_date(knowledge: Catalog) -> None:
    def within(target: str, days: int) -> bool:
        return entry(ModelSettings(declared=target), knowledge).ends_within(days)

    assert within("acme/past", 0)
    assert (within("acme/soon", 29), within("acme/soon", 30)) == (False, True)
    assert (within("acme/floor", 59), within("acme/floor", 60)) == (False, True)
    assert not within("acme/new", 10_000)


def test_only_the_operators_word_covers_a_virtual_model(knowledge: Catalog) -> None:
    assert entry(ModelSettings(declared="acme/soon", successor="acme/new"), knowledge).covered
    assert entry(ModelSettings(declared="acme/soon", successor="chain"), knowledge).covered
    assert not entry(ModelSettings(declared="acme/soon"), knowledge).covered


def test_an_unknown_model_has_an_entry_that_says_so(knowledge: Catalog) -> None:
    found = entry(ModelSettings(declared="acme/never-heard-of"), knowledge)
    assert (found.standing.status, found.days_left, found.successor) == ("unknown", None, None)


def test_a_name_of_several_targets_has_an_entry_for_each_and_switches_with_the_last(knowledge: Catalog) -> None:
    model = ModelSettings(declared=("acme/soon", "cloud/soon"))
    made = horizon(configured({"chat": model}), (), knowledge, TODAY)
    assert [(one.label, one.standing.ends, one.switch_day) for one in made.entries] == [
        ("chat (acme/soon)", dt.date(2026, 1, 31), dt.date(2026, 2, 28)),
        ("chat (cloud/soon)", dt.date(2026, 2, 28), dt.date(2026, 2, 28)),
    ]
