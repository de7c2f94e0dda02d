"""The order of the acts, and what stays when the curtain falls.

It knows the list of acts. It does not know what happens in them.
"""

import datetime as dt
import tempfile
import threading
from pathlib import Path
from typing import TextIO

from outlast.demo import move, proof, retirement
from outlast.demo.stage import Stage

ACTS = (retirement.act, proof.act, move.act)


def play(out: TextIO, *, stay: bool, after: dt.date | None = None, report: Path | None = None) -> None:
    """Play every act in a folder of its own; ``stay`` leaves a gateway running until it is interrupted.

    ``after`` is the day on which the retired model is called again; ``report`` is where the proof's page is kept.

    Raises:
        SettingsInvalid: on ``after`` the story is another one.
    """
    day = retirement.AFTER if after is None else retirement.day_after(after)
    with tempfile.TemporaryDirectory(prefix="outlast-demo-") as folder:
        stage = Stage(Path(folder), out, report)
        for act in ACTS:
            act(stage, day)
        if stay:
            _stay(stage, day)


def _stay(stage: Stage, day: str) -> None:
    with stage.gateway("--today", day) as address:
        stage.scene(f"The gateway stays at {address} (day {day}, simulated models). Ctrl-C ends it.")
        stage.say(f"   OPENAI_BASE_URL={address}/v1   configuration: {stage.config}")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            stage.say("   Stopped.")
