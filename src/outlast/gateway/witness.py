"""Who is told of calls as they end: a log, a trace, whoever wants to know and may not hold a call up.

It knows the shape of the two hooks that the path has. It does not know who stands behind them (``telemetry``).
"""

from collections.abc import Callable
from typing import Protocol

from outlast.exchange import Exchange
from outlast.gateway.call import Call


class Witness(Protocol):
    """Is told of each call when it has ended, before its last byte goes out."""

    def ended(self, exchange: Exchange, call: Call, traceparent: str) -> None:
        """Take note, in microseconds: no waiting, no error, whatever a caller wrote into its names.

        ``traceparent`` is the call's own place in its trace; empty where none was given to it.
        """
        ...


Tracing = Callable[[str], str]
"""From the ``traceparent`` that a caller sent, or nothing, to the one that upstreams are told."""
