"""What a verdict may say."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.replay.report.results import A, B, candidate, check, ratio, report

from outlast.replay.report import tables, words
from outlast.replay.report.markdown import markdown
from outlast.replay.report.page import html
from outlast.replay.result import CandidateResult

NOT_YET = candidate(check("contract", "NOT YET"), verdict="NOT YET", needed=300, needed_cost_pico_usd=10**12)
VERDICTS = (
    candidate(check(), ratio()),
    candidate(check("contract", "FAIL"), check("facts"), verdict="FAIL"),
    NOT_YET,
    candidate(verdict="NOT YET"),
)


def headline(one: CandidateResult) -> str:
    made = report(one)
    return words.headline(made.result.candidates[0], made.result, made.plan)


def test_a_pass_is_the_sentence_that_was_agreed() -> None:
    assert headline(candidate(check())) == (
        f"{B} is not shown worse than {A} by more than 5 points in contract on your 200 prompts (95 %)."
    )


def test_a_pass_names_every_gate_with_its_margin() -> None:
    said = headline(candidate(check("contract"), check("facts"), ratio("cost.total"), check("tone", gates=False)))
    assert "5 points in contract and facts, and a factor of 1.2 in cost.total" in said


def test_a_fail_names_the_check_that_failed_and_no_other() -> None:
    said = headline(candidate(check("contract", "FAIL"), check("facts"), verdict="FAIL"))
    assert "is shown worse than" in said
    assert "in contract on" in said
    assert "facts" not in said


@pytest.mark.parametrize("one", VERDICTS, ids=lambda one: f"{one.verdict}-{len(one.checks)}")
def test_nothing_is_ever_called_equivalent(one: CandidateResult) -> None:
    made = report(one)
    for text in (html(made, version="1"), markdown(made)):
        assert not any(word in text.lower() for word in ("equivalent", "as good as the", "identical", "no worse"))


def test_an_open_verdict_says_how_many_more_prompts_and_at_what_price() -> None:
    assert words.outlook(NOT_YET).startswith("100 more prompts for about 1.00 USD (300 in all)")


def test_a_gate_that_applied_to_nothing_is_told_with_what_would_help() -> None:
    unseen = check("facts", "NOT YET", n=0, clusters=0, estimate=None, lower=-math.inf, upper=math.inf, discordant=0)
    one = candidate(check("contract"), unseen, verdict="NOT YET")
    made = report(one, gates=("contract", "facts"))
    assert words.silent_gates(one, made.plan) == ("facts",)
    assert (
        words.decided(one, made.plan) == "Open in facts. facts could not be looked at: it applies to none of the pairs."
    )
    assert words.outlook(one).startswith("Needed are prompts to which facts applies, or a new plan without that gate")
    assert "facts applies to none of the pairs" in html(made, version="1")
    assert "NOT YET: not looked at" in [row[2] for row in tables.checks(one, made.plan).rows if row[0] == "facts"]


def test_an_infinite_bound_is_no_number() -> None:
    open_ = check(lower=-math.inf, upper=math.inf, estimate=None)
    assert (words.bounds(open_), words.difference(None, open_)) == ("none yet", "none")


@given(st.floats(0.0001, 0.03), st.floats(0.001, 0.2))
def test_a_bound_never_looks_as_if_it_lay_on_the_margin(distance: float, margin: float) -> None:
    made = check(lower=-margin + distance, margin=margin)
    assert words.difference(made.lower, made) != words.margin(made)


@pytest.mark.parametrize(
    ("pico", "said"),
    [(0, "0 USD"), (10**12, "1.00 USD"), (1_234_567 * 10**9, "1,234.57 USD"), (53_600 * 10**6, "0.0536 USD")],
)
def test_money_has_its_currency(pico: int, said: str) -> None:
    assert words.usd(pico) == said


def test_answers_without_a_price_do_not_cost_nothing() -> None:
    assert words.spent(candidate(check(), spent_pico_usd=0)) == "an unknown amount"


def test_answers_whose_price_is_nothing_cost_nothing() -> None:
    assert words.spent(candidate(check(), spent_pico_usd=0, priced=198)) == "0 USD"


def test_a_time_says_its_zone() -> None:
    assert words.moment(0) == "1970-01-01 00:00 UTC"
