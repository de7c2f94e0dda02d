"""One call to one upstream: what is sent, what came of it, and what that says of the target's health.

It knows which statuses are worth another try, and whose fault they are. It does not know which candidate comes
next (``gateway.attempts``) nor how the answer reaches the caller (``gateway.chat``).
"""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

import msgspec

from outlast.dialects.adaptation import adapt
from outlast.dialects.answer import Answer
from outlast.dialects.dialect import Asked, Dialect, Framing
from outlast.dialects.embedding import translate_embedding
from outlast.dialects.endpoints.asked import FormAsked
from outlast.dialects.gone import gone_evidence
from outlast.dialects.refusals import known_by
from outlast.dialects.translation import Translation, translate
from outlast.dialects.voice import RULE
from outlast.errors import Untranslatable, UpstreamError, UpstreamTimeout
from outlast.gateway.breaker import LONGEST_TOLD_NS, SECOND_NS, Breaker, Token
from outlast.gateway.meter import Meter, Told
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
JSON = "application/json"
NO_WORDS: frozenset[str] = frozenset()
NO_CHANGES: Mapping[str, bytes | None] = {}

PASSED_ON = frozenset({"traceparent", "tracestate", "idempotency-key", "http-referer", "x-title"})
"""The caller's headers that an upstream may see, beside its dialect's own. Never its key, organisation or cookies."""
STRICT = "x-outlast-strict"
"""A caller's own wish that nothing be lost in a translation."""
_EVENTS, _JSON = (("content-type", "text/event-stream; charset=utf-8"),), (("content-type", JSON),)
_OF_THE_BODY = frozenset({"content-type", "content-length", "content-encoding"})


class Served(msgspec.Struct, frozen=True):
    """What the caller is to be given: one upstream's answer."""

    status: int
    headers: Headers
    body: bytes
    """Whole; or, where ``stream`` is not None, its first piece."""
    stream: UpstreamAnswer | None = None
    answer: Answer | None = None
    """The facts of a plain answer."""
    translation: Translation | None = None
    """Of a stream that the caller wants in another dialect; a plain answer is translated already."""


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
    dialect: Dialect
    """The target's."""
    translation: Translation | None = None
    adapted: tuple[str, ...] = ()
    took_ns: int = 0
    """Of the last time that it was answered."""
    hedged_out: bool = False
    """Set before it is cancelled because another target has answered."""
    slow: bool = False
    """Beside ``hedged_out``: the other one was so much faster that this counts as a failure."""

    @property
    def told(self) -> Told:
        """What the answer will say of this attempt."""
        return self.attempt, self.adapted, None if self.translation is None else self.translation.losses


def asking(attempt: Attempt, route: Route, request: Asked, meter: Meter) -> Asking:
    """Make a candidate's request: its dialect, its model's name, its adaptations, its own patience.

    Raises:
        MalformedRequest: it must be translated, and cannot be read.
        Untranslatable: the target cannot be asked this; or a translation would lose something, and the caller or the
            model is strict.
    """
    destination = attempt.destination
    dialect = destination.dialect_for(meter.dialect)
    written = _written(attempt, route, request, meter, dialect)
    if written.refusal is not None and dialect.conversation:
        # What a model refuses in one of its dialects it may take in another: tools on Responses, for one.
        others = (each for each in destination.dialects if each is not dialect)
        written = next((way for way in _ways(attempt, route, request, meter, others) if way.refusal is None), written)
    if written.refusal is not None:
        raise Untranslatable(f"{destination.target}: {written.refusal}")
    dialect, translation, wire = written.dialect, written.translation, written.wire
    outgoing = UpstreamRequest(
        target=destination.target,
        model=destination.model,
        path=dialect.endpoint(destination.model, wire.stream),
        body=wire.for_upstream(destination.model, written.changes),
        stream=wire.stream or not (dialect.conversation or translation),  # an endpoint's answer may be a sound
        content_type=wire.content_type if isinstance(wire, FormAsked) else JSON,
        headers=passed_on(
            meter.call.headers, meter.traceparent, NO_WORDS if translation is not None else dialect.passes
        ),
        patience=destination.patience,
    )
    rules = (RULE, *written.rules) if meter.voiced else written.rules
    return Asking(attempt, outgoing, dialect, translation, rules)


class _Written(msgspec.Struct, frozen=True):
    """A candidate's request in one dialect."""

    dialect: Dialect
    wire: Asked
    translation: Translation | None = None
    changes: Mapping[str, bytes | None] = NO_CHANGES
    rules: tuple[str, ...] = ()
    refusal: str | None = None


def _ways(
    attempt: Attempt, route: Route, request: Asked, meter: Meter, dialects: Iterable[Dialect]
) -> Iterator[_Written]:
    for dialect in dialects:
        written = _written(attempt, route, request, meter, dialect)
        yield msgspec.structs.replace(written, rules=(f"asked-in-{dialect.name}", *written.rules))


def _written(attempt: Attempt, route: Route, request: Asked, meter: Meter, dialect: Dialect) -> _Written:
    """The request in a dialect of the target's, adapted where the model has policy."""
    translation = None if dialect is meter.dialect else _translated(attempt, route, request, meter, dialect)
    wire = request if translation is None else translation.request
    if route.model is None or not route.model.adapt:
        return _Written(dialect, wire, translation)
    adaptation = adapt(wire, attempt.destination.profile, dialect.name)
    return _Written(dialect, wire, translation, adaptation.changes, adaptation.rules, adaptation.refusal)


def _translated(attempt: Attempt, route: Route, request: Asked, meter: Meter, target: Dialect) -> Translation:
    """The request in the target's dialect; read once, however many targets are asked."""
    caller, destination = meter.dialect, attempt.destination
    framing = Framing(id=meter.call.id, model=destination.model, created=meter.started_ns // SECOND_NS)
    if caller.conversation:
        meant = meter.meant
        if meant is None:
            meter.meant = meant = caller.decode_request(request.envelope.body, request)
        framing = msgspec.structs.replace(framing, include_usage=meant.include_usage, request=meant)
        translation = translate(meant, destination.model, caller=caller, target=target, framing=framing)
    else:
        translation = translate_embedding(request, caller=caller, target=target, framing=framing)
    meter.losses = translation.losses
    strict = meter.call.headers.get(STRICT) == "true" or (route.model is not None and route.model.strict)
    if strict and translation.losses:
        names = str(translation.losses).replace(",", ", ")
        raise Untranslatable(f"{destination.target} is asked in the dialect {target.name!r}, which cannot say: {names}")
    return translation


async def ask(asked: Asking, meter: Meter, monotonic_ns: Callable[[], int]) -> Served | Failure:
    """One call to one upstream, up to the whole plain answer or the first piece of a stream."""
    since = monotonic_ns()
    breaker = asked.attempt.breaker
    token = 0 if breaker is None else breaker.begin(since)
    meter.first_byte_ns = 0
    answer: UpstreamAnswer | None = None
    try:
        answer = await asked.attempt.destination.upstream.send(asked.outgoing)
        served = await _received(answer, asked)
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
    failure = _refusal(served, asked, meter.call.id)
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
    counted = _Counted(stream, breaker)
    return Served(served.status, served.headers, served.body, stream=counted, translation=served.translation)


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


async def _received(answer: UpstreamAnswer, asked: Asking) -> Served:
    """The answer so far: a stream's first piece, or a plain answer whole, understood and in the caller's dialect."""
    status, headers, translation = answer.status, answer.headers, asked.translation
    if asked.outgoing.stream and status < 400 and _is_streamed(headers, asked.dialect):
        first = await answer.chunk()
        shown = headers
        if translation is not None:
            shown = _with_body(_identified(headers, translation.framing.id), _EVENTS)
        return Served(status, shown, first, stream=answer, translation=translation)
    body = await answer.read()
    if status >= 300:
        return Served(status, headers, body)
    facts = asked.dialect.read_answer(body)
    if translation is None:
        return Served(status, headers, body, answer=facts)
    headers = _identified(headers, translation.framing.id)
    if asked.outgoing.stream:
        return Served(status, _with_body(headers, _EVENTS), translation.answer_as_stream(body), answer=facts)
    return Served(status, _with_body(headers, _JSON), translation.answer(body), answer=facts)


def _with_body(headers: Headers, kind: Headers) -> Headers:
    """An upstream's headers for another body than its own."""
    return (*(header for header in headers if header[0] not in _OF_THE_BODY), *kind)


def _identified(headers: Headers, request_id: str) -> Headers:
    """An upstream's headers with the request's id, under each of its names that the upstream has not used itself."""
    present = {name for name, _ in headers}
    return (*headers, *(header for header in known_by(request_id) if header[0] not in present))


def _refusal(served: Served, asked: Asking, request_id: str) -> Failure:
    """What an upstream's refusal means for the candidates after it, and for the caller in its own dialect."""
    gone = gone_evidence(served.status, served.body)
    fault = asked.dialect.decode_fault(served.status, served.body)
    told = _retry_after(served.headers)
    headers = _identified(served.headers, request_id)
    if told is None and fault.retry_after_s is not None:  # as Google says it
        told = fault.retry_after_s
        headers = (*headers, ("retry-after", str(math.ceil(told))))
    wait = (told or 0.0) if served.status in RETRIED else None
    body = served.body
    if asked.translation is not None:
        body = asked.translation.refusal(fault)
        headers = _with_body(headers, _JSON)
    served = Served(served.status, headers, body)
    if gone:
        return Failure(served=served, gone=gone)
    return Failure(served=served, wait_s=wait, final=served.status in CALLERS_OWN)


def _retry_after(headers: Headers) -> float | None:
    """Seconds that the upstream asks to wait; None where its headers do not say."""
    for name, value in headers:
        if name in ("retry-after", "retry-after-ms"):
            try:
                return max(0.0, float(value) / (1000 if name == "retry-after-ms" else 1))
            except ValueError:
                return LONGEST_WAIT_S + 1  # a date: whole seconds at best, and its clock is not ours
    return None


def _is_streamed(headers: Headers, dialect: Dialect) -> bool:
    return any(name == "content-type" and value.startswith(dialect.streamed) for name, value in headers)


def passed_on(headers: dict[str, str], traceparent: str, own_words: Collection[str]) -> Headers:
    """The caller's headers that may go on: the usual ones, and ``own_words`` of a dialect that stays the same."""
    present = PASSED_ON.intersection(headers)
    if own_words:
        present = present.union(name for name in own_words if name in headers)
    if traceparent:
        own = ("traceparent", traceparent)
        return (own, *((name, headers[name]) for name in present if name != "traceparent"))
    return tuple((name, headers[name]) for name in present) if present else ()
