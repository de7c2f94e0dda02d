"""One SQLite file beside the ledger's, worked on by one thread in batches, for several processes at once.

It knows connections, locks, transactions and who waits for them. It does not know tables, nor what is kept. SQLite's
locks keep processes apart. The journal mode is ``TRUNCATE`` and nothing is mapped: SQLite's ``WAL`` maps a file, and a
disk that fails would then end the gateway by a signal.
"""

import asyncio
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from outlast.errors import LedgerUnavailable, OutlastError
from outlast.ledger.denied import why

PATIENCE: Final = 10.0
"""Seconds to wait for another process's lock; each of its batches takes some milliseconds."""
SWEEP_S: Final = 300.0
"""Seconds between two looks for what has expired."""
_AT_ONCE: Final = 64
"""Jobs of one transaction."""
_MOST_WAITING: Final = 1_024
"""Jobs that may wait; a disk that is further behind is told to callers."""
_PAGES: Final = 2_000
"""Pages that one step of a sweep gives back to the file system."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What is in a file, as far as opening it needs to know."""

    what: str
    """In the plural: ``responses``."""
    version: int
    """Written into the file; a file of a newer one is left alone."""
    grow: Callable[[sqlite3.Connection, int], None]
    """Brings the tables of an older version, 0 for a new file, to this one; in a transaction."""
    sweep: Callable[[sqlite3.Connection], bool] | None = None
    """Gives up a little of what has expired, in a transaction; returns whether there is more."""


class _Job(NamedTuple):
    """One thing to do in a transaction, and who waits for it."""

    run: Callable[[sqlite3.Connection], Any]
    tell: Callable[[Any, Exception | None], None]
    writes: Callable[[], bool]
    """Asked in the desk's thread just before the transaction begins."""


def _always() -> bool:
    return True


def _never() -> bool:
    return False


class Desk:
    """The file's thread, and the ways to ask it something."""

    def __init__(self, path: Path, shape: Shape, *, sweep_s: float = SWEEP_S, patience: float = PATIENCE) -> None:
        """Open nothing yet.

        Args:
            path: the file; made, with its folder, by the first job that writes.
            shape: what is in it.
            sweep_s: seconds between two looks for what has expired.
            patience: seconds to wait for another's lock before ``LedgerUnavailable``.
        """
        self.path = path
        self._shape = shape
        self._sweep_s = sweep_s
        self._patience = patience
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=f"outlast-{shape.what}", daemon=True)
        self._gate = threading.Lock()
        self._open_to_jobs = False
        self._connection: sqlite3.Connection | None = None
        self._nothing: sqlite3.Connection | None = None
        self._looking = threading.Lock()
        self._looker: sqlite3.Connection | None = None

    def start(self) -> None:
        """Begin to work; in the process that needs it, after any fork."""
        with self._gate:
            self._open_to_jobs = True
        self._thread.start()

    def close(self) -> None:
        """Finish what waits, and end."""
        with self._gate:
            if self._open_to_jobs:
                self._jobs.put(None)
            self._open_to_jobs = False
        if self._thread.is_alive():
            self._thread.join()
        with self._looking:
            _shut(self._looker)
            self._looker = None

    async def ask(self, run: Callable[[sqlite3.Connection], T], *, writes: bool = True) -> T:
        """What ``run`` returns, when its transaction is on the disk.

        Args:
            run: called in the desk's thread; an error of ``errors.py`` that it raises before it writes is the caller's.
            writes: False: it only reads, and does not wait for those who write.

        Raises:
            LedgerUnavailable: the file cannot be read or written, is locked for too long, or is too far behind.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def settle(result: T, error: Exception | None) -> None:
            if future.cancelled():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)

        def tell(result: T, error: Exception | None) -> None:
            with suppress(RuntimeError):  # the loop was closed: nobody waits any more
                loop.call_soon_threadsafe(settle, result, error)

        self._put(_Job(run, tell, _always if writes else _never))
        return await future

    def ask_now(self, run: Callable[[sqlite3.Connection], T], *, writes: bool = True) -> T:
        """The same from a thread that may block."""
        future: Future[T] = Future()

        def tell(result: T, error: Exception | None) -> None:
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)

        self._put(_Job(run, tell, _always if writes else _never))
        return future.result()

    def hand(
        self,
        run: Callable[[sqlite3.Connection], T],
        tell: Callable[[T | None, Exception | None], None],
        writes: Callable[[], bool],
    ) -> None:
        """The way below ``ask``, for who waits in a way of its own; everything is called in the desk's thread.

        Args:
            run: as in ``ask``.
            tell: what came of it, when it is on the disk.
            writes: asked just before the transaction begins, and always before ``tell``.

        Raises:
            LedgerUnavailable: the file is not open, or too far behind; nothing is called.
        """
        self._put(_Job(run, tell, writes))

    def leave(self, run: Callable[[sqlite3.Connection], object]) -> None:
        """Have it done soon; nobody waits, and it may be lost. Raises ``LedgerUnavailable`` as ``ask`` does."""
        self._put(_Job(run, lambda _result, _error: None, _always))

    def look(self, run: Callable[[sqlite3.Connection], T], *, missing: T) -> T:
        """What ``run`` reads, at once and in the calling thread: for what is cheap and often asked.

        Args:
            run: reads of one moment.
            missing: the answer where there is no file; none is made.

        Raises:
            LedgerUnavailable: the file cannot be read.
        """
        with self._looking:
            if self._looker is None and not self.path.exists():
                return missing
            try:
                if self._looker is None:
                    self._looker = connect(self.path, self._shape, patience=self._patience)
                with _Transaction(self._looker, writes=False):
                    return run(self._looker)
            except (sqlite3.Error, OSError) as error:
                _shut(self._looker)
                self._looker = None
                raise self._refused(error) from error

    def _put(self, job: _Job) -> None:
        with self._gate:
            if not self._open_to_jobs:
                raise LedgerUnavailable(f"the {self._shape.what} in {self.path} are not open")
            if self._jobs.qsize() >= _MOST_WAITING:
                raise LedgerUnavailable(
                    f"{self.path} is too far behind: {_MOST_WAITING:,} {self._shape.what} wait for the disk"
                )
            self._jobs.put(job)

    def _work(self) -> None:
        """The thread: batches as they come, and a step of a sweep now and then, however busy it is."""
        due = time.monotonic() + self._sweep_s
        while True:
            batch = self._batch(due)
            self._do([job for job in batch if job is not None])
            if batch and batch[-1] is None:
                self._let_go()
                return
            if time.monotonic() >= due:
                due = time.monotonic() + (0.0 if self._sweep() else self._sweep_s)

    def _batch(self, due: float) -> list[_Job | None]:
        """What waits; empty: nothing came until then."""
        try:
            batch = [self._jobs.get(timeout=max(due - time.monotonic(), 0.0))]
        except queue.Empty:
            return []
        while len(batch) < _AT_ONCE and batch[-1] is not None:
            try:
                batch.append(self._jobs.get_nowait())
            except queue.Empty:
                break
        return batch

    def _do(self, jobs: list[_Job]) -> None:
        """One transaction; each job is told what came of it when it is on the disk."""
        if not jobs:
            return
        try:
            results = self._transaction(jobs)
        except (sqlite3.Error, OSError) as error:
            results = [(None, self._refused(error))] * len(jobs)
            self._let_go()
        except Exception as error:  # noqa: BLE001 - a defect of one job must not end the thread that others wait for
            results = [(None, error)] * len(jobs)
            self._let_go()
        for job, (result, refusal) in zip(jobs, results, strict=True):
            job.tell(result, refusal)

    def _transaction(self, jobs: list[_Job]) -> list[tuple[Any, Exception | None]]:
        asked = [job.writes() for job in jobs]  # every one of them, whatever the first says
        writes = any(asked)
        there = writes or self._connection is not None or self.path.exists()
        connection = self._opened() if there else self._empty()
        results: list[tuple[Any, Exception | None]] = []
        with _Transaction(connection, writes=writes):
            for job in jobs:
                try:
                    results.append((job.run(connection), None))
                except OutlastError as error:
                    results.append((None, error))
        return results

    def _sweep(self) -> bool:
        """Give up some of what has expired; whether there is more. A disk that refuses is asked again later."""
        if self._shape.sweep is None or not self.path.exists():
            return False
        try:
            connection = self._opened()
            with _Transaction(connection, writes=True):
                more = self._shape.sweep(connection)
            connection.execute(f"PRAGMA incremental_vacuum({_PAGES})").fetchall()
        except (sqlite3.Error, OSError, LedgerUnavailable):
            self._let_go()
            return False
        return more

    def _opened(self) -> sqlite3.Connection:
        """The thread's connection; opened anew after an error."""
        if self._connection is None:
            self._connection = connect(self.path, self._shape, patience=self._patience)
        return self._connection

    def _empty(self) -> sqlite3.Connection:
        """What is read where there is no file: none is made for a look at it."""
        if self._nothing is None:
            self._nothing = sqlite3.connect(":memory:", isolation_level=None)
            _migrate(self._nothing, self.path, self._shape)
        return self._nothing

    def _let_go(self) -> None:
        _shut(self._connection)
        _shut(self._nothing)
        self._connection = self._nothing = None

    def _refused(self, error: Exception) -> LedgerUnavailable:
        said = why(error, self.path)
        return LedgerUnavailable(f"the {self._shape.what} in {self.path} cannot be read or written: {said}")


def connect(path: Path, shape: Shape, *, patience: float = PATIENCE) -> sqlite3.Connection:
    """A connection to the file, which is made for its owner alone.

    Raises:
        LedgerUnavailable: a newer version made it.
        sqlite3.Error: it cannot be opened.
        OSError: it cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    # A lock of the desk keeps threads apart where more than one use the connection.
    connection = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)
    try:
        if not _version(connection, path, shape):
            # A file that is new hears these two, and no other; the second one writes, which not every reader may.
            connection.execute("PRAGMA page_size = 8192")
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = TRUNCATE")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA mmap_size = 0")
        connection.execute("PRAGMA secure_delete = ON")  # what a caller has deleted is not to be read off the disk
        _migrate(connection, path, shape)
    except BaseException:
        connection.close()
        raise
    return connection


class _Transaction:
    """All of it or nothing."""

    def __init__(self, connection: sqlite3.Connection, *, writes: bool) -> None:
        self._connection = connection
        self._writes = writes

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE" if self._writes else "BEGIN")

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        try:
            if kind is None:
                self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")


def _migrate(connection: sqlite3.Connection, path: Path, shape: Shape) -> None:
    if _version(connection, path, shape) == shape.version:
        return
    with _Transaction(connection, writes=True):
        version = _version(connection, path, shape)
        if version < shape.version:  # nobody else was first
            shape.grow(connection, version)
            connection.execute(f"PRAGMA user_version = {shape.version}")


def _version(connection: sqlite3.Connection, path: Path, shape: Shape) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > shape.version:
        raise LedgerUnavailable(f"{path} was made by a newer version of Outlast; use that one, or another file")
    return int(version)


def _shut(connection: sqlite3.Connection | None) -> None:
    if connection is not None:
        with suppress(sqlite3.Error):
            connection.close()
