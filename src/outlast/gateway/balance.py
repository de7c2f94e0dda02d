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
        lead = route.lead
        if lead is None or lead.candidate.target in tried:
            return self._planned(route, tried)
        if self._well(lead):
            return lead
        return self._planned(route, tried) or lead

    def _planned(self, route: Route, tried: Collection[str]) -> Attempt | None:
        if route.equals > 1 and (chosen := self._least_busy(route, tried, well_only=False)) is not None:
            return chosen
        if len(route.attempts) == 1 and not tried:  # most names: nothing to choose, and health changes nothing
            return route.attempts[0]
        resort = None
        for one in route.attempts:
            if one.candidate.target in tried:
                continue
            if self._well(one):
                return one
            resort = resort or one
        return resort

    def _well(self, one: Attempt) -> bool:
        """Whether nothing speaks against asking it now."""
        breaker = one.breaker
        return breaker is None or not breaker.until_ns or breaker.admits(self._monotonic_ns())

    def other(self, route: Route, tried: Collection[str]) -> Attempt | None:
        """Another equal target that nothing speaks against, beside those that were tried; None: there is none."""
        return self._least_busy(route, tried, well_only=True) if route.equals > 1 else None

    def _least_busy(self, route: Route, tried: Collection[str], *, well_only: bool) -> Attempt | None:
        """The equal target with the least pending calls for its weight; among those that tie, by chance and weight."""
        best: Attempt | None = None
        least, tied = 0.0, 0
        for one in route.attempts[: route.equals]:
            candidate, breaker = one.candidate, one.breaker
            if breaker is None or candidate.target in tried:
                continue
            if breaker.until_ns and (well_only or not breaker.admits(self._monotonic_ns())):
                continue
            weight = candidate.weight
            load = breaker.pending / weight
            if best is None or load < least:
                best, least, tied = one, load, weight
            elif load == least:
                tied += weight
                if self._chance() * tied < weight:  # each of those that tie stays with the share of its weight
                    best = one
        return best
