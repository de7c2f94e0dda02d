"""The code book, fitted: ``python -m training.voice.fit --out codebook.npz``.

It knows k-means and what is read aloud for it. The same seed, voice and minutes give the same book.
"""

import argparse
import random
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from outlast.omni.codebook import DESCRIPTION, ENVELOPE, MOMENTS, PITCH, Codebook, Matrix, nearest
from outlast.omni.engine import MOUTH_HZ
from outlast.omni.grammar import BOOKS, CODES
from training.curriculum.mixture import draw_exchange
from training.voice.describe import QUIETEST, describe
from training.voice.flite import VOICES, spoken, trimmed
from training.voice.judge import in_words

ROUNDS: Final = 25
_STRENGTH_WEIGHT: Final = 1.5
_PITCH_WEIGHT: Final = 12.0
_QUIET: Final = QUIETEST + 1.0
_QUIET_KEPT: Final = 10
"""Of frames that hold nothing but silence, one in so many is learnt from."""
_SENTENCES: Final = tuple(
    """A cold wind blew over the harbour all night.
She measured the shelf twice before she bought the wood.
Both of my brothers enjoy long journeys by train.
The judge chose a vague but useful phrase.
We thought the path through the forest was shorter.
Put the yellow cushion beside the fire, please.
He usually watches the show with great pleasure.
Fresh bread and thick soup make a good lunch.
The young singer's voice filled the whole church.
Nothing much changes here from year to year.
Could you show us the way to the museum?
Five vans were parked behind the old garage.
They joined hands and danced around the tree.
Oil and water do not mix, however hard you shake them.
Her uncle found a strange coin in the mud.""".splitlines()
)
"""Between them every sound of English, for what lessons say seldom."""


def texts(rng: random.Random) -> str:
    """One thing to read aloud: half of it numbers, else what lessons say and ask."""
    kind = rng.random()
    if kind < 0.25:
        return in_words(rng.randrange(1000)) + "."
    if kind < 0.35:
        return rng.choice(_SENTENCES)
    turn = rng.choice(draw_exchange(rng, "taught").turns)
    return turn.answer if kind < 0.8 else turn.said


def gathered(voice: str, minutes: float, rng: random.Random) -> Matrix:
    """Weighted descriptions ``(frames, 70)`` of so many minutes; each recording begins anywhere in a frame."""
    found, seconds = [], 0.0
    while seconds < minutes * 60:
        sound = trimmed(spoken(texts(rng), voice), keep_ms=rng.randrange(30, 70))
        if not len(sound):
            continue
        seconds += len(sound) / MOUTH_HZ
        found.append(describe(sound).reshape(-1, MOMENTS * DESCRIPTION))
    rows = np.concatenate(found)
    quiet = (rows.reshape(len(rows), MOMENTS, DESCRIPTION)[:, :, :ENVELOPE] < _QUIET).all((1, 2))
    kept = ~quiet | (np.arange(len(rows)) % _QUIET_KEPT == 0)
    return np.asarray(rows[kept], np.float32)


def weights() -> Matrix:
    """What a description is multiplied with, so that a distance is about what an ear makes of it."""
    one = np.ones(DESCRIPTION, np.float32)
    one[ENVELOPE:PITCH] = _STRENGTH_WEIGHT
    one[PITCH] = _PITCH_WEIGHT
    return np.tile(one, MOMENTS)


def means(rows: Matrix, rng: np.random.Generator) -> Matrix:
    """256 centres by Lloyd's rounds; a centre that nobody is near moves to a row that is badly served."""
    centres = rows[rng.choice(len(rows), CODES, replace=len(rows) < CODES)].copy()
    for _ in range(ROUNDS):
        chosen = nearest(rows, centres)
        counts = np.bincount(chosen, minlength=CODES)
        order = np.argsort(chosen, kind="stable")
        starts = np.concatenate(([0], counts.cumsum()[:-1]))
        used = counts > 0
        centres[used] = np.add.reduceat(rows[order], starts[used]) / counts[used, None]
        far = ((rows - centres[chosen]) ** 2).sum(1).argsort()[::-1]
        centres[~used] = rows[far[: CODES - int(used.sum())]]
    return centres


def fitted(rows: Matrix, rng: np.random.Generator) -> Codebook:
    """Four books, each fitted to what the books before it leave over; in the precision they are kept in."""
    scale = weights()
    middle = (rows * scale).mean(0).astype(np.float16).astype(np.float32)
    left, books = rows * scale - middle, []
    for _ in range(BOOKS):
        book = means(left, rng).astype(np.float16).astype(np.float32)
        left = left - book[nearest(left, book)]
        books.append(book)
        print(f"book {len(books)}: {float((left * left).mean()):.4f} of squared distance left")  # noqa: T201 (a command)
    return Codebook(np.stack(books), middle, scale)


def _half(values: Matrix) -> npt.NDArray[np.float16]:
    return values.astype(np.float16)


def main() -> None:
    """Read aloud, describe, fit, write."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--out", type=Path, required=True)
    asked.add_argument("--voice", choices=VOICES, default="rms")
    asked.add_argument("--minutes", type=float, default=40.0)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    rows = gathered(given.voice, given.minutes, random.Random(given.seed))
    book = fitted(rows, np.random.default_rng(given.seed))
    np.savez(given.out, books=_half(book.books), middle=_half(book.middle), weights=_half(book.weights))


if __name__ == "__main__":
    main()
