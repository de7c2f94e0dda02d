"""A checkpoint of the training framework as a file of weights, and what rounding them changes.

It knows the checkpoint's names. It does not know how the network was trained; what belongs to training alone (the heads
of phonemes, forms and colours) is left behind.

    python -m training.export --checkpoint run/checkpoint.pt --codebook codebook.npz --head head.json --out mini.weights

``head.json`` says what cannot be read from the checkpoint: name, family, date, heads, and what it can do. ``--towards``
names a second checkpoint, which was taught from the first one: the file then holds what lies ``--share`` of the way.
"""

import argparse
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import torch
from torch import Tensor

from outlast.omni.codebook import Codebook
from outlast.omni.weights import Fact, Head, pack, parse
from outlast.omni.weights import Shape as Stored
from training.network import Decoder, Shape
from training.tokens import make_vocabulary

_ALONE: Final = ("phoneme_head", "word_heads", "saying_head", "saying_heads")
"""Heads of training alone whose shape hangs on what is taught."""


class About(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``--head`` holds."""

    name: str
    family: str
    date: str
    heads: int = 4
    can: tuple[str, ...] = ()
    training: dict[str, Fact] = msgspec.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """What eight bits a value change, over random positions of tokens."""

    positions: int
    same_token: float
    """Share of positions whose best next token is the same."""
    states: float
    """Root mean square of the states' change, by the states' own."""


def export(checkpoint: Mapping[str, Tensor], head: Head, codebook: Codebook) -> bytes:
    """The file of a checkpoint (``network.state_dict()``) and of the code book that it learnt to speak with."""
    tensors = {name: values.detach().float().cpu().numpy() for name, values in checkpoint.items()}
    voice = {"voice.books": codebook.books, "voice.middle": codebook.middle, "voice.weights": codebook.weights}
    return pack(head, tensors | voice)


def between(first: Mapping[str, Tensor], second: Mapping[str, Tensor], share: float) -> dict[str, Tensor]:
    """Weights at ``share`` of the way, 0 to 1.

    Where the second was taught from the first for a short while, what lies between them works as they do (Wortsman et
    al. 2022, arXiv 2203.05482), and less of what the last steps have no lessons for is lost.
    """
    return {name: (1 - share) * values + share * second[name] for name, values in first.items()}


def headed(checkpoint: Mapping[str, Tensor], about: About) -> Head:
    """The head of a checkpoint's file; the vocabulary is the one that training makes."""
    tokens, width = checkpoint["embedding.weight"].shape
    layers = sum(name.endswith("norm_units.weight") for name in checkpoint)
    return Head(
        name=about.name,
        family=about.family,
        date=about.date,
        shape=Stored(tokens=tokens, width=width, layers=layers, heads=about.heads),
        pieces=make_vocabulary().pieces,
        can=about.can,
        training=about.training,
    )


def restored(weights: Mapping[str, Tensor], shape: Stored) -> Decoder:
    """A network of the training framework with these weights; its heads of phonemes and of forms are as they began."""
    network = Decoder(Shape(tokens=shape.tokens, width=shape.width, layers=shape.layers, heads=shape.heads))
    network.load_state_dict({name: each for name, each in weights.items() if not name.startswith(_ALONE)}, strict=False)
    network.eval()
    return network


def rounded(data: bytes) -> Decoder:
    """A network of the training framework with a file's weights."""
    weights = parse(data)
    found = {name: torch.from_numpy(values) for name, values in weights.tensors().items()}
    return restored(found, weights.head.shape)


def compare(network: Decoder, data: bytes, *, positions: int = 512, seed: int = 1) -> Rounding:
    """Run both over the same tokens, in rows of 64."""
    drawn = np.random.default_rng(seed).integers(0, network.shape.tokens, (max(positions // 64, 1), 64))
    x, other = torch.from_numpy(drawn), rounded(data)
    with torch.no_grad():
        before, after = network(network.embedding(x)), other(other.embedding(x))
        same = network.next_token(before).argmax(-1) == other.next_token(after).argmax(-1)
        change = (after - before).square().mean().sqrt() / before.square().mean().sqrt()
    return Rounding(positions=drawn.size, same_token=float(same.float().mean()), states=float(change))


def main() -> None:
    """Read, write, and print what rounding changed."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("checkpoint", "codebook", "head", "out"):
        asked.add_argument(f"--{name}", type=Path, required=True)
    asked.add_argument("--towards", type=Path, help="a second checkpoint")
    asked.add_argument("--share", type=float, default=1.0, help="of the way to it")
    given = asked.parse_args()
    weights = torch.load(given.checkpoint, weights_only=True, map_location="cpu")["network"]
    if given.towards:
        second = torch.load(given.towards, weights_only=True, map_location="cpu")["network"]
        weights = between(weights, second, given.share)
    with np.load(given.codebook) as found:
        codebook = Codebook(**{name: found[name].astype(np.float32) for name in ("books", "middle", "weights")})
    head = headed(weights, msgspec.json.decode(given.head.read_bytes(), type=About))
    data = export(weights, head, codebook)
    given.out.write_bytes(data)
    change = compare(restored(weights, head.shape), data)
    print(f"{len(data):,} bytes; {asdict(change)}")  # noqa: T201 (a command)


if __name__ == "__main__":
    main()
