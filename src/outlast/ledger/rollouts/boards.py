"""What was measured of drawn conversations, and the guards over it: the port ``Boards`` over SQLite.

It knows when a conversation is over, that it counts once, and the order of counting: that of first answers. It does not
know what a guard makes of it (``rollout.guards``). Memory is bounded: a batch of conversations at a time, and of each
only sums.
"""

import sqlite3
from collections.abc import Collection
from typing import Final, NamedTuple

import msgspec

from outlast.ledger.desk import Desk
from outlast.ledger.rollouts.file import QUERIES, decoded, digest
from outlast.rollout.guards import Board, Decision, decide, opened
from outlast.rollout.observing import Observed, begun, counted, grouped, grown, refuse_values
from outlast.rollout.plan import Plan
from outlast.rollout.ports import Kept, Turn

_AT_ONCE: Final = 500
"""Conversations of one transaction; the rest is counted by the next."""
_SECOND: Final = 10**9


class _UnderWay(NamedTuple):
    """Where the rollout is, as the file says."""

    plan: Plan
    stage: int
    live: bool


class KeptBoards:
    """The port ``Boards``."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add(self, rollout: str, turns: Collection[Turn]) -> None:
        """Keep turns; see ``Boards``."""
        if turns:
            self._desk.ask_now(lambda connection: _add(connection, rollout, turns))

    def close(self, rollout: Kept, now_ns: int) -> Decision:
        """Count what is over, and decide; a look comes first, because mostly nothing is."""
        plan = rollout.plan
        bounds = (rollout.id, now_ns - plan.window_s * _SECOND, now_ns + plan.window_s * _SECOND)
        if self._desk.look(lambda connection: bool(_due(connection, bounds, 1)), missing=False):
            self._desk.ask_now(lambda connection: _count(connection, bounds))
        return self._desk.look(
            lambda connection: _decide(connection, rollout), missing=decide(plan, opened(plan, rollout.state.stage))
        )

    def board(self, rollout: str) -> Board | None:
        """The guards of the stage that is under way."""
        return self._desk.look(lambda connection: _board(connection, rollout), missing=None)

    def shadow_spent(self, rollout: str, more_pico_usd: int = 0) -> int:
        """Add, and say the sum."""
        if not more_pico_usd:
            return self._desk.look(lambda connection: _spent(connection, rollout), missing=0)
        return self._desk.ask_now(lambda connection: _spend(connection, rollout, more_pico_usd))


def _under_way(connection: sqlite3.Connection, rollout: str) -> _UnderWay | None:
    row = connection.execute(QUERIES["under_way"], (rollout,)).fetchone()
    if row is None:
        return None
    return _UnderWay(decoded(row[0], Plan), row[1], row[2] in ("running", "paused"))


def _add(connection: sqlite3.Connection, rollout: str, turns: Collection[Turn]) -> None:
    now = _under_way(connection, rollout)
    if now is None:
        return
    refuse_values(now.plan, turns)
    if not now.live or not now.plan.stages[now.stage].guarded:
        return
    current = [turn for turn in turns if turn.stage == now.stage]
    for said in grouped(current):
        by_unit = now.plan.by != "conversation" and bool(now.plan.stages[now.stage].share)
        mark = (rollout, now.stage, digest(said[0].unit if by_unit else said[0].conversation))
        whose = digest(said[0].conversation) if by_unit else None
        row = connection.execute(QUERIES["observed"], mark).fetchone()
        if row is None:
            kept = begun(said)
            connection.execute(QUERIES["observe"], (*mark, whose, said[0].at_ns, msgspec.json.encode(kept)))
        elif row[2] is not None and row[0] == whose and said[0].at_ns <= row[1] + now.plan.window_s * _SECOND:
            kept = grown(decoded(row[2], Observed), said)
            connection.execute(QUERIES["observe_more"], (msgspec.json.encode(kept), *mark))


def _due(connection: sqlite3.Connection, bounds: tuple[str, int, int], most: int) -> list[tuple[int, bytes, bytes]]:
    return connection.execute(QUERIES["due"], (*bounds, most)).fetchall()


def _count(connection: sqlite3.Connection, bounds: tuple[str, int, int]) -> None:
    rollout = bounds[0]
    now = _under_way(connection, rollout)
    if now is None:
        return
    board = before = _board(connection, rollout) or opened(now.plan, now.stage)
    for stage, mark, turns in _due(connection, bounds, _AT_ONCE):
        connection.execute(QUERIES["count"], (rollout, stage, mark))
        if now.live and stage == now.stage:
            board = counted(now.plan, board, decoded(turns, Observed))
    if board is not before:
        connection.execute(QUERIES["set_board"], (rollout, now.stage, msgspec.json.encode(board)))


def _board(connection: sqlite3.Connection, rollout: str) -> Board | None:
    now = connection.execute(QUERIES["under_way"], (rollout,)).fetchone()
    row = None if now is None else connection.execute(QUERIES["get_board"], (rollout, now[1])).fetchone()
    return None if row is None else decoded(row[0], Board)


def _decide(connection: sqlite3.Connection, rollout: Kept) -> Decision:
    now = _under_way(connection, rollout.id) or _UnderWay(rollout.plan, rollout.state.stage, live=False)
    return decide(now.plan, _board(connection, rollout.id) or opened(now.plan, now.stage))


def _spend(connection: sqlite3.Connection, rollout: str, more: int) -> int:
    connection.execute(QUERIES["spend"], (rollout, more))
    return _spent(connection, rollout)


def _spent(connection: sqlite3.Connection, rollout: str) -> int:
    row = connection.execute(QUERIES["spent"], (rollout,)).fetchone()
    return 0 if row is None else int(row[0])
