"""A call for a model's answer, in any dialect: from the call to its answer and its record.

It knows the order of things: who calls, what is asked, who answers, and that the record comes before the last
byte. It does not know HTTP (``web``), candidates (``gateway.plan``) or storage (``ledger``).
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import msgspec

from outlast.dialects.answer import Answer
from outlast.dialects.chat.asked import named_model
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.reply import Broke
from outlast.dialects.dialect import Asked, Dialect, Framing, StreamReading
from outlast.dialects.gone import says_gone
from outlast.dialects.refusals import fault_of, refusal
from outlast.dialects.responses.asked import ResponsesRequest
from outlast.dialects.translation import TranslatedStream
from outlast.dialects.voice import spoken_as
from outlast.errors import OutlastError, UpstreamBroken, UpstreamError
from outlast.exchange import Outcome, Signal, Usage
from outlast.gateway.asking import Served
from outlast.gateway.attempts import Attempts
from outlast.gateway.call import GATEWAY_STOPPED, Call
from outlast.gateway.caller import Callers
from outlast.gateway.counters import Counters
from outlast.gateway.course import Course
from outlast.gateway.estimate import BY_LENGTH, Estimator, expected_tokens
from outlast.gateway.keeping import Keeping
from outlast.gateway.meter import Meter
from outlast.gateway.ports import Clock, Headers, Journal, Limiter, Reply, UpstreamAnswer
from outlast.gateway.routes import Route, Routes
from outlast.gateway.shadow import Shadow
from outlast.gateway.steering import Steer, Steering, while_settling
from outlast.gateway.witness import Tracing, Witness
from outlast.keys.key import NO_LIMITS

NOBODY_BESIDE: Collection[str] = ()
WITHHELD = frozenset(
    {
        "connection", "content-length", "keep-alive", "transfer-encoding", "upgrade", "trailer", "te",
        "proxy-authenticate", "proxy-authorization", "set-cookie", "date", "server", "alt-svc",
        "strict-transport-security", "deprecation", "sunset", "link", "location",
        "access-control-allow-credentials", "access-control-allow-headers", "access-control-allow-methods",
        "access-control-allow-origin", "access-control-expose-headers", "access-control-max-age",
    }
)  # fmt: skip
"""An upstream's headers that are not the caller's: of its connection, its host, its pages, or said here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """The handler of one dialect's calls."""

    dialect: Dialect
    callers: Callers
    routes: Routes
    attempts: Attempts
    journal: Journal
    counters: Counters
    limiter: Limiter
    clock: Clock
    estimator: Estimator = BY_LENGTH
    """For answers whose provider reported no usage."""
    keeping: Keeping | None = None
    """Where the dialect's callers may ask that answers be kept."""
    witnesses: tuple[Witness, ...] = ()
    """Who is told of each call besides the counters and the journal."""
    steering: Steering | None = None
    """Who settles the way of calls whose name is being moved."""
    shadow: Shadow | None = None
    """Who asks beside, where that was settled."""
    tracing: Tracing | None = None
    """Where traces are kept, each call's own place in its trace; upstreams are told that one."""

    async def __call__(self, call: Call, reply: Reply) -> None:
        """Answer the call; whatever happens to it is recorded before its last byte."""
        meter = Meter(call, self.clock, self.dialect)
        if self.tracing is not None:
            meter.traceparent = self.tracing(call.headers.get("traceparent", ""))
        await self.see_through(meter, reply, self._ask)

    async def see_through(self, meter: Meter, reply: Reply, asked: Callable[[Meter], Awaitable[Served]]) -> None:
        """From the first question to the record; raises only ``CancelledError`` and defects."""
        try:
            served = await asked(meter)
        except OutlastError as error:
            self._refuse(error, meter, reply)
        except asyncio.CancelledError as end:
            self._record(meter, status=0, outcome="cancelled", error=_who_ended(end))
            raise
        else:
            if served.stream is None:
                self._answer(served, meter, reply)
            else:
                await self._stream(served, served.stream, meter, reply)
        finally:
            if meter.permit is not None:
                meter.permit.settle(0, 0)  # void where the call was recorded; a defect of ours gives its place back

    async def _ask(self, meter: Meter) -> Served:
        """Who calls, what is asked, who answers; what is to be kept of a whole answer is kept."""
        call = meter.call
        meter.caller = caller = self.callers.identify(call.headers)
        meter.request = request = self.dialect.peek(call.body, call.path)
        caller.allow(request)
        meter.route = route = self.routes.find(request.model, caller.key)
        if caller.key is not None:
            meter.permit = self.limiter.admit(caller.key, expected_tokens(request))
        if route.voice:
            said = spoken_as(request, self.dialect, route.voice, call.path)
            meter.voiced = said is not request
            meter.request = request = said
        steer = None if self.steering is None else self.steering.of(request.model)
        if self.keeping is not None and isinstance(request, ResponsesRequest):
            beside = NOBODY_BESIDE if steer is None else steer.providers
            meter.request = request = await self._gone_on_from(
                self.keeping, request, {*_providers(route), *beside}, meter
            )
        if steer is None:
            served = await self.attempts.run(route, request, meter)
        else:
            served = await self._steered(steer, route, request, meter)
        if meter.came is not None and served.stream is None and served.status < 300:
            served = msgspec.structs.replace(served, body=await self._kept(meter.came, served.body, meter))
        return served

    async def _steered(self, steer: Steer, route: Route, request: Asked, meter: Meter) -> Served:
        """Along the way that was settled for this call; what is to be asked beside is begun."""
        meter.course = course = await steer.course(meter, route)
        if course.shadow is not None and self.shadow is not None:
            # What nobody asked for is recorded, and neither counted nor told as a call.
            aside = replace(self, counters=Counters(), witnesses=(), tracing=None, steering=None, shadow=None)
            self.shadow.begin(course, self.routes.steered(route, course.shadow), meter, aside)
        if course.settling is not None:
            return await while_settling(
                course.settling, meter, lambda course: self._along(course, route, request, meter)
            )
        return await self._along(course, route, request, meter)

    async def _along(self, course: Course, route: Route, request: Asked, meter: Meter) -> Served:
        meter.route = route = self.routes.steered(route, course.lead, course.heir)
        return await self.attempts.run(route, request, meter)

    def _refuse(self, error: OutlastError, meter: Meter, reply: Reply) -> None:
        """Outlast's own word: no candidate gave one."""
        said = refusal(error, request_id=meter.call.id, encode=self.dialect.encode_fault)
        meter.keep(said.body)
        outcome: Outcome = "failed" if isinstance(error, UpstreamError) else "refused"
        self._record(meter, status=said.status, outcome=outcome, error=error.code)
        reply.whole(said.status, (*self._headers(meter), *said.headers), said.body)

    def _answer(self, served: Served, meter: Meter, reply: Reply) -> None:
        """A plain answer, or a refusal that an upstream gave: as it came."""
        outcome: Outcome = "refused" if served.status >= 400 else "answered"
        error = "upstream_refused" if outcome == "refused" else ""
        if meter.heard:
            meter.keep(served.body)
        answer = served.answer
        estimate = self.estimator.whole(meter, served.body) if answer is not None and answer.usage is None else None
        self._record(meter, status=served.status, outcome=outcome, error=error, answer=answer, estimated=estimate)
        reply.whole(served.status, (*self._headers(meter), *_passed_back(served.headers, meter)), served.body)

    async def _stream(self, served: Served, stream: UpstreamAnswer, meter: Meter, reply: Reply) -> None:
        """A streamed answer: every piece at once, the terminal event after the record."""
        assert meter.request is not None  # noqa: S101 - nothing streams before it was asked for
        translation = served.translation
        reader = self.dialect.relay(meter.request) if translation is None else translation.stream()
        reply.begin(served.status, (*self._headers(meter), *_passed_back(served.headers, meter)))
        try:
            await self._relay(reader, served.body, stream, meter, reply)
            tail = reader.held() if reader.done else reader.finish() + reader.held()
            if meter.came is not None and not reader.failed:
                tail = await self._kept(meter.came, tail, meter)
        except UpstreamError as error:
            self.attempts.broke_off(meter, error)
            event = self._last_word(error, reader, meter)
            self._record(meter, status=served.status, outcome="failed", error=error.code, answer=reader.answer)
            reply.end(event)
        except asyncio.CancelledError as end:
            self._record(
                meter,
                status=served.status,
                outcome="cancelled",
                error=_who_ended(end),
                answer=reader.answer,
                estimated=self.estimator.streamed(meter, reader.events, reader.answer),
            )
            raise
        else:
            if meter.heard:
                meter.keep(tail)
            outcome: Outcome = "failed" if reader.failed else "answered"
            error_code = "upstream_refused" if reader.failed else ""
            unsaid = outcome == "answered" and reader.answer.usage is None
            self._record(
                meter,
                status=served.status,
                outcome=outcome,
                error=error_code,
                answer=reader.answer,
                estimated=self.estimator.streamed(meter, reader.events, reader.answer) if unsaid else None,
            )
            reply.end(tail)
            stream.leave()
        finally:
            stream.close()

    async def _relay(
        self, reader: StreamReading, first: bytes, stream: UpstreamAnswer, meter: Meter, reply: Reply
    ) -> None:
        """Pass pieces on until the terminal event; raises ``UpstreamBroken`` when the stream ends without one."""
        piece = first
        while piece:
            out = reader.feed(piece)
            if out:
                if meter.heard:
                    meter.keep(out)
                reply.write(out)
                await reply.drained()
            if reader.done:
                return
            piece = await stream.chunk()
        if not (reader.done or reader.failed or reader.answer.finish):
            raise UpstreamBroken(
                "the stream ended before its answer did", target=meter.attempt.candidate.target if meter.attempt else ""
            )

    @staticmethod
    async def _gone_on_from(
        keeping: Keeping, request: ResponsesRequest, providers: set[str], meter: Meter
    ) -> ResponsesRequest:
        """The request with what it goes on from written out; thoughts only where no other provider can be asked."""
        meter.came = request
        provider = providers.pop() if len(providers) == 1 else ""
        return await keeping.before(request, owner=meter.caller.name, provider=provider)

    async def _kept(self, came: ResponsesRequest, answer: bytes, meter: Meter) -> bytes:
        """The answer, kept where its caller asked for that, and saying so."""
        assert self.keeping is not None  # noqa: S101 - set before ``came`` is
        provider = meter.attempt.destination.provider if meter.attempt is not None else ""
        return await self.keeping.after(came, answer, owner=meter.caller.name, provider=provider)

    def _last_word(self, error: UpstreamError, reader: StreamReading, meter: Meter) -> bytes:
        """A broken stream's last event, in the shape that the dialect's clients raise as an error."""
        fault = fault_of(error, request_id=meter.call.id)
        if isinstance(reader, TranslatedStream):
            return reader.broke(fault)
        encoder = self.dialect.event_encoder(Framing(id=meter.call.id, model="", created=0), Losses())
        return encoder.event(Broke(fault.message, fault.type, fault.code or "", fault.status))

    def _record(
        self,
        meter: Meter,
        *,
        status: int,
        outcome: Outcome,
        error: str = "",
        answer: Answer | None = None,
        estimated: Usage | None = None,
    ) -> None:
        """Append the exchange, if the call got as far as a name that exists, and count it."""
        signals: tuple[Signal, ...] = ()
        if answer is not None and outcome == "answered" and says_gone(answer.text):
            signals = ("soft_gone",)
        exchange = meter.exchange(
            status=status,
            outcome=outcome,
            error=error,
            answer=answer,
            estimated=estimated,
            signals=signals,
        )
        if meter.permit is not None:
            used = exchange.usage
            tokens = used.input_tokens + used.output_tokens if used else 0
            meter.permit.settle(tokens, exchange.cost_pico_usd or 0)
        self.counters.count(exchange)
        for witness in self.witnesses:
            witness.ended(exchange, meter.call, meter.traceparent)
        if meter.route is not None:
            self.journal.append(exchange)
        if meter.course is not None:
            meter.course.ended(exchange, meter.sent, cut=meter.cut)

    def _headers(self, meter: Meter) -> Headers:
        """What every answer says of itself; its id is written by the server."""
        said = self._named(meter) + meter.announced
        return said if meter.permit is None else (*said, *meter.permit.said)

    @staticmethod
    def _named(meter: Meter) -> Headers:
        attempt, adapted = meter.attempt, meter.adapted
        if attempt is not None:
            said = (*attempt.said, ("x-outlast-adapted", ",".join(adapted))) if adapted else attempt.said
            return (*said, ("x-outlast-dropped", str(meter.losses))) if meter.losses else said
        if meter.route is not None:
            return meter.route.said
        asked = meter.request.model if meter.request is not None else named_model(meter.call.body)
        return (("x-outlast-requested-model", asked),) if asked else ()


def _providers(route: Route) -> Iterator[str]:
    return (each.destination.provider for each in route.attempts)


def _who_ended(end: asyncio.CancelledError) -> str:
    """Whether it was us; whoever else cancels a call is its caller."""
    return GATEWAY_STOPPED if end.args == (GATEWAY_STOPPED,) else "caller_left"


def passed_back(headers: Headers) -> Headers:
    """An upstream's headers that are the caller's."""
    return tuple([header for header in headers if _is_the_callers(header[0])])


def _passed_back(headers: Headers, meter: Meter) -> Headers:
    passed = passed_back(headers)
    key = meter.caller.key
    if key is None or key.allowance == NO_LIMITS:
        return passed
    # What the account has left is not what a limited key has left, and clients believe either.
    return tuple([header for header in passed if not header[0].startswith("x-ratelimit-")])


@lru_cache(maxsize=1024)
def _is_the_callers(name: str) -> bool:
    """Whether an upstream's header of this name may reach the caller; never one that speaks in our name."""
    return name not in WITHHELD and not name.startswith("x-outlast-")
