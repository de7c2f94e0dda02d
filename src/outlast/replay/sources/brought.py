"""What a reader makes of one record of a file: a request, an answer to one that stands elsewhere, or why neither.

It knows values. It does not know formats, and keeps nothing.
"""

from typing import TypeAlias

import msgspec

from outlast.checks.draw import Draw
from outlast.replay.sources.shape import Object


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """One request as a chat, not yet redacted."""

    request: Object
    lost: tuple[str, ...] = ()
    """Names of what a chat cannot say of it: members that change how is answered."""
    cluster: str = ""
    """The conversation or user, as the file names it; empty where it names none."""
    application: str = ""
    expected: str = ""
    """The right answer, where the file has one."""
    answer: Draw | None = None
    """What was answered then."""
    batch_id: str = ""
    """Under which an answer to it may stand in another file."""


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """An answer whose request stands elsewhere."""

    batch_id: str
    answer: Draw


class LeftOut(msgspec.Struct, frozen=True):
    """A record of which nothing can be asked again."""

    reason: str


Read: TypeAlias = Brought | Answered | LeftOut
