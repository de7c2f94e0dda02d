"""What the history of a rollout says of a step's reason."""

import pytest
from tests.unit.rollout.rollouts import at, plan

from outlast.cli.rollout_views import print_history
from outlast.rollout.guards import Decision
from outlast.rollout.ports import Kept
from outlast.rollout.state import GUARDS, Cause, back


def test_what_the_guards_saw_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    declared, state = plan(), at(0)
    seen = Decision(word="BREACH", stage=0, why="errors are shown worse", readings=())
    taken = back(state, Cause(by=GUARDS, at_ns=5, reason=seen.why, evidence=seen))
    print_history([(Kept(id="r", plan=declared, state=taken.after), (taken,))])
    out = capsys.readouterr().out
    assert "BREACH: errors" in out
    assert out.count("shown worse") == 1
