"""How one answer has to be given so that its caller can read it.

It knows what the request's version, method and headers ask of the answer's framing, and nothing else.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Manner:
    """What a request asks of the way it is answered."""

    speaks_1_1: bool = True
    """Chunked bodies can be read; otherwise the end of the connection ends the answer."""
    keep_alive: bool = True
    """The connection may serve another call afterwards."""
    head_only: bool = False


USUAL = Manner()
LAST = Manner(keep_alive=False)
