"""Declared rollouts, their steps, pins and brown-outs: the port ``Rollouts`` over SQLite.

It knows rows. It does not know which step may follow which: ``rollout.state`` does.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any

import msgspec

from outlast.errors import RolloutRefused
from outlast.ledger.desk import Desk
from outlast.ledger.rollouts.file import QUERIES, decoded
from outlast.rollout.assignment import Pin
from outlast.rollout.brownout import Window
from outlast.rollout.plan import Plan
from outlast.rollout.ports import Kept, Situation
from outlast.rollout.state import State, Transition

NOTHING = Situation(version=0)
History = tuple[tuple[Kept, tuple[Transition, ...]], ...]


class KeptRollouts:
    """The port ``Rollouts``."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def version(self) -> int:
        """One number; 0 where there is no file yet."""
        return self._desk.look(_version, missing=0)

    def situation(self) -> Situation:
        """Everything of this moment."""
        return self._desk.look(_situation, missing=NOTHING)

    def begin(self, kept: Kept, first: Transition) -> None:
        """Keep a new rollout with its first step."""
        self._desk.ask_now(lambda connection: _begin(connection, kept, first))

    def step(self, rollout: str, taken: Transition) -> None:
        """Keep a further step, unless its number was taken."""
        self._desk.ask_now(lambda connection: _step(connection, rollout, taken))

    def pin(self, model: str, pin: Pin) -> None:
        """Keep a pin."""
        row = (model, pin.key, pin.user, msgspec.json.encode(pin))
        self._desk.ask_now(lambda connection: _change(connection, "set_pin", row))

    def unpin(self, model: str, key: str, user: str) -> bool:
        """Take a pin away."""
        return self._desk.ask_now(lambda connection: _change(connection, "drop_pin", (model, key, user))) > 0

    def schedule(self, name: str, windows: Sequence[Window]) -> None:
        """Replace the brown-outs of a name."""
        kept, row = ("set_windows", (name, msgspec.json.encode(windows))) if windows else ("drop_windows", (name,))
        self._desk.ask_now(lambda connection: _change(connection, kept, row))

    def history(self, model: str) -> History:
        """Every rollout of a model with its steps."""
        return self._desk.look(lambda connection: _history(connection, model), missing=())


def kept_of(row: tuple[str, bytes, bytes]) -> Kept:
    """A rollout as its row has it."""
    return Kept(id=row[0], plan=decoded(row[1], Plan), state=decoded(row[2], State))


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute(QUERIES["get_version"]).fetchone()[0])


def _situation(connection: sqlite3.Connection) -> Situation:
    pins = connection.execute(QUERIES["get_pins"]).fetchall()
    windows = connection.execute(QUERIES["get_windows"]).fetchall()
    return Situation(
        version=_version(connection),
        rollouts=tuple(kept_of(row) for row in connection.execute(QUERIES["newest"])),
        pins=tuple((model, decoded(pin, Pin)) for model, pin in pins),
        windows=tuple((name, one) for name, kept in windows for one in decoded(kept, tuple[Window, ...])),
    )


def _begin(connection: sqlite3.Connection, kept: Kept, first: Transition) -> None:
    plan, state = kept.plan, kept.state
    found = connection.execute(QUERIES["live"], (plan.model,)).fetchone()
    if found is not None:
        raise RolloutRefused(
            f"{plan.model} has a rollout under way, {found[0]}; before another begins,"
            f" `outlast rollout back {plan.model}` or, at 100%, `outlast rollout done {plan.model}`"
        )
    row = (kept.id, plan.model, state.phase, state.stage, state.number, plan.keep_days)
    connection.execute(QUERIES["begin"], (*row, msgspec.json.encode(plan), msgspec.json.encode(state)))
    _add(connection, kept.id, first)


def _step(connection: sqlite3.Connection, rollout: str, taken: Transition) -> None:
    found = connection.execute(QUERIES["number"], (rollout,)).fetchone()
    after = taken.after
    if found is None:
        raise RolloutRefused(f"there is no rollout {rollout}")
    if taken.before is None or after.number != found[0] + 1:
        raise RolloutRefused(f"step {after.number} of this rollout was taken meanwhile; look at its status again")
    row = (after.phase, after.stage, after.number, msgspec.json.encode(after), rollout)
    connection.execute(QUERIES["step"], row)
    _add(connection, rollout, taken)


def _add(connection: sqlite3.Connection, rollout: str, taken: Transition) -> None:
    connection.execute(QUERIES["add_step"], (rollout, taken.after.number, msgspec.json.encode(taken)))
    connection.execute(QUERIES["bump"])


def _change(connection: sqlite3.Connection, name: str, row: tuple[Any, ...]) -> int:
    changed = connection.execute(QUERIES[name], row).rowcount
    connection.execute(QUERIES["bump"])
    return changed


def _history(connection: sqlite3.Connection, model: str) -> History:
    found = [kept_of(row) for row in connection.execute(QUERIES["of_model"], (model,)).fetchall()]
    return tuple((kept, _steps(connection, kept.id)) for kept in found)


def _steps(connection: sqlite3.Connection, rollout: str) -> tuple[Transition, ...]:
    rows = connection.execute(QUERIES["steps_of"], (rollout,)).fetchall()
    return tuple(decoded(taken, Transition) for (taken,) in rows)
