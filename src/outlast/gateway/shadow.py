"""Asking a second model beside a call: unseen by the caller, bounded in number, size and money, gone with the gateway.

It knows what may be asked beside and that nothing of it may reach, delay or break a call. It does not know what the
answer is wanted for (``gateway.course``) nor how an answer is read and recorded (``gateway.chat``, through a protocol).
Nothing is asked twice, and no tool is run: what the model calls is data. Where its provider would run tools by itself,
or the request is none of a conversation, nothing is asked beside.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final, Protocol

import msgspec

from outlast.catalog.prices import cost
from outlast.dialects.conversation.request import NativeTool
from outlast.errors import OutlastError, UpstreamBroken
from outlast.exchange import Exchange, Usage
from outlast.gateway.asking import Asking, Failure, Served, ask, asking
from outlast.gateway.call import GATEWAY_STOPPED
from outlast.gateway.caller import Caller
from outlast.gateway.course import Course
from outlast.gateway.estimate import expected_tokens, prompt_tokens
from outlast.gateway.meter import Meter
from outlast.gateway.plan import Candidate
from outlast.gateway.ports import Headers, Reply, Upstream, UpstreamAnswer, UpstreamRequest
from outlast.gateway.routes import Attempt, Route

LOG = logging.getLogger("outlast.shadow")
SHADOW: Final = Caller("outlast:shadow")
"""Who calls, by the record: no caller's key is charged for what it did not ask."""
LARGEST: Final = 8 << 20
"""Bytes of one answer; a longer one is broken off, and counts as broken."""
MOST: Final = 16
"""Asked beside at once in one process; what comes meanwhile is answered without a shadow."""
_EXPECTED_ANSWER: Final = 1_000
"""Tokens, where the caller allows any number: for the money that is set aside before the price is known."""
_WITHHELD: Final = frozenset({"idempotency-key", "traceparent", "tracestate"})
"""One provider may serve both models: the second call is another one."""


class Telling(Protocol):
    """Answers a call and records it, whoever asks for it."""

    async def see_through(self, meter: Meter, reply: Reply, asked: Callable[[Meter], Awaitable[Served]]) -> None:
        """From the first question to the record; raises only ``CancelledError`` and defects."""
        ...


class Shadow:
    """What is being asked beside calls, in one process and configuration."""

    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, course: Course, route: Route, meter: Meter, telling: Telling) -> None:
        """Ask ``route``'s lead beside the call, if there is room and it may be asked; returns at once."""
        if route.lead is None or len(self._tasks) >= self._most or not meter.dialect.conversation:
            return
        task = asyncio.get_running_loop().create_task(self._ask(course, route, route.lead, meter, telling))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def aclose(self) -> None:
        """Break off what runs; it is recorded as broken off and counts for nothing."""
        for task in self._tasks:
            task.cancel(GATEWAY_STOPPED)
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _ask(self, course: Course, route: Route, lead: Attempt, meter: Meter, telling: Telling) -> None:
        try:
            request = meter.canonical()
            if any(isinstance(tool, NativeTool) for tool in request.tools):
                return
            if not await course.affords(_expected(lead, meter)):
                return
            await telling.see_through(_beside(course, route, meter), Unseen(), _once)
        except OutlastError as error:  # before anything was asked: the caller's own answer says what is wrong
            LOG.debug("not asked beside: %s", error)
        except Exception:  # a defect of ours must not end in an event loop's log line for each call
            LOG.exception("asking beside a call failed")


def _beside(course: Course, route: Route, meter: Meter) -> Meter:
    """A call of its own with the same body."""
    call = meter.call
    headers = {name: value for name, value in call.headers.items() if name not in _WITHHELD}
    beside = Meter(
        msgspec.structs.replace(call, id=f"{call.id}-shadow", headers=headers, arrived_ns=meter.clock.monotonic_ns()),
        meter.clock,
        meter.dialect,
    )
    beside.caller, beside.request, beside.meant = SHADOW, meter.request, meter.meant
    beside.voiced = meter.voiced
    beside.route, beside.course = route, _Unseen(course)
    return beside


async def _once(meter: Meter) -> Served:
    """One try of the one candidate.

    Raises:
        Untranslatable, MalformedRequest: it cannot be asked this.
        UpstreamError: it did not answer.
    """
    route, request = meter.route, meter.request
    # Both were set when the call was made.
    assert route is not None and request is not None and route.lead is not None  # noqa: S101, PT018
    lead = route.lead
    # Its health is not touched: others that it serves are not to suffer from what nobody waits for.
    limited = replace(lead.destination, upstream=_Limited(lead.destination.upstream))
    meter.attempt = attempt = Attempt(lead.candidate, limited, lead.said)
    asked: Asking = asking(attempt, route, request, meter)
    meter.told = asked.told
    result = await ask(asked, meter, meter.clock.monotonic_ns)
    if isinstance(result, Failure):
        if result.error is not None:
            raise result.error
        assert result.served is not None  # noqa: S101 - a failure carries one of the two
        return result.served
    return result


def _expected(lead: Attempt, meter: Meter) -> int | None:
    """What it may cost in pico-USD; None: no price is known."""
    assert meter.request is not None  # noqa: S101 - it was understood before anything is asked beside
    given = prompt_tokens(meter.call.body)
    made = expected_tokens(meter.request) - given or _EXPECTED_ANSWER
    return cost(Usage(input_tokens=given, output_tokens=made), lead.destination.tariff.rates)


class _Unseen:
    """The course of what is asked beside: its end is told to that of the call."""

    lead: Candidate | None = None
    heir: Candidate | None = None
    shadow: Candidate | None = None
    settling: asyncio.Future[Course] | None = None

    def __init__(self, course: Course) -> None:
        self._course = course
        self.heard = course.heard

    async def affords(self, pico_usd: int | None) -> bool:
        del pico_usd
        return False

    def ended(self, exchange: Exchange, sent: Sequence[bytes], *, cut: bool) -> None:
        self._course.shadowed(exchange, sent, cut=cut)

    def shadowed(self, exchange: Exchange, sent: Sequence[bytes], *, cut: bool) -> None:
        """Nothing is asked beside a shadow."""


class Unseen:
    """A ``Reply`` that nobody reads."""

    def whole(self, status: int, headers: Headers, body: bytes) -> None:
        """Nobody reads it."""

    def begin(self, status: int, headers: Headers) -> None:
        """Nobody reads it."""

    def write(self, chunk: bytes) -> None:
        """Nobody reads it."""

    async def drained(self) -> None:
        """Let others have their turn: a flood that is there already would come without a pause."""
        await asyncio.sleep(0)

    def end(self, chunk: bytes = b"") -> None:
        """Nobody reads it."""

    def abort(self) -> None:
        """Nobody reads it."""


class _Limited:
    """An ``Upstream`` whose answers may only be so long."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream

    async def send(self, request: UpstreamRequest) -> UpstreamAnswer:
        return _LimitedAnswer(await self._upstream.send(request), request.target)

    async def aclose(self) -> None:
        """It is somebody else's."""


class _LimitedAnswer:
    """An answer that breaks where it is longer than it may be."""

    def __init__(self, answer: UpstreamAnswer, target: str) -> None:
        self._answer = answer
        self._target = target
        self._left = LARGEST
        self.status, self.headers = answer.status, answer.headers
        self.close, self.leave = answer.close, answer.leave

    async def read(self) -> bytes:
        pieces: list[bytes] = []
        while piece := await self.chunk():
            pieces.append(piece)
        return b"".join(pieces)

    async def chunk(self) -> bytes:
        piece = await self._answer.chunk()
        self._left -= len(piece)
        if self._left < 0:
            raise UpstreamBroken(
                f"the answer that was asked for beside has more than {LARGEST >> 20} MiB", target=self._target
            )
        return piece
