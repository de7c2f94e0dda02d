"""Which candidate of a route is asked next: equal targets by how busy they are, the others in their order.

It knows pending calls, weights and who is better left alone. It does not know why a candidate failed
(``gateway.asking``) nor how a route came about (``gateway.routes``).
"""

from collections.abc import Callable, Collection

from outlast.gateway.routes import Attempt, Route

NOBODY: Collection[str] = ()


class Balance:
    """Chooses for each call anew, from numbers that this process has at hand."""

    __slots__ = ("_chance", "_monotonic_ns")

    def __init__(self, monotonic_ns: Callable[[], int], chance: Callable[[], float]) -> None:
        """``chance`` gives fractions from 0 up to but not including 1; it settles ties."""
        self._monotonic_ns = monotonic_ns
        self._chance = chance

    def choose(self, route: Route, tried: Collection[str] = NOBODY) -> Attempt | None:
        """The next candidate that was not tried; None: there is none left.

        Equal targets first, the least busy of them; then the others in the plan's order. Whoever is better left
        alone comes last, but comes: a caller is not refused to spare a target.
        """
        attempts = route.attempts
        if len(attempts) == 1:
            only = attempts[0]
            return None if only.candidate.target in tried else only
        now = self._monotonic_ns()
        if route.equals > 1:
            chosen = self._least_busy([one for one in attempts[: route.equals] if _admits(one, tried, now)])
            if chosen is not None:
                return chosen
        untried = [one for one in attempts if one.candidate.target not in tried]
        return next((one for one in untried if _admits(one, tried, now)), untried[0] if untried else None)

    def other(self, route: Route, tried: Collection[str]) -> Attempt | None:
        """Another equal target that nothing speaks against, beside those that were tried; None: there is none."""
        if route.equals < 2:
            return None
        equals = route.attempts[: route.equals]
        return self._least_busy([one for one in equals if one.candidate.target not in tried and _closed(one)])

    def _least_busy(self, equals: list[Attempt]) -> Attempt | None:
        """The least pending calls for its weight; among those that tie, by chance and weight."""
        if len(equals) < 2:
            return equals[0] if equals else None
        loads = [one.load for one in equals]
        least = min(loads)
        if loads.count(least) == 1:
            return equals[loads.index(least)]
        tied = [one for one, load in zip(equals, loads, strict=True) if load == least]
        ticket = self._chance() * sum(one.candidate.weight for one in tied)
        for one in tied:
            ticket -= one.candidate.weight
            if ticket < 0:
                return one
        return tied[-1]  # a sum of fractions may end a hair above nothing


def _admits(attempt: Attempt, tried: Collection[str], now_ns: int) -> bool:
    if attempt.candidate.target in tried:
        return False
    return attempt.breaker is None or attempt.breaker.admits(now_ns)


def _closed(attempt: Attempt) -> bool:
    return attempt.breaker is None or attempt.breaker.closed
