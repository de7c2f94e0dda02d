"""The words for how much a model may think, in their order, and which of them is nearest to another.

It knows every maker's words, for they share them. It does not know which model has which.
"""

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""In the order of effort."""


def nearest_effort(said: str, has: tuple[str, ...]) -> str | None:
    """The nearest effort of those that a model has, the lower of two; None for a word that nobody knows."""
    if said not in EFFORTS:
        return None
    rank = EFFORTS.index(said)
    ranks = [EFFORTS.index(effort) for effort in has if effort in EFFORTS]
    return EFFORTS[min(ranks, key=lambda other: (abs(other - rank), other))] if ranks else None
