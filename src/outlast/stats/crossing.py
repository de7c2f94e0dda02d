"""Where a test stops rejecting: the inversion of a test into a bound.

It knows a function of the hypothesised value, or of the number of pairs. It does not know which test it is.
"""

import math
from collections.abc import Callable

WIDTH = 1e-7
"""Bounds are found to this width of the hypothesised value."""


def largest_rejected(excess: Callable[[float], float], low: float, high: float, width: float = WIDTH) -> float:
    """The largest value known to be rejected: ``excess`` is 0 or more there, and below 0 one ``width`` further up.

    ``low`` counts as rejected and ``high`` as not rejected, without being looked at. False position in turn with
    halving, so that jumps of the function cost a few looks and never the answer.
    """
    above, below = math.nan, math.nan
    halve = True
    while high - low > width:
        middle = (low + high) / 2
        if not halve and math.isfinite(above) and math.isfinite(below):
            slide = min(max(above / (above - below), 0.02), 0.98)
            middle = low + slide * (high - low)
        value = excess(middle)
        shrunk = high - low
        if value >= 0:
            low, above = middle, value
        else:
            high, below = middle, value
        halve = (high - low) > 0.5 * shrunk and not halve
    return low


def first_enough(enough: Callable[[int], bool]) -> int:
    """The smallest number that is enough, where every larger one is: by doubling, then halving."""
    high = 1
    while not enough(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
