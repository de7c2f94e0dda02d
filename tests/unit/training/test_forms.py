"""What the eyes' heads are told of each tile of a picture."""

import random

import numpy as np
import pytest
from training.curriculum.exchange import Scene
from training.curriculum.forms import COLOURS, FORMS, NOTHING, UNKNOWN, Thing, marks
from training.curriculum.lexicon import COLOURS as ASKED_COLOURS
from training.curriculum.mixture import SKILLS
from training.curriculum.scenes import OUTSIDE, Item, Shapes, Strange


def scene(skill: str, seed: int) -> Scene:
    found = SKILLS[skill][0](random.Random(seed), "taught").turns[0].scene
    assert found is not None
    return found


def named(laid: Scene) -> list[str]:
    return [FORMS[form] for form in laid.marks()[:, 0] if form != UNKNOWN]


def test_everything_that_is_drawn_or_asked_has_a_name_here() -> None:
    assert set(OUTSIDE) <= set(FORMS)
    assert set(ASKED_COLOURS) == set(COLOURS)


def test_a_shape_is_named_where_most_of_it_has_been_seen_and_its_colour_wherever_it_stands() -> None:
    found = Shapes((Item("circle", "red", 32, 32, 20),), (255, 255, 255), seed=1).marks().reshape(8, 8, 2)
    assert found[0, 0].tolist() == [FORMS.index(NOTHING), UNKNOWN]
    assert found[2, 3].tolist() == [UNKNOWN, COLOURS.index("red")], "its upper edge may be any shape's"
    assert found[5, 4].tolist() == [FORMS.index("circle"), COLOURS.index("red")]


@pytest.mark.parametrize("seed", range(20))
def test_of_everything_that_is_counted_something_is_named(seed: int) -> None:
    laid = scene("count shapes", seed)
    assert isinstance(laid, Shapes)
    assert {item.shape for item in laid.items} == {*named(laid)} - {NOTHING}


@pytest.mark.parametrize("seed", range(20))
def test_no_digit_is_named_that_is_not_written(seed: int) -> None:
    pytest.importorskip("PIL", reason="pictures with writing are drawn with Pillow, which only training needs")
    laid = scene("read digits", seed)
    seen = [each for each in named(laid) if each != NOTHING]
    assert set(seen) <= set(getattr(laid, "text", ""))
    assert seen or getattr(laid, "size", 1.0) < 0.5


def test_nothing_is_said_of_what_has_no_name() -> None:
    assert (Strange(0, 1).marks() == UNKNOWN).all()
    assert (marks([]) == UNKNOWN).all()


def test_a_tile_belongs_to_what_covers_most_of_it() -> None:
    small, large = np.zeros((2, 64, 64), np.float32)
    small[:2, :8], large[2:8, :8] = 1, 1
    found = marks([Thing("star", small, "blue"), Thing("ring", large, "red")])
    assert found[0].tolist() == [FORMS.index("ring"), COLOURS.index("red")]
