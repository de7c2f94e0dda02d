"""One thing that was looked at: what was found, why it matters, what to do.

It knows the shape of a finding and how grave it can be. It does not know any check.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

Level = Literal["ok", "warning", "fault"]
"""fault: calls fail, or will. warning: they will if nobody acts, or something cannot be trusted."""
_GRAVITY: dict[Level, int] = {"ok": 0, "warning": 1, "fault": 2}


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one check found; never a key."""

    level: Level
    check: str
    """``configuration``, ``keys``, ``database`` …"""
    what: str
    why: str = ""
    """Empty where all is well."""
    do: str = ""
    """A command, or what to change where."""


def ok(check: str, what: str) -> Finding:
    """All is well."""
    return Finding(level="ok", check=check, what=what)


def warning(check: str, what: str, *, why: str, do: str) -> Finding:
    """Somebody should act some day."""
    return Finding(level="warning", check=check, what=what, why=why, do=do)


def fault(check: str, what: str, *, why: str, do: str) -> Finding:
    """Somebody should act now."""
    return Finding(level="fault", check=check, what=what, why=why, do=do)


def gravest(findings: Iterable[Finding]) -> Level:
    """The level of the worst."""
    return max((finding.level for finding in findings), key=_GRAVITY.__getitem__, default="ok")
