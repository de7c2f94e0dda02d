"""A whole rollout through the room: assignment, blocks, guards and states, as a gateway will join them."""

from random import Random

import pytest
from tests.unit.rollout.rollouts import plan

from outlast.rollout.assignment import Known, Who, assign
from outlast.rollout.guards import add, add_pair, decide, opened
from outlast.rollout.measure import Conversation
from outlast.rollout.plan import Arm, Guard, Plan, Stage
from outlast.rollout.state import GUARDS, Cause, State, Transition, advance, back, start

PLAN = plan(guards=(Guard(name="errors", margin=0.1),), stages=(Stage(0.0), Stage(0.2), Stage(0.5), Stage(1.0)))
LONGEST = 12_000


def played(declared: Plan, wrong: dict[Arm, float]) -> tuple[list[Transition], dict[str, Arm]]:
    """Conversations until the guards have nothing more to say, and what is stored of them."""
    random = Random(5)  # noqa: S311  traffic, not secrets
    history = [start(declared, Cause(by="operator", at_ns=0), unproven=True)]
    board, stored = opened(declared, 0), {}
    for number in range(LONGEST):
        state = history[-1].after
        if state.phase != "running" or not declared.stages[state.stage].guarded:
            break
        given = assign(declared, state, who(number))
        if given.store:
            stored[f"c{number}"] = given.arm

        def ended(arm: Arm, stage: int = state.stage) -> Conversation:
            return Conversation(arm=arm, stage=stage, values={"errors": float(random.random() < wrong[arm])})

        if declared.stages[state.stage].share == 0:
            board = add_pair(declared, board, ended("A"), ended("B"))
        elif given.drawn:
            board = add(declared, board, ended(given.arm))
        found = decide(declared, board)
        cause = Cause(by=GUARDS, at_ns=number, reason=found.why, evidence=found)
        if found.word == "BREACH":
            history.append(back(state, cause))
        elif found.word == "ADVANCE":
            history.append(advance(declared, state, cause))
            board = opened(declared, history[-1].after.stage)
    return history, stored


def who(number: int) -> Who:
    return Who(key="k", user="", plan="", conversation=f"c{number}")


def test_an_equal_successor_comes_to_everybody() -> None:
    history, stored = played(PLAN, {"A": 0.03, "B": 0.03})
    assert [one.step for one in history] == ["start", "advance", "advance", "advance"]
    last = history[-1].after
    assert assign(PLAN, last, who(-1)).arm == "B"
    kept = {name: assign(PLAN, last, who(int(name[1:])), Known(conversation=arm)).arm for name, arm in stored.items()}
    assert kept == stored
    assert {"A", "B"} == set(stored.values())


@pytest.mark.parametrize("worse", [0.4, 1.0])
def test_a_worse_one_is_rolled_back_by_itself_before_anybody_but_the_shadow_saw_it(worse: float) -> None:
    history, stored = played(PLAN, {"A": 0.03, "B": worse})
    assert [one.step for one in history] == ["start", "back"]
    assert stored == {}
    assert history[-1].cause.evidence is not None
    assert "errors" in history[-1].cause.reason


def test_one_that_turns_bad_in_the_canary_is_rolled_back_there_and_everybody_has_a_again() -> None:
    declared = plan(guards=PLAN.guards, stages=PLAN.stages[1:])
    history, stored = played(declared, {"A": 0.03, "B": 0.5})
    last: State = history[-1].after
    assert (last.phase, last.stage) == ("rolled back", 0)
    assert "B" in stored.values()
    assert {
        assign(declared, last, who(int(name[1:])), Known(conversation=arm)).arm for name, arm in stored.items()
    } == {"A"}
