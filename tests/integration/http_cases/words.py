"""The words of the hostile cases: what a case is, what may become of it, and the bytes that they share."""

from dataclasses import dataclass
from typing import Literal

End = Literal["open", "closed", "waits"]
"""Whether the connection serves the next request, was closed, or the server waits for more of this one."""


@dataclass(frozen=True)
class Outcome:
    """What became of a case."""

    statuses: tuple[int, ...]
    """Of every final and interim answer, in order, without the probe's."""
    end: End
    asked: tuple[str, ...] = ()
    """The calls that reached the upstream, in order: ``front`` or ``smuggled``."""


@dataclass(frozen=True)
class Case:
    """One conversation's opening."""

    group: str
    name: str
    sent: bytes
    ours: Outcome
    why: str = ""
    """Why ours differs from nginx, where it does."""


REFUSED = Outcome((400,), "closed")
TOO_LARGE = Outcome((413,), "closed")
SERVED = Outcome((200,), "open", ("front",))
WAITS = Outcome((400,), "waits")
SECOND_ALONE = Outcome((400, 200), "open", ("smuggled",))
"""The first has no body and is refused for that, as a call; what follows it is a call of its own, as framed."""

HOST = b"Host: gateway.example\r\n"
PATH = b"/v1/chat/completions"
FRONT = b'{"model":"up/front","messages":[]}'
SMUGGLED = b'{"model":"up/smuggled","messages":[]}'
POST = b"POST " + PATH + b" HTTP/1.1\r\n" + HOST
LENGTH = b"Content-Length: %d\r\n" % len(FRONT)
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(FRONT), FRONT)
SECOND = POST + b"Content-Length: %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED
PROBE = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"

STRICT = "two servers could read it in two ways, so ours refuses it and parts"
TOLERANT = "harmless here, and some clients send it: ours reads what the standard lets it read"
ROUTES = "ours knows the methods of its paths; nginx passes every method on"
BOUNDS = "the limits are set to different numbers, each its server's own"
BODYLESS = "ours refuses a call without a body by itself; nginx passes it on"
REPEATS = "ours refuses a header that frames the message and stands twice, even where both say the same"


def cut(framing: bytes, body: bytes) -> bytes:
    """A call with this framing and, behind it, what must not be read as another call."""
    return POST + framing + b"\r\n" + body
