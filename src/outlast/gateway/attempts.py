"""Walking a plan: ask one candidate after another until one answers, and settle what is final.

It knows retries, back-off and which failures move on. It does not know how candidates were chosen
(``gateway.plan``) nor how the answer reaches the caller (``gateway.chat``).
"""

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from outlast.dialects.adaptation import adapt
from outlast.dialects.gone import gone_evidence
from outlast.dialects.openai_chat import Answer, ChatRequest, read_answer
from outlast.errors import UpstreamError, UpstreamTimeout
from outlast.gateway.gone import GoneTargets
from outlast.gateway.meter import Meter
from outlast.gateway.ports import Clock, Headers, UpstreamAnswer, UpstreamRequest
from outlast.gateway.routes import Attempt, Route, Routes

RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Statuses after which the same candidate may do better in a moment."""
CALLERS_OWN = frozenset({400, 405, 411, 413, 414, 415, 422, 431})
"""Statuses that the request itself earned: every other candidate would say the same."""
LONGEST_WAIT_S = 5.0
"""A longer ``Retry-After`` is not waited for: the next candidate is asked, or the caller is told."""
FIRST_WAIT_S = 0.25
NO_CHANGES: Mapping[str, bytes | None] = {}

PASSED_ON = frozenset({"openai-beta", "traceparent", "tracestate", "idempotency-key", "http-referer", "x-title"})
"""The caller's headers that an upstream may see. Never its key, its organisation or its cookies."""


class Served(msgspec.Struct, frozen=True):
    """What the caller is to be given: one upstream's answer."""

    status: int
    headers: Headers
    body: bytes
    """Whole; or, where ``stream`` is not None, its first piece."""
    stream: UpstreamAnswer | None = None
    answer: Answer | None = None
    """The facts of a plain answer."""


class _Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate did not answer. Exactly one of ``served`` and ``error`` is there."""

    served: Served | None = None
    error: UpstreamError | None = None
    gone: str = ""
    """What in the answer says that the model is retired; empty where nothing does."""
    wait_s: float | None = None
    """Seconds after which the same candidate may be asked again; None: it should not be."""
    final: bool = False
    """No other candidate would do better."""


class Attempts:
    """Asks upstreams on behalf of one gateway."""

    def __init__(
        self,
        routes: Routes,
        gone: GoneTargets,
        *,
        clock: Clock,
        pause: Callable[[float], Awaitable[None]],
        jitter: Callable[[], float],
    ) -> None:
        """``pause`` sleeps seconds; ``jitter`` is a random fraction between 0 and 1."""
        self._routes = routes
        self._gone = gone
        self._monotonic_ns = clock.monotonic_ns
        self._pause = pause
        self._jitter = jitter

    async def run(self, route: Route, request: ChatRequest, meter: Meter) -> Served:
        """The first good answer of the plan, or the last refusal that an upstream gave.

        A candidate that is gone gives way without a word: what the caller is told comes from one that is not.

        Raises:
            ModelRetired: a virtual model has no candidate left.
            UpstreamError: the last candidate could not be reached, broke or was silent.
        """
        tried: set[str] = set()
        last: _Failure | None = None
        told = meter.attempt, meter.adapted
        while (attempt := _next(route.attempts, tried)) is not None:
            result = await self._ask(attempt, route, request, meter)
            if isinstance(result, Served):
                return result
            tried.add(attempt.candidate.target)
            if result.gone and route.model is not None:
                meter.route = route = self._routes.find(route.name)
                continue
            last, told = result, (meter.attempt, meter.adapted)
            if last.final or route.model is None:
                break
        if last is None:
            raise self._routes.retired(route)
        meter.attempt, meter.adapted = told
        if last.served is not None:
            return last.served
        assert last.error is not None  # noqa: S101 - a failure carries one of the two
        raise last.error

    async def _ask(self, attempt: Attempt, route: Route, request: ChatRequest, meter: Meter) -> Served | _Failure:
        """One candidate, with its retries. A wire is asked once: its caller sees what the upstream says."""
        meter.attempt, destination, model = attempt, attempt.destination, route.model
        changes: Mapping[str, bytes | None] = NO_CHANGES
        if model is not None and model.adapt:
            changes, meter.adapted = adapt(request, destination.profile)
        outgoing = UpstreamRequest(
            target=destination.target,
            model=destination.model,
            path="/chat/completions",
            body=request.for_upstream(destination.model, changes),
            stream=request.stream,
            headers=_passed_on(meter.call.headers, meter.traceparent),
        )
        result = await self._send(outgoing, attempt, meter)
        if model is None:
            return result
        if not isinstance(result, Served) and result.wait_s is not None:
            result = await self._again(outgoing, attempt, meter, result)
        if isinstance(result, Served):
            self._gone.answered(destination.target, destination.reference)
        elif result.gone:
            self._gone.mark(destination.target, destination.reference, result.gone)
        return result

    async def _again(
        self, outgoing: UpstreamRequest, attempt: Attempt, meter: Meter, result: Served | _Failure
    ) -> Served | _Failure:
        """Further tries of one candidate, as long as its failures say that it may do better in a moment."""
        for number in range(attempt.destination.retries):
            if isinstance(result, Served) or result.wait_s is None:
                break
            wait = max(result.wait_s, FIRST_WAIT_S * 2**number * (0.75 + self._jitter() / 2))
            if wait > LONGEST_WAIT_S:
                break
            await self._pause(wait)
            result = await self._send(outgoing, attempt, meter)
        return result

    async def _send(self, outgoing: UpstreamRequest, attempt: Attempt, meter: Meter) -> Served | _Failure:
        """One call to one upstream, up to the whole plain answer or the first piece of a stream."""
        since = self._monotonic_ns()
        meter.first_byte_ns = 0
        answer: UpstreamAnswer | None = None
        try:
            answer = await attempt.destination.upstream.send(outgoing)
            served = await _received(answer, stream=outgoing.stream)
        except UpstreamError as error:
            if answer is not None:
                answer.close()
            meter.tried(attempt.candidate, since, status=answer.status if answer else 0, error=error.code)
            return _Failure(error=error, wait_s=None if isinstance(error, UpstreamTimeout) else 0.0)
        except BaseException:  # the caller left: the upstream call ends with it
            if answer is not None:
                answer.close()
            raise
        meter.first_byte_ns = self._monotonic_ns()
        if served.status < 400:
            meter.tried(attempt.candidate, since, status=served.status)
            return served
        failure = _refusal(served)
        meter.tried(attempt.candidate, since, status=served.status, error="gone" if failure.gone else "refused")
        return failure


def _next(attempts: tuple[Attempt, ...], tried: set[str]) -> Attempt | None:
    for attempt in attempts:
        if attempt.candidate.target not in tried:
            return attempt
    return None


async def _received(answer: UpstreamAnswer, *, stream: bool) -> Served:
    """The answer so far: a stream's first piece, or a plain answer whole and understood."""
    status, headers = answer.status, answer.headers
    if stream and status < 400 and _is_event_stream(headers):
        return Served(status, headers, await answer.chunk(), stream=answer)
    body = await answer.read()
    return Served(status, headers, body, answer=read_answer(body) if status < 300 else None)


def _refusal(served: Served) -> _Failure:
    """What an upstream's refusal means for the candidates after it."""
    gone = gone_evidence(served.status, served.body)
    if gone:
        return _Failure(served=served, gone=gone)
    wait = _retry_after(served.headers) if served.status in RETRIED else None
    return _Failure(served=served, wait_s=wait, final=served.status in CALLERS_OWN)


def _retry_after(headers: Headers) -> float:
    """Seconds that the upstream asks to wait; 0 where it does not say, or not readably."""
    for name, value in headers:
        if name == "retry-after-ms" and value.isdecimal():
            return int(value) / 1000
        if name == "retry-after":
            try:
                return max(0.0, float(value))
            except ValueError:
                return LONGEST_WAIT_S + 1  # a date: whole seconds at best, and its clock is not ours
    return 0.0


def _is_event_stream(headers: Headers) -> bool:
    return any(name == "content-type" and value.startswith("text/event-stream") for name, value in headers)


def _passed_on(headers: dict[str, str], traceparent: str) -> Headers:
    present = PASSED_ON.intersection(headers)
    if traceparent:
        own = ("traceparent", traceparent)
        return (own, *((name, headers[name]) for name in present if name != "traceparent"))
    return tuple((name, headers[name]) for name in present) if present else ()
