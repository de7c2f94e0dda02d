"""What an engine is put together from, beside its weights: words, ears and a voice, as far as a session needs them.

It knows shapes of calls. It does not know how text is cut, sound is analysed or codes are made audible.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from outlast.omni.engine import Samples
from outlast.omni.weights import Floats


class Words(Protocol):
    """Text as the numbers of the vocabulary's pieces, and back."""

    def encode(self, text: str) -> Sequence[int]:
        """Never a special token, whatever the text says."""
        ...

    def decode(self, numbers: Iterable[int]) -> str:
        """The text; special tokens say nothing."""
        ...


class Listening(Protocol):
    """The ears during one stretch of sound."""

    def push(self, samples: Samples) -> Floats:
        """``(n, 160)``: the patches that are whole now."""
        ...


class Voice(Protocol):
    """The mouth of one session."""

    def say(self, codes: Sequence[int]) -> Samples:
        """The sound that is certain with one more frame; it may lag behind."""
        ...

    def finish(self) -> Samples:
        """The rest of the phrase; the next frame begins a new one."""
        ...


Ears = Callable[[], Listening]
Mouths = Callable[[int], Voice]
"""From a seed."""
