"""Questions that were read aloud, when each ends, and what a turn policy makes of them.

It knows the shards of ``training.speech``, pauses that are put into them, and the names of policies. It does not know
clocks: what is found here is by the samples alone.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from training.speech.recording import SILENCE
from training.speech.shards import Cache

from outlast.omni.engine import EARS_HZ, Samples, Session
from outlast.omni.grammar import PATCH_SAMPLES
from outlast.omni.turns import ByBoth, ByNetwork, BySilence, Either, Evidence, TurnPolicy, loudness

AUDIBLE = 0.01
"""-40 dBFS, of a sample."""
PATIENCE_MS = 800
"""After so much silence every policy of the network gives up waiting for its word."""
_FADE = EARS_HZ // 200


@dataclass(frozen=True, slots=True)
class Asked:
    """One question."""

    text: str
    samples: Samples
    ends: int
    """Behind the last audible sample."""
    paused: bool
    """A silence was put into it."""


def questions(cache: Cache, count: int, rng: random.Random, *, paused: bool) -> list[Asked]:
    """So many, each once where there are enough."""
    numbers = rng.sample(range(len(cache)), min(count, len(cache)))
    numbers += rng.choices(numbers, k=count - len(numbers))
    return [_asked(cache, number, rng, paused=paused) for number in numbers]


def _asked(cache: Cache, number: int, rng: random.Random, *, paused: bool) -> Asked:
    samples = cache.sound(number)
    if paused:
        samples = _with_pause(samples, cache.clip(number).phonemes, rng)
    return Asked(cache.entries[number].text, samples, int(last_audible(samples)), paused)


def last_audible(samples: Samples) -> int:
    """Behind the last sample above -40 dBFS; 0 where there is none."""
    loud = np.flatnonzero(np.abs(samples) > AUDIBLE)
    return int(loud[-1]) + 1 if len(loud) else 0


def _with_pause(samples: Samples, phonemes: npt.NDArray[np.int16], rng: random.Random) -> Samples:
    """Half a second or so of silence at a silence between two words, or else at the quietest moment of the middle.

    As long as those of the lessons: 30 to 1,300 ms, half of them above 520.
    """
    begins, ends = int(np.flatnonzero(np.abs(samples) > AUDIBLE)[0]), last_audible(samples)
    margin = (ends - begins) // 5
    starts = range(begins + margin, ends - margin, PATCH_SAMPLES // 4)
    silent = [at for at in starts if phonemes[min(at // PATCH_SAMPLES, len(phonemes) - 1)] == SILENCE]
    at = rng.choice(silent) if silent else min(starts, key=lambda at: loudness(samples[at : at + _FADE]))
    before, after = samples[:at].copy(), samples[at:].copy()
    before[-_FADE:] *= np.linspace(1, 0, _FADE, dtype=np.float32)
    after[:_FADE] *= np.linspace(0, 1, _FADE, dtype=np.float32)
    length = int(rng.uniform(0.1, 1.2) ** 1.5 * EARS_HZ)
    return np.concatenate((before, np.zeros(length, np.float32), after))


def policy(name: str) -> TurnPolicy:
    """A policy by its name.

    ``silence:200`` in ms, ``network:0.9``, ``network:0.9:80`` (sure for 80 ms), ``quiet:0.9:80`` (and silent),
    ``both:0.9:600`` (sure, the less the longer it is silent, up to 600 ms).
    """
    kind, _, rest = name.partition(":")
    first, _, second = rest.partition(":")
    if kind == "silence":
        return BySilence(silence_ms=int(first))
    if kind == "both":
        return ByBoth(threshold=float(first), patience_ms=int(second or PATIENCE_MS))
    if kind not in {"network", "quiet"}:
        raise SystemExit(f"{name}: policies are silence:MS, network:P:MS, quiet:P:MS and both:P:MS")
    network = ByNetwork(threshold=float(first), least_ms=int(second or 40), quiet=kind == "quiet")
    return Either((network, BySilence(silence_ms=PATIENCE_MS)))


def endless(asked: Asked) -> Samples:
    """The question, and more silence than any policy waits for."""
    return np.concatenate((asked.samples, np.zeros(2 * PATIENCE_MS * EARS_HZ // 1_000, np.float32)))


def evidence(session: Session, asked: Asked) -> Iterator[Evidence]:
    """Of each patch, as fast as it can be computed, until nobody waits any more."""
    sound = endless(asked)
    for start in range(0, len(sound) - PATCH_SAMPLES + 1, PATCH_SAMPLES):
        patch = sound[start : start + PATCH_SAMPLES]
        session.push_audio(patch)
        yield Evidence(session.turn_over(), loudness(patch))


def waited_ms(asked: Asked, heard: Sequence[Evidence], decides: TurnPolicy) -> float | None:
    """From the last audible sample to the decision; negative where that came too early, None where it never came."""
    decides.begin()
    for number, each in enumerate(heard, 1):
        if decides.heard(each):
            return 1_000 * (number * PATCH_SAMPLES - asked.ends) / EARS_HZ
    return None


def shards(folder: Path, name: str) -> Cache:
    """One set whose sound was kept."""
    cache = Cache(folder, name)
    if not any(entry.samples for entry in cache.entries):
        raise SystemExit(f"{folder}: the sound of {name} was not kept; take a set that examinations are held with")
    return cache
