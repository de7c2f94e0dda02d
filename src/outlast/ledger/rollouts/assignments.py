"""Which model each conversation, user and key has: the port ``Assignments`` over SQLite.

It knows what is stored and for how long. It does not know how a model is drawn: the caller brings that, and remembers
(``rollout.steering``). A new conversation's model is on the disk before this says it; of one that had begun it is
written soon after, because a loss is harmless: a conversation with earlier answers and nothing stored is A's.
"""

import sqlite3
from collections.abc import Callable
from typing import NamedTuple

from outlast.ledger.desk import Desk
from outlast.ledger.rollouts.file import DAY_NS, QUERIES, digest
from outlast.ledger.together import Together
from outlast.rollout.assignment import Assigned, Known
from outlast.rollout.plan import Arm


class _Place(NamedTuple):
    """Whose assignment it is."""

    rollout: str
    conversation: bytes
    unit: bytes | None


class _Stored(NamedTuple):
    """What the file has of a conversation."""

    arm: Arm
    stage: int | None
    day: int
    """The last day of use that is written down."""


class KeptAssignments:
    """The port ``Assignments``."""

    def __init__(self, desk: Desk, *, unix_ns: Callable[[], int]) -> None:
        self._together = Together(desk)
        self._now = unix_ns

    async def settle(
        self, rollout: str, conversation: str, unit: str, draw: Callable[[Known], Assigned], *, began: bool
    ) -> Assigned:
        """What ``draw`` makes of what is stored; see ``Assignments``."""
        place = _Place(rollout, digest(conversation), digest(unit) if unit else None)
        today = self._now() // DAY_NS
        if not began:
            return await self._together.ask(lambda connection: _drawn(connection, place, draw, today), writes=True)
        stored, has_b = await self._together.ask(lambda connection: _read(connection, place), writes=False)
        given = draw(_known(stored, has_b=has_b, began=True))
        if stored is not None:
            if stored.day < today:
                self._together.leave(lambda connection: _touch(connection, place, today))
        elif given.store:
            self._together.leave(lambda connection: _write(connection, place, given, today))
        return given

    def flush(self) -> None:
        """Write down what was left for later."""
        self._together.flush()


def _known(stored: _Stored | None, *, has_b: bool, began: bool) -> Known:
    unit: Arm | None = "B" if has_b else None
    if stored is None:
        return Known(unit=unit, began=began)
    return Known(conversation=stored.arm, stage=stored.stage, unit=unit, began=began)


def _read(connection: sqlite3.Connection, place: _Place) -> tuple[_Stored | None, bool]:
    row = connection.execute(QUERIES["get_assignment"], place[:2]).fetchone()
    has_b = place.unit is not None and bool(
        connection.execute(QUERIES["get_unit"], (place.rollout, place.unit)).fetchone()
    )
    return (None if row is None else _Stored(*row)), has_b


def _drawn(connection: sqlite3.Connection, place: _Place, draw: Callable[[Known], Assigned], today: int) -> Assigned:
    """While nobody else can write: whichever process is first decides for all."""
    stored, has_b = _read(connection, place)
    given = draw(_known(stored, has_b=has_b, began=False))
    if stored is not None and stored.day < today:
        _touch(connection, place, today)
    elif given.store:
        _write(connection, place, given, today)
    return given


def _write(connection: sqlite3.Connection, place: _Place, given: Assigned, today: int) -> None:
    connection.execute(QUERIES["assign"], (*place[:2], given.arm, given.stage, today))
    if given.arm == "B" and place.unit is not None:
        connection.execute(QUERIES["assign_unit"], (place.rollout, place.unit, today))


def _touch(connection: sqlite3.Connection, place: _Place, today: int) -> None:
    connection.execute(QUERIES["use"], (today, *place[:2]))
    if place.unit is not None:
        connection.execute(QUERIES["use_unit"], (today, place.rollout, place.unit))
