"""How large bets are: what a predictable one begins with, and the constant ones that wealth is spread over.

It knows the mean that is doubted. It does not know values, nor arrays: a gateway that only bets (``wealth``) starts
without numpy.
"""

import math

PRIOR_MEAN, PRIOR_VARIANCE, LEAST_VARIANCE = 0.5, 0.05, 0.001
LARGEST_STAKE = 0.9
"""Share of the wealth that may be lost in one bet of the predictable kind."""
_ALL_IN = 0.99
_FINER = 1.6
"""Ratio of neighbouring constant bets: between two of them the best one grows by a twentieth less at most."""


def constant_stakes(mean: float, smallest: float) -> tuple[float, ...]:
    """The constant bets to spread wealth over, from the largest allowed downwards."""
    largest = _ALL_IN / mean
    steps = max(0, math.ceil(math.log(largest / smallest) / math.log(_FINER)))
    return tuple(largest / _FINER**step for step in range(steps + 1))


def constant_shares(bets: int) -> tuple[float, ...]:
    """Of the wealth: half for the largest bet, which small differences call for, the rest evenly."""
    if bets == 1:
        return (1.0,)
    return (0.5, *(0.5 / (bets - 1) for _ in range(bets - 1)))
