"""What is said, how labels move with the sound, and what of voices and shards is kept apart."""

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from training.curriculum.exchange import Exchange, Turn
from training.positions import Clip, Phrase
from training.speech import voices
from training.speech.espeak import phoneme_class
from training.speech.recording import OVER, PAUSE, PHONEMES, SILENCE, SPEAKING, Recording
from training.speech.said import NO_WORD, word_class
from training.speech.shards import Asked, Cache, Made, read_phrases, write, write_phrases
from training.speech.spoil import LESSONS, NONE, TELEPHONE, loudness, noise, spoiled
from training.speech.wording import spoken

from outlast.omni.engine import EARS_HZ
from outlast.omni.grammar import PATCH_SAMPLES

AH = PHONEMES.index("ah")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("505 + 3", "five hundred and five plus three"),
        ("what is 999 - 20?", "what is nine hundred and ninety nine minus twenty?"),
        ("if it is 3:45, what then?", "if it is three forty five, what then?"),
        ("12:05", "twelve oh five"),
        ("4:00", "four o'clock"),
        ("S E V E N.", "ess ee vee ee en."),
        ("It begins with A.", "It begins with eigh."),
        ("A dog and I am", "A dog and I am"),
        ("the 21st, the 12th and the 30th", "the twenty first, the twelfth and the thirtieth"),
        ("2.5 kg", "two point five kilograms"),
        ("1005 or 2340", "one thousand and five or two thousand three hundred and forty"),
        ("In short: I am 3", "In short, I am three"),
        ("i don't know", "i don't know"),
    ],
)
def test_numbers_times_signs_and_letters_are_said_in_words(typed: str, said: str) -> None:
    assert spoken(typed) == said


@given(st.text(max_size=60), st.integers(0, 99))
def test_no_digit_is_left_to_a_synthesiser(typed: str, seed: int) -> None:
    for said in (spoken(typed), spoken(typed, random.Random(seed))):
        assert not any(sign in "0123456789+*/=%" for sign in said)


def test_a_number_is_said_in_more_than_one_way() -> None:
    assert len({spoken("505 in 1987", random.Random(seed)) for seed in range(40)}) >= 4


def test_no_voice_of_an_examination_teaches() -> None:
    drawn = {
        name: {str(draw(random.Random(seed))) for seed in range(3_000)}
        for name, draw in {
            "taught": voices.taught,
            "held out": voices.held_out,
            "family": voices.held_out_flite,
            "other": voices.other_synthesiser,
        }.items()
    }
    assert len(drawn["taught"]) > 300
    for name in ("held out", "family", "other"):
        assert not drawn["taught"] & drawn[name]
    assert not any("rms" in voice for name in ("held out", "family", "other") for voice in drawn[name])
    assert not set(voices.TIMBRES) & set(voices.HELD_OUT_TIMBRES)
    assert voices.HELD_OUT_ACCENT not in voices.ACCENTS
    assert {voice.split(":")[0] for voice in drawn["taught"]} == {"espeak", "flite"}
    assert not any(voice.split(":")[0] in ("espeak", "flite") for voice in drawn["other"])


def _recording() -> Recording:
    """Half a second of a sound, 40 ms of silence, half a second of a sound, and silence around it."""
    parts = [(1600, 0.0, SILENCE), (8000, 0.5, AH), (640, 0.0, SILENCE), (8000, 0.5, AH), (3200, 0.0, SILENCE)]
    samples = np.concatenate([np.full(count, level, np.float32) for count, level, _ in parts])
    edges = np.cumsum([0] + [count for count, _, _ in parts])
    return Recording(samples, edges, np.array([kind for _, _, kind in parts], np.int8), (1600, 10_240))


def test_a_recording_is_trimmed_to_its_sounds() -> None:
    said = _recording().trimmed()
    assert (said.begins, said.ends, len(said.samples)) == (0, 16_640, 16_640)
    assert said.words == (0, 8_640)


def test_silence_inside_is_a_pause_and_sounds_and_labels_move_together() -> None:
    said = _recording().trimmed()
    longer = said.with_silence(said.pauses()[0], EARS_HZ).between(3_200, 6_400)
    phonemes, phases = longer.labels()
    loud = np.abs(longer.samples[: len(phonemes) * PATCH_SAMPLES]).reshape(-1, PATCH_SAMPLES).mean(1) > 0.25
    assert (loud == (phonemes == AH)).mean() > 0.95
    inside = phases[(phonemes == SILENCE) & (np.arange(len(phases)) * PATCH_SAMPLES > 3_200)]
    assert set(inside.tolist()) == {PAUSE, OVER}
    assert phases[0] == PAUSE


def test_a_turn_is_over_from_200_ms_before_its_last_sound_ends() -> None:
    said = _recording().trimmed().between(0, EARS_HZ)
    _, phases = said.labels()
    over = np.flatnonzero(phases == OVER)
    assert (over == np.arange(over[0], len(phases))).all()
    assert abs(over[0] * PATCH_SAMPLES - (said.ends - EARS_HZ // 5)) <= PATCH_SAMPLES
    assert phases[over[0] - 1] == SPEAKING


@given(st.floats(0.8, 1.2), st.integers(0, 20_000), st.integers(0, 20_000))
def test_a_recording_stays_whole_whatever_is_done_to_it(slower: float, at: int, silence: int) -> None:
    said = _recording().warped(slower)
    changed = said.with_silence(min(at, len(said.samples)), silence)
    assert len(changed.edges) == len(changed.phonemes) + 1
    assert (np.diff(changed.edges) >= 0).all()
    assert changed.edges[0] == 0
    assert changed.edges[-1] == len(changed.samples) == len(said.samples) + silence


def test_espeaks_names_for_sounds_have_classes() -> None:
    said = {"'aI": "ay", "t2": "t", "O@": "ao", ",eI": "ey", "tS": "ch", "@L": "l", "n-": "n", "_:": "sil"}
    assert {name: PHONEMES[phoneme_class(name)] for name in said} == said


@pytest.mark.parametrize("hardships", [NONE, TELEPHONE, LESSONS])
def test_what_is_spoiled_keeps_its_length_and_is_finite(hardships: object) -> None:
    assert isinstance(hardships, type(NONE))
    said = _recording()
    for seed in range(30):
        sound = spoiled(said, hardships, np.random.default_rng(seed), [said.samples, said.samples[::-1]])
        assert len(sound) == len(said.samples)
        assert sound.dtype == np.float32
        assert np.isfinite(sound).all()
        assert np.abs(sound).max() <= 1


def test_a_telephone_carries_no_low_and_no_high_tone() -> None:
    times = np.arange(EARS_HZ) / EARS_HZ
    kept = {}
    for hertz in (100, 1_000, 6_000):
        tone = np.sin(2 * np.pi * hertz * times).astype(np.float32)
        said = Recording(tone, np.array([0, EARS_HZ]), np.array([AH], np.int8))
        kept[hertz] = loudness(spoiled(said, TELEPHONE, np.random.default_rng(5)))
    assert kept[1_000] > 20 * max(kept[100], kept[6_000])


def test_every_noise_is_of_one_loudness() -> None:
    others = [np.sin(np.arange(5_000, dtype=np.float32))]
    for seed in range(20):
        assert loudness(noise(16_000, np.random.default_rng(seed), others)) == pytest.approx(1, abs=0.01)


def _asked(number: int) -> Asked:
    patches = np.full((30 + number, 160), number, np.float16)
    phases = np.array([SPEAKING] * 10 + [OVER] * (20 + number), np.int16)
    words = np.full((len(patches), 2), number + 5, np.int16)
    clip = Clip(patches, np.full(len(patches), number, np.int16), phases, words)
    turns = (Turn(f"say {number}", f"{number}."), Turn("typed", "Yes."))
    yielding = Exchange("agree", (Turn(f"say {number}", "You are right."), turns[1]))
    answers = {0.0: Exchange("agree", turns), 0.6: yielding if number == 1 else Exchange("agree", turns)}
    made = Made(f"say {number}", "espeak:x", clip, np.full(640, number / 10, np.float32))
    return Asked({} if number == 2 else answers, [made])


def test_what_a_shard_holds_is_read_as_it_was_written(tmp_path: Path) -> None:
    write(tmp_path / "taught-0000", [_asked(0), _asked(1)], keep_sound=True)
    write(tmp_path / "taught-0001", [_asked(2), _asked(3)], keep_sound=True)
    cache = Cache(tmp_path, "taught")
    assert [entry.text for entry in cache.entries] == ["say 0", "say 1", "say 2", "say 3"]
    for number in range(4):
        clip = cache.clip(number)
        assert clip.patches.shape == (30 + number, 160)
        assert (clip.patches == number).all()
        assert (clip.phonemes == number).all()
        assert (clip.words == number + 5).all()
        assert cache.sound(number) == pytest.approx(number / 10, abs=1e-3)
    assert len(cache.exchanges) == 3
    exchange, clips = cache.conversation(1, random.Random(0))
    assert exchange.turns[0].answer == "1."
    assert set(clips) == {0}
    assert cache.conversation(1, random.Random(0), gives_in=0.6)[0].turns[0].answer == "You are right."
    assert cache.conversation(2, random.Random(0), gives_in=0.6)[0].turns[0].answer == "3."


def test_a_lesson_ends_anywhere_behind_the_last_word(tmp_path: Path) -> None:
    write(tmp_path / "taught-0000", [_asked(0)], keep_sound=False)
    cache = Cache(tmp_path, "taught")
    lengths = {len(cache.clip(0, random.Random(seed)).patches) for seed in range(200)}
    assert min(lengths) == 14
    assert len(lengths) > 8
    found = cache.of_text("say 0", random.Random(1))
    assert found is not None
    assert len(found.patches) == len(found.phases) == len(found.phonemes) == len(found.words)
    assert cache.of_text("say it", random.Random(1)) is None


def test_a_lesson_is_altered_each_time_it_is_drawn_and_never_what_is_kept(tmp_path: Path) -> None:
    write(tmp_path / "taught-0000", [_asked(3)], keep_sound=False)
    cache = Cache(tmp_path, "taught", alter=lambda patches, rng: patches + np.float16(rng.random()))
    drawn = [cache.clip(0, random.Random(seed)).patches[0, 0] for seed in range(5)]
    assert len(set(drawn)) == 5
    assert (cache.clip(0).patches == 3).all()


def test_a_shard_that_is_not_whole_is_not_read(tmp_path: Path) -> None:
    write(tmp_path / "taught-0000", [_asked(0)], keep_sound=False)
    np.save(tmp_path / "taught-0001.patches.npy", np.zeros(3))
    (tmp_path / "taught-0001.partial").write_text("{")
    assert len(Cache(tmp_path, "taught")) == 1
    with pytest.raises(SystemExit, match="no shards of voices"):
        Cache(tmp_path, "voices")


def test_phrases_are_read_as_they_were_written(tmp_path: Path) -> None:
    phrases = {f"{count}.": _phrase(count, count) for count in range(1, 6)}
    write_phrases(tmp_path / "phrases-0000", phrases)
    write_phrases(tmp_path / "phrases-0001", {"six.": _phrase(6, 0)})
    found = read_phrases(tmp_path)
    assert list(found) == [*phrases, "six."]
    for text, phrase in phrases.items():
        assert (found[text].codes == phrase.codes).all()
        assert (found[text].marks == phrase.marks).all()


def _phrase(frames: int, value: int) -> Phrase:
    return Phrase(np.full((frames, 4), value, np.int16), np.full((frames, 3), value + 1, np.int16))


def _two_words() -> Recording:
    """``one``, a pause, then ``two``: half a second, a quarter, half a second."""
    edges = np.array([0, 8_000, 12_000, 20_000], np.int64)
    sounds = np.array([AH, SILENCE, AH], np.int8)
    return Recording(np.ones(20_000, np.float32), edges, sounds, (0, 12_000), ("One,", "two"))


def test_a_word_counts_as_heard_once_its_last_sound_is_over() -> None:
    one, two = word_class("one"), word_class("two")
    heard = _two_words().between(0, 4_000).heard().tolist()
    assert heard == [[NO_WORD, NO_WORD]] * 12 + [[one, NO_WORD]] * 19 + [[two, one]] * 6
    assert (_recording().heard() == -1).all()


def test_a_frame_knows_its_word_and_the_one_that_follows() -> None:
    one, two = word_class("one"), word_class("two")
    assert _two_words().speaking()[:, 1:].tolist() == [[one, two]] * 19 + [[two, NO_WORD]] * 13
    assert word_class("unheardof") == -1
