"""Every step has a way from where one is; others are refused, and nothing but ADVANCE advances by itself."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.rollout.rollouts import at, plan

from outlast.errors import RolloutRefused, SettingsInvalid
from outlast.rollout.guards import Decision, Word
from outlast.rollout.plan import Requirement
from outlast.rollout.proof import Proof
from outlast.rollout.state import GUARDS, Cause, Phase, State, Step, advance, back, done, pause, resume, start

DAY = 86_400 * 10**9
PHASES: tuple[Phase, ...] = ("running", "paused", "rolled back", "done")
PASSED = Proof(verdict="PASS", decided_ns=0, plan_hash="abc", persona="kind")
REQUIRED = plan(require=Requirement(plan_hash="abc", persona="kind"))


def said(word: Word, stage: int) -> Decision:
    return Decision(word=word, stage=stage, why="because", readings=())


def operator(at_ns: int = 5) -> Cause:
    return Cause(by="operator", at_ns=at_ns, reason="asked")


def guards(word: Word | None, stage: int) -> Cause:
    return Cause(by=GUARDS, at_ns=5, evidence=None if word is None else said(word, stage))


def step(name: Step, state: State) -> State:
    steps = {
        "advance": lambda: advance(plan(), state, operator()),
        "pause": lambda: pause(state, operator()),
        "resume": lambda: resume(state, operator()),
        "back": lambda: back(state, operator()),
        "done": lambda: done(plan(), state, operator()),
    }
    return steps[name]().after


LEGAL: dict[Phase, set[Step]] = {
    "running": {"advance", "pause", "back"},
    "paused": {"resume", "back"},
    "rolled back": set(),
    "done": {"back"},
}


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("name", ["advance", "pause", "resume", "back", "done"])
def test_a_step_is_taken_where_there_is_a_way_and_refused_elsewhere(phase: Phase, name: Step) -> None:
    state = at(2, phase)
    if name in LEGAL[phase]:
        assert step(name, state).number == state.number + 1
    else:
        with pytest.raises(RolloutRefused):
            step(name, state)


def test_a_rollout_goes_through_its_stages_to_its_end_and_back() -> None:
    taken = [start(plan(), operator(1), unproven=True)]
    for stage in range(4):
        cause = Cause(by=GUARDS, at_ns=2 + stage, evidence=said("ADVANCE", stage))
        taken.append(advance(plan(), taken[-1].after, cause))
    taken.append(done(plan(), taken[-1].after, operator(8)))
    taken.append(back(taken[-1].after, operator(9)))
    assert [one.after.stage for one in taken] == [0, 1, 2, 3, 4, 4, 4]
    assert [one.after.number for one in taken] == [1, 2, 3, 4, 5, 6, 7]
    assert taken[-1].after.phase == "rolled back"
    assert all(later.before == earlier.after for earlier, later in pairwise(taken))


@pytest.mark.parametrize("word", ["HOLD", "BREACH", None])
def test_by_itself_only_advance_advances(word: Word | None) -> None:
    with pytest.raises(RolloutRefused, match="only ADVANCE"):
        advance(plan(), at(2), guards(word, 2))


def test_evidence_of_another_stage_moves_nothing() -> None:
    with pytest.raises(RolloutRefused, match="only ADVANCE"):
        advance(plan(), at(2), guards("ADVANCE", 1))
    with pytest.raises(RolloutRefused, match="BREACH"):
        back(at(2), guards("BREACH", 1))


def test_a_breach_rolls_back_by_itself_also_while_paused_and_keeps_its_evidence() -> None:
    for phase in ("running", "paused"):
        taken = back(at(2, phase), guards("BREACH", 2))
        assert taken.after.phase == "rolled back"
        assert taken.cause.evidence == said("BREACH", 2)
    with pytest.raises(RolloutRefused, match="BREACH"):
        back(at(2), guards("ADVANCE", 2))


def test_an_operator_may_advance_on_their_own_word() -> None:
    assert advance(plan(), at(1), operator()).after.stage == 2


def test_the_last_stage_is_left_by_done_or_back_alone() -> None:
    with pytest.raises(RolloutRefused, match="last stage"):
        advance(plan(), at(4), operator())
    with pytest.raises(RolloutRefused, match="done comes after 100%"):
        done(plan(), at(3), operator())
    assert done(plan(), at(4), operator()).after.phase == "done"


def test_a_rollout_is_not_moved_under_another_plan() -> None:
    with pytest.raises(RolloutRefused, match="has plan"):
        advance(plan(salt="other"), at(1), operator())


def test_a_clock_that_was_set_back_does_not_turn_the_history_round() -> None:
    later = State(plan_hash=plan().hash, phase="running", stage=1, number=3, since_ns=100)
    assert pause(later, operator(7)).after.since_ns == 100


def test_a_start_needs_the_verdict_that_was_asked_for() -> None:
    assert start(REQUIRED, operator(DAY), proof=PASSED).unproven == ""


@pytest.mark.parametrize(
    ("proof", "day", "says"),
    [
        (None, 1, "no verdict"),
        (Proof(verdict="NOT YET", decided_ns=0, plan_hash="abc", persona="kind"), 1, "NOT YET"),
        (PASSED, 31, "31.0 days old"),
        (PASSED, -1, "days old"),
        (Proof(verdict="PASS", decided_ns=0, plan_hash="xyz", persona="kind"), 1, "plan xyz"),
        (Proof(verdict="PASS", decided_ns=0, plan_hash="abc"), 1, "persona ''"),
    ],
)
def test_without_it_unproven_must_be_said_and_is_recorded(proof: Proof | None, day: int, says: str) -> None:
    with pytest.raises(RolloutRefused, match=says):
        start(REQUIRED, operator(day * DAY), proof=proof)
    assert says in start(REQUIRED, operator(day * DAY), proof=proof, unproven=True).unproven


def test_a_plan_without_a_required_verdict_is_unproven_too() -> None:
    with pytest.raises(RolloutRefused, match="--unproven"):
        start(plan(), operator())


def test_a_plan_that_cannot_be_meant_does_not_start() -> None:
    with pytest.raises(SettingsInvalid):
        start(plan(salt=""), operator(), unproven=True)


@given(st.lists(st.sampled_from(["advance", "pause", "resume", "back", "done"]), max_size=30))
def test_whatever_is_asked_stages_never_fall_and_a_roll_back_is_final(steps: list[Step]) -> None:
    state = start(plan(), operator(), unproven=True).after
    for name in steps:
        try:
            after = step(name, state)
        except RolloutRefused:
            continue
        assert state.phase != "rolled back"
        assert state.stage <= after.stage <= 4
        assert after.number == state.number + 1
        state = after
