"""numpy computes what the training framework computed: ``tests/data/omni-golden.npz``, by ``training.golden``."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from outlast.omni import grammar
from outlast.omni.decoder import Decoder
from outlast.omni.memory import Bounds, Kind, Memory
from outlast.omni.weights import Floats, parse

GOLDEN = Path(__file__).parents[2] / "data" / "omni-golden.npz"
Golden = Mapping[str, npt.NDArray[Any]]


def assert_close(found: npt.ArrayLike, wanted: npt.NDArray[Any]) -> None:
    np.testing.assert_allclose(np.asarray(found), wanted, rtol=1e-4, atol=1e-4)


@pytest.fixture(scope="module")
def golden() -> Golden:
    with np.load(GOLDEN) as found:
        return dict(found)


@pytest.fixture(scope="module")
def decoder(golden: Golden) -> Decoder:
    weights = parse(golden["weights"].tobytes())
    return Decoder(weights.head.shape, weights.tensors(), positions=Bounds().all)


def parts(decoder: Decoder, golden: Golden) -> Iterator[tuple[Floats, Kind]]:
    yield decoder.read(golden["before"].tolist()), Kind.GIVEN
    yield decoder.hear(golden["patches"].astype(np.float32)), Kind.SOUND
    yield decoder.see(golden["tiles"].astype(np.float32)), Kind.GIVEN
    for frame in golden["frames"].tolist():
        yield decoder.speak(frame), Kind.SOUND
    yield decoder.read(golden["after"].tolist()), Kind.MONOLOGUE


def test_inputs_of_every_kind_are_the_frameworks(decoder: Decoder, golden: Golden) -> None:
    assert_close(np.concatenate([x for x, _ in parts(decoder, golden)]), golden["inputs"])


@pytest.mark.parametrize("together", [1, 2, 1_000])
def test_states_are_the_frameworks_in_chunks_and_one_by_one(decoder: Decoder, golden: Golden, together: int) -> None:
    memory = Memory(decoder.shape, Bounds())
    states = [
        decoder.run(x[at : at + together], memory, kind)
        for x, kind in parts(decoder, golden)
        for at in range(0, len(x), together)
    ]
    assert_close(np.concatenate(states), golden["states"])


def test_scores_of_tokens_and_of_the_turn_are_the_frameworks(decoder: Decoder, golden: Golden) -> None:
    states = golden["states"].astype(np.float32)
    assert_close([decoder.next_token(each) for each in states], golden["next_token"])
    assert_close([decoder.phases(each) for each in states], golden["phases"])


def test_scores_of_each_book_given_the_coarser_ones_are_the_frameworks(decoder: Decoder, golden: Golden) -> None:
    count = len(golden["codes"])
    for state, codes, wanted in zip(golden["states"][-count:], golden["codes"], golden["next_codes"], strict=True):
        found = np.zeros((grammar.BOOKS, grammar.CODES + 1), np.float32)

        def take(book: int, scores: Floats, found: Floats = found, codes: npt.NDArray[Any] = codes) -> int:
            found[book] = scores
            return int(codes[book])

        assert decoder.next_codes(state.astype(np.float32), take) == tuple(codes.tolist())
        assert_close(found, wanted)
