import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from outlast.catalog.models import Ability, Model
from outlast.catalog.store import Catalog, open_catalog
from outlast.dialects.adaptation import Adaptation, Profile, adapt, profile
from outlast.dialects.adaptation.applying import WATCHES
from outlast.dialects.adaptation.rule import Example, Rule
from outlast.dialects.adaptation.rulebook import BY_ID, RULES, page
from outlast.dialects.envelope import Envelope

ROOT = Path(__file__).parents[4]
CASES = [
    pytest.param(rule, example, id=f"{rule.id}-{example.dialect}-{number}")
    for rule in RULES
    for number, example in enumerate(rule.examples)
]
USER = {"role": "user", "content": "Hello"}
BASE: dict[str, dict[str, object]] = {
    "chat": {"messages": [USER]},
    "responses": {"input": [USER]},
    "anthropic": {"max_tokens": 4096, "messages": [USER]},
    "gemini": {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]},
    "embeddings": {"input": "Hello"},
}
MAKER = {"anthropic": "anthropic", "gemini": "google"}


class Asked(NamedTuple):
    envelope: Envelope


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return open_catalog()


def invented(dialect: str, abilities: Mapping[str, Ability]) -> Model:
    maker = MAKER.get(dialect, "openai")
    return Model(provider=maker, id="model-x", name="", kind="chat", abilities=dict(abilities))


def subject(example: Example, catalog: Catalog) -> Model:
    found = catalog.find(example.model) if example.model else invented(example.dialect, example.abilities)
    assert found is not None, example.model
    return found


def outcome(body: dict[str, object], known: Profile, dialect: str) -> tuple[dict[str, object], Adaptation]:
    envelope = Envelope.parse(json.dumps(body).encode())
    adaptation = adapt(Asked(envelope), known, dialect)
    return json.loads(envelope.edit(adaptation.changes)), adaptation


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_each_rule_does_what_its_examples_show(rule: Rule, example: Example, catalog: Catalog) -> None:
    known, base = profile(subject(example, catalog)), BASE[example.dialect]
    after, adaptation = outcome(base | json.loads(example.before), known, example.dialect)
    assert adaptation.rules == (rule.id,)
    if not example.after:
        assert adaptation.refusal
        return
    assert adaptation.refusal is None
    assert after == base | json.loads(example.after)
    assert outcome(after, known, example.dialect)[1].changes == {}, "a second time changes nothing"


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_a_model_of_which_nothing_is_known_takes_what_a_rule_would_change(rule: Rule, example: Example) -> None:
    unknown = profile(invented(example.dialect, {}))
    body = BASE[example.dialect] | json.loads(example.before)
    endpoint_s_own = {"max-output-tokens-raised", "thinking-gives-way", "cache-control-limited"}
    beside_thinking = {"thinking-sampling-dropped", "foreign-thinking-dropped"}
    assert (outcome(body, unknown, example.dialect)[1].rules == ()) is (rule.id not in endpoint_s_own | beside_thinking)


def test_the_page_of_rules_is_the_table() -> None:
    shown = (ROOT / "docs" / "adaptation.md").read_text()
    assert shown == page(), "renew it: python -m outlast.dialects.adaptation.rulebook"


def test_rule_ids_are_unique_and_fit_a_header() -> None:
    assert len(BY_ID) == len(RULES)
    assert all(word.isalpha() and word.islower() for rule_id in BY_ID for word in rule_id.split("-"))


def test_every_rule_says_where_it_acts_and_who_says_so() -> None:
    for rule in RULES:
        assert rule.examples
        assert set(rule.dialects) <= WATCHES.keys()
        assert rule.source
        assert rule.date[:2] == "20"
