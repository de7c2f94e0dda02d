"""Many tests at once: which may be believed together.

It knows p-values. It does not know what was tested.
"""

import math
from collections.abc import Sequence

from outlast.errors import EvidenceInvalid


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values in the given order: those at or below alpha hold together, wrongly with probability alpha.

    adjusted_(i) = max over j <= i of min(1, (k - j + 1) p_(j)), p sorted upwards. For a FAIL, which any one check of
    the gating family decides. No assumption on dependence. Source: S. Holm, Scandinavian Journal of Statistics 6 (1979)
    65-70.

    Raises:
        EvidenceInvalid: There is no p-value, or one is not between 0 and 1.
    """
    order = _order(p_values)
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - rank) * p_values[index]))
        adjusted[index] = largest
    return adjusted


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values in the given order: of those at or below q, a share q at most is expected to be wrong.

    adjusted_(i) = min over j >= i of min(1, k p_(j) / j), p sorted upwards. For slices that are explored, and labelled
    so; never for a gate. Assumes independence or positive dependence. Source: Y. Benjamini and Y. Hochberg, Journal of
    the Royal Statistical Society B 57 (1995) 289-300.

    Raises:
        EvidenceInvalid: There is no p-value, or one is not between 0 and 1.
    """
    order = _order(p_values)
    adjusted, smallest = [0.0] * len(p_values), 1.0
    for rank in range(len(order), 0, -1):
        index = order[rank - 1]
        smallest = min(smallest, len(order) * p_values[index] / rank)
        adjusted[index] = smallest
    return adjusted


def _order(p_values: Sequence[float]) -> list[int]:
    if not p_values:
        raise EvidenceInvalid("no p-value: there is nothing to correct")
    for value in p_values:
        if math.isnan(value) or not 0 <= value <= 1:
            raise EvidenceInvalid(f"a p-value lies between 0 and 1, {value:g} does not")
    return sorted(range(len(p_values)), key=lambda index: p_values[index])
