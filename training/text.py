"""Text alone: exchanges as sequences, and what of a sequence is to be learnt.

It knows the order of a turn (said, thought, answer) and weights. It does not know sounds.
"""

import random
from collections.abc import Iterator

from training.curriculum.exchange import Exchange, Split
from training.curriculum.mixture import draw_exchange
from training.tokens import SPECIAL, Vocabulary

PAD, USER, THINK, ANSWER, END = range(len(SPECIAL))
SAID_WEIGHT = 0.05
"""What people say is hardly to be guessed; a little of it teaches the language."""


def sequence(exchange: Exchange, vocabulary: Vocabulary) -> tuple[list[int], list[float]]:
    """Tokens, and for each how much its prediction counts."""
    tokens: list[int] = []
    weights: list[float] = []
    for turn in exchange.turns:
        said = [USER, *vocabulary.encode(" " + turn.said)]
        thought = [THINK, *vocabulary.encode(" " + turn.thought)] if turn.thought else []
        answer = [ANSWER, *vocabulary.encode(" " + turn.answer), END]
        tokens += said + thought + answer
        weights += [SAID_WEIGHT] * len(said) + [1.0] * (len(thought) + len(answer))
    return tokens, weights


def rows(vocabulary: Vocabulary, split: Split, *, length: int, seed: int) -> Iterator[tuple[list[int], list[float]]]:
    """Exchanges one behind the other, cut into rows of ``length`` tokens and weights, without end."""
    rng = random.Random(seed)
    tokens: list[int] = []
    weights: list[float] = []
    while True:
        while len(tokens) < length:
            more_tokens, more_weights = sequence(draw_exchange(rng, split), vocabulary)
            tokens += more_tokens
            weights += more_weights
        yield tokens[:length], weights[:length]
        del tokens[:length], weights[:length]
