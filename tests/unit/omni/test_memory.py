"""What a conversation leaves behind is bounded, and the same in whatever pieces it came."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.omni.tiny import SHAPE, tiny_decoder

from outlast.omni.decoder import Decoder
from outlast.omni.memory import Bounds, Kind, Memory
from outlast.omni.weights import Floats

SMALL = Bounds(kept=50, sound=20, slack=6)
CLOSE = 2e-4
FIRST_LAYER = 0


@pytest.fixture(scope="module")
def decoder() -> Decoder:
    return tiny_decoder()


def inputs(count: int, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).normal(size=(count, SHAPE.width)).astype(np.float32)


def held(memory: Memory) -> tuple[Floats, Floats, list[int]]:
    used = memory.used
    return memory.keys[:, :, :used], memory.values[:, :, :used], memory.kinds[:used].tolist()


def test_all_text_stays_and_of_sound_the_newest(decoder: Decoder) -> None:
    memory = Memory(SHAPE, SMALL)
    decoder.run(inputs(5, 1), memory, Kind.GIVEN)
    decoder.run(inputs(200, 2), memory, Kind.SOUND)
    decoder.run(inputs(7, 3), memory, Kind.MONOLOGUE)
    assert held(memory)[2].count(Kind.GIVEN) == 5
    assert held(memory)[2].count(Kind.MONOLOGUE) == 7
    assert SMALL.sound <= held(memory)[2].count(Kind.SOUND) <= SMALL.sound + SMALL.slack
    assert memory.left == SMALL.kept - 12


def test_what_stays_stands_as_if_the_rest_had_never_been_heard(decoder: Decoder) -> None:
    """In the first layer, whose keys and values know no other position."""
    before, sound, after = inputs(5, 1), inputs(100, 2), inputs(7, 3)
    memory = Memory(SHAPE, SMALL)
    for x, kind in ((before, Kind.GIVEN), (sound, Kind.SOUND), (after, Kind.GIVEN), (sound[:1], Kind.SOUND)):
        decoder.run(x, memory, kind)
    stays = memory.kinds[: memory.used].tolist().count(Kind.SOUND) - 1
    fresh = Memory(SHAPE, Bounds(recent=0))
    decoder.run(np.concatenate((before, sound[-stays:], after, sound[:1])), fresh, Kind.GIVEN)
    assert memory.used == fresh.used
    for found, wanted in zip(held(memory)[:2], held(fresh)[:2], strict=True):
        np.testing.assert_allclose(found[FIRST_LAYER], wanted[FIRST_LAYER], atol=CLOSE)


def turn(memory: Memory, decoder: Decoder, seed: int, *, text: int = 4, sound: int = 8) -> None:
    decoder.run(inputs(sound, seed), memory, Kind.SOUND)
    decoder.run(inputs(text, 10 * seed), memory, Kind.MONOLOGUE)
    memory.begin_turn(decoder.turns)


def talked(decoder: Decoder, turns: int, *, recent: int) -> Memory:
    memory = Memory(SHAPE, Bounds(recent=recent))
    decoder.run(inputs(5), memory, Kind.GIVEN)
    memory.begin_turn(decoder.turns)
    for seed in range(1, turns + 1):
        turn(memory, decoder, seed)
    return memory


def test_between_turns_the_sound_of_the_oldest_goes_first_and_then_whole_turns(decoder: Decoder) -> None:
    opening, said, whole = [Kind.GIVEN] * 5, [Kind.MONOLOGUE] * 4, [Kind.SOUND] * 8 + [Kind.MONOLOGUE] * 4
    assert held(talked(decoder, 3, recent=41))[2] == opening + whole * 3
    assert held(talked(decoder, 3, recent=40))[2] == opening + said + whole * 2
    assert held(talked(decoder, 3, recent=26))[2] == opening + said * 2 + whole
    assert held(talked(decoder, 3, recent=17))[2] == opening + said * 3
    assert held(talked(decoder, 3, recent=16))[2] == opening + said * 2
    assert held(talked(decoder, 3, recent=0))[2] == opening


def test_what_stays_between_turns_stands_as_if_the_rest_had_never_been_said(decoder: Decoder) -> None:
    """In the first layer, whose keys and values know no other position."""
    memory, fresh = talked(decoder, 9, recent=20), Memory(SHAPE, Bounds(recent=0))
    decoder.run(np.concatenate((inputs(5), *(inputs(4, 10 * seed) for seed in (7, 8, 9)))), fresh, Kind.GIVEN)
    for found, wanted in zip(held(memory)[:2], held(fresh)[:2], strict=True):
        np.testing.assert_allclose(found[FIRST_LAYER], wanted[FIRST_LAYER], atol=CLOSE)
    assert memory.left == Bounds().kept - 17


def test_ten_minutes_of_sound_take_no_more_memory_than_one(decoder: Decoder) -> None:
    bounds = Bounds(kept=40, sound=128, slack=128)
    memory = Memory(SHAPE, bounds)
    decoder.run(inputs(40), memory, Kind.GIVEN)
    taken: list[int] = []
    for _ in range(10):
        decoder.run(inputs(60 * 25), memory, Kind.SOUND)
        taken.append(memory.bytes)
    assert taken[-1] == taken[0]
    assert memory.used <= bounds.all
    assert np.isfinite(held(memory)[0]).all()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(Kind), st.integers(1, 40)), min_size=1, max_size=4), st.data())
def test_any_pieces_leave_the_same_memory(runs: list[tuple[Kind, int]], data: st.DataObject) -> None:
    decoder = tiny_decoder()
    whole, pieces = Memory(SHAPE, SMALL), Memory(SHAPE, SMALL)
    for number, (kind, count) in enumerate(runs):
        x = inputs(count, number)
        states = decoder.run(x, whole, kind)
        cuts = sorted(data.draw(st.lists(st.integers(0, count), max_size=4)))
        parts = [decoder.run(part, pieces, kind) for part in np.split(x, cuts) if len(part)]
        np.testing.assert_allclose(np.concatenate(parts), states, atol=CLOSE)
    assert held(whole)[2] == held(pieces)[2]
    np.testing.assert_allclose(held(pieces)[0], held(whole)[0], atol=CLOSE)


@pytest.mark.parametrize("count", [1, 6])
def test_hidden_positions_change_nothing_of_what_follows(decoder: Decoder, count: int) -> None:
    found: list[Floats] = []
    for seed in (1, 2):
        memory = Memory(SHAPE, SMALL)
        decoder.run(inputs(6, 9), memory, Kind.GIVEN)
        decoder.run(inputs(4, seed), memory, Kind.MONOLOGUE)
        found += [decoder.run(inputs(count, 5), memory, Kind.SOUND, blind=Kind.MONOLOGUE)]
        found += [decoder.run(inputs(count, 5), memory, Kind.SOUND)]
    np.testing.assert_allclose(found[0], found[2], atol=CLOSE)
    assert np.abs(found[1] - found[3]).max() > 0.01


def test_memory_grows_by_doubling_and_not_beyond_its_bounds() -> None:
    memory = Memory(SHAPE, SMALL)
    tiny_decoder().run(inputs(40), memory, Kind.GIVEN)
    tiny_decoder().run(inputs(100), memory, Kind.SOUND)
    assert memory.keys.shape[2] == SMALL.all
