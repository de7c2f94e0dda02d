"""One owner of a journal at a time, held by the kernel and given back by it when the owner dies."""

import fcntl
import os
from pathlib import Path

from outlast.errors import LedgerUnavailable


class FolderLock:
    """An exclusive lock on a folder, held until ``release`` or the end of the process."""

    def __init__(self, folder: Path) -> None:
        """Take the lock.

        Raises:
            LedgerUnavailable: another process holds it, or the folder cannot be written.
        """
        path = folder / "lock"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise LedgerUnavailable(
                f"the journal {folder} cannot be written: {error.strerror}; "
                "server.database has to lie where this process may create files"
            ) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(self._descriptor, 20).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise LedgerUnavailable(
                f"another process ({holder or 'unknown'}) records into {folder.with_suffix('')} already; "
                "stop it, or give this one a server.database of its own"
            ) from error
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let another process have the folder."""
        os.close(self._descriptor)
