"""The order of the acts, and what stays when the curtain falls.

It knows the list of acts. It does not know what happens in them.
"""

import datetime as dt
import tempfile
import threading
from pathlib import Path
from typing import TextIO

from outlast.chat.rehearsal import CONFIGURATION, PACE, stories
from outlast.demo import move, proof, retirement
from outlast.demo.stage import Stage
from outlast.settings import load_settings
from outlast.wiring import open_knowledge

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
            _stay(stage)


def _stay(stage: Stage) -> None:
    """The rehearsal: the same story for people, in the chat, from its first day on."""
    stage.config.write_text(CONFIGURATION, encoding="utf-8")
    stage.config.with_name("pace.toml").write_text(PACE, encoding="utf-8")
    first = stories(open_knowledge(load_settings(stage.config)))[0].steps[0].day
    with stage.gateway("--today", first.isoformat()) as address:
        stage.scene(f"The gateway stays at {address} (day {first}, simulated models). Ctrl-C ends it.")
        stage.say(f"   The chat: {address}/chat   the story's days, and a button for the next one: {address}/rehearsal")
        stage.say(f"   OPENAI_BASE_URL={address}/v1   configuration: {stage.config}")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            stage.say("   Stopped.")
