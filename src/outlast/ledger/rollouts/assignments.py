"""Which model each conversation, user and key has: the port ``Assignments`` over SQLite.

It knows what is stored and for how long. It does not know how a model is drawn: the caller brings that, and remembers
(``rollout.steering``). B is on the disk before anybody asks it; A is written soon after, because a loss is harmless: a
conversation with earlier answers and nothing stored is A's.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from typing import Final, NamedTuple

from outlast.errors import LedgerUnavailable
from outlast.ledger.desk import Desk
from outlast.ledger.rollouts.file import DAY_NS, QUERIES, digest
from outlast.rollout.assignment import Assigned, Known
from outlast.rollout.plan import Arm

_SOON_S: Final = 0.2
_MANY: Final = 256
"""What can wait is written so much at once."""


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
        self._desk = desk
        self._now = unix_ns
        self._left: list[Callable[[sqlite3.Connection], None]] = []

    async def settle(
        self, rollout: str, conversation: str, unit: str, draw: Callable[[Known], Assigned], *, began: bool
    ) -> Assigned:
        """What ``draw`` makes of what is stored; see ``Assignments``."""
        place = _Place(rollout, digest(conversation), digest(unit) if unit else None)
        today = self._now() // DAY_NS
        if not (began or unit) and (given := draw(Known())).why == "drawn" and given.arm == "B":
            return await self._store(place, given, draw, (today, began))  # looked up where it is written
        self.flush()  # the desk works in order: what was left before is seen
        stored, has_b = await self._desk.ask(lambda connection: _read(connection, place), writes=False)
        given = draw(_known(stored, has_b=has_b, began=began))
        if stored is not None:
            if stored.day < today:
                self._leave(lambda connection: _touch(connection, place, today))
        elif given.store:
            return await self._store(place, given, draw, (today, began))
        return given

    async def _store(
        self, place: _Place, given: Assigned, draw: Callable[[Known], Assigned], when: tuple[int, bool]
    ) -> Assigned:
        if given.arm == "B":
            self.flush()
            return await self._desk.ask(lambda connection: _draw_again(connection, place, draw, when))
        self._leave(lambda connection: _write(connection, place, given, when[0]))
        return given

    def flush(self) -> None:
        """Write down what was left for later."""
        left, self._left = self._left, []
        if left:
            with suppress(LedgerUnavailable):  # what is lost is made good by the conversation's next call
                self._desk.leave(lambda connection: _all(connection, left))

    def _leave(self, run: Callable[[sqlite3.Connection], None]) -> None:
        """Soon, and many at once."""
        if not self._left:
            asyncio.get_running_loop().call_later(_SOON_S, self.flush)
        self._left.append(run)
        if len(self._left) >= _MANY:
            self.flush()


def _all(connection: sqlite3.Connection, left: list[Callable[[sqlite3.Connection], None]]) -> None:
    for run in left:
        run(connection)


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


def _draw_again(
    connection: sqlite3.Connection, place: _Place, draw: Callable[[Known], Assigned], when: tuple[int, bool]
) -> Assigned:
    """Now that nobody else can write: another process may have been first."""
    today, began = when
    stored, has_b = _read(connection, place)
    given = draw(_known(stored, has_b=has_b, began=began))
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
