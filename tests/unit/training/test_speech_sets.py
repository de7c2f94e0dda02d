"""Lessons and examinations: what hangs on the seed, how a question is surrounded, what a character answers."""

import random
from importlib.util import find_spec

import numpy as np
import pytest
from training.curriculum.held_out import is_held_out
from training.curriculum.lexicon import NAMES, WORDS
from training.curriculum.manners import FIRST
from training.speech.answers import of_answers, shared
from training.speech.espeak import Espeak, Way
from training.speech.reading import Readers, ask, examine
from training.speech.recording import OVER, PAUSE, PHONEMES, SILENCE, Recording
from training.speech.sets import KINDS, Maker, core
from training.speech.voices import Voice

from outlast.omni.grammar import PATCH_SAMPLES

VOICE = Voice("espeak", "gmw/en-US")


class Drum(Readers):
    """Reads each word as one beat of 200 ms; a comma is 100 ms of silence."""

    def read(self, words: str, voice: Voice, rng: random.Random, *, lively: bool = True) -> Recording:
        del voice, lively
        parts, edges, kinds, starts = [], [0], [], []
        for word in words.split():
            starts.append(edges[-1])
            for kind, count in ((1 + len(word) % 30, 3_200), (SILENCE, 1_600 if word[-1] in ",.?!" else 0)):
                if count:
                    level = 0.3 * np.sin(np.arange(count) * 0.1 * (1 + kind)) if kind else np.zeros(count)
                    parts.append(level.astype(np.float32))
                    edges.append(edges[-1] + count)
                    kinds.append(kind)
        rng.random()
        return Recording(np.concatenate(parts), np.array(edges), np.array(kinds, np.int8), tuple(starts))


@pytest.mark.parametrize("name", ["taught", "voices", "noise", "telephone"])
def test_the_same_seed_makes_the_same_lessons(name: str) -> None:
    first, again, other = (Maker(name, seed, Drum()) for seed in (3, 3, 4))
    same, different = 0, 0
    for number in range(4):
        one, two, three = (maker.make(number) for maker in (first, again, other))
        assert one.answers == two.answers
        for left, right in zip(one.made, two.made, strict=True):
            assert (left.text, left.voice) == (right.text, right.voice)
            assert (left.clip.patches == right.clip.patches).all()
            assert (left.clip.phases == right.clip.phases).all()
            same += 1
        different += one.answers != three.answers
    assert same
    assert different


def test_every_patch_has_its_labels_and_every_question_ends() -> None:
    maker = Maker("taught", 1, Drum())
    for number in range(15):
        for made in maker.make(number).made:
            assert len(made.clip.patches) == len(made.clip.phonemes) == len(made.clip.phases)
            assert len(made.samples) // PATCH_SAMPLES == len(made.clip.patches)
            over = np.flatnonzero(made.clip.phases == OVER)
            assert len(over) >= 5
            assert (np.diff(over) == 1).all()
            assert over[-1] == len(made.clip.phases) - 1
            assert np.isfinite(made.clip.patches).all()


def test_a_text_that_means_nothing_is_read_aloud_and_has_no_answer() -> None:
    maker = Maker("mixed", 1, Drum())
    made = [maker.make(number) for number in range(40)]
    assert all(not one.answers and len(one.made) == 1 for one in made)
    texts = [one.made[0].text for one in made]
    assert len(set(texts)) == 40
    assert sum(any(sign.isdigit() for sign in text) for text in texts) > 15
    for text in texts:
        for word in text.lower().strip(".?").split():
            assert not (word in NAMES and is_held_out("name", word))
            assert not (word in WORDS and is_held_out("word", word))


def test_some_questions_pause_and_hesitate_in_the_middle() -> None:
    text, pauses, words = "what is 505 plus 3 please?", [], set()
    for seed in range(60):
        phonemes, phases = ask(Drum(), text, VOICE, random.Random(seed)).labels()
        spoken = np.flatnonzero(phonemes != SILENCE)
        inside = phases[spoken[0] : spoken[-1]] == PAUSE
        pauses.append(int(inside.sum()))
        words.add(len(spoken) // 5)
    assert sum(count == 0 for count in pauses) > 5
    assert sum(count > 10 for count in pauses) > 5
    assert len(words) > 1


def test_an_examination_asks_without_interruption_and_waits_a_second() -> None:
    said = examine(Drum(), "what is 505 plus 3?", VOICE, random.Random(1))
    assert len(said.samples) - said.ends == 16_000
    assert not said.pauses()


def test_examinations_of_texts_ask_what_lessons_never_ask() -> None:
    taught = {turn.said for seed in range(600) for turn in core(random.Random(seed), "taught").turns}
    held_out = {turn.said for seed in range(300) for turn in core(random.Random(seed), "held out").turns}
    assert len(held_out - taught) > 0.9 * len(held_out)
    assert {kind.split for kind in KINDS.values()} == {"taught", "held out"}
    assert [name for name, kind in KINDS.items() if not kind.examined] == ["taught", "mixed"]


def test_whoever_gives_in_is_asked_the_same() -> None:
    differ = 0
    for seed in range(400):
        steady = core(random.Random(seed), "taught")
        yielding = core(random.Random(seed), "taught", FIRST.gives_in)
        assert [turn.said for turn in steady.turns] == [turn.said for turn in yielding.turns]
        differ += [turn.answer for turn in steady.turns] != [turn.answer for turn in yielding.turns]
    assert differ


def test_what_manners_say_is_among_the_shared_phrases() -> None:
    assert {"Good question.", "That is beyond me.", "In short:", "You're not alone."} <= set(shared())
    assert of_answers([core(random.Random(3), "taught")])


@pytest.mark.skipif(find_spec("espeakng_loader") is None, reason="espeakng-loader is a tool of training")
def test_espeak_says_where_its_sounds_are() -> None:
    espeak = Espeak()
    said = espeak.say("five hundred, and three", "gmw/en-US")
    names = [PHONEMES[each] for each in said.phonemes]
    assert [name for name in names if name != "sil"][:6] == ["f", "ay", "v", "hh", "ah", "n"]
    assert (np.diff(said.edges) >= 0).all()
    assert len(said.pauses()) == 1
    assert np.abs(said.samples[said.begins : said.ends]).max() > 0.05
    assert len(espeak.say("five hundred", "gmw/en+m3", Way(pace=1.15)).samples) < len(
        espeak.say("five hundred", "gmw/en+m3", Way(pace=0.85)).samples
    )
