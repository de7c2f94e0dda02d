"""Server-sent events as bytes: cutting a stream into events, and reading the data of one.

It knows the framing: three kinds of line ends, comments, fields, a byte-order mark. It does not know what an event
means (``chat.relay`` does). The pieces that come out, joined, are the bytes that went in.
"""

import re

from outlast.errors import UpstreamBroken

LARGEST_EVENT = 8 << 20
"""Bytes of one event that are held; audio in chat streams stays far below."""
_BOM = b"\xef\xbb\xbf"
# Atomic, or \r\n would count as two line ends and cut an event in the middle.
_END = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_LONGEST_END = len(b"\r\n\r\n")


class Splitter:
    """Cuts a stream into events, each with the blank line that ends it, across any chunk boundaries."""

    __slots__ = ("_held", "_scanned")

    def __init__(self) -> None:
        self._held = bytearray()
        self._scanned = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The events that are complete now.

        Raises:
            UpstreamBroken: an event is larger than ``LARGEST_EVENT``.
        """
        if not self._held and len(chunk) <= LARGEST_EVENT and chunk.endswith(b"\n\n") and b"\r" not in chunk:
            if chunk.find(b"\n") == len(chunk) - 2:
                return [chunk]
            pieces = chunk.split(b"\n\n")
            self._held += pieces.pop()
            return [piece + b"\n\n" for piece in pieces]
        self._held += chunk
        return self._cut()

    @property
    def rest(self) -> bytes:
        """The bytes of an event that is not complete."""
        return bytes(self._held)

    def finish(self) -> bytes:
        """The stream has ended: hand over the bytes of an event that nothing completed."""
        rest = bytes(self._held)
        self._held.clear()
        self._scanned = 0
        return rest

    def _cut(self) -> list[bytes]:
        held, events, start = self._held, list[bytes](), 0
        position = max(0, self._scanned - _LONGEST_END)
        while (end := _END.search(held, position)) is not None:
            # A \r at the very end may be the first half of \r\n: the next byte decides.
            if end.end() == len(held) and held.endswith(b"\r"):
                break
            _check_size(end.end() - start)
            events.append(bytes(held[start : end.end()]))
            start = position = end.end()
        del held[:start]
        self._scanned = len(held)
        _check_size(len(held))
        return events


def data_of(event: bytes) -> bytes:
    """The data of one event, its lines joined; empty for comments and events without data."""
    if event.startswith(b"data:") and event.find(b"\n") == len(event) - 2 and b"\r" not in event:
        return event[5:].strip()
    return b"\n".join(value for name, value in _fields(event) if name == b"data").strip()


def name_of(event: bytes) -> bytes:
    """The ``event:`` field; empty when there is none."""
    return next((value for name, value in _fields(event) if name == b"event"), b"")


def _fields(event: bytes) -> list[tuple[bytes, bytes]]:
    lines = [line.partition(b":") for line in _LINE_END.split(event.removeprefix(_BOM))]
    return [(name, value.removeprefix(b" ")) for name, _, value in lines if name]


def _check_size(size: int) -> None:
    if size > LARGEST_EVENT:
        raise UpstreamBroken(f"the upstream sent an event of more than {LARGEST_EVENT >> 20} MiB")
