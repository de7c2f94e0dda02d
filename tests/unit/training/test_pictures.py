"""What is asked about a picture has the answer that the picture shows."""

import random

import numpy as np
import pytest
from training.curriculum.held_out import is_held_out
from training.curriculum.lexicon import COLOURS, SHAPES, WORDS
from training.curriculum.mixture import BLIND, SEEING, SKILLS, draw_exchange
from training.curriculum.pictures import compare_shapes, count_shapes, name_shapes
from training.curriculum.reading import read_digits, read_word
from training.curriculum.scenes import COLOUR_OF, NAMELESS, OUTSIDE, Item, Shapes, covered
from training.curriculum.words import letters
from training.curriculum.writing import FONTS, HELD_OUT_FONTS, Writing


def test_what_is_counted_is_there() -> None:
    rng = random.Random(1)
    counts = set()
    for _ in range(600):
        [turn] = count_shapes(rng, "taught").turns
        assert isinstance(turn.scene, Shapes)
        count, of, *_ = turn.key.removeprefix("see ").split()
        of = {f"{shape}s": shape for shape in SHAPES}.get(of, of.removesuffix("es") if of.endswith("sses") else of)
        found = [item for item in turn.scene.items if of in {item.colour, item.shape}]
        assert len(found) == int(count) == turn.thought.split().count(of)
        counts.add(int(count))
    assert counts == set(range(10))


def test_the_larger_one_is_larger_and_the_left_one_is_left() -> None:
    rng = random.Random(2)
    for _ in range(300):
        [turn] = compare_shapes(rng, "taught").turns
        assert isinstance(turn.scene, Shapes)
        by_shape = {item.shape: item for item in turn.scene.items}
        left, right = turn.scene.items
        if "larger" in turn.answer:
            assert by_shape[turn.answer.split()[1]].radius == max(left.radius, right.radius)
        elif "smaller" in turn.answer:
            assert by_shape[turn.answer.split()[1]].radius == min(left.radius, right.radius)
        elif "on the" in turn.answer:
            assert by_shape[turn.answer.split()[1]].x == {"left": left, "right": right}[turn.key.split()[-1]].x


@pytest.mark.parametrize("shape", [*SHAPES, *NAMELESS])
def test_a_shape_covers_a_part_of_its_place_and_nothing_beyond(shape: str) -> None:
    assert shape in OUTSIDE
    shown = covered(Item(shape, "red", 32, 32, 16))
    assert 0.05 < shown.sum() / (32 * 32) < 0.95
    rows, columns = np.nonzero(shown)
    assert min(rows.min(), columns.min()) >= 32 - 21
    assert max(rows.max(), columns.max()) <= 32 + 21


def test_a_picture_is_64_pixels_in_its_colour_and_always_the_same() -> None:
    for seed in range(60):
        [turn] = name_shapes(random.Random(seed), "taught").turns
        assert isinstance(turn.scene, Shapes)
        picture = turn.picture
        assert picture is not None
        assert picture.shape == (64, 64, 3)
        assert picture.dtype == np.uint8
        assert np.array_equal(picture, turn.scene.draw())
        [item] = turn.scene.items
        inside = covered(item) > 0.99
        assert np.abs(picture[inside].mean(axis=0) - COLOUR_OF[item.colour]).max() < 30


def test_no_pair_word_number_or_font_of_the_examination_is_taught() -> None:
    rng = random.Random(4)
    for _ in range(400):
        [turn] = name_shapes(rng, "taught").turns
        assert isinstance(turn.scene, Shapes)
        [item] = turn.scene.items
        assert not is_held_out("shape and colour", (item.shape, item.colour))
        for skill, kind in ((read_digits, "digits"), (read_word, "word")):
            [turn] = skill(rng, "taught").turns
            assert isinstance(turn.scene, Writing)
            assert turn.scene.font not in HELD_OUT_FONTS
            text = turn.scene.text.lower()
            assert text not in WORDS or not is_held_out(kind, text)
            assert letters(rng) not in WORDS
    assert not set(FONTS) & set(HELD_OUT_FONTS)
    assert [is_held_out("shape and colour", (shape, colour)) for shape in SHAPES for colour in COLOURS].count(True) >= 3


@pytest.mark.parametrize("name", sorted(SEEING))
def test_a_question_about_a_picture_comes_with_one(name: str) -> None:
    rng = random.Random(5)
    assert all(SKILLS[name][0](rng, split).turns[0].scene for split in ("taught", "held out") for _ in range(50))


def test_who_sees_nothing_is_asked_about_no_picture() -> None:
    rng = random.Random(6)
    drawn = [draw_exchange(rng, "taught", among=BLIND) for _ in range(500)]
    assert not [turn for each in drawn for turn in each.turns if turn.scene is not None]


def test_writing_is_whole_in_every_font() -> None:
    pytest.importorskip("PIL", reason="pictures with writing are drawn with Pillow, which only training needs")
    for font in (*FONTS, *HELD_OUT_FONTS):
        for text in ("999", "wwwwww", "il"):
            picture = Writing(text, font, (0, 0, 0), (250, 250, 250), 1.0, (1.0, 1.0), 7).draw()
            dark = picture.mean(axis=2) < 120
            assert dark.sum() > 10
            assert not dark[0].any()
            assert not dark[:, 0].any()
            assert not dark[-1].any()
            assert not dark[:, -1].any()
