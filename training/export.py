"""A checkpoint of the training framework as a file of weights, and what rounding them changes.

It knows the checkpoint's names. It does not know how the network was trained; what belongs to training alone (the ears'
head of phonemes) is left behind.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from outlast.omni.codebook import Codebook
from outlast.omni.weights import Head, pack, parse
from outlast.omni.weights import Shape as Stored
from training.network import Decoder, Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """What eight bits a value change, over random positions of tokens."""

    positions: int
    same_token: float
    """Share of positions whose best next token is the same."""
    states: float
    """Root mean square of the states' change, by the states' own."""


def stored_shape(shape: Shape) -> Stored:
    """The shape as the file says it."""
    return Stored(tokens=shape.tokens, width=shape.width, layers=shape.layers, heads=shape.heads)


def export(checkpoint: Mapping[str, Tensor], head: Head, codebook: Codebook) -> bytes:
    """The file of a checkpoint (``network.state_dict()``) and of the code book that it learnt to speak with."""
    tensors = {name: values.detach().float().cpu().numpy() for name, values in checkpoint.items()}
    voice = {"voice.books": codebook.books, "voice.middle": codebook.middle, "voice.weights": codebook.weights}
    return pack(head, tensors | voice)


def rounded(data: bytes) -> Decoder:
    """A network of the training framework with a file's weights; its head of phonemes is as it began."""
    weights = parse(data)
    shape = weights.head.shape
    network = Decoder(Shape(tokens=shape.tokens, width=shape.width, layers=shape.layers, heads=shape.heads))
    found = {name: torch.from_numpy(values) for name, values in weights.tensors().items()}
    network.load_state_dict(found, strict=False)
    network.eval()
    return network


def compare(network: Decoder, data: bytes, *, positions: int = 512, seed: int = 1) -> Rounding:
    """Run both over the same tokens, in rows of 64."""
    drawn = np.random.default_rng(seed).integers(0, network.shape.tokens, (max(positions // 64, 1), 64))
    x, other = torch.from_numpy(drawn), rounded(data)
    with torch.no_grad():
        before, after = network(network.embedding(x)), other(other.embedding(x))
        same = network.next_token(before).argmax(-1) == other.next_token(after).argmax(-1)
        change = (after - before).square().mean().sqrt() / before.square().mean().sqrt()
    return Rounding(positions=drawn.size, same_token=float(same.float().mean()), states=float(change))
