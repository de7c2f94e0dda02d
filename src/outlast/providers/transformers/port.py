"""What every family of open models can be asked, and what it says of itself.

It knows a conversation as parts, and a wish for an answer. It does not know bodies (``reading``) nor any library.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from outlast.omni.engine import Pixels, Samples
from outlast.providers.local.giving import Running
from outlast.providers.local.work import Stop

Sense = Literal["text", "image_url", "input_audio"]
"""A kind of part, as the wire calls it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Something that is shown."""

    pixels: Pixels


@dataclass(frozen=True, slots=True)
class Sound:
    """Something that is said, at ``EARS_HZ``."""

    samples: Samples


Part = str | Picture | Sound


@dataclass(frozen=True, slots=True)
class Told:
    """One message."""

    role: Literal["system", "user", "assistant"]
    parts: tuple[Part, ...]

    @property
    def words(self) -> str:
        """Its text alone."""
        return "\n".join(part for part in self.parts if isinstance(part, str))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One answer, as it is asked for."""

    told: tuple[Told, ...]
    aloud: bool
    voice: str
    """One of the model's; empty where it has none."""
    longest: int | None
    """Tokens of text; None: as the configuration says."""
    temperature: float | None
    top_p: float | None
    seed: int | None


class OpenModel(Protocol):
    """One loaded model. Belongs to one thread at a time."""

    @property
    def hears(self) -> frozenset[Sense]:
        """What may be in a message."""
        ...

    @property
    def voices(self) -> tuple[str, ...]:
        """Who can speak, the usual one first; none: it does not speak."""
        ...

    @property
    def hertz(self) -> int:
        """Samples a second of its speech."""
        ...

    def answer(self, wish: Wish, stop: Stop) -> Running:
        """Begin an answer. Raises ``Refused``, ``ContextFull`` and what the running answer raises."""
        ...
