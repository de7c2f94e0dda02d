"""A journal as it is found by somebody who neither writes nor owns it, while its process may be at work.

Every file is opened at once: what is deleted meanwhile can still be read, because the database had it before. This
file knows where the written part of a journal ends. It does not know what its records mean.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from outlast.ledger.extents import Extent, Position, Reach
from outlast.ledger.identity import known_id
from outlast.ledger.leftovers import Leftovers, leftovers
from outlast.ledger.scanner import Scanner
from outlast.ledger.segments import HEADER_SIZE
from outlast.ledger.slots import slot_folders

NOWHERE = Position(0, 0)


@dataclass(slots=True)
class Waiting:
    """What lies behind a place in a journal."""

    records: int = 0
    damaged: int = 0
    """Places where bytes of the past are no records any more."""
    torn: int = 0
    """Records that a process died in the middle of."""
    missing: tuple[int, ...] = ()
    """Numbers of segments that should be there."""


@dataclass(slots=True)
class Surveyed:
    """One process's journal."""

    number: int
    folder: Path
    name: str | None
    """Its name in the database; None: no process of this version ever opened it."""
    scanner: Scanner
    extents: tuple[Extent, ...] = ()
    strange: tuple[Path, ...] = ()

    @property
    def reach(self) -> Reach | None:
        """All that was written when it was looked at; None: there is no segment."""
        return Reach(self.extents, 0) if self.extents else None

    @property
    def bytes(self) -> int:
        """The room of its segments."""
        return sum(extent.end for extent in self.extents)

    def waiting(self, position: Position) -> Waiting:
        """What lies behind ``position``.

        Raises:
            OSError: the disk refuses.
        """
        found = Waiting(missing=self._missing(position))
        reach = self.reach
        while reach is not None:
            reading = self.scanner.read(position, reach)
            if reading.then == position:
                break
            position = reading.then
            found.records += len(reading.frames)
            found.damaged += reading.damaged
            found.torn += reading.torn
        return found

    def _missing(self, position: Position) -> tuple[int, ...]:
        numbers = {extent.number for extent in self.extents if extent.number >= position.segment}
        if not numbers:
            return ()
        first = position.segment + 1 if position.segment else min(numbers)
        return tuple(number for number in range(first, max(numbers)) if number not in numbers)


@contextmanager
def survey(journal: Path) -> Iterator[list[Surveyed]]:
    """Every process's journal below a database's one, with all its files open.

    Raises:
        LedgerUnavailable: a segment comes from another version.
        OSError: a file cannot be read.
    """
    found: list[Surveyed] = []
    try:
        for number, folder in slot_folders(journal).items():
            found.append(Surveyed(number, folder, known_id(folder), Scanner(folder)))
            _look(found[-1])
        yield found
    finally:
        for each in found:
            each.scanner.close()


def _look(into: Surveyed) -> None:
    left = _listed(into.folder)
    held: list[Extent] = []
    for extent in left.extents.values():
        try:
            into.scanner.hold(extent)
        except FileNotFoundError:
            continue  # brought in and deleted since the folder was read
        held.append(extent)
    if held:
        held[-1] = _written(into.scanner, held[-1])
    into.extents, into.strange = tuple(held), tuple(left.strange)


def _listed(folder: Path) -> Leftovers:
    """The folder's segments; its process may delete one while each is looked at."""
    while True:
        try:
            return leftovers(folder)
        except FileNotFoundError:
            if not folder.exists():
                return Leftovers()


def _written(scanner: Scanner, extent: Extent) -> Extent:
    """The same up to its last whole record: somebody may be writing the next one."""
    reach = Reach((extent,), 0)
    position = Position(extent.number, HEADER_SIZE)
    end = position.offset
    while (reading := scanner.read(position, reach)).then != position:
        position = reading.then
        if reading.frames:
            end = position.offset
    return Extent(extent.number, end, extent.salt, recovered=False)
