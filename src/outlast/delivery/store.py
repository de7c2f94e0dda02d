"""What was sent, what waits and which dates are known, in a SQLite file of its own beside the ledger's.

It knows the file, its transactions, and the states that a message goes through. It does not know what a message says
nor how it is sent. A message is one row for good, so that nothing is sent to anybody twice:

    waiting ── begin ──► sending ──► sent
       ▲                   │ ├─────► dead       refused for good, or too often
       └── failed, again ──┘ └─────► unknown    nobody can tell whether it arrived
"""

import datetime as dt
import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

from outlast.errors import LedgerUnavailable
from outlast.notices.ending import Dated, Place

State = Literal["waiting", "sending", "sent", "dead", "unknown", "replaced"]
STATES: tuple[State, ...] = get_args(State)
PATIENCE: Final = 10.0
"""Seconds to wait for another process's transaction."""
VERSION: Final = 1
_OTHERS: Final = 0o007
"""What is created is the operator's and their group's to read, nobody else's."""
_SCHEMA: Final = """
CREATE TABLE dates (
  model TEXT NOT NULL,
  surface TEXT NOT NULL,
  ends TEXT,            -- NULL: withdrawn
  sequence INTEGER NOT NULL,
  previous TEXT,
  since_ns INTEGER NOT NULL,
  PRIMARY KEY (model, surface)
);
CREATE TABLE messages (
  seq INTEGER PRIMARY KEY,
  notice TEXT NOT NULL,
  place TEXT NOT NULL,   -- what the notice is about; a newer one about it takes the place of one that waits
  recipient TEXT NOT NULL,
  way TEXT NOT NULL,
  subject TEXT NOT NULL,
  payload BLOB NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  said TEXT NOT NULL DEFAULT '',
  made_ns INTEGER NOT NULL,
  changed_ns INTEGER NOT NULL,
  UNIQUE (notice, recipient, way)
);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message to keep until it is sent."""

    notice: str
    """The notice's id."""
    place: str
    recipient: str
    way: str
    subject: str
    payload: bytes
    """The mail's text, or the body of the POST: the same bytes at every try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Draft):
    """A message that is kept."""

    seq: int
    state: State
    attempts: int
    said: str
    """Why it is where it is, in the words of whoever refused it."""
    made_ns: int
    changed_ns: int


_COLUMNS: Final = "notice, place, recipient, way, subject, payload, seq, state, attempts, said, made_ns, changed_ns"


class NoticeStore:
    """The file. Each call opens it anew; reading makes no file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def known(self) -> dict[Place, Dated]:
        """Every date that was seen."""
        rows = self._read("SELECT model, surface, ends, sequence, previous, since_ns FROM dates")
        return {
            Place(model=model, surface=surface): Dated(
                ends=_day(ends), sequence=sequence, previous=_day(previous), since_ns=since
            )
            for model, surface, ends, sequence, previous, since in rows
        }

    def messages(self) -> tuple[Message, ...]:
        """Every message, oldest first."""
        rows = self._read(f"SELECT {_COLUMNS} FROM messages ORDER BY seq")  # noqa: S608 - our own columns
        return tuple(_message(row) for row in rows)

    def waiting(self) -> tuple[Message, ...]:
        """What is to be sent, oldest first."""
        return tuple(each for each in self.messages() if each.state == "waiting")

    def note_dates(self, changed: Mapping[Place, Dated]) -> None:
        """Keep dates as they are now; a date that another process noted meanwhile stays."""
        if not changed:
            return
        with self._changing() as connection:
            for place, dated in changed.items():
                connection.execute(
                    "INSERT INTO dates VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (model, surface) DO UPDATE SET "
                    "ends = excluded.ends, sequence = excluded.sequence, previous = excluded.previous, "
                    "since_ns = excluded.since_ns WHERE dates.sequence < excluded.sequence",
                    (
                        place.model,
                        place.surface,
                        _iso(dated.ends),
                        dated.sequence,
                        _iso(dated.previous),
                        dated.since_ns,
                    ),
                )

    def keep(self, drafts: Iterable[Draft], now_ns: int) -> int:
        """Keep messages to be sent; one that is known stays as it is. Returns how many are new.

        What waits still of the same place for the same recipient is replaced: it would say what is out of date.
        """
        new = 0
        with self._changing() as connection:
            for each in drafts:
                found = connection.execute(
                    "INSERT INTO messages (notice, place, recipient, way, subject, payload, state, made_ns, changed_ns)"
                    " VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?, ?) ON CONFLICT DO NOTHING",
                    (each.notice, each.place, each.recipient, each.way, each.subject, each.payload, now_ns, now_ns),
                )
                if found.rowcount == 1:
                    new += 1
                    connection.execute(
                        "UPDATE messages SET state = 'replaced', changed_ns = ? WHERE state = 'waiting' AND place = ? "
                        "AND recipient = ? AND way = ? AND notice <> ?",
                        (now_ns, each.place, each.recipient, each.way, each.notice),
                    )
        return new

    def begin(self, message: Message, now_ns: int) -> bool:
        """Take a message that waits, before a byte of it goes out; False: somebody else has it."""
        with self._changing() as connection:
            done = connection.execute(
                "UPDATE messages SET state = 'sending', attempts = attempts + 1, changed_ns = ? "
                "WHERE seq = ? AND state = 'waiting'",
                (now_ns, message.seq),
            )
            return done.rowcount == 1

    def settle(self, message: Message, state: State, said: str, now_ns: int) -> None:
        """What came of a message that was begun."""
        with self._changing() as connection:
            connection.execute(
                "UPDATE messages SET state = ?, said = ?, changed_ns = ? WHERE seq = ?",
                (state, said, now_ns, message.seq),
            )

    def again(self, state: State, now_ns: int) -> int:
        """Messages in this state wait once more, with no attempt counted; returns how many."""
        with self._changing() as connection:
            return connection.execute(
                "UPDATE messages SET state = 'waiting', attempts = 0, changed_ns = ? WHERE state = ?", (now_ns, state)
            ).rowcount

    def left_sending(self, now_ns: int) -> None:
        """What a process that died had begun: mail and Slack may have arrived; a webhook is safe to repeat."""
        with self._changing() as connection:
            connection.execute(
                "UPDATE messages SET state = CASE way WHEN 'webhook' THEN 'waiting' ELSE 'unknown' END, "
                "said = 'the process that was sending it died', changed_ns = ? WHERE state = 'sending'",
                (now_ns,),
            )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Send by this process only: the kernel gives the lock back when it ends, however it does.

        Raises:
            LedgerUnavailable: another process is sending.
        """
        with self._refusals("locked"):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._path.with_name(f"{self._path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o660)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LedgerUnavailable(
                    f"another `outlast notices send` is at work on {self._path}; when it has ended, send again"
                ) from None
            yield
        finally:
            os.close(lock)

    def _read(self, statement: str) -> list[tuple[Any, ...]]:
        if not self._path.exists():
            return []
        with self._refusals("read"):
            address = f"{self._path.absolute().as_uri()}?mode=ro"
            with closing(sqlite3.connect(address, uri=True, timeout=PATIENCE, isolation_level=None)) as connection:
                return connection.execute(statement).fetchall() if self._version(connection) else []

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """One synced transaction."""
        with self._refusals("written"):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            before = os.umask(_OTHERS)
            os.umask(before | _OTHERS)
            try:
                connection = sqlite3.connect(self._path, timeout=PATIENCE, isolation_level=None)
            finally:
                os.umask(before)
            with closing(connection):
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("BEGIN IMMEDIATE")
                try:
                    self._migrate(connection)
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise

    def _migrate(self, connection: sqlite3.Connection) -> None:
        if not self._version(connection):
            for statement in _SCHEMA.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")

    def _version(self, connection: sqlite3.Connection) -> int:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise LedgerUnavailable(f"{self._path} was made by a newer version of Outlast; use that one")
        return int(version)

    @contextmanager
    def _refusals(self, what: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, ValueError) as error:
            raise LedgerUnavailable(f"the notices in {self._path} cannot be {what}: {error}") from error


def _message(row: tuple[Any, ...]) -> Message:
    notice, place, recipient, way, subject, payload, seq, state, attempts, said, made, changed = row
    if state not in STATES:
        raise LedgerUnavailable(f"a message of the notices is in a state that is not known: {state!r}")
    return Message(
        notice=notice, place=place, recipient=recipient, way=way, subject=subject, payload=bytes(payload), seq=seq,
        state=state, attempts=attempts, said=said, made_ns=made, changed_ns=changed,
    )  # fmt: skip


def _day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


def _iso(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
