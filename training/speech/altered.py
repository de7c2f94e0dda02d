"""A question that is heard again, never twice the same: another throat, and small holes in time and pitch.

It knows patches (``outlast.omni.ears``). It does not know words: nothing moves in time, so that labels stay true. A
throat's length warps the bands (vocal tract length perturbation, Jaitly and Hinton 2013); the holes are those of
SpecAugment (Park et al. 2019, arXiv 1904.08779), short enough that no word is lost in one.
"""

import random
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from outlast.omni.grammar import BANDS

Patches = npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Alterations:
    """How often each happens to a question, and how far it goes."""

    throat: float = 0.5
    longest: float = 0.12
    """Share by which the bands are shifted at most, up or down."""
    deaf: float = 0.35
    """With one or two groups of bands that are not heard."""
    deaf_bands: int = 6
    hole: float = 0.35
    """With one hole or more in time."""
    hole_patches: int = 2
    """The longest: 80 ms."""


LESSONS: Final = Alterations()


def altered(patches: Patches, rng: random.Random, how: Alterations = LESSONS) -> Patches:
    """A copy of ``(patches, 160)``; what is not heard is 0, which is what the ears make of a usual level."""
    hops = np.asarray(patches, np.float32).reshape(-1, BANDS)
    hops = warped(hops, 1 + rng.uniform(-how.longest, how.longest)) if rng.random() < how.throat else hops.copy()
    if rng.random() < how.deaf:
        for _ in range(rng.randint(1, 2)):
            wide = rng.randint(1, how.deaf_bands)
            first = rng.randint(0, BANDS - wide)
            hops[:, first : first + wide] = 0
    heard = hops.reshape(-1, patches.shape[1])
    if rng.random() < how.hole:
        for _ in range(rng.randint(1, 1 + len(heard) // 50)):
            start = rng.randrange(max(len(heard), 1))
            heard[start : start + rng.randint(1, how.hole_patches)] = 0
    return heard.astype(np.float16)


def warped(hops: npt.NDArray[np.float32], factor: float) -> npt.NDArray[np.float32]:
    """Each band as it was at ``factor`` times its place, between the two nearest; ends are repeated."""
    at = np.clip(np.arange(BANDS) * factor, 0, BANDS - 1)
    below = np.minimum(at.astype(int), BANDS - 2)
    share = (at - below).astype(np.float32)
    return np.asarray(hops[:, below] * (1 - share) + hops[:, below + 1] * share, np.float32)
