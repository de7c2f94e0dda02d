"""What the gateway needs of the outside world, as small protocols.

The request path states here what it calls: an upstream, a journal, a caller to answer, a clock. It does not
know who implements them: ``providers``, ``ledger`` and ``web`` do, and ``wiring`` connects them.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

import msgspec

from outlast.dialects.responses.kept import Kept
from outlast.exchange import Exchange, Observation
from outlast.keys.key import Key

Headers = tuple[tuple[str, str], ...]
"""Header names are lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long an upstream may be silent, in seconds."""

    connect: float = 10.0
    first_byte: float = 600.0
    """Until the head has arrived; and from there, an answer that is not streamed must be complete in as long."""
    idle: float = 120.0


class UpstreamRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request to one target, ready to be sent; the body is final."""

    target: str
    """``provider/model``, for messages and records."""
    model: str
    """The model id alone; it already stands in the body. Some upstreams (Azure) need it in the path too."""
    path: str
    """The endpoint below the provider's base URL: ``/chat/completions``."""
    body: bytes
    stream: bool
    method: str = "POST"
    content_type: str = "application/json"
    headers: Headers = ()
    """Caller's headers that may pass (``openai-*``, ``traceparent``, ``idempotency-key``); never its key."""
    patience: Patience | None = None
    """One target's own; None: the provider's."""


class UpstreamAnswer(Protocol):
    """An upstream's answer after its head has arrived; the body follows."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Headers:
        """Every header, hop-by-hop ones left out."""
        ...

    async def read(self) -> bytes:
        """The rest of the body, whole. Raises an ``UpstreamError`` when it breaks or falls silent."""
        ...

    async def chunk(self) -> bytes:
        """The next piece of the body as it arrived; empty at its end. Raises as ``read`` does."""
        ...

    def close(self) -> None:
        """Stop: an answer that has not ended is cancelled. May be called at any time, more than once."""
        ...

    def leave(self) -> None:
        """Nothing more is wanted, and little more comes: the answer may end by itself, unread; ``close`` is void."""
        ...


class Upstream(Protocol):
    """One provider of ``outlast.toml``."""

    async def send(self, request: UpstreamRequest) -> UpstreamAnswer:
        """Send and wait for the head. Raises an ``UpstreamError``; cancelling cancels the call."""
        ...

    async def aclose(self) -> None:
        """Give connections back."""
        ...


class Journal(Protocol):
    """Where finished calls go. A call's failure to be recorded never fails the call."""

    def append(self, exchange: Exchange) -> None:
        """Keep one exchange durably against ``kill -9`` before returning; count what cannot be kept."""
        ...

    def observe(self, observation: Observation) -> None:
        """Keep one observed life-cycle fact."""
        ...


class Responses(Protocol):
    """Responses that callers asked to be kept. Each is seen by its owner alone."""

    async def keep(self, kept: Kept) -> None:
        """Keep one durably before returning; what it went on from is then kept as long as it is.

        Raises:
            LedgerUnavailable: it could not be kept, or is larger than may be.
        """
        ...

    async def find(self, known: str, owner: str) -> Kept | None:
        """The response of this id; None where its owner has none. Raises ``LedgerUnavailable``."""
        ...

    async def chain(self, known: str, owner: str) -> tuple[Kept, ...]:
        """The response of this id and all that it went on from, oldest first.

        Raises:
            PreviousNotFound: one of them is not kept for this owner.
            MalformedRequest: they are too many or too large to go on from.
            LedgerUnavailable: they cannot be read.
        """
        ...

    async def delete(self, known: str, owner: str) -> bool:
        """Forget one; False where its owner has none. Raises ``LedgerUnavailable``."""
        ...


class Ownership(Protocol):
    """Whose the objects are that providers keep (files, batches …): all callers share a provider's account."""

    async def claim(self, provider: str, ids: Collection[str], owner: str) -> None:
        """Give those ids that have no owner yet to this one, durably before returning. Raises ``LedgerUnavailable``."""
        ...

    async def owners(self, provider: str, ids: Collection[str]) -> dict[str, str]:
        """The owners of those ids that have one. Raises ``LedgerUnavailable``."""
        ...

    async def disown(self, provider: str, known: str, owner: str) -> None:
        """Forget an id that is this owner's. Raises ``LedgerUnavailable``."""
        ...


class Permit(Protocol):
    """One admitted call of a key with an allowance; it holds one of the key's places until it is settled."""

    @property
    def said(self) -> Headers:
        """What the answer says of what is left: ``x-ratelimit-*`` as OpenAI's clients read it."""
        ...

    def settle(self, tokens: int, cost_pico_usd: int) -> None:
        """The call has ended: count what it used and give its place back. Only the first time counts."""
        ...


class Limiter(Protocol):
    """What each key has used, over all processes of this gateway."""

    def admit(self, key: Key, tokens: int) -> Permit:
        """Let a call begin that may use about ``tokens`` (an estimate that is held until the call is settled).

        Raises:
            LimitReached: it may not begin now; says when it may. ``BudgetSpent``: not before the next day or month.
        """
        ...


class Reply(Protocol):
    """The caller's side of one call: exactly one ``whole``, or ``begin``, any ``write`` and ``end``."""

    def whole(self, status: int, headers: Headers, body: bytes) -> None:
        """The complete answer at once."""
        ...

    def begin(self, status: int, headers: Headers) -> None:
        """The head of an answer that is streamed."""
        ...

    def write(self, chunk: bytes) -> None:
        """A piece of a streamed answer."""
        ...

    async def drained(self) -> None:
        """Returns when the caller has taken enough that more may be written (back-pressure)."""
        ...

    def end(self, chunk: bytes = b"") -> None:
        """The last piece, and the end of the answer."""
        ...

    def abort(self) -> None:
        """Break the connection: what was begun cannot be finished honestly."""
        ...


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, given from outside: real time for records, a monotonic one for durations."""

    unix_ns: Callable[[], int]
    monotonic_ns: Callable[[], int]
