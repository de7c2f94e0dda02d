"""Which process of which gateway records: each has a journal of its own, and all of them one database.

It knows numbers, names and where each journal lies. It does not know locks (``lock``) nor how a journal is read.
"""

from dataclasses import dataclass
from pathlib import Path

_PREFIX = "slot-"


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of one process among those of its gateway."""

    number: int = 0
    """From 0 on; the process with number 0 also takes in what processes left whose number nobody has any more."""
    of: int = 1
    """How many processes the gateway has."""
    gateway: str = ""
    """What the processes of one gateway share and no other gateway has; empty: this process is all of it."""


ALONE = Slot()


def slot_folder(journal: Path, number: int) -> Path:
    """Where a process keeps its segments: number 0 in the journal's own folder, the others below it."""
    return journal / f"{_PREFIX}{number}" if number else journal


def slot_folders(journal: Path) -> dict[int, Path]:
    """Every journal that is there, by number."""
    found = {0: journal} if journal.is_dir() else {}
    for path in journal.glob(f"{_PREFIX}*"):
        number = path.name.removeprefix(_PREFIX)
        if (
            number.isdecimal()
            and number == str(int(number))
            and int(number)
            and path.is_dir()
            and not path.is_symlink()
        ):
            found[int(number)] = path
    return dict(sorted(found.items()))
