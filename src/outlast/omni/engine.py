"""The engine's port: open a session, push what somebody says or shows, read what comes back, cancel.

It knows what goes in and out of a session, in the units of the world: text, samples, pixels. It does not know how any
of it is computed. One conversation is one session; chat calls and real-time sessions use the same port.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from outlast.settings.chat import Base, Degree

Samples = npt.NDArray[np.float32]
"""Sound of one channel, from -1 to 1."""
Pixels = npt.NDArray[np.uint8]
"""A picture: ``(height, width, 3)``, red, green and blue."""
EARS_HZ = 16_000
"""Samples a second of what is pushed."""
MOUTH_HZ = 16_000
"""Samples a second of what is spoken."""
Task = Literal["talk", "transcribe", "read aloud"]
"""Answer; write down what is heard and nothing else; speak what is typed and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How to answer: each reaches the network as a control token of its own."""

    base: Base = "default"
    warmth: Degree = "default"
    enthusiasm: Degree = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a session is opened with."""

    task: Task = "talk"
    manner: Manner = field(default_factory=Manner)
    aloud: bool = False
    """Answers are spoken as well as written."""
    longest_answer: int = 96
    """Tokens of text; more is cut, and said so in ``Ended``."""
    seed: int = 0
    """Of the mouth's drawing; text is never drawn."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the network believes was said; comes before its answer, and may be left out by it."""

    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """The next piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """The next piece of the answer's sound, at ``MOUTH_HZ``."""

    samples: Samples


@dataclass(frozen=True, slots=True)
class Ended:
    """The answer is over."""

    reason: Literal["stop", "length", "cancelled"]
    read: int
    """Positions that were pushed since the answer before."""
    written: int
    """Positions that were made: text, thought and frames of sound."""


Event = Heard | Said | Spoken | Ended


class Session(Protocol):
    """One conversation. Belongs to one thread at a time."""

    def push_text(self, text: str) -> None:
        """Somebody types; belongs to the turn that is open."""
        ...

    def push_audio(self, samples: Samples) -> None:
        """Somebody speaks, at ``EARS_HZ``, in pieces of any size; what makes a whole patch is heard at once."""
        ...

    def push_image(self, pixels: Pixels) -> None:
        """Somebody shows a picture of any size."""
        ...

    def recall(self, text: str) -> None:
        """An answer of the past, as it was given: a conversation that goes on with a new session."""
        ...

    def turn_over(self) -> float:
        """The probability that whoever speaks has ended, by what was heard so far; 0 before any sound."""
        ...

    def answer(self) -> Iterator[Event]:
        """Close the turn and answer it; each step computes only what its event needs. Raises ``ContextFull``."""
        ...

    def cancel(self) -> None:
        """End the answer that runs at its next frame; from any thread. What was given stays in the conversation."""
        ...


class Engine(Protocol):
    """One set of weights. Sessions share it and nothing else."""

    def open(self, opening: Opening) -> Session:
        """Begin a conversation."""
        ...
