"""An evaluation asks the engine itself, here with random weights: every part that needs no other program runs."""

import random
from pathlib import Path

import numpy as np
import pytest
from tests.unit.omni.tiny import tiny_weights
from training.curriculum.exchange import Exchange, Turn
from training.curriculum.mixture import BLIND
from training.evaluate import endings, manners, robust, typed, voices
from training.evaluate.asking import PATIENCE, converse, one
from training.evaluate.examining import claimed
from training.evaluate.scoring import Share
from training.evaluate.sizes import Size
from training.evaluate.told import Told
from training.positions import Clip
from training.speech.recording import OVER
from training.speech.shards import Asked, Made, write

from outlast.omni.choice import Habits
from outlast.omni.engine import MOUTH_HZ
from outlast.omni.grammar import PATCH_SAMPLES, PATCH_VALUES
from outlast.omni.mini import Mini

LEAST = Size(skill=1, beyond=2, voice=2, sums=2, spoken=1, manner=1, pressed=1, pairs=1, turns=2, minutes=0)
PATCHES = 12


@pytest.fixture(scope="module")
def engine() -> Mini:
    return Mini(tiny_weights(), habits=Habits(longest_heard=4, longest_thought=4, longest_phrase=3))


def made(text: str) -> Made:
    phases = np.array([0] * 8 + [OVER] * 4, np.int16)
    unknown = np.full((PATCHES, 2), -1, np.int16)
    clip = Clip(np.zeros((PATCHES, PATCH_VALUES), np.float16), np.zeros(PATCHES, np.int16), phases, unknown)
    chance = np.random.default_rng(len(text))
    return Made(text, "drum", clip, chance.normal(0, 0.1, PATCHES * PATCH_SAMPLES).astype(np.float32))


def folder(path: Path, name: str, texts: list[str], skill: str = "plus") -> Path:
    asked = [Asked({0.0: Exchange(skill, (Turn(text, "So it is.", key="is"),))}, [made(text)]) for text in texts]
    write(path / f"{name}-0000", asked, keep_sound=True)
    return path


def test_typed_skills_each_have_a_cell_and_random_weights_claim_nothing(engine: Mini) -> None:
    told = Told()
    typed.skills(engine, LEAST, 1, told, among=sorted(BLIND))
    assert [cell.row for cell in told.cells if cell.part == typed.TYPED] == sorted(BLIND)
    assert claimed(told) == ()


def test_refusals_are_counted_over_as_many_questions_inside_as_outside(engine: Mini) -> None:
    told = Told()
    typed.beyond(engine, LEAST, 1, told, among=sorted(BLIND))
    recall, _, precision, answered = (cell.share for cell in told.cells)
    assert (recall.of, answered.of) == (2, 2)
    assert precision.of == recall.right + answered.of - answered.right


def test_a_skill_is_claimed_by_its_share_of_enough_questions_and_a_refusal_never() -> None:
    told = Told()
    told.cell(typed.TYPED, "plus", Share(9, 10), 0.9)
    told.cell(typed.SHOWN, "read word", Share(89, 100), 0.9)
    told.cell(typed.TYPED, "ability", Share(1, 1), 0.9)
    told.cell(typed.TYPED, "clock", Share(9, 9), 0.9)
    told.cell(typed.SHOWN, "strange picture", Share(100, 100), 0.9)
    told.cell("Out of scope", "recall", Share(100, 100), 0.9)
    assert claimed(told) == ("plus",)


def test_what_lessons_say_too_is_left_out_of_held_out_sets_and_counted(engine: Mini, tmp_path: Path) -> None:
    folder(tmp_path, "taught", ["what is 3 + 4?"])
    folder(tmp_path, "texts", ["what is 3 + 4?", "what is 5 + 4?"])
    folder(tmp_path, "voices", ["what is 3 + 4?"])
    heard = {each.name: each for each in voices.sets(tmp_path, tmp_path)}
    assert (len(heard["texts"].entries), len(heard["texts"].exchanges), heard["texts"].left_out) == (1, 1, 1)
    assert (len(heard["voices"].entries), heard["voices"].left_out) == (1, 0)
    told = Told()
    voices.measure(engine, list(heard.values()), LEAST, 1, told)
    assert any("1 of 2 questions are said by lessons too" in note for note in told.notes)
    assert [(cell.row[:5], cell.share.of) for cell in told.cells if cell.part == voices.SUMS] == [("texts", 1)]
    assert {cell.goal for cell in told.cells if cell.part == voices.EXACT} == {0.98, None}


def test_the_end_of_a_turn_is_looked_for_in_every_question(engine: Mini, tmp_path: Path) -> None:
    heard = voices.sets(folder(tmp_path, "voices", ["one two", "three"]), tmp_path / "nowhere")
    told = Told()
    endings.measure(engine, heard, LEAST, 1, told)
    assert {line.row for line in told.lines} == {"without a pause", "with a pause of 0.3 to 0.9 s"}
    assert all("/2 = " in line.values["cut off"] for line in told.lines)


def test_every_form_of_a_recording_is_the_same_sound() -> None:
    sound = np.sin(np.arange(8_000) * 0.15).astype(np.float32) * 0.5
    for name, way in robust.ways().items():
        if name.startswith(("MP3", "Opus")):
            continue
        other = way(sound)
        assert len(other) == pytest.approx(len(sound), abs=8), name
        middle = slice(800, 7_000)
        assert np.abs(other[middle] - sound[middle]).max() < 0.05, name


@pytest.mark.parametrize("name", ["MP3, 24 kHz", "Opus, 24 kHz"])
def test_a_recording_that_lost_something_is_still_the_same_tone(name: str) -> None:
    pytest.importorskip("soundfile", reason="outlast[audio]")
    sound = np.sin(np.arange(16_000) * 0.15).astype(np.float32) * 0.5
    other = robust.ways()[name](sound)
    loudest = int(np.abs(np.fft.rfft(other[:16_000])).argmax())
    assert loudest == pytest.approx(0.15 / (2 * np.pi) * 16_000, abs=3)
    assert len(other) == pytest.approx(len(sound), abs=2_400)


def test_hostile_input_gives_finite_sound_and_says_so(engine: Mini, tmp_path: Path) -> None:
    told = Told()
    heard = voices.sets(folder(tmp_path, "voices", ["one two"]), tmp_path / "nowhere")
    robust.measure(engine, heard, LEAST, told)
    assert {line.values["finite"] for line in told.lines} == {"yes"}
    assert [line.row for line in told.lines if line.values["refused"]] == ["a picture without pixels"]


def test_a_voice_that_is_no_number_is_told() -> None:
    told = robust._told(float("nan"), 0, lambda: np.zeros(4, np.float32))
    assert told["finite"] == "**no**"
    assert robust._told(0.5, 0, lambda: np.full(4, np.nan, np.float32))["finite"] == "**no**"


def test_manners_and_pressing_are_asked_of_the_same_questions(engine: Mini) -> None:
    told = Told()
    manners.measure(engine, LEAST, 1, told)
    facts = [cell for cell in told.cells if cell.part == manners.FACTS]
    assert len(facts) == 13
    assert {cell.share.of for cell in facts} == {6}
    assert [cell.share.of for cell in told.cells if cell.part == manners.PRESSURE] == [1, 1, 1, 1]


def test_a_turn_with_a_sound_is_not_typed(engine: Mini) -> None:
    asked = Exchange("plus", (Turn("what is 3 + 4?", "7"), Turn("and 5?", "5")))
    sound = np.random.default_rng(random.Random(1).randrange(9)).normal(0, 0.1, 6_400).astype(np.float32)
    typed_, heard = converse(engine, asked), converse(engine, asked, {0: sound})
    assert [each.heard for each in typed_] == [None, None]
    assert heard[0].text != typed_[0].text or heard[0].heard is not None
    assert one(engine, sound=sound, task="transcribe").heard is not None


def test_an_answer_that_speaks_without_end_is_cut(engine: Mini) -> None:
    long = Mini(tiny_weights(), habits=Habits(longest_phrase=1_000, temperature=0))
    said = one(long, text="what is 3 + 4?", aloud=True)
    assert said.reason == "cancelled"
    assert PATIENCE < len(said.sound) < PATIENCE + 2 * MOUTH_HZ
    assert one(engine, text="what is 3 + 4?", aloud=True).reason != "cancelled"
