"""The file of rollouts: its tables, how stored values are read, and how what is not needed any more goes.

It knows statements and forms. It does not know what is asked of a rollout (``steps``, ``assignments``, ``boards``).
"""

import hashlib
import sqlite3
from collections.abc import Callable
from importlib.resources import files
from typing import Final, TypeVar

import msgspec

from outlast.errors import LedgerUnavailable
from outlast.ledger.desk import Shape
from outlast.ledger.queries import parse_queries

QUERIES: Final = parse_queries(files("outlast.ledger.rollouts").joinpath("rollouts.sql").read_text("utf-8"))
DAY_NS: Final = 86_400 * 10**9
_VERSION: Final = 1
_TABLES: Final = (
    "version", "first_version", "rollouts", "one_live", "steps", "pins", "windows", "assignments", "by_use", "units",
    "units_by_use", "measured", "by_first", "boards", "spending",
)  # fmt: skip
_SWEPT: Final = 500
"""Rows of one table that one step of a sweep gives up, so that no caller waits long behind it."""
_EVERY_STAGE: Final = 1_000_000
_EVERY_DAY: Final = 2**62
Read_ = TypeVar("Read_")


def shape(unix_ns: Callable[[], int]) -> Shape:
    """The file's shape; real time says what has expired."""
    return Shape(
        what="rollouts", version=_VERSION, grow=_grow, sweep=lambda connection: _sweep(connection, unix_ns() // DAY_NS)
    )


def digest(text: str) -> bytes:
    """A name that callers chose, in sixteen bytes."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()[:16]


def decoded(data: bytes, kind: type[Read_]) -> Read_:
    """A stored value.

    Raises:
        LedgerUnavailable: the row is damaged.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise LedgerUnavailable(f"the rollouts have a damaged row: {error}") from error


def _grow(connection: sqlite3.Connection, version: int) -> None:
    del version
    for name in _TABLES:
        connection.execute(QUERIES[name])


def _sweep(connection: sqlite3.Connection, today: int) -> bool:
    """Give up assignments that were not used for long, all of a roll-back's, and what earlier stages measured."""
    more = False
    for rollout, phase, stage, keep_days in connection.execute(QUERIES["phases"]).fetchall():
        day = _EVERY_DAY if phase == "rolled back" else today - keep_days
        before = stage if phase in ("running", "paused") else _EVERY_STAGE
        for name, bound in (("forget_assignments", day), ("forget_units", day), ("forget_measured", before)):
            more |= connection.execute(QUERIES[name], (rollout, bound, _SWEPT)).rowcount >= _SWEPT
    return more
