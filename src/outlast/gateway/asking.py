"""One call to one upstream: what is sent, what came of it, and what that says of the target's health.

It knows which statuses are worth another try, and whose fault they are. It does not know which candidate comes
next (``gateway.attempts``) nor how the answer reaches the caller (``gateway.chat``).
"""

from collections.abc import Callable, Mapping

import msgspec

from outlast.dialects.adaptation import adapt
from outlast.dialects.chat.asked import Answer, ChatRequest, read_answer
from outlast.dialects.gone import gone_evidence
from outlast.errors import UpstreamError, UpstreamTimeout
from outlast.gateway.breaker import LONGEST_TOLD_NS, SECOND_NS, Breaker, Token
from outlast.gateway.meter import Meter
from outlast.gateway.ports import Headers, UpstreamAnswer, UpstreamRequest
from outlast.gateway.routes import Attempt, Route

RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Statuses after which the same candidate may do better in a moment."""
CALLERS_OWN = frozenset({400, 405, 411, 413, 414, 415, 422, 431})
"""Statuses that the request itself earned: every other candidate would say the same."""
UNWELL = frozenset({401, 402, 408})
"""Statuses below 500 that speak of the target and not of the request: its key, its account, its own slowness. A 403
is not among them: some providers answer so to what a caller wrote."""
LONGEST_WAIT_S = 5.0
"""A longer ``Retry-After`` is not waited for: the next candidate is asked, or the caller is told."""
HEDGED_OUT = "hedged_out"
"""The error of an attempt that another target's answer made superfluous."""
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


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate did not answer. Exactly one of ``served`` and ``error`` is there."""

    served: Served | None = None
    error: UpstreamError | None = None
    gone: str = ""
    """What in the answer says that the model is retired; empty where nothing does."""
    wait_s: float | None = None
    """Seconds after which the same candidate may be asked again; None: it should not be."""
    final: bool = False
    """No other candidate would do better."""


class Asking(msgspec.Struct):
    """One candidate's request, ready to be sent as often as it takes."""

    attempt: Attempt
    outgoing: UpstreamRequest
    adapted: tuple[str, ...] = ()
    took_ns: int = 0
    """Of the last time that it was answered."""
    hedged_out: bool = False
    """Set before it is cancelled because another target has answered."""
    slow: bool = False
    """Beside ``hedged_out``: the other one was so much faster that this counts as a failure."""


def asking(attempt: Attempt, route: Route, request: ChatRequest, meter: Meter) -> Asking:
    """Make a candidate's request: its model's name, its adaptations, its own patience."""
    destination, model = attempt.destination, route.model
    changes: Mapping[str, bytes | None] = NO_CHANGES
    adapted: tuple[str, ...] = ()
    if model is not None and model.adapt:
        changes, adapted = adapt(request, destination.profile)
    outgoing = UpstreamRequest(
        target=destination.target,
        model=destination.model,
        path="/chat/completions",
        body=request.for_upstream(destination.model, changes),
        stream=request.stream,
        headers=_passed_on(meter.call.headers, meter.traceparent),
        patience=destination.patience,
    )
    return Asking(attempt, outgoing, adapted)


async def ask(asked: Asking, meter: Meter, monotonic_ns: Callable[[], int]) -> Served | Failure:
    """One call to one upstream, up to the whole plain answer or the first piece of a stream."""
    since = monotonic_ns()
    breaker = asked.attempt.breaker
    token = 0 if breaker is None else breaker.begin(since)
    meter.first_byte_ns = 0
    answer: UpstreamAnswer | None = None
    try:
        answer = await asked.attempt.destination.upstream.send(asked.outgoing)
        served = await _received(answer, stream=asked.outgoing.stream)
    except UpstreamError as error:
        if answer is not None:
            answer.close()
        now = monotonic_ns()
        if breaker is not None:
            breaker.failed(token, now, error.code)
        meter.tried(asked.attempt.candidate, now - since, status=answer.status if answer else 0, error=error.code)
        return Failure(error=error, wait_s=None if isinstance(error, UpstreamTimeout) else 0.0)
    except BaseException:  # the caller left, or another target was faster: the upstream call ends with it
        if answer is not None:
            answer.close()
        _cut_off(asked, meter, token, since, monotonic_ns())
        raise
    meter.first_byte_ns = now = monotonic_ns()
    asked.took_ns = now - since
    if served.status < 400:
        meter.tried(asked.attempt.candidate, asked.took_ns, status=served.status)
        if breaker is None:
            return served
        if served.stream is not None:
            return _counted(served, served.stream, breaker, token, now)
        breaker.answered(token, now)
        return served
    failure = _refusal(served)
    if breaker is not None:
        _judge(failure, served.status, breaker, token, now)
    why = "gone" if failure.gone else "refused"
    meter.tried(asked.attempt.candidate, asked.took_ns, status=served.status, error=why)
    return failure


class _Counted:
    """A stream that is pending at its target until somebody closes or leaves it; its pieces pass untouched."""

    __slots__ = ("_answer", "_breaker", "chunk", "headers", "read", "status")

    def __init__(self, answer: UpstreamAnswer, breaker: Breaker) -> None:
        self._answer = answer
        self._breaker: Breaker | None = breaker
        self.status, self.headers = answer.status, answer.headers
        self.chunk, self.read = answer.chunk, answer.read

    def close(self) -> None:
        self._end()
        self._answer.close()

    def leave(self) -> None:
        self._end()
        self._answer.leave()

    def _end(self) -> None:
        if self._breaker is not None:
            self._breaker.ended()
            self._breaker = None


def _counted(served: Served, stream: UpstreamAnswer, breaker: Breaker, token: Token, now_ns: int) -> Served:
    breaker.streaming(token, now_ns)
    return Served(served.status, served.headers, served.body, stream=_Counted(stream, breaker))


def _cut_off(asked: Asking, meter: Meter, token: Token, since_ns: int, now_ns: int) -> None:
    """The call was cancelled: what it would have cost or said is not known."""
    breaker = asked.attempt.breaker
    if breaker is not None and asked.slow:
        breaker.failed(token, now_ns, HEDGED_OUT)
    elif breaker is not None:
        breaker.left(token)
    if asked.hedged_out:
        meter.tried(asked.attempt.candidate, now_ns - since_ns, status=0, error=HEDGED_OUT)


def _judge(failure: Failure, status: int, breaker: Breaker, token: Token, now_ns: int) -> None:
    """What a refusal says of its target's health: nothing where the model is gone or the request was at fault."""
    if failure.gone:
        breaker.left(token)
    elif status in (429, 503, 529) and failure.wait_s:
        wait_ns = int(min(failure.wait_s * SECOND_NS, LONGEST_TOLD_NS))  # a header may say that it is infinite
        breaker.told_to_wait(token, now_ns, wait_ns, f"status {status}")
    elif status == 429:
        breaker.left(token)
    elif status >= 500 or status in UNWELL:
        breaker.failed(token, now_ns, f"status {status}")
    else:
        breaker.refused(token, now_ns)


async def _received(answer: UpstreamAnswer, *, stream: bool) -> Served:
    """The answer so far: a stream's first piece, or a plain answer whole and understood."""
    status, headers = answer.status, answer.headers
    if stream and status < 400 and _is_event_stream(headers):
        return Served(status, headers, await answer.chunk(), stream=answer)
    body = await answer.read()
    return Served(status, headers, body, answer=read_answer(body) if status < 300 else None)


def _refusal(served: Served) -> Failure:
    """What an upstream's refusal means for the candidates after it."""
    gone = gone_evidence(served.status, served.body)
    if gone:
        return Failure(served=served, gone=gone)
    wait = _retry_after(served.headers) if served.status in RETRIED else None
    return Failure(served=served, wait_s=wait, final=served.status in CALLERS_OWN)


def _retry_after(headers: Headers) -> float:
    """Seconds that the upstream asks to wait; 0 where it does not say, or not readably."""
    for name, value in headers:
        if name in ("retry-after", "retry-after-ms"):
            try:
                return max(0.0, float(value) / (1000 if name == "retry-after-ms" else 1))
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
