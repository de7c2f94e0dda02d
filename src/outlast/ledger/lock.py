"""Who may record: one gateway at a time into a database, one process at a time into a journal.

Both are held by the kernel and given back by it when their process dies. This file knows folders and locks, not
what is recorded.
"""

import errno
import fcntl
import os
import secrets
import time
from pathlib import Path
from typing import Final

from outlast.errors import LedgerUnavailable
from outlast.ledger.slots import Slot, slot_folder

_TURN_SECONDS: Final = 10.0
"""How long another process of the same gateway may take to write down whose the folder is."""
_LONGEST_NAME: Final = 200


class FolderLock:
    """An exclusive lock on a folder, held until ``release`` or the end of the process."""

    def __init__(self, folder: Path) -> None:
        """Take the lock.

        Raises:
            LedgerUnavailable: another process holds it, or the folder cannot be written.
        """
        self._descriptor = _open(folder, "lock")
        if not _locked(self._descriptor, fcntl.LOCK_EX):
            raise _held(folder, self._descriptor)
        _write(self._descriptor, str(os.getpid()))

    def release(self) -> None:
        """Let another process have the folder."""
        os.close(self._descriptor)


class GatewayLock:
    """A folder that belongs to one gateway for as long as any of its processes lives."""

    def __init__(self, folder: Path, gateway: str) -> None:
        """Join the gateway's other processes, or be the first.

        Args:
            folder: the journal's own folder.
            gateway: what the processes of one gateway share, and no other gateway has.

        Raises:
            LedgerUnavailable: another gateway's process holds it, or the folder cannot be written.
        """
        self._descriptor = descriptor = _open(folder, "gateway")
        if _locked(descriptor, fcntl.LOCK_EX):
            _write(descriptor, f"{os.getpid()} {gateway}")
        deadline = time.monotonic() + _TURN_SECONDS
        while not _locked(descriptor, fcntl.LOCK_SH):  # also from exclusive to shared, with a gap for another one
            if time.monotonic() > deadline:
                raise _held(folder, descriptor)
            time.sleep(0.001)
        if _read(descriptor).partition(" ")[2] != gateway:
            raise _held(folder, descriptor)

    def release(self) -> None:
        """Leave it to the gateway's other processes, or to anybody."""
        os.close(self._descriptor)


class Ownership:
    """One process's right to record: its gateway has the database, and it has its journal."""

    def __init__(self, journal: Path, slot: Slot) -> None:
        """Take both.

        Raises:
            LedgerUnavailable: another process has one of them, or the folder cannot be written.
        """
        self._gateway = GatewayLock(journal, slot.gateway or f"{os.getpid()}-{secrets.token_hex(8)}")
        try:
            self._folder = FolderLock(slot_folder(journal, slot.number))
        except BaseException:
            self._gateway.release()
            raise

    def release(self) -> None:
        """Let others record."""
        self._folder.release()
        self._gateway.release()


def _open(folder: Path, name: str) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise LedgerUnavailable(
            f"the journal {folder} cannot be written: {error.strerror}; "
            "server.database has to lie where this process may create files"
        ) from error


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno != errno.EWOULDBLOCK:
            raise
        return False
    return True


def _held(folder: Path, descriptor: int) -> LedgerUnavailable:
    """The error that names who holds it; gives the descriptor back."""
    holder = _read(descriptor).partition(" ")[0]
    os.close(descriptor)
    return LedgerUnavailable(
        f"another process ({holder or 'unknown'}) records into {folder.with_suffix('')} already; "
        "stop it, or give this one a server.database of its own"
    )


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{text}\n".encode(), 0)


def _read(descriptor: int) -> str:
    return os.pread(descriptor, _LONGEST_NAME, 0).decode("ascii", "replace").strip()
