"""A copy of the ledger, made while a gateway records: the database, what its journals still hold, and the files beside.

The journals' files are opened before the database is copied, and read into the copy after it: nothing is missing in
between, and the places in the copy say what it has. Whoever starts a gateway on the copy, beside the same journals,
counts each call once. The copy itself is the last to get its name: where it is, all of it is. This file knows the
order of that; it does not know records.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from outlast.errors import LedgerUnavailable, SettingsInvalid
from outlast.ledger.companions import companions, copy_companion, drop_partial
from outlast.ledger.database import open_for_reading, version_of
from outlast.ledger.drain import Drain
from outlast.ledger.identity import sync_folder
from outlast.ledger.location import journal_folder
from outlast.ledger.survey import Surveyed, survey

_PAGES_AT_ONCE: Final = 8_192
_BESIDE: Final = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """What became of a backup."""

    file: Path
    bytes: int
    calls: int
    """Rows in the copy."""
    from_journals: int
    """Records that the database did not have yet."""
    remarks: tuple[str, ...]
    """What is not in the copy, if anything."""
    beside: tuple[Path, ...] = ()
    """Copies of kept responses, rollouts, chats and notices, where there are any."""


def back_up(database: Path, file: Path, *, force: bool = False) -> BackedUp:
    """Copy a ledger into ``file``, which only its owner can read.

    Args:
        database: the ledger's file; a gateway may be writing it.
        file: where the copy goes, and beside it the copies of the files beside; it is there as a whole or not at all.
        force: replace what is there.

    Raises:
        SettingsInvalid: there is a file already, or it is a part of the ledger itself.
        LedgerUnavailable: there is no ledger, it cannot be read, or the copy cannot be written.
    """
    _check(database, file, force=force)
    partial = file.with_name(f"{file.name}.partial")
    try:
        with _unfinished(partial), survey(journal_folder(database)) as journals:
            _copy(database, partial)
            remarks, taken = _add_journals(partial, journals)
            calls = _finish(partial)
            beside = _copy_beside(database, file)
            partial.replace(file)
            sync_folder(file.absolute().parent)
    except (sqlite3.Error, OSError) as error:
        raise LedgerUnavailable(f"{database} could not be copied into {file}: {error}") from error
    size = sum(each.stat().st_size for each in (file, *beside))
    return BackedUp(file=file, bytes=size, calls=calls, from_journals=taken, remarks=remarks, beside=beside)


def _check(database: Path, file: Path, *, force: bool) -> None:
    if not database.is_file():
        raise LedgerUnavailable(f"there is no ledger at {database}: nothing was recorded there yet")
    pairs = companions(database.resolve(), file)
    own = {database.resolve(), *(database.resolve().with_name(database.name + end) for end in _BESIDE)}
    own |= {source for source, _ in pairs}
    if file.resolve() in own or journal_folder(database).resolve() in file.resolve().parents:
        raise SettingsInvalid(f"{file} is a part of the ledger itself; give the copy another place")
    if file.is_dir() or (file.exists() and not force):
        raise SettingsInvalid(f"{file} is there already; --force replaces a file")
    there = next((target for _, target in pairs if target.exists()), None)
    if there is not None and not force:
        raise SettingsInvalid(f"{there} is there already; --force replaces a file")


@contextmanager
def _unfinished(partial: Path) -> Iterator[None]:
    """A new file for its owner alone, which goes again where it was not renamed."""
    _remove(partial)
    os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        yield
    finally:
        _remove(partial)


def _remove(partial: Path) -> None:
    for end in ("", *_BESIDE):
        with suppress(FileNotFoundError):
            partial.with_name(partial.name + end).unlink()


def _copy(database: Path, partial: Path) -> None:
    """Every page as it was at one moment; who writes meanwhile does not wait, and is not waited for."""
    with closing(open_for_reading(database)) as source, closing(sqlite3.connect(partial)) as target:
        source.execute("BEGIN")
        if version_of(source, database) == 0:
            raise LedgerUnavailable(f"there is no ledger in {database}: nothing was recorded there yet")
        source.backup(target, pages=_PAGES_AT_ONCE)


def _copy_beside(database: Path, file: Path) -> tuple[Path, ...]:
    """All of them, then their names; one of an earlier copy does not stay beside this one."""
    pairs = companions(database, file)
    try:
        made = [(copy_companion(source, target), target) for source, target in pairs if source.exists()]
        for _, target in pairs:
            target.unlink(missing_ok=True)
        return tuple(partial.replace(target) for partial, target in made)
    finally:
        for _, target in pairs:
            drop_partial(target)


def _add_journals(partial: Path, journals: list[Surveyed]) -> tuple[tuple[str, ...], int]:
    taken = 0
    remarks: list[str] = []
    for journal in journals:
        if journal.reach is None:
            continue
        if journal.name is None:
            remarks.append(f"what waits in {journal.folder} is not in the copy: start the gateway once to bring it in")
            continue
        with closing(Drain(partial, journal.folder, scanner=journal.scanner)) as drain:
            while drain.position() < journal.reach.end:
                drained = drain.step(journal.reach)
                taken += drained.frames
                if drained.damaged:
                    remarks.append(f"{drained.damaged} places of {journal.folder} cannot be read")
    return tuple(remarks), taken


def _finish(partial: Path) -> int:
    """One file without a second one beside it, on the disk; returns how many calls it has."""
    with closing(sqlite3.connect(partial, isolation_level=None)) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")
        (calls,) = copy.execute("SELECT count(*) FROM exchanges").fetchone()
    descriptor = os.open(partial, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return int(calls)
