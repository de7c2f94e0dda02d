"""Writes ``tests/data/omni-golden.npz``: what the training framework computes with a tiny random network.

It knows one conversation of every kind of position. The tests compare numpy's numbers with it, without torch.

    python -m training.golden
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from outlast.omni import grammar
from outlast.omni.codebook import DESCRIPTION, MOMENTS, Codebook
from outlast.omni.weights import Head
from outlast.omni.weights import Shape as Stored
from training.export import export, rounded
from training.network import Decoder, Shape

SHAPE = Shape(tokens=64, width=32, layers=2, heads=4)
SEED = 20_261_122
FILE = Path(__file__).parents[1] / "tests" / "data" / "omni-golden.npz"


def tiny_network() -> Decoder:
    """Large enough values that every part is far from a straight line."""
    torch.manual_seed(SEED)
    network = Decoder(SHAPE)
    with torch.no_grad():
        for name, values in network.named_parameters():
            if "norm" in name:
                values.uniform_(0.5, 1.5)
            else:
                values.normal_(std=0.25)
    return network


def tiny_weights() -> bytes:
    """The network as a file."""
    pieces = (*grammar.SPECIAL, *(chr(97 + number) for number in range(SHAPE.tokens - len(grammar.SPECIAL))))
    shape = Stored(tokens=SHAPE.tokens, width=SHAPE.width, layers=SHAPE.layers, heads=SHAPE.heads)
    head = Head(name="golden", family="omni-mini", date="2026-11-22", shape=shape, pieces=pieces)
    return export(tiny_network().state_dict(), head, silent_codebook())


def silent_codebook() -> Codebook:
    """Of the right size; nothing is spoken here."""
    values = np.ones(MOMENTS * DESCRIPTION, np.float32)
    return Codebook(
        books=np.zeros((grammar.BOOKS, grammar.CODES, len(values)), np.float32), middle=0 * values, weights=values
    )


def golden() -> dict[str, npt.NDArray[Any]]:
    """The file of weights, what goes in and what comes out."""
    data = tiny_weights()
    network, chance = rounded(data), np.random.default_rng(SEED)
    before = chance.integers(0, SHAPE.tokens, 7)
    patches = chance.normal(size=(9, grammar.PATCH_VALUES)).astype(np.float32)
    tiles = chance.uniform(-1, 1, (grammar.TILES, grammar.TILE_VALUES)).astype(np.float32)
    frames = chance.integers(0, grammar.CODES, (5, grammar.BOOKS))
    after = chance.integers(0, SHAPE.tokens, 6)
    x = torch.cat(
        (
            network.embedding(torch.from_numpy(before)),
            network.hear(torch.from_numpy(patches)),
            network.see(torch.from_numpy(tiles), torch.arange(grammar.TILES)),
            network.speak(torch.from_numpy(frames)),
            network.embedding(torch.from_numpy(after)),
        )
    )
    states = network(x[None])[0]
    codes = torch.from_numpy(chance.integers(0, grammar.CODES, (len(x), grammar.BOOKS)))
    return {
        "weights": np.frombuffer(data, np.uint8),
        "before": before,
        "patches": patches,
        "tiles": tiles,
        "frames": frames,
        "after": after,
        "inputs": x.numpy(),
        "states": states.numpy(),
        "next_token": network.next_token(states).numpy(),
        "phases": network.turn_head(states).softmax(-1).numpy(),
        "codes": codes[-5:].numpy(),
        "next_codes": network.next_codes(states, codes)[-5:].numpy(),
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    with torch.no_grad():
        np.savez_compressed(FILE, **golden())  # type: ignore[arg-type]  # the stub takes one name for a flag
