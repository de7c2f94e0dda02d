"""What a running gateway tells other processes of this machine: that it lives, and what became of a reload.

It knows a folder beside the database with a lock, which the kernel gives back when its holder dies, and one small
file that is replaced as a whole. It does not know what is reloaded.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from outlast.errors import LedgerUnavailable, MachineError
from outlast.ledger.location import database_path
from outlast.settings import Settings

_LOCK: Final = "lock"
_STATE: Final = "state.json"
_NONE: Final = "`outlast serve` starts one (a changed server.database needs a restart too)"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one reload."""

    number: int
    """Reloads since the gateway started; 0: its start."""
    digest: str
    """Of the text that was read."""
    ok: bool
    says: tuple[str, ...] = ()
    """Why not; or what of it needs a restart."""
    at_ns: int = 0
    """Real time."""


class RunState(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be known of a gateway from outside."""

    pid: int
    """Whom a signal reaches."""
    namespace: str
    """In which that number means something."""
    config: str
    """The configuration file, from the root; empty: there is none."""
    address: str
    workers: int
    generation: int
    """Configurations since the start; 1: the one that it started with."""
    last: Outcome


def run_folder(settings: Settings) -> Path:
    """Beside the database, which one gateway at a time records into."""
    database = database_path(settings.server.database, settings.root)
    return database.with_name(database.name + ".run")


class RunFile:
    """The gateway's side: holds the lock for as long as it lives."""

    def __init__(self, settings: Settings) -> None:
        """Take the lock.

        Raises:
            LedgerUnavailable: another gateway has it, or the folder cannot be written.
        """
        self._folder = run_folder(settings)
        self._shown = self._folder.with_suffix("")
        try:
            self._folder.mkdir(mode=0o750, parents=True, exist_ok=True)
            self._lock = os.open(self._folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise LedgerUnavailable(
                f"{self._folder} cannot be written: {error.strerror}; "
                "server.database has to lie where this process may create files"
            ) from error
        if not _locked(self._lock, fcntl.LOCK_EX):
            os.close(self._lock)
            other = _read(self._folder)
            raise LedgerUnavailable(
                f"another process ({other.pid if other else 'unknown'}) records into {self._shown} already; "
                "stop it, or give this one a server.database of its own"
            )
        with suppress(FileNotFoundError):
            (self._folder / _STATE).unlink()

    def tell(self, state: RunState) -> None:
        """Replace what is told. Raises ``OSError`` where the disk refuses; what was told before stays."""
        fresh = self._folder / f"{_STATE}.new"
        fresh.write_bytes(msgspec.json.format(msgspec.json.encode(state)))
        fresh.replace(self._folder / _STATE)

    def leave(self) -> None:
        """In a child: the lock is its parent's alone."""
        os.close(self._lock)

    def close(self) -> None:
        """The gateway has ended."""
        with suppress(OSError):
            (self._folder / _STATE).unlink()
        os.close(self._lock)


def read_running(settings: Settings) -> RunState:
    """The gateway that runs on a configuration's database.

    Raises:
        MachineError: none does; or one does that cannot be asked from here.
    """
    folder = run_folder(settings)
    try:
        lock = os.open(folder / _LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise MachineError(f"no gateway runs on {folder.with_suffix('')}; {_NONE}") from error
    try:
        if _locked(lock, fcntl.LOCK_SH):
            raise MachineError(f"no gateway runs on {folder.with_suffix('')}; {_NONE}")
    finally:
        os.close(lock)
    state = _read(folder)
    if state is None:
        raise MachineError(f"the gateway on {folder.with_suffix('')} is starting or stopping; try again")
    if state.namespace != namespace():
        raise MachineError(
            f"the gateway on {folder.with_suffix('')} runs in another container; run this command there, "
            "or send its first process SIGHUP"
        )
    return state


def namespace() -> str:
    """Where this process' numbers mean something; empty where the system does not say."""
    try:
        return os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - no path, a name
    except OSError:
        return ""


def _locked(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _read(folder: Path) -> RunState | None:
    try:
        return msgspec.json.decode((folder / _STATE).read_bytes(), type=RunState)
    except (OSError, msgspec.DecodeError):
        return None
