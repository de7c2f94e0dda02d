import json
from pathlib import Path

import pytest
from tests.unit.dialects.adaptation.asking import BASE, invented, outcome, target

from outlast.catalog.models import Model
from outlast.dialects.adaptation import profile
from outlast.dialects.adaptation.applying import WATCHES
from outlast.dialects.adaptation.rule import Example, Rule
from outlast.dialects.adaptation.rulebook import BY_ID, RULES, page

ROOT = Path(__file__).parents[4]
CASES = [
    pytest.param(rule, example, id=f"{rule.id}-{example.dialect}-{number}")
    for rule in RULES
    for number, example in enumerate(rule.examples)
]
OF_THE_ENDPOINT = {
    "max-output-tokens-raised",
    "thinking-gives-way",
    "cache-control-limited",
    "thinking-sampling-dropped",
    "foreign-thinking-dropped",
}
"""Rules that hold for every model of a maker, whatever is known of it."""


def subject(example: Example) -> Model:
    return target(example.model) if example.model else invented(example.dialect, example.abilities)


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_each_rule_does_what_its_examples_show(rule: Rule, example: Example) -> None:
    known, base = profile(subject(example)), BASE[example.dialect]
    after, adaptation = outcome(base | json.loads(example.before), known, example.dialect)
    assert adaptation.rules == (rule.id,)
    if not example.after:
        assert adaptation.refusal
        assert adaptation.changes == {}
        return
    assert adaptation.refusal is None
    assert after == base | json.loads(example.after)
    assert outcome(after, known, example.dialect)[1].changes == {}, "a second time changes nothing"


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_a_model_of_which_nothing_is_known_takes_what_a_rule_would_change(rule: Rule, example: Example) -> None:
    unknown = profile(invented(example.dialect, {}))
    body = BASE[example.dialect] | json.loads(example.before)
    assert (outcome(body, unknown, example.dialect)[1].rules == ()) is (rule.id not in OF_THE_ENDPOINT)


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_another_maker_s_model_is_not_judged_by_these_rules(rule: Rule, example: Example) -> None:
    stranger = Model(provider="groq", id="m", name="", kind="chat", abilities=dict(subject(example).abilities))
    body = BASE[example.dialect] | json.loads(example.before)
    assert outcome(body, profile(stranger), example.dialect)[1].rules == (), rule.id


def test_the_page_of_rules_is_the_table() -> None:
    shown = (ROOT / "docs" / "adaptation.md").read_text()
    assert shown == page(), "renew it: python -m outlast.dialects.adaptation.rulebook"


def test_rule_ids_are_unique_and_fit_a_header() -> None:
    assert len(BY_ID) == len(RULES)
    assert all(word.isalpha() and word.islower() for rule_id in BY_ID for word in rule_id.split("-"))


def test_every_rule_says_where_it_acts_and_who_says_so() -> None:
    for rule in RULES:
        assert set(rule.dialects) <= WATCHES.keys()
        assert rule.dialects
        assert rule.source
        assert rule.date[:2] == "20"
