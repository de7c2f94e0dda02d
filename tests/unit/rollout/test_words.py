"""What is written on a command line becomes the plan that was meant, or a clear error."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.errors import SettingsInvalid
from outlast.rollout.plan import Entry, Guard, Stage
from outlast.rollout.words import parse_entries, parse_guards, parse_stages


def test_stages_are_written_in_per_cent() -> None:
    stages = parse_stages("shadow, 1,10,50%,100")
    assert stages == (Stage(0.0), Stage(0.01), Stage(0.1), Stage(0.5), Stage(1.0))
    assert [stage.name for stage in stages] == ["shadow", "1%", "10%", "50%", "100%"]


def test_each_guard_has_a_margin_of_its_own_kind() -> None:
    assert parse_guards(
        "errors=1%, latency_p95=1.2x,tone.empathy=0.5sd,check.contract.tools=0.02,feedback=5%:watch"
    ) == (
        Guard(name="errors", margin=0.01),
        Guard(name="latency_p95", margin=1.2, scale="ratio"),
        Guard(name="tone.empathy", margin=0.5, scale="spread"),
        Guard(name="check.contract.tools", margin=0.02),
        Guard(name="feedback", margin=0.05, watch=True),
    )


@pytest.mark.parametrize("text", ["", "1,", "0", "-1", "101", "1e1", "nan", "ten", "shadow;1", "٣"])
def test_a_stage_that_is_none_is_named(text: str) -> None:
    with pytest.raises(SettingsInvalid, match="stage"):
        parse_stages(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "at least one"),
        ("errors", "errors=1%"),
        ("errors=", "errors=1%"),
        ("errors=1.2x", "written like 1%"),
        ("latency=5%", "written like 1.2x"),
        ("tone.words=1%", "written like 0.5sd"),
        ("errors=1%:loud", ":watch"),
        ("warmth=1%", "not known"),
        ("tone.charm=1sd", "not known"),
        ("check.=1%", "not known"),
        ("errors=-1%", "errors=1%"),
        ("errors=inf", "errors=1%"),
    ],
)
def test_a_guard_that_cannot_be_meant_is_answered_with_how_it_is_written(text: str, says: str) -> None:
    with pytest.raises(SettingsInvalid, match=says):
        parse_guards(text)


def test_plans_enter_at_a_share() -> None:
    assert parse_entries("free:1,plus:10, business:100") == (
        Entry(plan="free", share=0.01),
        Entry(plan="plus", share=0.1),
        Entry(plan="business", share=1.0),
    )
    with pytest.raises(SettingsInvalid, match="free:1"):
        parse_entries("free")
    with pytest.raises(SettingsInvalid, match="free:1"):
        parse_entries("")


@given(st.text(max_size=30) | st.text(alphabet="errors=1%x,:watch.sd-0", max_size=30))
def test_any_text_is_a_value_or_a_clear_error(text: str) -> None:
    for parse in (parse_stages, parse_guards, parse_entries):
        with suppress(SettingsInvalid):
            assert parse(text)
