"""A stdout that is closed, full or gone: told apart from a defect, and found before something is made for it.

It knows file descriptors and what the system says of them. It does not know what is printed.
"""

import errno
import io
import os
import sys

from outlast.errors import MachineError

_OF_OUTPUT = frozenset({errno.EBADF, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ENOSPC, errno.EPIPE})


def has_stdout() -> None:
    """Where stdout was closed, one that refuses every write: else results vanish in silence.

    It takes the free descriptor as well, so that no database is opened as number 1, where a stray print would land.
    """
    if sys.stdout is None:
        refusing = os.open(os.devnull, os.O_RDONLY)
        sys.stdout = open(refusing, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - as long as the process


def leave_stdout() -> None:
    """Give stdout up, so that the interpreter's last flush has nothing to fail at."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - as long as the process


def is_of_output(error: OSError) -> bool:
    """Whether writing a result failed: such an error names no file."""
    return error.errno in _OF_OUTPUT and error.filename is None


def reason(error: OSError) -> str:
    """What is wrong with stdout, in words."""
    return "it is closed" if error.errno == errno.EBADF else error.strerror or str(error)


def check_stdout() -> None:
    """See that stdout takes writing, for what is printed once and kept nowhere.

    Raises:
        MachineError: it is closed or full.
    """
    try:
        os.write(sys.stdout.fileno(), b"")
    except io.UnsupportedOperation:  # text that is collected in memory
        return
    except OSError as error:
        raise MachineError(f"stdout cannot be written: {reason(error)}; nothing was made") from error
