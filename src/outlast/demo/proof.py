"""Act two: while the retiring model still answers, it is captured; then its successor has to stand beside it.

It knows which candidate is worse, and by how much. It does not know how a verdict is reached; it looks whether it is
the true one.
"""

import re
from contextlib import closing

from outlast.demo.application import MODEL, Application
from outlast.demo.retirement import AFTER, BEFORE, SUCCESSOR
from outlast.demo.stage import Stage
from outlast.errors import MachineError

FINE = f"openai/{SUCCESSOR}"
WORSE = "openai/simulated-careless"
BROKEN = 0.15
"""Of the worse candidate's answers, by its script."""
REQUESTS = 120
MARGIN = "5%"
FINDINGS = 1
"""The exit code of a replay in which a candidate fails."""
SHOWN_LINES = 10

CONFIGURATION = f"""\
[server]
database = "sqlite:///outlast.db"

[providers.openai]
kind = "scripted"                       # SIMULATED models: no key, no network
catalog = "openai"

[models."{MODEL}"]
target = "openai/{MODEL}"
successor = ["openai/{SUCCESSOR}"]
record = "full"                         # whole requests are kept, so that they can be asked again
"""


def act(stage: Stage, after: str = AFTER) -> None:
    """Play the act; raises when a verdict is not the true one."""
    del after  # it is played before the retirement: after it nothing could be captured
    stage.config.write_text(CONFIGURATION, encoding="utf-8")
    stage.scene(f"Back on {BEFORE}, with a week to go: will its successor do? The application works, and is recorded.")
    with stage.gateway("--today", BEFORE) as address, closing(Application(address)) as application:
        answers = [application.file(number) for number in range(1, REQUESTS + 1)]
    stage.say(f"   {REQUESTS} requests; another program reads the answers:\n   < {answers[0]}")
    stage.scene("What the retiring model says is drawn twice, while it can still be asked:")
    stage.command("capture", MODEL, "--pairs", str(REQUESTS), "--today", BEFORE)
    stage.scene(f"{FINE} beside {WORSE}, which is scripted to break {BROKEN:.0%} of its answers:")
    shown = stage.command(
        *("replay", MODEL, "--to", FINE, "--to", WORSE, "--margin", MARGIN, "--today", BEFORE),
        *("--html", str(stage.report)),
        code=FINDINGS,
        lines=SHOWN_LINES,
    )
    _expect(shown, {FINE: "PASS", WORSE: "FAIL"})
    stage.say(f"   Exit code {FINDINGS}: a candidate was shown worse. The whole report: {stage.report}")


def _expect(shown: str, wanted: dict[str, str]) -> None:
    found = {target: word for word, target in re.findall(r"^(PASS|FAIL|NOT YET)\s+(\S+)", shown, re.MULTILINE)}
    if found != wanted:
        raise MachineError(f"the true verdicts are {wanted}, the replay says {found}")
