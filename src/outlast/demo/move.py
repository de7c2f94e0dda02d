"""Act three: a canary to the worse candidate is rolled back by itself, one to the good candidate completes.

It knows which candidate is worse, and that callers must not notice. It does not know how a rollout decides; it looks
whether it decided truly.
"""

import time
from collections.abc import Callable
from contextlib import closing

import msgspec

from outlast.demo.application import MODEL, Application
from outlast.demo.proof import CONFIGURATION as PROOF
from outlast.demo.proof import FINE, WORSE
from outlast.demo.retirement import AFTER, BEFORE
from outlast.demo.stage import Stage
from outlast.errors import MachineError

CONFIGURATION = f"""\
{PROOF}
[notices]
from = "outlast@example.com"
smtp = "smtp://127.0.0.1"               # nothing is sent here: the notices are only shown

[notices.to.platform]
everything = true
mail = "platform@example.com"
"""
GUARDS = "contract=5%,errors=5%"
STAGES = "50,100"
WINDOW = "1s"
PATIENCE_S = 120.0
"""For one rollout, on a machine that does other things as well; some seconds on an idle one."""
AT_ONCE = 40
"""Conversations between two looks."""
LINES = 6


class _Status(msgspec.Struct, frozen=True):
    """What the command says of where a rollout is."""

    phase: str
    stage: str
    stages: tuple[str, ...]

    @property
    def rolled_back(self) -> bool:
        """Everybody has the old model again."""
        return self.phase == "rolled back"

    @property
    def at_the_last_stage(self) -> bool:
        """Everybody has the new one, and a word is missing."""
        return self.phase == "running" and self.stage == self.stages[-1]


def act(stage: Stage, after: str = AFTER) -> None:
    """Play the act; raises when the worse candidate stays or the good one does not."""
    del after  # a move is made while the old model lives, so that there is a way back
    stage.config.write_text(CONFIGURATION, encoding="utf-8")
    with stage.gateway("--today", BEFORE) as address, closing(Application(address)) as application:
        talk = _talk(application)
        stage.scene(f"A canary, half of the conversations, to {WORSE}; nobody watches:")
        _start(stage, WORSE, "--unproven")
        calls = _until(stage, talk, lambda status: status.rolled_back)
        stage.say(f"   after {calls} conversations, all of them answered, the guards took it back:")
        stage.command("rollout", "history", MODEL, lines=LINES)
        stage.scene(f"The same to {FINE}, which has its PASS from the replay:")
        _start(stage, FINE, "--require", "PASS")
        calls = _until(stage, talk, lambda status: status.at_the_last_stage)
        stage.say(f"   after {calls} conversations every guard is shown to hold, and all have {FINE}.")
        stage.command("rollout", "done", MODEL, lines=LINES)
        headers = application.ask("What is 17 + 25?").headers
        for name in ("x-outlast-requested-model", "x-outlast-served-model", "x-outlast-reason"):
            stage.say(f"     {name}: {headers.get(name, '')}")
        if headers.get("x-outlast-served-model") != FINE:
            raise MachineError(f"after the move {headers.get('x-outlast-served-model')} answers, not {FINE}")
        stage.say("   One word would put it back: outlast rollout back " + MODEL)
    stage.scene("Who is told, and of what:")
    stage.command("notices", "preview", "--today", BEFORE)


def _start(stage: Stage, candidate: str, *more: str) -> None:
    shape = ("--stages", STAGES, "--guards", GUARDS, "--window", WINDOW)
    stage.command("rollout", "start", MODEL, "--to", candidate, *shape, *more, lines=LINES)


def _talk(application: Application) -> Callable[[], None]:
    """Conversations that begin with words of their own; each must be answered."""
    number = 10_000

    def talk() -> None:
        nonlocal number
        number += 1
        if not application.file(number):
            raise MachineError("a caller was left without an answer")

    return talk


def _until(stage: Stage, talk: Callable[[], None], wanted: Callable[[_Status], bool]) -> int:
    """Conversations until the rollout is where it has to come; says how many there were."""
    calls = 0
    ends = time.monotonic() + PATIENCE_S
    while True:
        for _ in range(AT_ONCE):
            talk()
        calls += AT_ONCE
        status = msgspec.json.decode(stage.quietly("rollout", "status", MODEL, "--format", "json"), type=_Status)
        if wanted(status):
            return calls
        if status.phase != "running" or time.monotonic() > ends:
            raise MachineError(f"after {calls} conversations the rollout is {status.phase} at {status.stage}")
