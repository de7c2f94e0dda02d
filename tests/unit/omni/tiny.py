"""A network of random weights, small enough for every test."""

import functools
import string

import numpy as np

from outlast.omni import grammar
from outlast.omni.decoder import Decoder
from outlast.omni.memory import Bounds
from outlast.omni.threads import use_one_thread
from outlast.omni.weights import Floats, Head, Shape, Weights, layout, pack, parse

use_one_thread()
PIECES = (*grammar.SPECIAL, *(chr(code) for code in range(32, 127)), *(f" {word}" for word in string.ascii_lowercase))
SHAPE = Shape(tokens=len(PIECES), width=32, layers=2, heads=4)


def random_tensors(shape: Shape = SHAPE, *, seed: int = 7, spread: float = 0.3) -> dict[str, Floats]:
    chance = np.random.default_rng(seed)
    drawn = {name: chance.normal(0, spread, size).astype(np.float32) for name, size in layout(shape)}
    return {name: values + 1 if "norm" in name else values for name, values in drawn.items()}


def head(shape: Shape = SHAPE) -> Head:
    return Head(name="tiny", family="omni-mini", date="2026-11-22", shape=shape, pieces=PIECES[: shape.tokens])


def weights_file(*, seed: int = 7) -> bytes:
    return pack(head(), random_tensors(seed=seed))


@functools.cache
def tiny_weights(seed: int = 7) -> Weights:
    return parse(weights_file(seed=seed))


@functools.cache
def tiny_decoder() -> Decoder:
    return Decoder(SHAPE, tiny_weights().tensors(), positions=Bounds().all)
