"""Where a rollout is, and which ways lead on: every step a value with its reason and its evidence.

It knows phases, stages and what may follow what. It does not know who gets B (``rollout.assignment``), how evidence was
gathered (``rollout.guards``) nor how a state is kept or made known to processes.
"""

from dataclasses import dataclass
from typing import Final, Literal

from outlast.errors import RolloutRefused
from outlast.rollout.guards import Decision
from outlast.rollout.plan import Plan
from outlast.rollout.proof import Proof, why_unproven

Phase = Literal["running", "paused", "rolled back", "done"]
Step = Literal["start", "advance", "pause", "resume", "back", "done"]
_NEXT: Final[dict[Phase, str]] = {
    "running": "`outlast rollout status NAME` shows what it waits for",
    "paused": "`outlast rollout resume NAME` goes on, `outlast rollout back NAME` gives everybody A again",
    "rolled back": "everybody has A, and `outlast rollout start NAME --to PROVIDER/MODEL` begins another",
    "done": "everybody has B, `outlast rollout back NAME` gives them A again, and a start begins the next move",
}
"""What can be done from where a rollout is, for whoever asked for something else."""
GUARDS = "guards"
"""Who takes a step by itself; every other name is an operator's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a rollout is."""

    plan_hash: str
    phase: Phase
    stage: int
    number: int
    """Steps taken; the next one is refused by whoever keeps states where another process has taken it already."""
    since_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Who takes a step, when and why."""

    by: str
    at_ns: int
    """Unix nanoseconds."""
    reason: str = ""
    evidence: Decision | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One step that was taken: the history is made of these."""

    step: Step
    before: State | None
    after: State
    cause: Cause
    unproven: str = ""
    """Of a start: what the verdict lacked when it was said that this does not matter."""


def start(plan: Plan, cause: Cause, *, proof: Proof | None = None, unproven: bool = False) -> Transition:
    """The first step.

    Raises:
        RolloutRefused: The verdict that the plan requires is not there, and nobody said that it may be missing.
        SettingsInvalid: The plan cannot be meant.
    """
    plan.check()
    lacking = why_unproven(plan.require, proof, cause.at_ns) if plan.require else "no verdict was required"
    if lacking and not unproven:
        raise RolloutRefused(
            f"{plan.model} is not proven: {lacking}; `outlast replay {plan.model} --to {plan.candidate}` first,"
            " then say --require PASS; or say --unproven, which is recorded"
        )
    after = State(plan_hash=plan.hash, phase="running", stage=0, number=1, since_ns=cause.at_ns)
    return Transition(step="start", before=None, after=after, cause=cause, unproven=lacking)


def advance(plan: Plan, state: State, cause: Cause) -> Transition:
    """To the next stage: by the guards on their ADVANCE for this stage alone, or by an operator's word.

    Raises:
        RolloutRefused: It is not running, is at its last stage, or the guards have not said ADVANCE.
    """
    _must_be(state, "advance", "running")
    if state.stage + 1 >= len(plan.stages):
        raise RolloutRefused(f"{plan.model} is at its last stage, {plan.stages[-1].name}; say done, or back")
    _agree(plan, state)
    if cause.by == GUARDS and not _said(cause, "ADVANCE", state):
        word = cause.evidence.word if cause.evidence else "nothing"
        raise RolloutRefused(
            f"stage {plan.stages[state.stage].name} is not left on {word}: only ADVANCE of it advances"
        )
    return _step("advance", state, cause, phase="running", stage=state.stage + 1)


def pause(state: State, cause: Cause) -> Transition:
    """Nobody new gets B; who has it keeps it, and the guards go on watching.

    Raises:
        RolloutRefused: It is not running.
    """
    _must_be(state, "pause", "running")
    return _step("pause", state, cause, phase="paused", stage=state.stage)


def resume(state: State, cause: Cause) -> Transition:
    """On from where it was paused.

    Raises:
        RolloutRefused: It is not paused.
    """
    _must_be(state, "resume", "paused")
    return _step("resume", state, cause, phase="running", stage=state.stage)


def back(state: State, cause: Cause) -> Transition:
    """Everybody has A again, from the next call on; a further try is a new rollout with its own error rates.

    Raises:
        RolloutRefused: It was rolled back before, or the guards ask for it without a BREACH of this stage.
    """
    _must_be(state, "back", "running", "paused", "done")
    if cause.by == GUARDS and not _said(cause, "BREACH", state):
        raise RolloutRefused("the guards roll back on a BREACH of the stage that is under way, and on nothing else")
    return _step("back", state, cause, phase="rolled back", stage=state.stage)


def done(plan: Plan, state: State, cause: Cause) -> Transition:
    """B is the model from now on; it can still be put back.

    Raises:
        RolloutRefused: It is not running at its last stage.
    """
    _must_be(state, "done", "running")
    _agree(plan, state)
    if state.stage + 1 < len(plan.stages):
        raise RolloutRefused(
            f"{plan.model} is at {plan.stages[state.stage].name}, done comes after {plan.stages[-1].name};"
            f" `outlast rollout advance {plan.model}` takes the next stage"
        )
    return _step("done", state, cause, phase="done", stage=state.stage)


def _step(step: Step, state: State, cause: Cause, *, phase: Phase, stage: int) -> Transition:
    since = max(cause.at_ns, state.since_ns)  # a clock that was set back does not turn the history round
    after = State(plan_hash=state.plan_hash, phase=phase, stage=stage, number=state.number + 1, since_ns=since)
    return Transition(step=step, before=state, after=after, cause=cause)


def _said(cause: Cause, word: str, state: State) -> bool:
    return cause.evidence is not None and cause.evidence.word == word and cause.evidence.stage == state.stage


def _agree(plan: Plan, state: State) -> None:
    if plan.hash != state.plan_hash:
        raise RolloutRefused(f"the rollout under way has plan {state.plan_hash[:12]}, not {plan.hash[:12]}")


def _must_be(state: State, step: Step, *phases: Phase) -> None:
    if state.phase not in phases:
        raise RolloutRefused(
            f"{step} is for a rollout that is {' or '.join(phases)}; this one is {state.phase}: {_NEXT[state.phase]}"
        )
