"""The order of the acts, and what stays when the curtain falls.

It knows the list of acts. It does not know what happens in them.
"""

import tempfile
import threading
from pathlib import Path
from typing import TextIO

from outlast.demo import retirement
from outlast.demo.stage import Stage

ACTS = (retirement.act,)


def play(out: TextIO, *, stay: bool) -> None:
    """Play every act in a folder of its own; ``stay`` leaves a gateway running until it is interrupted."""
    with tempfile.TemporaryDirectory(prefix="outlast-demo-") as folder:
        stage = Stage(Path(folder), out)
        for act in ACTS:
            act(stage)
        if stay:
            _stay(stage)


def _stay(stage: Stage) -> None:
    with stage.gateway("--today", retirement.AFTER) as address:
        stage.scene(f"The gateway stays at {address} (day {retirement.AFTER}, simulated models). Ctrl-C ends it.")
        stage.say(f"   OPENAI_BASE_URL={address}/v1   configuration: {stage.config}")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            stage.say("   Stopped.")
