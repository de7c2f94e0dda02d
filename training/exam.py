"""A quick look during the course: of held-out questions, how many are answered as they should be, token by token.

It knows scores against what is wanted. It does not generate: where every wanted token is the likeliest one behind the
wanted ones before it, greedy writing writes the same. What snapshots can do is measured elsewhere, by asking them.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import torch

from outlast.omni.engine import Manner
from training.curriculum.mixture import SKILLS
from training.loss import inputs
from training.network import Decoder
from training.positions import Encoder, Kind, Positions, Sounds, lay_out
from training.rows import beside

_BARE: Final = Manner(warmth="less")
_ROWS: Final = 8
_LENGTH: Final = 512


def right(network: Decoder, conversations: Sequence[Positions]) -> list[bool]:
    """Of each, whether every token that counts is the likeliest."""
    found: list[bool] = []
    for start in range(0, len(conversations), _ROWS):
        found += _right(network, conversations[start : start + _ROWS])
    return found


def _right(network: Decoder, conversations: Sequence[Positions]) -> list[bool]:
    laid = beside([[each] for each in conversations], max(map(len, conversations)))
    rows = laid.on(network.embedding.weight.device)
    with torch.no_grad():
        likeliest = network.next_token(network(inputs(network, rows), rows.seen())).argmax(-1)[:, :-1]
    counts = (rows.weights[:, 1:] >= 1) & (rows.kinds[:, 1:] == Kind.TOKEN) & (rows.owners[:, 1:] == 0)
    wrong = counts & (likeliest != rows.tokens[:, 1:])
    return [not any(row) for row in wrong.tolist()]


def examine(network: Decoder, words: Encoder, skills: Iterable[str], *, count: int, seed: int = 5) -> dict[str, float]:
    """Share of typed held-out exchanges of each skill, in a manner that says nothing more, right from end to end."""
    found: dict[str, float] = {}
    for name in skills:
        rng = random.Random(f"{seed} {name}")
        drawn = [replace(SKILLS[name][0](rng, "held out"), manner=_BARE) for _ in range(count)]
        asked = [lay_out(one, words, Sounds()) for one in drawn]
        found[name] = sum(right(network, [one for one in asked if len(one) <= _LENGTH])) / count
    return found
