"""Quantiles of Student's t distribution.

It knows the regularised incomplete beta function as a continued fraction (Abramowitz and Stegun, Handbook of
Mathematical Functions, 26.5.8 and 26.7.1). It does not know what they are used for.
"""

import math
from functools import lru_cache

from outlast.errors import EvidenceInvalid
from outlast.stats.crossing import largest_rejected

_TINY = 1e-300


@lru_cache(maxsize=256)
def student_quantile(probability: float, freedom: float) -> float:
    """The t with P(T <= t) = ``probability`` for this many degrees of freedom, to a millionth.

    Raises:
        EvidenceInvalid: The probability is not between a half and 1, or there is no degree of freedom.
    """
    if not 0.5 < probability < 1 or freedom <= 0:
        raise EvidenceInvalid(f"no quantile {probability} for {freedom} degrees of freedom")
    high = 2.0
    while student_tail(high, freedom) > 1 - probability:
        high *= 2
    return largest_rejected(lambda t: student_tail(t, freedom) - (1 - probability), 0.0, high, 1e-9 * high)


def student_tail(t: float, freedom: float) -> float:
    """P(T > t) for t >= 0: half the regularised incomplete beta I_x(f / 2, 1 / 2) at x = f / (f + t^2)."""
    return _incomplete_beta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2


def _incomplete_beta(x: float, a: float, b: float) -> float:
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(1 - x, b, a)
    logs = a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return math.exp(logs) * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction, evaluated from its front (Lentz)."""
    front, c, d = 1.0, 1.0, 0.0
    for step in range(20_000):
        k, odd = divmod(step, 2)
        if step == 0:
            term = 1.0
        elif odd:
            term = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))
        else:
            term = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k))
        d = 1 / _away_from_zero(1 + term * d)
        c = _away_from_zero(1 + term / c)
        front *= c * d
        if step and abs(c * d - 1) < 1e-15:
            break
    return front - 1


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
