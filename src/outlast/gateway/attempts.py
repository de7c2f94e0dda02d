"""Walking a plan: ask one candidate after another until one answers, and settle what is final.

It knows retries, back-off and which failures move on. It does not know how candidates were chosen
(``gateway.plan``, ``gateway.balance``), what a status means (``gateway.asking``) nor how the answer reaches the
caller (``gateway.chat``).
"""

from collections.abc import Callable, Coroutine
from typing import Any

import msgspec

from outlast.dialects.dialect import Asked
from outlast.errors import Untranslatable, UpstreamError
from outlast.gateway.asking import HEDGED_OUT, LONGEST_WAIT_S, Asking, Failure, Served, ask, asking
from outlast.gateway.balance import Balance
from outlast.gateway.breaker import SECOND_NS
from outlast.gateway.gone import GoneTargets
from outlast.gateway.hedge import hedged
from outlast.gateway.meter import Meter
from outlast.gateway.ports import Clock
from outlast.gateway.routes import Attempt, Route, Routes

FIRST_WAIT_S = 0.25

Result = Served | Failure


class Attempts:
    """Asks upstreams on behalf of one gateway."""

    def __init__(
        self,
        routes: Routes,
        gone: GoneTargets,
        *,
        clock: Clock,
        pause: Callable[[float], Coroutine[Any, Any, None]],
        jitter: Callable[[], float],
    ) -> None:
        """``pause`` sleeps seconds; ``jitter`` is a random fraction from 0 up to but not including 1."""
        self._routes = routes
        self._gone = gone
        self._monotonic_ns = clock.monotonic_ns
        self._pause = pause
        self._jitter = jitter
        self._balance = Balance(clock.monotonic_ns, jitter)

    async def run(self, route: Route, request: Asked, meter: Meter) -> Served:
        """The first good answer of the plan, or the last refusal that an upstream gave.

        A candidate that is gone gives way without a word: what the caller is told comes from one that is not.

        Raises:
            ModelRetired: a virtual model has no candidate left.
            Untranslatable: no candidate can be asked this.
            UpstreamError: the last candidate could not be reached, broke or was silent.
        """
        tried: set[str] = set()
        last: Failure | None = None
        unasked: Untranslatable | None = None
        told = meter.told
        while (attempt := self._balance.choose(route, tried)) is not None:
            meter.attempt = attempt
            tried.add(attempt.candidate.target)
            try:
                result = await self._ask(attempt, route, request, meter, tried)
            except Untranslatable as error:
                meter.tried(attempt.candidate, 0, status=0, error=error.code)
                unasked = error
                continue
            if isinstance(result, Served):
                return result
            if result.gone and route.model is not None:
                meter.route = route = self._routes.without_gone(route)
                continue
            last, told = result, meter.told
            if last.final or route.model is None:
                break
        if last is None:
            raise self._routes.retired(route) if unasked is None else unasked
        meter.told = told
        if last.served is not None:
            return last.served
        assert last.error is not None  # noqa: S101 - a failure carries one of the two
        raise last.error

    @staticmethod
    def broke_off(meter: Meter, error: UpstreamError) -> None:
        """The stream that was being passed on broke: its target is the worse for it."""
        breaker = None if meter.attempt is None else meter.attempt.breaker
        if breaker is not None:
            breaker.broke_off(meter.clock.monotonic_ns(), error.code)

    async def _ask(self, attempt: Attempt, route: Route, request: Asked, meter: Meter, tried: set[str]) -> Result:
        """One candidate, with its retries. A wire is asked once: its caller sees what the upstream says."""
        asked = asking(attempt, route, request, meter)
        meter.told = asked.told
        model = route.model
        if model is None:
            return await ask(asked, meter, self._monotonic_ns)
        if model.hedge_after is not None and self._balance.other(route, tried) is not None:
            asked, result = await self._race(asked, model.hedge_after, route, meter, tried)
        else:
            result = await ask(asked, meter, self._monotonic_ns)
            self._note(asked, result)
        if isinstance(result, Served):
            return result
        if result.wait_s is not None and self._balance.other(route, tried) is None:
            result = await self._again(asked, meter, result)
            self._note(asked, result)
        return result

    async def _again(self, asked: Asking, meter: Meter, result: Result) -> Result:
        """Further tries of one candidate, as long as its failures say that it may do better in a moment.

        Only of the last of equal targets: before that another one does better at once.
        """
        for number in range(asked.attempt.destination.retries):
            if isinstance(result, Served) or result.wait_s is None:
                break
            wait = max(result.wait_s, FIRST_WAIT_S * 2**number * (0.75 + self._jitter() / 2))
            if wait > LONGEST_WAIT_S:
                break
            await self._pause(wait)
            result = await ask(asked, meter, self._monotonic_ns)
        return result

    async def _race(
        self, first: Asking, hedge_after: float, route: Route, meter: Meter, tried: set[str]
    ) -> tuple[Asking, Result]:
        """One target, and another one when the first is silent for too long. Both are tried then."""
        assert meter.request is not None  # noqa: S101 - nothing is asked before it was asked for
        request = meter.request
        place = len(meter.attempts)

        def another() -> Asking | None:
            other = self._balance.other(route, tried)
            try:
                return None if other is None else asking(other, route, request, meter)
            except Untranslatable:
                return None

        heat = await hedged(
            first,
            ask=lambda asked: ask(asked, meter, self._monotonic_ns),
            alarm=self._pause(hedge_after),
            another=another,
            brisk_ns=int(hedge_after * SECOND_NS),
        )
        if heat.second is not None:
            tried.add(heat.second.outgoing.target)
            _in_order(meter, place, first, heat.second)
        for asked, result in heat.results:
            self._note(asked, result)
        # Of two failures the one counts that is not the end of a model's life.
        decided, result = next((one for one in reversed(heat.results) if not _is_gone(one[1])), heat.results[-1])
        meter.told = decided.told
        return decided, result

    def _note(self, asked: Asking, result: Result) -> None:
        """Remember who is gone, and who is not after all."""
        destination = asked.attempt.destination
        if isinstance(result, Served):
            self._gone.answered(destination.target, destination.reference)
        elif result.gone:
            self._gone.mark(destination.target, destination.reference, result.gone)


def _is_gone(result: Result) -> bool:
    return isinstance(result, Failure) and bool(result.gone)


def _in_order(meter: Meter, place: int, first: Asking, second: Asking) -> None:
    """Record the two of a race as they were asked; one that was a moment too late did not serve."""
    late = {one.outgoing.target for one in (first, second) if one.hedged_out}
    meter.attempts[place:] = [
        msgspec.structs.replace(one, error=HEDGED_OUT) if one.target in late and not one.error else one
        for one in sorted(meter.attempts[place:], key=lambda one: one.target != first.outgoing.target)
    ]
