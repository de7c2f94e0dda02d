"""A declaration is hashed as a whole, and one that cannot be meant is refused before anybody gets B."""

from typing import Any

import msgspec
import pytest
from tests.unit.rollout.rollouts import plan

from outlast.errors import SettingsInvalid
from outlast.rollout.plan import Entry, Guard, Plan, Reference, Requirement, Stage

SLOW = Guard(name="latency", margin=1.2, scale="ratio")
OTHER: dict[str, Any] = {
    "model": "other",
    "incumbent": "openai/older",
    "candidate": "openai/newer",
    "salt": "t",
    "stages": (Stage(0.5), Stage(1.0)),
    "by": "user",
    "guards": (Guard(name="errors", margin=0.02),),
    "references": (Reference(name="latency", middle=1.0),),
    "alpha": 0.01,
    "least_blocks": 31,
    "entries": (Entry(plan="free", share=0.01),),
    "require": Requirement(),
    "max_shadow_pico_usd": 1,
    "keep_days": 31,
    "window_s": 61,
}


def test_the_default_plan_can_be_meant_and_is_read_back_as_it_was_kept() -> None:
    plan().check()
    assert msgspec.json.decode(msgspec.json.encode(plan()), type=Plan) == plan()


@pytest.mark.parametrize("word", OTHER)
def test_everything_that_is_declared_changes_the_hash(word: str) -> None:
    assert plan(**{word: OTHER[word]}).hash != plan().hash


def test_the_hash_covers_every_member_but_the_time() -> None:
    assert {*OTHER, "created_ns"} == set(Plan.__dataclass_fields__)
    assert plan(created_ns=5).hash == plan().hash


def test_alpha_is_split_over_tests_and_stages_for_a_breach_and_over_stages_for_an_advance() -> None:
    tone = Guard(name="tone.words", margin=0.5, scale="spread")
    declared = plan(guards=(Guard(name="errors", margin=0.01), tone))
    assert (declared.tests, declared.guarded_stages) == (3, 4)
    assert declared.breach_alpha * 3 * 4 == pytest.approx(declared.alpha)
    assert declared.advance_alpha * 4 == pytest.approx(declared.alpha)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"model": ""}, "needs the name"),
        ({"salt": ""}, "salt"),
        ({"candidate": "new"}, "to = 'new'"),
        ({"incumbent": "/old"}, "from = '/old'"),
        ({"candidate": "openai/old"}, "already"),
        ({"stages": (Stage(0.5),)}, "end with 100"),
        ({"stages": (Stage(1.0),)}, "begin below 100"),
        ({"stages": (Stage(0.5), Stage(0.5), Stage(1.0))}, "rise"),
        ({"guards": (Guard(name="errors", margin=0.0),)}, "errors"),
        ({"guards": (Guard(name="errors", margin=1.0),)}, "errors"),
        ({"guards": (SLOW,)}, "A's record"),
        ({"guards": (SLOW,), "references": (Reference(name="latency", middle=0.0),)}, "no amount"),
        ({"guards": (SLOW,), "references": (Reference(name="latency", middle=float("nan")),)}, "A's record"),
        ({"guards": (Guard(name="errors", margin=0.1),) * 2}, "twice"),
        ({"guards": (Guard(name="errors", margin=0.1, watch=True),)}, "shown safe"),
        ({"guards": ()}, "shown safe"),
        ({"entries": (Entry(plan="free", share=0.1), Entry(plan="free", share=0.2))}, "twice"),
        ({"entries": (Entry(plan="free", share=1.1),)}, "free"),
        ({"alpha": 0.0}, "alpha"),
        ({"window_s": 0}, "observed"),
        ({"least_blocks": 0}, "1 or more"),
        ({"max_shadow_pico_usd": -1}, "shadow"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_word_at_fault(words: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsInvalid, match=says):
        plan(**words).check()
