"""Kept responses in a SQLite file of their own beside the ledger's, written by one thread in batches.

It knows the file, its transactions and how what has expired goes. It does not know HTTP nor what is said in a
response. Several processes may have the file open; SQLite's locks keep them apart. The journal mode is ``TRUNCATE``
and nothing is mapped: SQLite's ``WAL`` maps a file, and a disk that fails would then end the gateway by a signal.
"""

import asyncio
import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from outlast.dialects.responses.kept import MOST_BYTES, MOST_TURNS, Kept
from outlast.errors import LedgerUnavailable, MalformedRequest, OutlastError, PreviousNotFound
from outlast.ledger import owned
from outlast.ledger.queries import parse_queries

PATIENCE: Final = 10.0
"""Seconds to wait for another process's lock; each of its batches takes some milliseconds."""
SWEEP_S: Final = 300.0
"""Seconds between two looks for what has expired."""
_AT_ONCE: Final = 64
"""Jobs of one transaction."""
_MOST_WAITING: Final = 1_024
"""Jobs that may wait; a disk that is further behind is told to callers."""
_SWEPT: Final = 200
"""Responses that one step of a sweep gives up, so that no caller waits long behind it."""
_PAGES: Final = 2_000
"""Pages that one step gives back to the file system."""
_VERSION: Final = 2
_QUERIES: Final = parse_queries(files("outlast.ledger").joinpath("responses.sql").read_text("utf-8"))
T = TypeVar("T")


class _Job(NamedTuple):
    """One thing to do in a transaction, and who waits for it."""

    run: Callable[[sqlite3.Connection], Any]
    tell: Callable[[Any, OutlastError | None], None]


class KeptResponses:
    """The ports ``Responses`` and ``Ownership`` over one file."""

    def __init__(self, path: Path, *, unix_s: Callable[[], int], sweep_s: float = SWEEP_S) -> None:
        """Open nothing yet.

        Args:
            path: the file; made with the first response that is kept.
            unix_s: real time in seconds.
            sweep_s: seconds between two looks for what has expired.
        """
        self._path = path
        self._now = unix_s
        self._sweep_s = sweep_s
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="outlast-responses", daemon=True)
        self._connection: sqlite3.Connection | None = None

    def start(self) -> None:
        """Begin to work, and to give up what has expired; in the process that serves calls, after any fork."""
        self._thread.start()

    def close(self) -> None:
        """Finish what waits, and end."""
        if self._thread.is_alive():
            self._jobs.put(None)
            self._thread.join()

    async def keep(self, kept: Kept) -> None:
        """Keep one; see ``Responses``."""
        if kept.size > MOST_BYTES:
            raise LedgerUnavailable(
                f"the response has {kept.size:,} bytes with its input, and at most {MOST_BYTES:,} are kept of one"
            )
        await self._ask(lambda connection: _keep(connection, kept))

    async def find(self, known: str, owner: str) -> Kept | None:
        """One response; see ``Responses``."""
        return await self._ask(lambda connection: _find(connection, known, owner, self._now()))

    async def chain(self, known: str, owner: str) -> tuple[Kept, ...]:
        """A response and those before it; see ``Responses``."""
        return await self._ask(lambda connection: _chain(connection, known, owner, self._now()))

    async def delete(self, known: str, owner: str) -> bool:
        """Forget one; see ``Responses``."""
        return await self._ask(lambda connection: _delete(connection, known, owner, self._now()))

    async def claim(self, provider: str, ids: Collection[str], owner: str) -> None:
        """Give ids to their owner; see ``Ownership``."""
        if ids:
            await self._ask(lambda connection: owned.claim(connection, provider, ids, owner, self._now()))

    async def owners(self, provider: str, ids: Collection[str]) -> dict[str, str]:
        """Whose ids are; see ``Ownership``."""
        return await self._ask(lambda connection: owned.owners(connection, provider, ids)) if ids else {}

    async def disown(self, provider: str, known: str, owner: str) -> None:
        """Forget an id; see ``Ownership``."""
        await self._ask(lambda connection: owned.disown(connection, provider, known, owner))

    async def _ask(self, run: Callable[[sqlite3.Connection], T]) -> T:
        if self._jobs.qsize() >= _MOST_WAITING:
            raise LedgerUnavailable(f"{self._path} is too far behind: {_MOST_WAITING:,} responses wait for the disk")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def settle(result: T, error: OutlastError | None) -> None:
            if future.cancelled():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)

        def tell(result: T, error: OutlastError | None) -> None:
            with suppress(RuntimeError):  # the loop was closed: nobody waits any more
                loop.call_soon_threadsafe(settle, result, error)

        self._jobs.put(_Job(run, tell))
        return await future

    def _work(self) -> None:
        """The thread: batches as they come, and a sweep now and then."""
        more = False
        while True:
            try:
                first = self._jobs.get(timeout=0.0 if more else self._sweep_s)
            except queue.Empty:
                more = self._sweep()
                continue
            batch = [first]
            while len(batch) < _AT_ONCE and batch[-1] is not None:
                try:
                    batch.append(self._jobs.get_nowait())
                except queue.Empty:
                    break
            self._do([job for job in batch if job is not None])
            if batch[-1] is None:
                self._shut()
                return

    def _do(self, jobs: list[_Job]) -> None:
        """One transaction; each job is told what came of it when it is on the disk."""
        if not jobs:
            return
        try:
            results = self._transaction(jobs)
        except (sqlite3.Error, OSError) as error:
            self._shut()
            refused = LedgerUnavailable(f"the responses in {self._path} cannot be read or written: {error}")
            results = [(None, refused)] * len(jobs)
        except LedgerUnavailable as error:
            self._shut()
            results = [(None, error)] * len(jobs)
        for job, (result, refusal) in zip(jobs, results, strict=True):
            job.tell(result, refusal)

    def _transaction(self, jobs: list[_Job]) -> list[tuple[Any, OutlastError | None]]:
        connection = self._open()
        results: list[tuple[Any, OutlastError | None]] = []
        connection.execute("BEGIN IMMEDIATE")
        try:
            for job in jobs:
                try:
                    results.append((job.run(connection), None))
                except OutlastError as error:
                    results.append((None, error))
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return results

    def _sweep(self) -> bool:
        """Give up some of what has expired; whether there is more. A disk that refuses is asked again later."""
        if not self._path.exists():
            return False
        try:
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
            try:
                found = connection.execute(_QUERIES["expired"], (self._now(), _SWEPT)).fetchall()
                for owner, known in found:
                    _drop(connection, known, owner)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            connection.execute(f"PRAGMA incremental_vacuum({_PAGES})").fetchall()
        except (sqlite3.Error, OSError, LedgerUnavailable):
            self._shut()
            return False
        return len(found) == _SWEPT

    def _open(self) -> sqlite3.Connection:
        """The thread's connection; opened anew after an error."""
        if self._connection is None:
            self._connection = _connect(self._path)
        return self._connection

    def _shut(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None


def _connect(path: Path) -> sqlite3.Connection:
    """A connection to the file, which is made for its owner alone."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    try:
        # These two are heard by a file that is new, and by no other.
        connection.execute("PRAGMA page_size = 8192")
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = TRUNCATE")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA mmap_size = 0")
        connection.execute("PRAGMA secure_delete = ON")  # what a caller has deleted is not to be read off the disk
        _migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    if _version(connection, path) == _VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection, path)
        if version == 0:
            for name in ("heads", "by_end", "bodies"):
                connection.execute(_QUERIES[name])
        if version < _VERSION:  # nobody else was first
            owned.make_table(connection)
            connection.execute(f"PRAGMA user_version = {_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection, path: Path) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > _VERSION:
        raise LedgerUnavailable(f"{path} was made by a newer version of Outlast; use that one, or another file")
    return int(version)


def _keep(connection: sqlite3.Connection, kept: Kept) -> None:
    connection.execute(_QUERIES["drop_body"], (kept.owner, kept.id))
    body = connection.execute(_QUERIES["add_body"], (kept.input, kept.response)).lastrowid
    head = (kept.owner, kept.id, kept.created, kept.expires, kept.previous, kept.provider, body)
    connection.execute(_QUERIES["add"], head)
    if kept.previous:
        connection.execute(_QUERIES["prolong"], (kept.owner, kept.previous, MOST_TURNS, kept.expires))


def _find(connection: sqlite3.Connection, known: str, owner: str, now: int) -> Kept | None:
    row = connection.execute(_QUERIES["find"], (owner, known, now)).fetchone()
    if row is None:
        return None
    found, whose, created, expires, previous, provider, given, response = row
    return Kept(
        id=found, owner=whose, created=created, expires=expires, previous=previous, provider=provider,
        input=given, response=response,
    )  # fmt: skip


def _chain(connection: sqlite3.Connection, known: str, owner: str, now: int) -> tuple[Kept, ...]:
    """Sizes first: nothing that is too large is read."""
    names, size, at = list[str](), 0, known
    while at:
        row = connection.execute(_QUERIES["size"], (owner, at, now)).fetchone()
        if row is None:
            raise _missing(at, known)
        names.append(at)
        size += row[0]
        if size > MOST_BYTES or len(names) > MOST_TURNS:
            raise MalformedRequest(
                f"the conversation that {known!r} ends is larger than {MOST_BYTES >> 20} MiB or has more than "
                f"{MOST_TURNS:,} turns; begin a new one",
                param="previous_response_id",
            )
        at = row[1]
    found = [_find(connection, name, owner, now) for name in reversed(names)]
    return tuple(each for each in found if each is not None)


def _missing(at: str, known: str) -> PreviousNotFound:
    before = "" if at == known else f", which {known!r} goes on from,"
    return PreviousNotFound(
        f"Previous response with id {at!r}{before} not found: it was not stored, was deleted, or has expired.",
        param="previous_response_id",
    )


def _delete(connection: sqlite3.Connection, known: str, owner: str, now: int) -> bool:
    there = connection.execute(_QUERIES["size"], (owner, known, now)).fetchone() is not None
    if there:
        _drop(connection, known, owner)
    return there


def _drop(connection: sqlite3.Connection, known: str, owner: str) -> None:
    connection.execute(_QUERIES["drop_body"], (owner, known))
    connection.execute(_QUERIES["drop"], (owner, known))
