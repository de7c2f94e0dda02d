"""What a file of weights is called, read from its first bytes alone.

It knows where the head stands in the file. It does not know the rest of the head nor the tensors (``weights``), and
imports no numpy: whoever lists models waits for nothing.

::

    "outlast weights" and a line feed, length of the head (4 bytes, little end first), head (JSON), tensors
"""

import struct
from pathlib import Path
from typing import Final

import msgspec

from outlast.errors import WeightsInvalid

MAGIC: Final = b"outlast weights\n"
LENGTH: Final = struct.Struct("<I")
START: Final = len(MAGIC) + LENGTH.size
"""Where the head begins."""
_LARGEST_HEAD: Final = 4 << 20


class Label(msgspec.Struct, frozen=True):
    """The part of a head by which a model is found."""

    name: str
    """``omni-mini-1``."""
    family: str
    date: str
    """Of the snapshot: ``2026-11-22``."""


def end_of_head(start: bytes, size: int) -> int:
    """Where the tensors begin, from the first bytes of a file of ``size``. Raises ``WeightsInvalid``."""
    if not start.startswith(MAGIC) or len(start) < START:
        raise WeightsInvalid(f"weights: {size} bytes that do not begin as a file of weights does")
    (length,) = LENGTH.unpack_from(start, len(MAGIC))
    if length > min(_LARGEST_HEAD, size - START):
        raise WeightsInvalid(f"weights: a head of {length} bytes does not fit into a file of {size}")
    return START + int(length)


def read_label(file: Path) -> Label:
    """A file's label. Raises ``WeightsInvalid`` for one that has none, and ``OSError``."""
    with file.open("rb") as opened:
        start = opened.read(START)
        end = end_of_head(start, file.stat().st_size)
        head = opened.read(end - START)
    try:
        return msgspec.json.decode(head, type=Label)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise WeightsInvalid(f"weights: the head cannot be read: {error}") from error
