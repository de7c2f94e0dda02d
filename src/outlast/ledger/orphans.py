"""Journals whose process nobody is any more, because the gateway was started again with fewer.

The process with number 0 takes them in before it serves. This file knows whose turn it is; it does not know how
records get into the database (``drain``).
"""

from contextlib import closing
from pathlib import Path

from outlast.ledger.database import OPENING_SECONDS
from outlast.ledger.drain import Drain, Drained
from outlast.ledger.extents import Position, Reach
from outlast.ledger.leftovers import tidy
from outlast.ledger.lock import FolderLock
from outlast.ledger.segments import segment_name
from outlast.ledger.slots import Slot, slot_folders


def take_in_orphans(database: Path, journal: Path, slot: Slot) -> Drained:
    """Drain every journal that no process of this gateway has; returns how much that was.

    Raises:
        sqlite3.Error, OSError, LedgerUnavailable: it was refused; what was drained before stays.
    """
    taken = Drained(Position(0, 0))
    if slot.number:
        return taken
    for number, folder in slot_folders(journal).items():
        if number >= slot.of:
            lock = FolderLock(folder)
            try:
                _take_in(database, folder, taken)
            finally:
                lock.release()
    return taken


def _take_in(database: Path, folder: Path, taken: Drained) -> None:
    left = tidy(folder)
    taken.damaged += len(left.strange)
    if not left.extents:
        return
    reach = Reach(tuple(left.extents.values()), 0)
    with closing(Drain(database, folder, patience=OPENING_SECONDS)) as drain:
        position = drain.position()
        while position != reach.end:
            drained = drain.step(reach)
            position = drained.position
            taken.frames += drained.frames
            taken.damaged += drained.damaged
            taken.torn += drained.torn
    for number in left.extents:
        (folder / segment_name(number)).unlink()
