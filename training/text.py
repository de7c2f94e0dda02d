"""Text alone: exchanges as sequences of tokens in the grammar's order, and what of a sequence is to be learnt.

It knows the order of a turn (said, thought, answer) and weights. It does not know sounds or pictures (``positions``).
"""

import random
from collections.abc import Iterator

from outlast.omni.grammar import ANSWER, END, HEARD, THINK, USER, opening_tokens
from outlast.omni.vocabulary import Vocabulary
from training.curriculum.exchange import Exchange, Split, Turn
from training.curriculum.mixture import draw_exchange

SAID_WEIGHT = 0.05
"""What people say is hardly to be guessed; a little of it teaches the language."""
Sequence = tuple[list[int], list[float]]
"""Tokens, and for each how much its prediction counts."""


def sequence(exchange: Exchange, vocabulary: Vocabulary, *, heard: bool = False) -> Sequence:
    """A conversation; ``heard``: as if what was said had been spoken, its transcript standing where it will stand."""
    tokens = list(opening_tokens(exchange.manner, "talk"))
    weights = [0.0] * len(tokens)
    for turn in exchange.turns:
        said = vocabulary.encode(" " + turn.said)
        typed, written = ([USER], [HEARD, *said]) if heard else ([USER, *said], [])
        replied = written + reply(turn, vocabulary)
        tokens += typed + replied
        weights += [0.0] + [SAID_WEIGHT] * (len(typed) - 1) + [1.0] * len(replied)
    return tokens, weights


def reply(turn: Turn, vocabulary: Vocabulary) -> list[int]:
    """Thought and answer; its phrases are one text where nothing is spoken."""
    thought = [THINK, *vocabulary.encode(" " + turn.thought)] if turn.thought else []
    return [*thought, ANSWER, *vocabulary.encode(" " + turn.answer), END]


def rows(vocabulary: Vocabulary, split: Split, *, length: int, seed: int) -> Iterator[Sequence]:
    """Exchanges one behind the other, cut into rows of ``length`` tokens and weights, without end."""
    rng = random.Random(seed)
    tokens: list[int] = []
    weights: list[float] = []
    while True:
        while len(tokens) < length:
            more_tokens, more_weights = sequence(draw_exchange(rng, split, seeing=False), vocabulary)
            tokens += more_tokens
            weights += more_weights
        yield tokens[:length], weights[:length]
        del tokens[:length], weights[:length]
