"""What keeping a promise means, rule by rule."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.policy.own import own_retirements, state_of
from outlast.policy.retirement import Retirement, Share, Successor
from outlast.policy.rules import judge
from outlast.settings import parse_settings
from outlast.settings.policy import OwnModel, PolicySettings

TODAY = dt.date(2026, 11, 22)
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2035, 1, 1))
HEIR = Successor(name="next", stability="ga", ends=None)


def in_days(days: int) -> dt.date:
    return TODAY + dt.timedelta(days=days)


def words(one: Retirement, policy: PolicySettings = PolicySettings(), today: dt.date = TODAY) -> dict[str, str]:  # noqa: B008 - frozen
    return {each.rule: each.word for each in judge(one, policy, today).findings}


def own(**changes: object) -> Retirement:
    said: dict[str, object] = {
        "name": "assistant", "surface": "", "stability": "ga", "announced": TODAY, "ends": in_days(90),
        "successor": HEIR, "own": True,
    }  # fmt: skip
    return Retirement(**{**said, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "word"), [(15, "broken"), (89, "broken"), (90, "holds"), (91, "holds"), (-1, "broken")]
)
def test_ninety_days_are_promised_and_one_fewer_breaks_it(given: int, word: str) -> None:
    assert words(own(ends=in_days(given)))["notice"] == word


def test_a_preview_may_end_sooner_and_a_policy_may_promise_more() -> None:
    short = own(ends=in_days(20), stability="preview")
    assert words(short)["notice"] == "holds"
    assert words(short, PolicySettings(preview_notice_days=30))["notice"] == "broken"


def test_an_end_of_ones_own_that_nobody_announced_is_a_broken_promise_and_of_others_unknown() -> None:
    silent = own(announced=None)
    assert words(silent)["notice"] == "broken"
    assert words(own(announced=None, own=False))["notice"] == "unknown"


def test_what_is_generally_available_never_goes_over_to_something_less_stable() -> None:
    preview = Successor(name="next", stability="preview", ends=None)
    assert words(own(successor=preview))["stability"] == "broken"
    assert words(own(successor=preview, stability="preview"))["stability"] == "holds"
    assert words(own(successor=None))["stability"] == "broken"
    assert words(own(successor=None, own=False))["stability"] == "unknown"
    assert words(own(successor=Successor(name="next", stability=None, ends=None)))["stability"] == "unknown"


def test_nobody_is_moved_to_what_ends_before_they_could_be_told() -> None:
    assert words(own(successor=Successor(name="n", stability="ga", ends=in_days(179))))["lasting"] == "broken"
    assert words(own(successor=Successor(name="n", stability="ga", ends=in_days(180))))["lasting"] == "holds"


PLANS = PolicySettings(plans=("free", "plus", "business"), plan_notice_days={"business": 180})


def test_each_plan_has_its_notice_and_who_comes_later_never_loses_it_earlier() -> None:
    good = own(ends=in_days(200), plans=(("free", in_days(90)), ("plus", in_days(120))))
    assert words(good, PLANS) == {
        "notice": "holds", "notice of free": "holds", "notice of plus": "holds", "notice of business": "holds",
        "order of plans": "holds", "stability": "holds", "usage": "unknown",
    }  # fmt: skip
    early = own(ends=in_days(170), plans=(("free", in_days(60)), ("plus", in_days(120))))
    assert [words(early, PLANS)[f"notice of {plan}"] for plan in PLANS.plans] == ["broken", "holds", "broken"]
    turned = own(ends=in_days(200), plans=(("free", in_days(150)), ("plus", in_days(120))))
    assert words(turned, PLANS)["order of plans"] == "broken"


@pytest.mark.parametrize(
    ("share", "days_left", "word"),
    [("0.001", 0, "holds"), ("0.0011", 0, "broken"), ("0.5", 31, "open"), ("0.5", 30, "broken"), ("0.5", -5, "broken")],
)
def test_hardly_anybody_uses_a_model_when_it_ends(share: str, days_left: int, word: str) -> None:
    one = own(announced=in_days(-200), ends=in_days(days_left), share=Share(value=Decimal(share), of="calls"))
    assert words(one)["usage"] == word


@given(
    announced=st.none() | DAYS, ends=st.none() | DAYS, today=DAYS, heir=st.none() | st.just(HEIR), own_one=st.booleans()
)
def test_whatever_the_days_every_rule_says_one_word_and_unknown_breaks_nothing(
    *, announced: dt.date | None, ends: dt.date | None, today: dt.date, heir: Successor | None, own_one: bool
) -> None:
    judged = judge(own(announced=announced, ends=ends, successor=heir, own=own_one), PLANS, today)
    rules = [each.rule for each in judged.findings]
    assert len(set(rules)) == len(rules)
    assert {"notice", "stability", "usage"} <= set(rules)
    assert judged.broken == any(each.word == "broken" for each in judged.findings)


@given(announced=st.none() | DAYS, retires=st.none() | DAYS, days=st.lists(DAYS, min_size=2, max_size=9))
def test_a_model_never_comes_back_to_an_earlier_state(
    announced: dt.date | None, retires: dt.date | None, days: list[dt.date]
) -> None:
    model = OwnModel(announced=announced, retires=retires)
    order = ("ga", "deprecated", "retired")
    seen = [order.index(state_of(model, day)) for day in sorted(days)]
    assert seen == sorted(seen)


def test_a_day_of_a_plan_behind_the_end_and_a_plan_that_is_not_listed_are_refused() -> None:
    with pytest.raises(ValueError, match="lies behind"):
        OwnModel(retires=TODAY, plans={"free": in_days(1)})
    with pytest.raises(ValueError, match="says their order"):
        PolicySettings(plans=("free",), plan_notice_days={"fre": 3})


def test_the_nearest_end_comes_first_and_a_successor_of_which_nothing_is_said_is_unknown() -> None:
    settings = parse_settings(
        """
        [providers.openai]
        kind = "scripted"
        [models.a]
        target = "openai/gpt-4o"
        [policy.models.old]
        retires = 2026-12-01
        successor = "a"
        [policy.models.a]
        retires = 2026-11-30
        """
    )
    found = own_retirements(settings, ())
    assert [one.name for one in found] == ["a", "old"]
    assert found[1].successor == Successor(name="a", stability="ga", ends=dt.date(2026, 11, 30))
    assert found[0].share is None
