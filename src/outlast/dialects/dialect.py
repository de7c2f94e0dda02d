"""What a dialect is: the one interface that the gateway uses of every wire format.

It knows which functions a dialect has. It does not know any wire; ``registry`` lists the dialects there are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import msgspec

from outlast.dialects.answer import Answer
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.reply import Event, Reply
from outlast.dialects.conversation.request import Request
from outlast.dialects.envelope import Envelope

NO_CHANGES: Mapping[str, bytes | None] = MappingProxyType({})


class Asked(Protocol):
    """A request whose decisive members have the right types; everything else is unread."""

    @property
    def envelope(self) -> Envelope:
        """The body, sliced at its top level."""
        ...

    @property
    def model(self) -> str:
        """As the caller named it, in the body or in the path."""
        ...

    @property
    def stream(self) -> bool:
        """Events are wanted."""
        ...

    def for_upstream(self, model: str, changes: Mapping[str, bytes | None] = NO_CHANGES) -> bytes:
        """The body for a target of this dialect that calls the model ``model``; the same bytes when nothing differs."""
        ...


class StreamReading(Protocol):
    """A stream on its way to the caller, passed through or translated."""

    @property
    def done(self) -> bool:
        """The terminal event was seen; it is held until the call is recorded."""
        ...

    @property
    def failed(self) -> bool:
        """An error event was seen."""
        ...

    @property
    def events(self) -> int:
        """How many events were seen; a provider sends about a token in each."""
        ...

    @property
    def answer(self) -> Answer:
        """The facts so far."""
        ...

    def feed(self, chunk: bytes) -> bytes:
        """The bytes that may go to the caller now. Raises ``UpstreamBroken``."""
        ...

    def finish(self) -> bytes:
        """The upstream has ended: what is left and may pass."""
        ...

    def held(self) -> bytes:
        """What is held back from the terminal event on: written when the call is recorded."""
        ...


class EventDecoder(Protocol):
    """Reads one upstream's stream. Never raises for odd content: what cannot be read says nothing."""

    def event(self, event: bytes) -> Sequence[Event]:
        """What one server-sent event (with its ``event:`` line, if any) says; ``Done`` after the terminal one."""
        ...

    def finish(self) -> Sequence[Event]:
        """The upstream's body has ended: open parts end, and ``Done`` where the dialect has no terminal event."""
        ...


class EventEncoder(Protocol):
    """Writes one caller's stream."""

    def event(self, event: Event) -> bytes:
        """The server-sent events for one canonical event; empty where this dialect says nothing of it.

        ``Done`` gives what this dialect ends with.
        """
        ...


class Framing(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer needs beside its content, where the upstream said nothing."""

    id: str
    """Of the call; used where the upstream gave none."""
    model: str
    """The target's model id; the upstream's own word goes first."""
    created: int
    """Unix seconds."""
    include_usage: bool = True
    request: Request | None = None
    """What is answered, for dialects whose answers repeat what was asked."""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """An error answer, read out of one dialect to be written in another."""

    status: int
    type: str
    """OpenAI's ``error.type``: ``invalid_request_error authentication_error permission_error not_found_error
    rate_limit_error insufficient_quota server_error overloaded_error upstream_error``."""
    message: str
    code: str | None = None
    param: str | None = None
    retry_after_s: float | None = None
    """When to come again, where the body itself says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One wire format of conversations, both ways."""

    name: str
    """``chat responses anthropic gemini completions``."""
    passes: frozenset[str]
    """Headers of the caller that an upstream of this same dialect may see, beside those that any may."""
    conversation: bool = True
    """False: an endpoint beside conversations, which is only passed through; what translates raises
    ``Untranslatable``."""
    streamed: tuple[str, ...] = ("text/event-stream",)
    """Content types that are relayed as they come."""
    endpoint: Callable[[str, bool], str]
    """From model id and ``stream`` to the path below the vendor's base URL."""
    peek: Callable[[bytes, str], Asked]
    """From body and the path of the call. Raises ``MalformedRequest``."""
    read_answer: Callable[[bytes], Answer]
    """The facts of a plain 200. Raises ``UpstreamBroken`` when it is no JSON object."""
    relay: Callable[[Asked], StreamReading]
    """Passes a stream of this dialect through."""
    decode_request: Callable[[bytes, Asked], Request]
    """Raises ``MalformedRequest`` with ``param`` where a member cannot be read."""
    encode_request: Callable[[Request, Losses], bytes]
    """Notes what this dialect cannot say."""
    decode_reply: Callable[[bytes], Reply]
    """Raises ``UpstreamBroken``."""
    encode_reply: Callable[[Reply, Framing, Losses], bytes]
    event_decoder: Callable[[], EventDecoder]
    event_encoder: Callable[[Framing, Losses], EventEncoder]
    decode_fault: Callable[[int, bytes], Fault]
    """Any body; what is no error object is its own message, shortened."""
    encode_fault: Callable[[Fault, str], bytes]
    """The second argument is the request id, for dialects whose error body carries one."""
