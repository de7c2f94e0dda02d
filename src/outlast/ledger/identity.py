"""The name of one journal: random, made once, and what the database keeps its place in the journal by.

A place means nothing in another journal. So a database that was exchanged for an older copy goes on where that
copy was, and one that never saw this journal takes all of it. This file knows the name, not who uses it.
"""

import os
import secrets
from pathlib import Path
from typing import Final

_FILE: Final = "id"
_LENGTH: Final = 32


def journal_id(folder: Path) -> str:
    """The journal's name, made now where it has none. The caller holds the folder's lock, or only reads.

    Raises:
        OSError: the folder is away, or the disk refuses.
    """
    return known_id(folder) or _make(folder)


def known_id(folder: Path) -> str | None:
    """The journal's name, or None where it never got one."""
    try:
        with (folder / _FILE).open("rb") as file:
            text = file.read(_LENGTH + 1).decode("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    return text if len(text) == _LENGTH and set(text) <= set("0123456789abcdef") else None


def _make(folder: Path) -> str:
    """Write it such that it is there as a whole or not at all, whenever the power goes."""
    name = secrets.token_hex(_LENGTH // 2)
    unnamed = folder / f"{_FILE}.{name}"
    descriptor = os.open(unnamed, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, name.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    unnamed.rename(folder / _FILE)
    sync_folder(folder)
    sync_folder(folder.parent)
    return name


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
