"""What a calendar comes to, in figures."""

from decimal import Decimal

from tests.unit.horizon.world import TODAY, configured, seen

from outlast.catalog.store import Catalog
from outlast.exchange import SeenModel
from outlast.horizon.calendar import horizon
from outlast.horizon.figures import Figures, figures_of
from outlast.settings import ModelSettings


def figures(knowledge: Catalog, *calls: SeenModel, **targets: str) -> Figures:
    models = {name: ModelSettings(declared=target) for name, target in targets.items()}
    return figures_of(horizon(configured(models), calls, knowledge, TODAY))


def test_what_ends_next_is_not_what_has_ended(knowledge: Catalog) -> None:
    found = figures(knowledge, a="acme/past", b="acme/late", c="acme/soon")
    assert found.next is not None
    assert (found.next.name, [entry.name for entry in found.ended]) == ("c", ["a"])


def test_calls_at_risk_are_those_of_names_that_ended_or_end_within_ninety_days(knowledge: Catalog) -> None:
    asked = [seen("b", "acme/late", virtual=True, calls=300), seen("c", "acme/soon", virtual=True, calls=60)]
    found = figures(knowledge, *asked, b="acme/late", c="acme/soon")
    assert found.calls_a_day_at_risk == 2
    assert [entry.name for entry in found.uncovered] == ["c"]


def test_both_sums_of_a_month_are_of_the_same_names(knowledge: Catalog) -> None:
    asked = [seen("c", "acme/soon", virtual=True, calls=5), seen("d", "acme/late", virtual=True, calls=7)]
    money = figures(knowledge, *asked, c="acme/soon", d="acme/late").money
    assert money is not None
    assert (money.now, money.names, money.left_out) == (Decimal("0.05"), 1, 1)


def test_where_no_price_is_known_no_sum_is_said(knowledge: Catalog) -> None:
    assert figures(knowledge, c="acme/soon").money is None
