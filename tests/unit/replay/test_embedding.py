"""Embeddings in a replay: what is embedded, how it is kept, and how close answers are."""

import json
import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.checks.check import Pair
from outlast.checks.draw import Draw, Item, Said, ToolCall
from outlast.replay.embedding import (
    LONGEST,
    UNMEASURED,
    EmbeddingCheck,
    closeness,
    embedded,
    embedding_errands,
    kept_vector,
    spoken,
    vector_of,
)
from outlast.replay.plan import Margin, Plan
from outlast.replay.ports import DrawKey

A, B, EMBED = "x/a", "y/b", "z/embed"
FLOATS = st.floats(-10, 10, width=32)
VECTORS = st.lists(FLOATS, min_size=3, max_size=3).filter(lambda values: any(abs(value) > 1e-3 for value in values))


def says(text: str) -> Draw:
    return Draw(said=Said(text=text))


def check(vectors: dict[str, Sequence[float]]) -> EmbeddingCheck:
    kept = {embedded(text).id: Draw(said=kept_vector(values)) for text, values in vectors.items()}
    return EmbeddingCheck(target=EMBED, drawn=lambda key: kept.get(key.item))


def pair(ours: Draw, theirs: Draw, again: Draw | None) -> Pair:
    return Pair(item=Item(id="r", cluster="c", request=b"{}"), incumbent=ours, candidate=theirs, second=again)


# Vectors.


@given(VECTORS)
def test_a_vector_is_kept_as_it_is(values: list[float]) -> None:
    said = kept_vector(values)
    assert vector_of(Draw(said=said)) == tuple(values)


@pytest.mark.parametrize(
    "values", [[], [0.0, 0.0], [math.nan, 1.0], [math.inf], [1e38 * 10], [1.0] * (LONGEST + 1)], ids=repr
)
def test_what_has_no_direction_is_no_vector(values: list[float]) -> None:
    assert kept_vector(values) is None


@given(st.text(max_size=60))
def test_whatever_was_kept_is_a_vector_or_none(text: str) -> None:
    found = vector_of(says(text))
    assert found is None or all(map(math.isfinite, found))


@given(VECTORS, VECTORS, st.floats(0.1, 9))
def test_closeness_is_symmetric_blind_to_length_and_within_0_and_1(
    one: list[float], other: list[float], scale: float
) -> None:
    found = closeness(tuple(one), tuple(other))
    assert 0 <= found <= 1
    assert found == pytest.approx(closeness(tuple(other), tuple(one)))
    assert found == pytest.approx(closeness(tuple(scale * value for value in one), tuple(other)), abs=1e-9)
    assert closeness(tuple(one), tuple(one)) == pytest.approx(1)


def test_closeness_is_the_cosine() -> None:
    assert closeness((3.0, 4.0), (4.0, 3.0)) == pytest.approx(0.96)
    assert closeness((1.0, 0.0), (-1.0, 0.0)) == 0
    assert closeness((1.0, 0.0), (1.0, 0.0, 0.0)) == 0


# The check.


def test_the_candidate_is_held_to_how_close_the_incumbent_is_to_itself() -> None:
    compared = check({"a": (1, 0), "again": (4, 3), "b": (3, 4)})
    [outcome] = compared.compare(pair(says("a"), says("b"), says("again")))
    assert outcome.a == pytest.approx(0.8)
    assert outcome.b == pytest.approx(0.6)
    assert outcome.reason == "less close than A'"


def test_without_a_second_answer_there_is_no_outcome() -> None:
    compared = check({"a": (1, 0), "b": (3, 4)})
    assert compared.compare(pair(says("a"), says("b"), None)) == ()
    assert compared.between(Said(text="a"), Said(text="b")) == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("theirs", "b", "reason"),
    [
        (Draw(error="status 500"), None, "status 500"),
        (says("unknown"), None, UNMEASURED),
        (says(" "), 0.0, "says nothing"),
        (Draw(said=Said(tool_calls=(ToolCall("f", "{}"),))), 0.0, "says nothing"),
    ],
)
def test_a_candidate_that_is_missing_is_unanswered_and_one_that_says_nothing_is_far(
    theirs: Draw, b: float | None, reason: str
) -> None:
    compared = check({"a": (1, 0), "again": (4, 3)})
    [outcome] = compared.compare(pair(says("a"), theirs, says("again")))
    assert (outcome.b, outcome.reason) == (b, reason)


def test_noise_of_noise_is_not_measured() -> None:
    compared = check({"a": (1, 0), "again": (4, 3)})
    again = pair(says("a"), says("b"), says("again")).against_itself()
    assert again is not None
    assert compared.compare(again) == ()


def test_each_text_is_embedded_once_and_calls_of_tools_never() -> None:
    items = [Item(id=f"r{number}", cluster="c", request=b"{}") for number in range(3)]
    plan = Plan(
        model="m", incumbent=A, candidates=(B,), items=(), margins=(Margin(of="share", value=0.05),),
        gates=("contract",), checks=(), embed=EMBED,
    )  # fmt: skip
    draws = {DrawKey(item.id, target): says("the same") for item in items for target in (A, B)}
    draws[DrawKey("r1", B)] = Draw(said=Said(tool_calls=(ToolCall("f", "{}"),)))
    draws[DrawKey("r2", A, 1)] = Draw(said=Said(refusal="I will not."))
    texts = [json.loads(errand.item.request)["input"] for errand in embedding_errands(plan, items, draws.get)]
    assert texts == ["the same", "I will not."]
    assert spoken(Said(refusal="I will not.")) == "I will not."
