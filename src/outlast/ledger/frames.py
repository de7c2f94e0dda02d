"""One record in a run of bytes: a marker, its kind, its length, its checksum, its payload.

This file knows how to write a frame, walk frames, and find the next whole one behind damage. It does not know
files (``segments``) nor what a payload means (``drain``).
"""

import struct
from dataclasses import dataclass
from typing import Final, Literal
from zlib import crc32

Kind = Literal[b"E", b"O"]
EXCHANGE: Final[Kind] = b"E"
OBSERVATION: Final[Kind] = b"O"

MARKER: Final = b"\xffOL"
"""0xff never stands in UTF-8, so no text inside a payload looks like the start of a frame."""
_HEAD: Final = struct.Struct("<4sII")
HEAD_SIZE: Final = _HEAD.size
_pack_head: Final = _HEAD.pack
_NOTHING: Final = bytes(HEAD_SIZE)


Frame = tuple[Kind, bytes]
"""One whole record: its kind and its payload."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whole frames that follow one another, and why they stopped."""

    frames: list[Frame]
    end: int
    """Offset behind the last whole frame."""
    stopped: Literal["empty", "cut", "damaged"]
    """empty: nothing more was written. cut: the bytes end inside a frame. damaged: what follows is no frame."""
    needed: int = HEAD_SIZE
    """cut: how many bytes the frame that was cut has, as far as its head tells."""


class Framing:
    """Frames under one salt.

    The salt belongs to one segment and is random: bytes that a caller put into a recorded body cannot pass for
    a frame of ours when the bytes before them are damaged.
    """

    def __init__(self, salt: int) -> None:
        self._seeds: dict[bytes, tuple[Kind, int]] = {}
        self._starts: dict[Kind, tuple[bytes, int]] = {}
        for kind in (EXCHANGE, OBSERVATION):
            start = MARKER + kind
            seed = crc32(start, salt)
            self._seeds[start] = (kind, seed)
            self._starts[kind] = (start, seed)

    def pack(self, kind: Kind, payload: bytes) -> bytes:
        """The bytes of one frame."""
        start, seed = self._starts[kind]
        return _pack_head(start, len(payload), crc32(payload, seed)) + payload

    def walk(self, data: bytes, start: int = 0) -> Stretch:
        """Every whole frame from ``start`` on."""
        frames: list[Frame] = []
        position, size = start, len(data)
        while position + HEAD_SIZE <= size:
            marker, length, checksum = _HEAD.unpack_from(data, position)
            known = self._seeds.get(marker)
            if known is None:
                empty = data.startswith(_NOTHING, position)
                return Stretch(frames, position, "empty" if empty else "damaged")
            end = position + HEAD_SIZE + length
            if end > size:
                return Stretch(frames, position, "cut", HEAD_SIZE + length)
            payload = data[position + HEAD_SIZE : end]
            if crc32(payload, known[1]) != checksum:
                return Stretch(frames, position, "damaged")
            frames.append((known[0], payload))
            position = end
        return Stretch(frames, position, "cut" if data[position:].strip(b"\0") else "empty")

    def next_whole(self, data: bytes, start: int) -> int | None:
        """Where the first whole frame at or behind ``start`` begins, or None."""
        position = data.find(MARKER, start)
        while position >= 0:
            if self._whole_at(data, position):
                return position
            position = data.find(MARKER, position + 1)
        return None

    def _whole_at(self, data: bytes, position: int) -> bool:
        if position + HEAD_SIZE > len(data):
            return False
        marker, length, checksum = _HEAD.unpack_from(data, position)
        known = self._seeds.get(marker)
        end = position + HEAD_SIZE + length
        if known is None or end > len(data) or data.find(MARKER, position + HEAD_SIZE, end) >= 0:
            return False  # payloads are UTF-8 and hold no marker, so no byte is added up twice, whatever the bytes say
        return crc32(data[position + HEAD_SIZE : end], known[1]) == int(checksum)
