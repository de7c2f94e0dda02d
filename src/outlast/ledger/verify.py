"""Whether a ledger is whole: the file, its sums against its rows, its places against its journals, the files beside.

It changes nothing, but that SQLite takes back what a killed process left half written in a file beside. It works on a
copy as on the file that a gateway is writing: everything in the database is looked at as of one moment. This file
knows the order of the checks; sums are compared in ``sums``.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from outlast.errors import LedgerUnavailable
from outlast.ledger.companions import companions_of, harm_to
from outlast.ledger.database import migrations, open_for_reading, version_of
from outlast.ledger.extents import Position
from outlast.ledger.location import journal_folder
from outlast.ledger.queries import QUERIES
from outlast.ledger.sums import compare_sums
from outlast.ledger.survey import NOWHERE, Surveyed, survey

_MOST_FINDINGS: Final = 20
"""Of one kind; more of the same tell nobody more."""


class Finding(NamedTuple):
    """Something that is not as it should be."""

    check: str
    """``file``, ``version``, ``sums``, ``bodies``, ``journal``, or what is in a file beside it: ``chats``."""
    says: str


@dataclass(slots=True)
class Verified:
    """What was looked at, and what was found."""

    file: Path
    version: int = 0
    calls: int = 0
    """Rows that were read."""
    hours: int = 0
    """Hours whose sums were compared in full; of others some calls were deleted or never had a row."""
    waiting: int = 0
    """Records that the journals hold and the database does not have yet."""
    beside: list[Path] = field(default_factory=list)
    """Files beside it that were looked through too."""
    findings: list[Finding] = field(default_factory=list)

    def found(self, check: str, says: str) -> None:
        """Note a finding; after twenty of one kind no more of it."""
        if sum(finding.check == check for finding in self.findings) < _MOST_FINDINGS:
            self.findings.append(Finding(check, says))


def verify(database: Path) -> Verified:
    """Look at everything.

    Raises:
        LedgerUnavailable: there is no such file, or a newer version of Outlast made it or its journal.
        OSError: the disk refuses to read a journal.
    """
    if not database.is_file():
        raise LedgerUnavailable(f"there is no ledger at {database}")
    verified = Verified(database)
    _check_beside(database, verified)
    with survey(journal_folder(database)) as journals:
        try:
            with closing(open_for_reading(database)) as connection:
                connection.execute("BEGIN")
                places = _check_database(connection, verified)
        except sqlite3.DatabaseError as error:
            verified.found("file", f"it cannot be read: {error}")
            return verified
        for journal in journals:
            _check_journal(journal, places, verified)
    return verified


def _check_beside(database: Path, verified: Verified) -> None:
    for what, path in companions_of(database).items():
        verified.beside.append(path)
        for says in harm_to(path, _MOST_FINDINGS):
            verified.found(what, f"{path.name}: {says}")


def _check_database(connection: sqlite3.Connection, verified: Verified) -> dict[str, Position]:
    """Returns up to where each journal is in it."""
    broken = [says for (says,) in connection.execute(f"PRAGMA integrity_check({_MOST_FINDINGS})") if says != "ok"]
    for says in broken:
        verified.found("file", says)
    verified.version = version_of(connection, verified.file)
    if verified.version < len(migrations()):
        verified.found(
            "version",
            f"it has version {verified.version} of {len(migrations())}: start the gateway once, and verify again",
        )
        return {}
    if not broken:
        _check_sums(connection, verified)
        _check_bodies(connection, verified)
    return {journal: Position(*place) for journal, *place in connection.execute(QUERIES["positions"])}


def _check_sums(connection: sqlite3.Connection, verified: Verified) -> None:
    compared = compare_sums(connection)
    for says in compared.differences(_MOST_FINDINGS):
        verified.found("sums", says)
    verified.calls, verified.hours = compared.calls, compared.hours


def _check_bodies(connection: sqlite3.Connection, verified: Verified) -> None:
    (stray,) = connection.execute(QUERIES["stray_bodies"]).fetchone()
    if stray:
        verified.found("bodies", f"what was said in {stray} calls is kept, and the calls are not")


def _check_journal(journal: Surveyed, places: dict[str, Position], verified: Verified) -> None:
    for path in journal.strange:
        verified.found("journal", f"{path} is named like a segment and is none, or its beginning is damaged")
    place = places.get(journal.name or "", NOWHERE)
    reach = journal.reach
    if reach is None:
        return
    if place > reach.end and not _has_gone_on(journal, place):
        verified.found("journal", f"{journal.folder} ends at {reach.end}, and the database knows it up to {place}")
        return
    waiting = journal.waiting(place)
    verified.waiting += waiting.records
    for says in _damage(waiting.damaged, waiting.torn, waiting.missing):
        verified.found("journal", f"{journal.folder}: {says}")


def _has_gone_on(journal: Surveyed, place: Position) -> bool:
    """Whether its process wrote more between the look at its files and the one at the database."""
    with survey(journal.folder.parent if journal.number else journal.folder) as again:
        ends = [each.reach.end for each in again if each.number == journal.number and each.reach is not None]
    return not ends or max(ends) >= place


def _damage(damaged: int, torn: int, missing: tuple[int, ...]) -> Iterator[str]:
    if damaged:
        yield f"{damaged} places are not what was written"
    if torn:
        yield f"{torn} records were cut off when a process died; no caller had the whole answer"
    if missing:
        yield f"segments {', '.join(map(str, missing))} are missing"
