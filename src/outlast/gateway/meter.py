"""One call's facts while it happens, and the exchange that they become.

It knows what was asked, tried, answered and when. It does not know how an answer is read or sent on.
"""

import msgspec

from outlast.catalog.prices import cost
from outlast.dialects.answer import Answer
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.request import Request
from outlast.dialects.dialect import Asked, Dialect
from outlast.dialects.responses.asked import ResponsesRequest
from outlast.exchange import AttemptRecord, Exchange, Outcome, Signal, Usage
from outlast.gateway.call import Call
from outlast.gateway.caller import NOBODY, Caller
from outlast.gateway.course import Course
from outlast.gateway.plan import Candidate
from outlast.gateway.ports import Clock, Headers, Permit
from outlast.gateway.routes import Attempt, Route

LARGEST_KEPT = 64 * 2**20
"""Bytes of one answer under ``record = "full"``: what a plain answer may have at most."""


Told = tuple[Attempt | None, tuple[str, ...], Losses | None]
"""An attempt, what was adapted for it, and what its translation lost."""
DROPPED = "dropped:"
"""Stands in ``Exchange.adapted`` before the name of what a translation could not carry over."""


class Meter(msgspec.Struct):
    """Collects; ``exchange`` closes the account."""

    call: Call
    clock: Clock
    dialect: Dialect
    """The caller's."""
    caller: Caller = NOBODY
    permit: Permit | None = None
    """Only of a caller whose key has an allowance."""
    request: Asked | None = None
    came: ResponsesRequest | None = None
    """The same as its caller sent it; only where it goes on from a response that was kept."""
    meant: Request | None = None
    """The same, fully read; only where a target speaks another dialect."""
    route: Route | None = None
    course: Course | None = None
    """Where something settles the calls of this name beside its plan."""
    announced: Headers = ()
    """What is coming to this name and caller, said with every answer."""
    attempt: Attempt | None = None
    """The last one that was made."""
    voiced: bool = False
    """The model's persona stands in the request."""
    adapted: tuple[str, ...] = ()
    losses: Losses | None = None
    """What the last translation could not carry over."""
    attempts: list[AttemptRecord] = []
    started_ns: int = 0
    first_byte_ns: int = 0
    sent: list[bytes] = []
    """The answer as the caller got it; only collected under ``record = "full"``, or where a course wants to hear it."""
    kept: int = 0
    """Bytes of it."""
    cut: bool = False
    """There were more of them."""
    traceparent: str = ""
    """The call's own place in its trace; empty: the caller's word, if any, goes on unchanged."""

    def __post_init__(self) -> None:
        """Fix the real time of arrival."""
        self.started_ns = self.clock.unix_ns()

    @property
    def told(self) -> Told:
        """Of which attempt the answer tells."""
        return self.attempt, self.adapted, self.losses

    @told.setter
    def told(self, told: Told) -> None:
        self.attempt, self.adapted, self.losses = told

    def canonical(self) -> Request:
        """The request, fully read; once, however many ask.

        Raises:
            MalformedRequest: a member cannot be read.
        """
        if self.meant is None:
            assert self.request is not None  # noqa: S101 - it was peeked at first
            self.meant = self.dialect.decode_request(self.request.envelope.body, self.request)
        return self.meant

    @property
    def full(self) -> bool:
        """Whether bodies are kept."""
        return self.route is not None and self.route.keep == "full"

    @property
    def heard(self) -> bool:
        """Whether what the caller gets is collected."""
        return self.full or (self.course is not None and self.course.heard > 0)

    def keep(self, piece: bytes) -> None:
        """Collect what the caller got; of an answer without end only its beginning."""
        most = LARGEST_KEPT if self.course is None or self.full else self.course.heard
        if self.kept < most:
            self.sent.append(piece)
            self.kept += len(piece)
        elif piece:
            self.cut = True

    def tried(self, candidate: Candidate, took_ns: int, *, status: int, error: str = "") -> None:
        """One upstream call has come to an end."""
        self.attempts.append(AttemptRecord(candidate.target, candidate.reason, status, error, took_ns // 1000))

    def exchange(
        self,
        *,
        status: int,
        outcome: Outcome,
        error: str = "",
        answer: Answer | None = None,
        estimated: Usage | None = None,
        signals: tuple[Signal, ...] = (),
    ) -> Exchange:
        """The call as it is recorded."""
        call, route, attempt = self.call, self.route, self.attempt
        usage = estimated or (answer.usage if answer else None)
        answered = answer.model if answer else ""
        tariff = attempt.destination.tariff_for(answered) if attempt else None
        arrived = call.arrived_ns
        now = self.clock.monotonic_ns()
        full = self.full
        return Exchange(
            id=call.id,
            started_ns=self.started_ns,
            requested=route.name if route else (self.request.model if self.request else ""),
            virtual=route is not None and route.model is not None,
            served=attempt.candidate.target if attempt else "",
            answered=answered,
            reason=attempt.candidate.reason if attempt else "",
            key=self.caller.name,
            path=call.path,
            streamed=self.request.stream if self.request else False,
            status=status,
            outcome=outcome,
            error=error,
            usage=usage,
            cost_pico_usd=cost(usage, tariff.rates) if usage and tariff else None,
            priced_as=tariff.priced_as if tariff and usage else "",
            first_byte_us=(self.first_byte_ns - arrived) // 1000 if self.first_byte_ns else 0,
            total_us=(now - arrived) // 1000,
            finish=answer.finish if answer else "",
            adapted=(*self.adapted, *map(DROPPED.__add__, self.losses.names)) if self.losses else self.adapted,
            signals=(tariff.signals if tariff else ()) + signals,
            attempts=tuple(self.attempts),
            keep=route.keep if route else "metadata",
            request_body=call.body if full else None,
            response_body=b"".join(self.sent) if full else None,
            estimated=estimated is not None,
        )
