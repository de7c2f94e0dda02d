"""When it is the engine's turn to speak: an exchangeable part of a conversation in sound.

It knows, for each patch of 40 ms, how sure the network is that the turn is over, and how loud it was. It does not know
sessions: who feeds one asks the policy and then for an answer.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from outlast.omni.engine import EARS_HZ, Samples
from outlast.omni.grammar import PATCH_SAMPLES

PATCH_MS: Final = 1_000 * PATCH_SAMPLES // EARS_HZ
SILENCE_DB: Final = -40.0
"""Below this a patch counts as silent, by 1 as the loudest sine's peak."""
_QUIETEST_DB: Final = -120.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one patch says."""

    over: float
    """The network's probability that the turn is over (``Session.turn_over``)."""
    loud_db: float
    """``loudness`` of its samples."""


class TurnPolicy(Protocol):
    """Decides for one turn at a time."""

    def heard(self, evidence: Evidence) -> bool:
        """One more patch was heard; whether the turn is over now."""
        ...

    def begin(self) -> None:
        """A new turn begins."""
        ...


def loudness(samples: Samples) -> float:
    """Root mean square in decibels of full scale; -120 for silence and for no samples."""
    if not len(samples):
        return _QUIETEST_DB
    square = float(np.mean(np.square(samples, dtype=np.float64)))
    return max(10 * math.log10(square), _QUIETEST_DB) if square > 0 else _QUIETEST_DB


class BySilence:
    """After so many milliseconds of silence behind something that was loud enough."""

    def __init__(self, *, silence_ms: int, silence_db: float = SILENCE_DB) -> None:
        self._needed = patches(silence_ms)
        self._silence_db = silence_db
        self._quiet = 0
        self._spoken = False

    def heard(self, evidence: Evidence) -> bool:
        """Count silence from the last loud patch on."""
        if evidence.loud_db >= self._silence_db:
            self._spoken, self._quiet = True, 0
        else:
            self._quiet += 1
        return self._spoken and self._quiet >= self._needed

    def begin(self) -> None:
        """Nothing was said yet."""
        self._quiet, self._spoken = 0, False


class ByNetwork:
    """When the network has been sure for so many milliseconds on end; its word counts only once somebody spoke.

    It is taught to be sure a little before the last sound ends. Where the end itself is wanted, ``quiet`` waits for a
    silent patch; in a noisy place that may never come.
    """

    def __init__(
        self, *, threshold: float, least_ms: int = PATCH_MS, quiet: bool = False, silence_db: float = SILENCE_DB
    ) -> None:
        self._threshold = threshold
        self._needed = patches(least_ms)
        self._quiet = quiet
        self._silence_db = silence_db
        self._sure = 0
        self._spoken = False

    def heard(self, evidence: Evidence) -> bool:
        """Count sure patches on end."""
        loud = evidence.loud_db >= self._silence_db
        self._spoken = self._spoken or loud
        self._sure = self._sure + 1 if evidence.over >= self._threshold else 0
        return self._spoken and self._sure >= self._needed and not (loud and self._quiet)

    def begin(self) -> None:
        """Nothing was said yet."""
        self._sure, self._spoken = 0, False


class ByBoth:
    """By the network's word, of which less is needed the longer it is silent; none after ``patience_ms``.

    Never before a silent patch.
    """

    def __init__(self, *, threshold: float, patience_ms: int, silence_db: float = SILENCE_DB) -> None:
        self._threshold = threshold
        self._patience = patches(patience_ms)
        self._silence_db = silence_db
        self._quiet = 0
        self._spoken = False

    def heard(self, evidence: Evidence) -> bool:
        """The threshold falls from its full height at the first silent patch to 0."""
        if evidence.loud_db >= self._silence_db:
            self._spoken, self._quiet = True, 0
            return False
        self._quiet += 1
        left = max(self._patience - self._quiet, 0) / max(self._patience - 1, 1)
        return self._spoken and evidence.over >= self._threshold * left

    def begin(self) -> None:
        """Nothing was said yet."""
        self._quiet, self._spoken = 0, False


class ByHand:
    """Never: whoever speaks says so by another way, as with a button that is held."""

    def heard(self, evidence: Evidence) -> bool:  # noqa: ARG002  the shape of a policy
        """The turn goes on."""
        return False

    def begin(self) -> None:
        """There is nothing to forget."""


class Either:
    """As soon as one of several says so: the network's word, and silence where it stays unsure."""

    def __init__(self, policies: Sequence[TurnPolicy]) -> None:
        self._policies = tuple(policies)

    def heard(self, evidence: Evidence) -> bool:
        """Every policy hears every patch."""
        return max([policy.heard(evidence) for policy in self._policies], default=False)

    def begin(self) -> None:
        """For each of them."""
        for policy in self._policies:
            policy.begin()


def patches(milliseconds: int) -> int:
    """So many patches cover that time; at least one."""
    return max(1, -(-milliseconds // PATCH_MS))
