"""What one caller may take: sizes and waits, with the defaults of the gateway.

It knows numbers. It does not know what happens to a caller who passes them (``web.reader``, ``web.connection``).
"""

from dataclasses import dataclass

from outlast.settings.words import MEGABYTE

SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Sizes in bytes, waits in nanoseconds of the monotonic clock."""

    body: int = 50 * MEGABYTE
    bodies: int = 512 * MEGABYTE
    """Of all requests together, half-sent ones and running calls; more are told that the gateway is busy."""
    head: int = 64 * 1024
    """Request line and header section together."""
    headers: int = 100
    pipelined: int = 100
    """Requests that wait for their turn on one connection: one of thirty bytes takes a thousand once it is read."""
    head_wait: int = 30 * SECOND_NS
    """From a request's first byte to the end of its header section, however the bytes trickle."""
    body_wait: int = 60 * SECOND_NS
    """Between two pieces of a body."""
    idle_wait: int = 75 * SECOND_NS
    """Between two requests of one connection."""
    send_wait: int = 60 * SECOND_NS
    """Between two pieces that a caller takes of an answer, once our buffer for it is full."""
    linger_wait: int = 5 * SECOND_NS
    """How long a refused caller may go on sending before the connection breaks: it shall see the refusal."""
    connections: int | None = None
    """How many at once, further ones are closed; None: as many as there are places."""
    places: int | None = None
    """How many at once, further ones wait in the kernel's queue; None: as many as the machine has descriptors."""
    read_ahead: int = 64 * 1024
    """What one connection may send ahead of its running call before reading pauses."""
    write_ahead: int = 256 * 1024
    """What may wait for a slow caller before ``Reply.drained`` waits."""
