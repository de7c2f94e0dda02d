"""Plans and states that the tests of this room share."""

from outlast.rollout.plan import Guard, Plan
from outlast.rollout.state import Phase, State


def plan(**declared: object) -> Plan:
    words = {"model": "support", "incumbent": "openai/old", "candidate": "openai/new", "salt": "s", **declared}
    return Plan(**words)  # type: ignore[arg-type]  # each test declares what it is about


def at(stage: int, phase: Phase = "running") -> State:
    return State(plan_hash=plan().hash, phase=phase, stage=stage, number=1 + stage, since_ns=0)


ONE_GUARD = (Guard(name="errors", margin=0.05),)
