"""One utterance as a synthesiser gave it: samples, and which sound of the language stands where.

It knows how silence is put into it and how it is made slower, sounds and labels moving together. It does not know
synthesisers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from outlast.omni.engine import EARS_HZ, Samples
from outlast.omni.grammar import PATCH_SAMPLES, PHASES
from training.speech.said import NO_WORD, word_class

PHONEMES: Final = tuple(
    "sil aa ae ah ao aw ay b ch d dh eh er ey f g hh ih iy jh k l m n ng ow oy p r s sh t th uh uw v w y z zh".split()
)
"""Classes of the ears' auxiliary head: silence, then the sounds of English as CMU's dictionary names them."""
SILENCE: Final = 0
SPEAKING, PAUSE, OVER = range(len(PHASES))
_BEFORE_THE_END: Final = EARS_HZ // 5
"""A turn counts as over from here on before its last sound ends: people hear it coming as well."""
_SHORTEST_PAUSE: Final = EARS_HZ * 6 // 100
_FADE: Final = EARS_HZ // 200


@dataclass(frozen=True, slots=True)
class Recording:
    """Sound ``n`` of the language is ``phonemes[n]`` and lies between ``edges[n]`` and ``edges[n + 1]``."""

    samples: Samples
    edges: npt.NDArray[np.int64]
    """One more than there are phonemes: in samples of 16 kHz."""
    phonemes: npt.NDArray[np.int8]
    words: tuple[int, ...] = ()
    """Where words begin, as far as that is known."""
    said: tuple[str, ...] = ()
    """These words, where they are known."""

    @property
    def ends(self) -> int:
        """Behind the last sound that is not silence."""
        loud = np.flatnonzero(self.phonemes != SILENCE)
        return int(self.edges[loud[-1] + 1]) if len(loud) else 0

    @property
    def begins(self) -> int:
        """Where the first such one begins."""
        loud = np.flatnonzero(self.phonemes != SILENCE)
        return int(self.edges[loud[0]]) if len(loud) else 0

    def pauses(self) -> list[int]:
        """The middles of the silences inside."""
        middles = (self.edges[:-1] + self.edges[1:]) // 2
        quiet = (self.phonemes == SILENCE) & (np.diff(self.edges) > _FADE)
        inside = quiet & (middles > self.begins) & (middles < self.ends)
        return [int(each) for each in middles[inside]]

    def trimmed(self) -> "Recording":
        """Without the silence around it."""
        return self.cut(self.begins, min(self.ends, len(self.samples)))

    def cut(self, begins: int, ends: int) -> "Recording":
        """What lies between two moments; sounds outside of them last for no time."""
        edges = np.clip(self.edges, begins, ends) - begins
        words = tuple(min(max(word - begins, 0), ends - begins) for word in self.words)
        return Recording(self.samples[begins:ends], edges, self.phonemes, words, self.said)

    def with_silence(self, at: int, samples: int) -> "Recording":
        """More silence at a moment, with soft edges."""
        before, after = self.samples[:at].copy(), self.samples[at:].copy()
        fade = min(_FADE, len(before), len(after))
        if fade:
            before[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
            after[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)
        sound = np.concatenate((before, np.zeros(samples, np.float32), after))
        split = int(np.searchsorted(self.edges[1:-1], at, side="right"))
        behind = self.edges[split + 1 :] + samples
        if self.phonemes[split] == SILENCE:
            edges, phonemes = np.concatenate((self.edges[: split + 1], behind)), self.phonemes
        else:
            around = self.phonemes[split]
            edges = np.concatenate((self.edges[: split + 1], [at, at + samples], behind))
            parts = (self.phonemes[:split], [around, SILENCE, around], self.phonemes[split + 1 :])
            phonemes = np.concatenate(parts).astype(np.int8)
        words = tuple(word if word < at else word + samples for word in self.words)
        return Recording(sound, edges, phonemes, words, self.said)

    def between(self, before: int, after: int) -> "Recording":
        """With so many silent samples around it."""
        silent = np.full(1, SILENCE, np.int8)
        edges = np.concatenate(([0], self.edges + before, [before + int(self.edges[-1]) + after]))
        return Recording(
            np.pad(self.samples, (before, after)),
            edges,
            np.concatenate((silent, self.phonemes, silent)),
            tuple(word + before for word in self.words),
            self.said,
        )

    def warped(self, slower: float) -> "Recording":
        """As a tape that runs slower: pitch and the tract's size move with the time."""
        count = int(len(self.samples) * slower)
        sound = np.interp(np.arange(count) / slower, np.arange(len(self.samples)), self.samples).astype(np.float32)
        edges = np.minimum((self.edges * slower).astype(np.int64), count)
        return Recording(sound, edges, self.phonemes, tuple(int(word * slower) for word in self.words), self.said)

    def labels(self) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int16]]:
        """For each whole patch its phoneme, that of its middle, and its phase."""
        count = len(self.samples) // PATCH_SAMPLES
        middles = np.arange(count) * PATCH_SAMPLES + PATCH_SAMPLES // 2
        owners = np.clip(np.searchsorted(self.edges, middles, side="right") - 1, 0, len(self.phonemes) - 1)
        quiet = (self.phonemes == SILENCE) & (np.diff(self.edges) >= _SHORTEST_PAUSE)
        phases = np.where(quiet[owners], PAUSE, SPEAKING)
        phases[(np.arange(count) + 1) * PATCH_SAMPLES > self.ends - _BEFORE_THE_END] = OVER
        return self.phonemes[owners].astype(np.int16), phases.astype(np.int16)

    def heard(self) -> npt.NDArray[np.int16]:
        """``(patches, 2)``: for each whole patch the last word that is over at its end, and the one before that."""
        ends = (np.arange(len(self.samples) // PATCH_SAMPLES) + 1) * PATCH_SAMPLES
        if not self.said:
            return np.full((len(ends), 2), -1, np.int16)
        over = np.searchsorted(self._word_ends(), ends, side="right")
        classes = np.array([NO_WORD, NO_WORD, *map(word_class, self.said)], np.int16)
        return np.stack((classes[over + 1], classes[over]), 1)

    def speaking(self) -> npt.NDArray[np.int16]:
        """``(frames, 3)``: for each frame begun its sound of the language, its word, and the word that follows."""
        middles = np.arange(-(-len(self.samples) // PATCH_SAMPLES)) * PATCH_SAMPLES + PATCH_SAMPLES // 2
        owners = np.clip(np.searchsorted(self.edges, middles, side="right") - 1, 0, len(self.phonemes) - 1)
        begun = np.searchsorted(self.words, middles, side="right")
        classes = np.array([NO_WORD, *map(word_class, self.said), NO_WORD], np.int16)
        return np.stack((self.phonemes[owners].astype(np.int16), classes[begun], classes[begun + 1]), 1)

    def _word_ends(self) -> npt.NDArray[np.int64]:
        """Behind the last sound of each word: a pause belongs to none."""
        ends = []
        for begins, until in zip(self.words, [*self.words[1:], self.ends], strict=True):
            inside = (self.edges[:-1] >= begins) & (self.edges[:-1] < until) & (self.phonemes != SILENCE)
            ends.append(int(self.edges[1:][inside][-1]) if inside.any() else until)
        return np.array(ends, np.int64)


def of_phonemes(
    samples: Samples,
    starts: Sequence[int],
    names: Sequence[int],
    words: Sequence[int] = (),
    said: Sequence[str] = (),
) -> Recording:
    """A recording from the moments at which its sounds begin; the last lasts to the end, silences are joined."""
    edges = np.minimum(np.array([*starts, len(samples)], np.int64), len(samples))
    edges[0] = 0
    classes = np.array(names, np.int8)
    new = np.append(True, (classes[1:] != SILENCE) | (classes[:-1] != SILENCE))
    return Recording(samples, np.append(edges[:-1][new], len(samples)), classes[new], tuple(words), tuple(said))
