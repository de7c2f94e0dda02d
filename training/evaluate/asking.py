"""One exchange put to an engine, turn for turn, typed, spoken or shown; what it answered.

It knows the engine's port. It does not know what is right.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from outlast.omni.engine import MOUTH_HZ, Ended, Engine, Heard, Manner, Opening, Said, Samples, Session, Spoken, Task
from training.curriculum.exchange import Exchange

BARE: Final = Manner(warmth="less")
"""The core of an answer alone, whatever the snapshot's character."""
PATIENCE: Final = 12 * MOUTH_HZ
"""Samples: a sum's answer takes three seconds; whoever listens to more than this hangs up."""
NOTHING: Final = np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True)
class Answer:
    """Of one turn."""

    text: str
    heard: str | None
    """None: the network left it out."""
    sound: Samples
    reason: str


class Sounds(Protocol):
    """Where questions that were read aloud lie."""

    def sound(self, number: int) -> Samples:
        """One of them, 16 kHz."""
        ...


def reply(session: Session) -> Answer:
    """Close the turn and read its answer to the end, or until it has spoken for ``PATIENCE``."""
    said, heard, pieces, reason, spoken = "", None, [NOTHING], "", 0
    for event in session.answer():
        match event:
            case Heard(text):
                heard = text
            case Said(text):
                said += text
            case Spoken(samples):
                pieces.append(samples)
                spoken += len(samples)
                if spoken > PATIENCE:
                    session.cancel()
            case Ended(why, _, _):
                reason = why
    return Answer(said.strip(), heard, np.concatenate(pieces), reason)


def converse(
    engine: Engine,
    exchange: Exchange,
    sounds: Mapping[int, Samples] | None = None,
    *,
    manner: Manner | None = None,
    aloud: bool = False,
) -> list[Answer]:
    """All turns, one behind the other; a turn that has a sound is not typed."""
    session = engine.open(Opening(manner=manner or Manner(), aloud=aloud))
    answers = []
    for number, turn in enumerate(exchange.turns):
        if turn.picture is not None:
            session.push_image(turn.picture)
        if sounds and number in sounds:
            session.push_audio(sounds[number])
        else:
            session.push_text(turn.said)
        answers.append(reply(session))
    return answers


def one(
    engine: Engine, *, sound: Samples | None = None, text: str = "", task: Task = "talk", aloud: bool = False
) -> Answer:
    """A single turn in a conversation of its own, in the manner that says nothing more."""
    session = engine.open(Opening(task=task, manner=BARE, aloud=aloud))
    if sound is not None:
        session.push_audio(sound)
    if text:
        session.push_text(text)
    return reply(session)
