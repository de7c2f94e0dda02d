"""When the network notices that somebody has ended, and how often it would cut somebody off.

It knows the labels of the examinations' sounds: a patch counts as over from 200 ms before the last sound ends. It does
not know policies (``outlast.omni.turns``), only the network's own word; what a policy makes of it in real time is
measured by ``benchmarks/omni_latency.py``.
"""

import random
from dataclasses import dataclass
from typing import Final

import numpy as np

from outlast.omni.engine import Engine, Opening, Samples
from outlast.omni.grammar import PATCH_SAMPLES
from training.evaluate.scoring import Share, share
from training.evaluate.sizes import Size
from training.evaluate.told import Told
from training.evaluate.voices import Heard
from training.speech.recording import OVER

PART: Final = "End of turn"
_SETS: Final = ("voices", "both", "texts")
_PATCH_MS: Final = 40
_EARLY_MS: Final = 200
_ALLOWED: Final = 0.05
_THRESHOLDS: Final = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
_SHOWN: Final = (0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.98, 0.99, 0.999)


@dataclass(frozen=True, slots=True)
class Listened:
    """One question, patch by patch."""

    over: list[float]
    """The network's probability that the turn is over."""
    ends: int
    """The first patch of which the turn may be called over."""


@dataclass(frozen=True, slots=True)
class Point:
    """What one threshold does."""

    threshold: float
    cut: Share
    never: int
    waits: list[float]
    """Milliseconds from the last sound to the decision, of those that were not cut off."""


def at(heard: list[Listened], threshold: float) -> Point:
    """The first patch that is so sure decides."""
    firsts = [next((place for place, over in enumerate(one.over) if over >= threshold), None) for one in heard]
    pairs = list(zip(firsts, heard, strict=True))
    waits = [
        (first - one.ends + 1) * _PATCH_MS - float(_EARLY_MS)
        for first, one in pairs
        if first is not None and first >= one.ends
    ]
    cut = share(first is not None and first < one.ends for first, one in pairs)
    return Point(threshold, cut, firsts.count(None), waits)


def best(points: list[Point]) -> Point | None:
    """The lowest threshold that cuts off at most 5 % and misses at most 5 % of the ends; None: there is none."""
    return next(
        (point for point in points if point.cut.value <= _ALLOWED and point.never <= _ALLOWED * point.cut.of), None
    )


def measure(engine: Engine, heard: list[Heard], size: Size, seed: int, told: Told) -> None:
    """Questions as they are, and the same with a pause in them."""
    kept = next((each for name in _SETS for each in heard if each.name == name), None)
    if kept is None:
        return
    rng = random.Random(f"{seed} turns")
    numbers = rng.sample(kept.entries, min(size.turns, len(kept.entries)))
    for name, paused in (("without a pause", False), ("with a pause of 0.3 to 0.9 s", True)):
        listened = [_listened(engine, kept, number, rng, paused=paused) for number in numbers]
        points = [at(listened, threshold) for threshold in _THRESHOLDS]
        chosen = best(points)
        for point in points:
            if point is chosen or point.threshold in _SHOWN:
                told.line(PART, name, **_shown(point, chosen=point is chosen))
        if chosen is None:
            told.notes.append(f"End of turn, {name}: no threshold cuts off at most 5 % and notices 95 % of the ends.")
    told.notes.append(
        "End of turn: by the network's word alone, no silence asked for, over whole patches of 40 ms; a decision "
        "before the last 200 ms of the last sound is a cut-off. Waits are from the end of that sound."
    )


def _listened(engine: Engine, heard: Heard, number: int, rng: random.Random, *, paused: bool) -> Listened:
    sound, phases = heard.cache.sound(number), heard.cache.clip(number).phases
    ends = int(np.argmax(phases == OVER))
    if paused:
        sound, ends = with_pause(sound, ends, rng)
    session = engine.open(Opening())
    over = []
    for start in range(0, len(sound) - PATCH_SAMPLES + 1, PATCH_SAMPLES):
        session.push_audio(sound[start : start + PATCH_SAMPLES])
        over.append(session.turn_over())
    return Listened(over, ends)


def with_pause(sound: Samples, ends: int, rng: random.Random) -> tuple[Samples, int]:
    """Silence put in at the quietest patch of the middle, where words most likely part."""
    patches = sound[: ends * PATCH_SAMPLES].reshape(-1, PATCH_SAMPLES)
    loud = np.flatnonzero(np.abs(patches).max(1) > 0.02 * np.abs(sound).max(initial=1e-6))
    if len(loud) < 8:
        return sound, ends
    first, last = loud[len(loud) // 4], loud[3 * len(loud) // 4]
    place = int(first + np.argmin(np.square(patches[first:last]).sum(1)))
    more = rng.randint(7, 22)
    moment = place * PATCH_SAMPLES + PATCH_SAMPLES // 2
    silence = np.zeros(more * PATCH_SAMPLES, np.float32)
    return np.concatenate((sound[:moment], silence, sound[moment:])), ends + more


def _shown(point: Point, *, chosen: bool) -> dict[str, str]:
    waits = np.array(point.waits or [np.nan])
    return {
        "threshold": f"{point.threshold:g}{' (5 % cut-offs)' if chosen else ''}",
        "cut_off": str(point.cut),
        "wait_p50_ms": f"{np.percentile(waits, 50):.0f}" if point.waits else "",
        "wait_p95_ms": f"{np.percentile(waits, 95):.0f}" if point.waits else "",
        "never": str(point.never),
    }
