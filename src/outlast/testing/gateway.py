"""Doubles for the request path: a caller who remembers, an upstream that plays, a journal in memory, a clock by hand.

They know the protocols of ``gateway.ports`` and nothing else; no test needs a socket to ask what the gateway does.
"""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from outlast.errors import UpstreamError
from outlast.exchange import Exchange, Observation
from outlast.gateway.caller import Callers
from outlast.gateway.ports import Clock, Headers, UpstreamRequest
from outlast.keys.key import NO_KEYS

JSON: Headers = (("content-type", "application/json"),)
EVENTS: Headers = (("content-type", "text/event-stream; charset=utf-8"),)


def keyless(*, required: bool | None = False) -> Callers:
    """Callers of a gateway where no key was ever created."""
    return Callers(lambda: NO_KEYS, required=required, unix_ns=time.time_ns)


class HandClock:
    """Time that moves only when it is moved."""

    def __init__(self, unix_ns: int = 1_770_000_000_000_000_000) -> None:
        self.unix = unix_ns
        self.monotonic = 1_000_000_000

    def clock(self) -> Clock:
        """As the gateway wants it."""
        return Clock(unix_ns=lambda: self.unix, monotonic_ns=lambda: self.monotonic)

    def move(self, seconds: float) -> None:
        """Let time pass."""
        step = int(seconds * 1_000_000_000)
        self.unix += step
        self.monotonic += step


@dataclass(slots=True)
class KeptReply:
    """A ``Reply`` that remembers what the caller got."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    ended: bool = False
    aborted: bool = False
    pieces: list[bytes] = field(default_factory=list)
    journal: "KeptJournal | None" = None
    """Where to look whether the record came before the end."""
    recorded_first: bool = False

    def whole(self, status: int, headers: Headers, body: bytes) -> None:
        """The complete answer."""
        self.begin(status, headers)
        self.end(body)

    def begin(self, status: int, headers: Headers) -> None:
        """The head."""
        self.status, self.headers = status, dict(headers)

    def write(self, chunk: bytes) -> None:
        """A piece."""
        self.pieces.append(chunk)
        self.body += chunk

    async def drained(self) -> None:
        """Always at once."""

    def end(self, chunk: bytes = b"") -> None:
        """The last piece."""
        if chunk:
            self.write(chunk)
        self.ended = True
        self.recorded_first = self.journal is not None and bool(self.journal.exchanges)

    def abort(self) -> None:
        """The connection breaks."""
        self.aborted = True


@dataclass(slots=True)
class KeptJournal:
    """A ``Journal`` in memory."""

    exchanges: list[Exchange] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)

    def append(self, exchange: Exchange) -> None:
        """Keep an exchange."""
        self.exchanges.append(exchange)

    def observe(self, observation: Observation) -> None:
        """Keep an observation."""
        self.observations.append(observation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One prepared answer: its pieces, then an error, or silence for ever, or the end."""

    status: int = 200
    headers: Headers = JSON
    pieces: tuple[bytes, ...] = (b"{}",)
    error: UpstreamError | None = None
    hangs: bool = False


class PlayedAnswer:
    """An ``UpstreamAnswer`` that plays a prepared one."""

    def __init__(self, played: Played) -> None:
        self._played = played
        self._left = list(played.pieces)
        self.status = played.status
        self.headers = played.headers
        self.closed = self.left = False
        self.exhausted = asyncio.Event()
        """Every piece was taken, and more was asked for."""
        self._more = asyncio.Event()

    async def read(self) -> bytes:
        """Every piece at once."""
        whole = b""
        while piece := await self.chunk():
            whole += piece
        return whole

    async def chunk(self) -> bytes:
        """The next piece."""
        if self._left:
            return self._left.pop(0)
        self.exhausted.set()
        if self._played.hangs:
            await self._more.wait()
            return self._left.pop(0) if self._left else b""
        if self._played.error is not None:
            raise self._played.error
        return b""

    def go_on(self, piece: bytes) -> None:
        """Break the silence of an answer that hangs with its last piece."""
        self._left.append(piece)
        self._more.set()

    def close(self) -> None:
        """Remember that it was let go."""
        self.closed = True

    def leave(self) -> None:
        """Remember that its end was not awaited."""
        self.left = True


class PlayedUpstream:
    """An ``Upstream`` that gives prepared answers in turn, the last one again and again; remembers all."""

    def __init__(self, answers: Iterable[Played | UpstreamError]) -> None:
        self._answers = list(answers)
        self.requests: list[UpstreamRequest] = []
        self.given: list[PlayedAnswer] = []
        self.asked = asyncio.Event()
        self.closed = False

    async def send(self, request: UpstreamRequest) -> PlayedAnswer:
        """The next prepared answer, or its error."""
        answer = self._answers[min(len(self.requests), len(self._answers) - 1)]
        self.requests.append(request)
        self.asked.set()
        if isinstance(answer, UpstreamError):
            raise answer
        self.given.append(PlayedAnswer(answer))
        return self.given[-1]

    def answer_from_now(self, answer: Played | UpstreamError) -> None:
        """Forget what was prepared and give this one."""
        self._answers = [answer]

    async def aclose(self) -> None:
        """Remember the end."""
        self.closed = True
