"""The gateway's ``Journal``: what the request path calls, and what is told of it.

It knows how a finished call becomes a record and what is counted when it cannot. It does not know segments
nor SQL.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from outlast.errors import LedgerUnavailable
from outlast.exchange import Exchange, Observation, SeenModel
from outlast.ledger.batch import encode
from outlast.ledger.bounds import bounded
from outlast.ledger.database import OPENING_SECONDS, withhold_from_others
from outlast.ledger.denied import why
from outlast.ledger.drain import Drain
from outlast.ledger.frames import EXCHANGE, OBSERVATION, Kind
from outlast.ledger.journal import SEGMENT_SIZE, Journal
from outlast.ledger.leftovers import check_folder
from outlast.ledger.location import database_path, journal_folder
from outlast.ledger.lock import Ownership
from outlast.ledger.lookout import Looked, Mark
from outlast.ledger.orphans import take_in_orphans
from outlast.ledger.retention import Retention
from outlast.ledger.slots import ALONE, Slot, slot_folder
from outlast.ledger.syncer import Syncer
from outlast.ledger.writer import Writer
from outlast.settings.words import LedgerSettings

_AS_USUAL: Final = LedgerSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderStats:
    """How the record fares; every number counts records since this process opened it."""

    appended: int
    """Kept: in the journal, and from there in the database within a second."""
    drained: int
    """In the database; what an earlier process had left included."""
    recovered: int
    """In the database at the opening: left in the journal by an earlier process."""
    lag: int
    """In the journal, not yet in the database."""
    lost: int
    """Not kept: there was no room on the disk."""
    bodies_lost: int
    """Kept without what was said, because there was no room for that."""
    damaged: int
    """Places in the journal where the disk did not give back what was written."""
    torn: int
    """Unfinished records of a process that died; no caller had their whole answer."""
    journal_ok: bool
    """False: the disk is full, and further records are lost until it is not."""
    database_ok: bool
    """False: the database refuses, and the journal waits for it."""
    refusals: int
    last_error: str
    unsynced: int = 0
    """Kept, and not yet on the disk: a loss of power would take them."""
    sync_failures: int = 0
    """How often the disk refused to take what was written."""
    deleted: int = 0
    """Calls that were older than ``[ledger] keep``."""


class Recorder:
    """Keeps finished calls. ``append`` and ``observe`` belong to one thread, the event loop's."""

    def __init__(
        self,
        *,
        journal: Journal,
        writer: Writer,
        syncer: Syncer,
        retention: Retention,
        ownership: Ownership,
        notices: tuple[str, ...] = (),
    ) -> None:
        self.notices = notices
        """What an operator should know of the files as they were found."""
        self._journal = journal
        self._keep: Callable[[Kind, bytes], bool] = self._keep_synced if syncer.always else journal.append
        self._writer = writer
        self._syncer = syncer
        self._retention = retention
        self._ownership = ownership
        self._lost = 0
        self._bodies_lost = 0
        self._closed = False

    def append(self, exchange: Exchange) -> None:
        """Keep one exchange against ``kill -9`` before returning; count it as lost where that cannot be."""
        try:
            payload = encode(exchange)
        except (ValueError, OverflowError):  # an upstream's number past 64 bits, text that is no UTF-8
            payload = encode(bounded(exchange))
        if self._keep(EXCHANGE, payload):
            return
        if exchange.request_body is None and exchange.response_body is None:
            self._lost += 1
        else:
            self._bodies_lost += 1
            self.append(msgspec.structs.replace(exchange, request_body=None, response_body=None))

    def observe(self, observation: Observation) -> None:
        """Keep one observed life-cycle fact."""
        if not self._keep(OBSERVATION, encode(observation)):
            self._lost += 1

    def keep_by(self, ledger: LedgerSettings) -> None:
        """Delete by other settings from now on; how hard the journal is written stays as it was opened."""
        self._retention.change(ledger)

    def look(self, known: Mark) -> Looked:
        """The callers' keys, read by the worker. Any thread may ask.

        Raises:
            LedgerUnavailable: they cannot be read now.
        """
        return self._writer.elsewhere.look(known)

    def seen(self, since_ns: int) -> tuple[SeenModel, ...]:
        """What was called since then, read by the worker; any thread may ask. Raises as ``look`` does."""
        return self._writer.elsewhere.seen(since_ns)

    def stats(self) -> RecorderStats:
        """How the record fares now."""
        writer = self._writer
        drained, appended = writer.drained, self._journal.appended
        return RecorderStats(
            appended=appended,
            drained=drained,
            recovered=writer.recovered,
            lag=max(0, appended + writer.recovered - drained),
            lost=self._lost,
            bodies_lost=self._bodies_lost,
            damaged=writer.damaged,
            torn=writer.torn,
            journal_ok=self._journal.has_room,
            database_ok=not writer.last_error,
            refusals=writer.refusals,
            last_error=writer.last_error,
            unsynced=max(0, appended - self._journal.synced),
            sync_failures=self._syncer.failures,
            deleted=writer.deleted,
        )

    def close(self) -> None:
        """Bring everything into the database and let another process record; what it refuses waits.

        Closing twice is closing once. What is appended afterwards is lost, and counted.
        """
        if not self._closed:
            self._closed = True
            self._keep = _too_late
            self._syncer.stop()
            self._writer.stop()
            self._ownership.release()

    def _keep_synced(self, kind: Kind, payload: bytes) -> bool:
        kept = self._journal.append(kind, payload)
        if kept:
            self._syncer.sync()
        return kept


def _too_late(_kind: Kind, _payload: bytes) -> bool:
    return False


def open_recorder(
    database_url: str,
    root: Path,
    *,
    ledger: LedgerSettings = _AS_USUAL,
    slot: Slot = ALONE,
    segment_size: int = SEGMENT_SIZE,
    entropy: Callable[[int], bytes] = os.urandom,
) -> Recorder:
    """Own a journal of the record: bring in what an earlier process left, then record in the background.

    Raises:
        SettingsInvalid: the address is none of a SQLite file.
        LedgerUnavailable: another gateway owns the database or another process the journal, or a file cannot be
            opened or written.
    """
    path = database_path(database_url, root)
    top = journal_folder(path)
    check_folder(top)
    ownership = Ownership(top, slot)
    folder = slot_folder(top, slot.number)
    retention = Retention(ledger)
    try:
        orphans = take_in_orphans(path, top, slot)
        with closing(Drain(path, folder, patience=OPENING_SECONDS)) as drain:
            journal = Journal(folder, after=drain.position().segment, segment_size=segment_size, entropy=entropy)
            writer = Writer(journal, path, folder, None if slot.number else retention)
            writer.recover(drain)
    except (sqlite3.Error, OSError) as error:
        ownership.release()
        raise LedgerUnavailable(f"the ledger {path} cannot be written: {why(error, path)}") from error
    except LedgerUnavailable:
        ownership.release()
        raise
    orphans.damaged += len(journal.strange)
    writer.count(orphans)
    syncer = Syncer(journal, always=ledger.sync == "always")
    writer.start()
    syncer.start()
    return Recorder(
        journal=journal,
        writer=writer,
        syncer=syncer,
        retention=retention,
        ownership=ownership,
        notices=tuple(_notices(path, journal)),
    )


def _notices(database: Path, journal: Journal) -> Iterator[str]:
    """What an operator should know of the files as they were found."""
    try:
        if withhold_from_others(database):
            yield f"{database} could be read by every user of this machine; that is withdrawn"
    except OSError as error:
        yield f"{database} can be read by every user of this machine, and cannot be withdrawn: {error.strerror}"
    for path in journal.strange:
        yield f"{path} is named like a segment and is none, or its beginning is damaged; it stays as it is"
