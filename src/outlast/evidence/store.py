"""The store of evidence: one SQLite file beside the ledger.

It knows rows and that a commit is on the disk before a method returns. It does not know what is drawn or why
(``replay``).
"""

import sqlite3
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import msgspec

from outlast.checks.draw import Draw, Item
from outlast.errors import EvidenceInvalid, LedgerUnavailable
from outlast.replay.plan import Plan
from outlast.replay.ports import DrawKey
from outlast.replay.result import ReplayResult

_VERSION: Final = 1
_PATIENCE: Final = 10.0
_ITEM: Final = msgspec.msgpack.Decoder(Item)
_DRAW: Final = msgspec.msgpack.Decoder(Draw)
_PLAN: Final = msgspec.json.Decoder(Plan)
_RESULT: Final = msgspec.msgpack.Decoder(ReplayResult)


Kept_co = TypeVar("Kept_co", covariant=True)


class Decoder(Protocol[Kept_co]):
    """What msgspec's decoders have in common."""

    def decode(self, data: bytes, /) -> Kept_co:
        """The value in the bytes."""
        ...


class EvidenceStore:
    """Items, draws, plans and results. Belongs to one thread; several processes may have the file open."""

    def __init__(self, path: Path) -> None:
        """Open or make the file.

        Raises:
            LedgerUnavailable: it cannot be opened, is no such file, or was made by a newer version.
        """
        self._path = path
        try:
            path.touch(mode=0o600)  # before anything is in it
            self._db = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
            path.chmod(0o600)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._migrate()
        except (sqlite3.Error, OSError) as error:
            raise LedgerUnavailable(f"the evidence {path} cannot be opened: {error}") from error

    def _migrate(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > _VERSION:
            raise LedgerUnavailable(f"{self._path} was made by a newer version of Outlast; use that one")
        if version < _VERSION:
            script = files("outlast.evidence").joinpath("schema", "0001_evidence.sql").read_text("utf-8")
            try:
                self._db.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {_VERSION};\nCOMMIT;")
            except sqlite3.Error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                (version,) = self._db.execute("PRAGMA user_version").fetchone()
                if version != _VERSION:  # no other process made the tables in the meantime
                    raise

    def _rows(self, sql: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """What a query finds.

        Raises:
            LedgerUnavailable: the file is damaged.
        """
        try:
            yield from self._db.execute(sql, values)
        except sqlite3.Error as error:
            raise LedgerUnavailable(f"the evidence {self._path} cannot be read: {error}") from error

    def _write(self, sql: str, values: Sequence[object]) -> int:
        """Run one statement; how many rows it changed."""
        try:
            return self._db.execute(sql, values).rowcount
        except sqlite3.Error as error:
            raise LedgerUnavailable(f"the evidence {self._path} cannot be written: {error}") from error

    def add_items(self, model: str, items: Sequence[Item], *, source: str) -> int:
        """Keep requests under a model's name; returns how many were new."""
        rows = [(model, item.id, source, msgspec.msgpack.encode(item)) for item in items]
        before = self._db.total_changes
        try:
            with self._transaction():
                self._db.executemany("INSERT OR IGNORE INTO items (model, id, source, item) VALUES (?, ?, ?, ?)", rows)
        except sqlite3.Error as error:
            raise LedgerUnavailable(f"the evidence {self._path} cannot be written: {error}") from error
        return self._db.total_changes - before

    def items(self, model: str) -> Iterator[Item]:
        """Every item of a model, in the order of keeping."""
        for (item,) in self._rows("SELECT item FROM items WHERE model = ? ORDER BY seq", (model,)):
            yield self._decoded(_ITEM, item)

    def item(self, model: str, item: str) -> Item | None:
        """One item of a model, by its id."""
        found = next(self._rows("SELECT item FROM items WHERE model = ? AND id = ?", (model, item)), (None,))[0]
        return None if found is None else self._decoded(_ITEM, found)

    def models(self) -> tuple[tuple[str, int], ...]:
        """Every model that has items, and how many."""
        return tuple(
            (str(model), int(count))
            for model, count in self._rows("SELECT model, count(*) FROM items GROUP BY model ORDER BY model")
        )

    def begin(self, key: DrawKey, expected_pico_usd: int | None) -> bool:
        """Say that this answer is about to be paid; False: it was begun before."""
        sql = "INSERT OR IGNORE INTO draws (item, target, number, expected) VALUES (?, ?, ?, ?)"
        return self._write(sql, (key.item, key.target, key.number, expected_pico_usd)) == 1

    def keep(self, key: DrawKey, draw: Draw) -> None:
        """The answer to what was begun; what was kept already stays."""
        sql = "UPDATE draws SET draw = ? WHERE item = ? AND target = ? AND number = ? AND draw IS NULL"
        self._write(sql, (msgspec.msgpack.encode(draw), key.item, key.target, key.number))

    def forget(self, keys: Sequence[DrawKey]) -> int:
        """Allow what was lost in flight, or kept as an error, to be asked again; returns how many."""
        forgotten = 0
        for key in keys:
            kept = self.draw(key)
            if kept is None or kept.said is None:
                sql = "DELETE FROM draws WHERE item = ? AND target = ? AND number = ?"
                forgotten += self._write(sql, (key.item, key.target, key.number))
        return forgotten

    def draw(self, key: DrawKey) -> Draw | None:
        """An answer that was kept."""
        sql = "SELECT draw FROM draws WHERE item = ? AND target = ? AND number = ?"
        found = next(self._rows(sql, (key.item, key.target, key.number)), (None,))[0]
        return None if found is None else self._decoded(_DRAW, found)

    def begun(self, target: str) -> Iterator[tuple[DrawKey, int | None]]:
        """Everything that was begun with a target and never kept."""
        sql = "SELECT item, number, expected FROM draws WHERE target = ? AND draw IS NULL"
        for item, number, expected in self._rows(sql, (target,)):
            yield DrawKey(item, target, number), expected

    def keep_plan(self, plan: Plan) -> None:
        """Write a plan down; the same plan twice is once."""
        held = self.plan(plan.hash)
        if held is not None:
            if held.hash != plan.hash:
                raise EvidenceInvalid(f"the plan {plan.hash[:12]} in {self._path} was changed after it was declared")
            return
        sql = "INSERT INTO plans (hash, model, created_ns, plan) VALUES (?, ?, ?, ?)"
        self._write(sql, (plan.hash, plan.model, plan.created_ns, msgspec.json.encode(plan)))

    def plan(self, digest: str) -> Plan | None:
        """The plan whose hash begins so; None: none, or several.

        Raises:
            EvidenceInvalid: its content does not have its hash.
        """
        rows = list(self._rows("SELECT hash, plan FROM plans WHERE hash GLOB ? || '*' LIMIT 2", (digest,)))
        if len(rows) != 1:
            return None
        plan = self._decoded(_PLAN, rows[0][1])
        if plan.hash != rows[0][0]:
            raise EvidenceInvalid(f"the plan {rows[0][0][:12]} in {self._path} was changed after it was declared")
        return plan

    def plans(self, model: str) -> Iterator[Plan]:
        """Every plan of a model, oldest first."""
        for (plan,) in self._rows("SELECT plan FROM plans WHERE model = ? ORDER BY seq", (model,)):
            yield self._decoded(_PLAN, plan)

    def keep_result(self, result: ReplayResult) -> None:
        """What came of a plan."""
        sql = "INSERT INTO results (plan, decided_ns, result) VALUES (?, ?, ?)"
        self._write(sql, (result.plan_hash, result.decided_ns, msgspec.msgpack.encode(result)))

    def latest_result(self, model: str) -> ReplayResult | None:
        """The newest result over all plans of a model."""
        sql = """SELECT result FROM results JOIN plans ON plans.hash = results.plan WHERE model = ?
                 ORDER BY results.seq DESC LIMIT 1"""
        found = next(self._rows(sql, (model,)), (None,))[0]
        return None if found is None else self._decoded(_RESULT, found)

    def result_of(self, plan: Plan) -> ReplayResult | None:
        """The newest result of one plan."""
        sql = "SELECT result FROM results WHERE plan = ? ORDER BY seq DESC LIMIT 1"
        found = next(self._rows(sql, (plan.hash,)), (None,))[0]
        return None if found is None else self._decoded(_RESULT, found)

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    def _decoded(self, decoder: Decoder[Kept_co], data: bytes) -> Kept_co:
        try:
            return decoder.decode(data)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise LedgerUnavailable(f"the evidence {self._path} has a damaged row: {error}") from error

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._db)


class _Transaction:
    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        self._db.execute("COMMIT" if kind is None else "ROLLBACK")
