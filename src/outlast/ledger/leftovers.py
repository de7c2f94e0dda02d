"""What earlier processes left in a journal's folder, and what of it is none of ours.

It knows which files are segments. A file that is not one is never deleted and never written: a folder may be
shared by mistake. It does not know what becomes of the records (``drain``).
"""

import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from outlast.errors import LedgerUnavailable
from outlast.ledger.extents import Extent
from outlast.ledger.segments import HEADER_SIZE, is_blank, salt_of, segment_name

SPARE: Final = "spare"


@dataclass(slots=True)
class Leftovers:
    """The files of a folder that look like segments."""

    extents: dict[int, Extent] = field(default_factory=dict)
    """Segments, by number and in order."""
    blank: list[Path] = field(default_factory=list)
    """Made, and never written: their process died first."""
    strange: list[Path] = field(default_factory=list)
    """Named like a segment, and none: somebody else's, or one whose beginning the disk did not give back."""
    highest: int = 0
    """No number up to this one is free."""


def leftovers(folder: Path) -> Leftovers:
    """Look, and change nothing.

    Raises:
        LedgerUnavailable: a segment comes from another version.
        OSError: the folder or a file cannot be read.
    """
    found = Leftovers()
    for path in sorted(folder.glob("*.segment")):
        if path.stem.isdecimal() and path.name == segment_name(int(path.stem)):
            _sort(found, path, int(path.stem))
    return found


def _sort(found: Leftovers, path: Path, number: int) -> None:
    found.highest = max(found.highest, number)
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        found.strange.append(path)
        return
    salt = salt_of(path)
    if salt is not None:
        found.extents[number] = Extent(number, max(status.st_size, HEADER_SIZE), salt, recovered=True)
    elif is_blank(path):
        found.blank.append(path)
    else:
        found.strange.append(path)


def tidy(folder: Path) -> Leftovers:
    """The same, without what is blank and without the spare of a process that died; the caller holds the lock.

    Raises:
        LedgerUnavailable: a segment comes from another version, or the spare is somebody else's file.
        OSError: the folder or a file cannot be read or changed.
    """
    spare = folder / SPARE
    if spare.is_symlink() or spare.exists():
        if spare.is_symlink() or not spare.is_file() or (salt_of(spare) is None and not is_blank(spare)):
            raise LedgerUnavailable(f"{spare} is none of the journal's files; move it away")
        spare.unlink()
    found = leftovers(folder)
    for path in found.blank:
        path.unlink()
    return found


def check_folder(folder: Path) -> None:
    """Refuse a link into a folder that is somebody else's.

    Raises:
        LedgerUnavailable: it leads to a folder that holds files and was never a journal.
    """
    if folder.is_symlink() and folder.is_dir() and not (folder / "id").is_file() and any(folder.iterdir()):
        raise LedgerUnavailable(
            f"{folder} is a link to {folder.resolve()}, which holds files and is no journal; "
            "remove the link, or let it lead to an empty folder"
        )
