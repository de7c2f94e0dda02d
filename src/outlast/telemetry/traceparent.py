"""W3C's ``traceparent``: the one header that says where in which trace a call stands.

It knows the header's form and what is none. It does not know who keeps traces.
"""

import re
from collections.abc import Callable

import msgspec

SAMPLED = 1
# Version ff is none. Later versions may add parts; of what is known, the first four keep their meaning.
_FOUR = "-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
_FORM = re.compile(f"00{_FOUR}|(?!00|ff)[0-9a-f]{{2}}{_FOUR}(?:-.*)?", re.ASCII)
_TRACE, _SPAN, _FLAGS = slice(3, 35), slice(36, 52), slice(53, 55)


class Place(msgspec.Struct, frozen=True, gc=False):
    """A place in a trace; numbers are never 0."""

    trace: int
    """128 bits."""
    span: int
    """64 bits."""
    sampled: bool

    @property
    def header(self) -> str:
        """As the next one down is told."""
        return f"00-{self.trace:032x}-{self.span:016x}-{SAMPLED if self.sampled else 0:02x}"


def place_of(header: str) -> Place | None:
    """The place that a header names; None where it is missing, or none that the standard knows."""
    if not trace_id(header):
        return None
    return Place(int(header[_TRACE], 16), int(header[_SPAN], 16), bool(int(header[_FLAGS], 16) & SAMPLED))


def trace_id(header: str) -> str:
    """The trace alone, as 32 digits; empty where the header names no place."""
    return header[_TRACE] if _FORM.fullmatch(header) else ""


def begun(theirs: str, bits: Callable[[int], int]) -> str:
    """A new place below the caller's, or at the root of a new trace; ``bits`` gives that many random ones.

    Empty where the caller says that its trace is not kept: there is nothing to tell, and its own word goes on.
    """
    trace = trace_id(theirs)
    if not trace:
        return Place(bits(128) or 1, bits(64) or 1, sampled=True).header
    return f"00-{trace}-{bits(64) or 1:016x}-01" if int(theirs[_FLAGS], 16) & SAMPLED else ""
