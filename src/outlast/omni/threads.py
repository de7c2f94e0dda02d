"""How many threads one multiplication may take: one, since sessions are what runs side by side.

It knows the libraries that numpy may be built with. It does not know the network.

A product of one vector and one matrix gains nothing from a second thread, and OpenBLAS lets its helpers spin beside
whatever else the machine has to do; two sessions that both wake them run slower than one. The variables of the
environment that say so (``OPENBLAS_NUM_THREADS``) count only before numpy is first imported, and are not a server's to
set; so the library that numpy has loaded is asked by its own function. It is found through numpy's own extension,
whose dependencies the loader searches. The choice holds for the whole process; nothing else in a gateway multiplies
matrices. Apple's Accelerate has no such function and does not need it at these sizes.
"""

import ctypes
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

_SETTERS: Final = (
    "scipy_openblas_set_num_threads64_",
    "scipy_openblas_set_num_threads",
    "openblas_set_num_threads64_",
    "openblas_set_num_threads",
    "MKL_Set_Num_Threads",
)


def use_one_thread() -> bool:
    """Limit numpy's multiplications to the thread that asks for them; False where its library cannot be told."""
    for library in _libraries():
        for name in _SETTERS:
            setter = getattr(library, name, None)
            if setter is not None:
                setter(ctypes.c_int(1))
                return True
    return False


def _libraries() -> Iterator[ctypes.CDLL]:
    """Numpy's extension, then what stands beside it: on Windows a name is not looked for in dependencies."""
    extension = importlib.import_module("numpy._core._multiarray_umath")
    beside = Path(np.__file__).parent.parent / "numpy.libs"
    for path in (Path(str(extension.__file__)), *sorted(beside.glob("*openblas*"))):
        try:
            yield ctypes.CDLL(str(path))
        except OSError:
            continue
