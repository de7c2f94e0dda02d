"""Which processes write answers: each holds a lock on a file of its own name, for as long as it lives.

It knows files and locks, which the kernel gives back when their process dies, however that dies. It does not know
answers. A process is found dead at once, and one that is merely slow is never taken for dead.
"""

import fcntl
import os
import secrets
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Final

_WAYS: Final = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC


class Writers:
    """The folder of those files, and this process' own."""

    def __init__(self, folder: Path) -> None:
        """Touch nothing yet."""
        self._folder = folder
        self._own = ""
        self._descriptor = -1
        self._gate = Lock()

    def own(self) -> str:
        """This process' name, under which it begins answers; its file is made and locked with the first one.

        Raises:
            OSError: the folder cannot be written.
        """
        with self._gate:
            while not self._own:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                name = f"{os.getpid()}-{secrets.token_hex(8)}"
                self._descriptor = os.open(self._folder / name, _WAYS | os.O_CREAT | os.O_EXCL, 0o600)
                fcntl.flock(self._descriptor, fcntl.LOCK_EX)
                if os.fstat(self._descriptor).st_nlink:
                    self._own = name
                else:  # somebody took it for a dead one's before it was locked
                    os.close(self._descriptor)
            return self._own

    def tidy(self) -> None:
        """Remove the files of processes that have ended; what cannot be removed does no harm."""
        with suppress(OSError):
            for name in os.listdir(self._folder):  # noqa: PTH208 - names are all that is needed
                self.alive(name)

    def alive(self, name: str) -> bool:
        """Whether the process of this name still runs; the file of one that does not is removed.

        Raises:
            OSError: the folder cannot be read.
        """
        if name == self._own:
            return True
        try:
            descriptor = os.open(self._folder / name, _WAYS)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        with suppress(FileNotFoundError):
            (self._folder / name).unlink()
        return False

    def release(self) -> None:
        """This process writes no more."""
        with self._gate:
            if self._own:
                with suppress(FileNotFoundError):
                    (self._folder / self._own).unlink()
                os.close(self._descriptor)
                self._own, self._descriptor = "", -1
