"""A file as records, one by one and in bounded memory: lines, a table's rows, a document's elements, or an archive.

It knows JSON's outer form. It does not know what a record means. A document is never held whole: its objects are
passed through, and what stands in one of the lists that exports keep their records in comes out element by element.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from outlast.replay.sources.shape import UNREADABLE, decoded
from outlast.replay.sources.table import is_table, rows

LARGEST_RECORD: Final = 32 * 1024 * 1024
"""Bytes of one record; a request over it could not be sent either."""
MOST_MEMBERS: Final = 1_000_000
MOST_INFLATED: Final = 16 * 1024**3
"""Bytes that one archive may hold in all: past it, it is made to be large."""
_PIECE: Final = 256 * 1024
_LISTS: Final = frozenset({"results", "samples", "resourceSpans", "data", "runs", "traces", "observations", "spans"})
"""Members of a document whose elements are its records."""
_OPENS: Final = re.compile(rb'"(?:' + "|".join(sorted(_LISTS)).encode() + rb')"\s*:\s*\[')
_TOKEN: Final = re.compile(rb'["{}\[\],]')
_QUOTE: Final = re.compile(rb'["\\]')


class Record(NamedTuple):
    """One record: where it stands, and its bytes; or what is wrong with it."""

    where: str
    data: bytes
    problem: str = ""


TOO_LARGE: Final = f"a record over {LARGEST_RECORD // 1024**2} MiB"


def records(stream: BinaryIO, name: str) -> Iterator[Record]:
    """Every record of a file that can be wound back; ``name`` stands in front of each place."""
    start = stream.read(4)
    stream.seek(0)
    if start == b"PK\x03\x04":
        yield from _archived(stream, name)
    elif _starts_a_table(stream):
        for number, data, problem in rows(stream, LARGEST_RECORD):
            yield Record(f"{name}:{number}", data, problem)
    elif _is_lines(stream):
        yield from _lines(stream, name)
    else:
        yield from _elements(stream, name)


def _starts_a_table(stream: BinaryIO) -> bool:
    line = stream.readline(LARGEST_RECORD + 1)
    stream.seek(0)
    return is_table(line.strip(b"\xef\xbb\xbf \t\r\n"))


def _is_lines(stream: BinaryIO) -> bool:
    """Whether the first line that says anything is a whole JSON value by itself, or the file no document at all."""
    line = b"\n"
    while line and not line.strip(b"\xef\xbb\xbf \t\r\n"):
        line = stream.readline(LARGEST_RECORD + 1)
    rest = stream.read(1)
    stream.seek(0)
    text = line.strip(b"\xef\xbb\xbf \t\r\n")
    if text[:1] not in (b"{", b"["):
        return True
    if len(line) > LARGEST_RECORD and not line.endswith(b"\n"):
        return text[:1] == b"{" and _OPENS.search(text, 0, _PIECE) is None
    try:
        value = decoded(text)
    except UNREADABLE:
        return text[:1] == b"{" and text[-1:] == b"}" and bool(rest)
    return bool(rest) or (isinstance(value, dict) and not _LISTS & value.keys())


def _lines(stream: BinaryIO, name: str) -> Iterator[Record]:
    number = 0
    while line := stream.readline(LARGEST_RECORD + 1):
        number += 1
        where = f"{name}:{number}"
        if len(line) > LARGEST_RECORD and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = stream.readline(LARGEST_RECORD)
            yield Record(where, b"", TOO_LARGE)
            continue
        text = line.strip(b"\xef\xbb\xbf \t\r\n")
        if text:
            yield Record(where, text)


def _archived(stream: BinaryIO, name: str) -> Iterator[Record]:
    """Samples of an Inspect log, which is a zip of JSON files; its other members are summaries of them."""
    left = MOST_INFLATED
    try:
        with zipfile.ZipFile(stream) as archive:
            for count, entry in enumerate(archive.infolist()):
                if not (entry.filename.startswith("samples/") and entry.filename.endswith(".json")):
                    continue
                where = f"{name}:{entry.filename}"
                with archive.open(entry) as member:
                    data = member.read(LARGEST_RECORD + 1)
                left -= len(data)
                if left < 0 or count >= MOST_MEMBERS:
                    yield Record(where, b"", "behind it the archive is larger than any log")
                    return
                yield Record(where, b"", TOO_LARGE) if len(data) > LARGEST_RECORD else Record(where, data)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        yield Record(name, b"", f"a damaged archive: {error}")
    except io.UnsupportedOperation as error:
        yield Record(name, b"", f"an archive that cannot be read: {error}")


def _elements(stream: BinaryIO, name: str) -> Iterator[Record]:
    """Elements of the document's own list, or of every list that is a member of a known name outside of records.

    A document without any such list is one record.
    """
    scan = _Scan(name)
    while piece := stream.read(_PIECE):
        yield from scan.feed(piece)
    yield from scan.end()


class _Scan:
    """The state of a walk through one document."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._held = bytearray()
        self._at = 0
        self._stack: list[str] = []
        """Of each open bracket: ``list`` whose elements are records, ``object``, ``record`` or ``other``."""
        self._inside = False
        self._begun = -1
        self._word_at = -1
        self._word = ""
        self._number = 0
        self._found = False
        self._dropped = False
        """The record that runs is too large; its bytes are not held."""
        self._whole: bytearray | None = bytearray()

    def feed(self, piece: bytes) -> Iterator[Record]:
        """The records that end in these bytes."""
        if self._whole is not None and not self._found:
            self._whole += piece
            if len(self._whole) > LARGEST_RECORD:
                self._whole = None
        self._held += piece
        yield from self._walk()
        self._let_go()

    def end(self) -> Iterator[Record]:
        """What is left: a document without records, or one that was cut."""
        if not self._found:
            data = b"" if self._whole is None else bytes(self._whole).strip(b"\xef\xbb\xbf \t\r\n")
            yield Record(self._name, data, "" if data else TOO_LARGE)
        elif self._stack:
            yield Record(f"{self._name}:{self._number + 1}", b"", "the document ends in the middle")

    def _walk(self) -> Iterator[Record]:
        held = self._held
        while True:
            pattern = _QUOTE if self._inside else _TOKEN
            hit = pattern.search(held, self._at)
            if hit is None:
                self._at = len(held)
                return
            sign, place = held[hit.start()], hit.start()
            if sign == 0x5C:  # a backslash: the next byte belongs to it
                if place + 1 >= len(held):
                    self._at = place
                    return
                self._at = place + 2
                continue
            self._at = place + 1
            if sign == 0x22:
                self._quote(place)
            elif sign in b"{[":
                self._open(place, is_list=sign == 0x5B)
            elif sign in b"}]":
                yield from self._close(place)

    def _quote(self, place: int) -> None:
        if self._inside and self._begun < 0 and self._word_at >= 0:
            self._word = bytes(self._held[self._word_at + 1 : place][:64]).decode("ascii", "replace")
        elif not self._inside:
            self._word_at = place
        self._inside = not self._inside

    def _open(self, place: int, *, is_list: bool) -> None:
        top = self._stack[-1] if self._stack else ""
        if top == "list":
            self._begun = place
            self._stack.append("record")
        elif self._begun >= 0 or top == "other":
            self._stack.append("other")
        elif not is_list:
            self._stack.append("object")
        else:
            known = not self._stack or self._word in _LISTS
            self._found |= known
            self._stack.append("list" if known else "other")
        self._word = ""

    def _close(self, place: int) -> Iterator[Record]:
        kind = self._stack.pop() if self._stack else ""
        if kind != "record":
            return
        self._number += 1
        where = f"{self._name}:{self._number}"
        size = place + 1 - self._begun
        if size > LARGEST_RECORD or self._dropped:
            yield Record(where, b"", TOO_LARGE)
        else:
            yield Record(where, bytes(self._held[self._begun : place + 1]))
        self._begun = -1
        self._dropped = False

    def _let_go(self) -> None:
        """Forget what lies behind, and of a record that is too large its content."""
        keep = self._begun if self._begun >= 0 else self._word_at if self._inside else self._at
        if self._begun >= 0 and self._at - self._begun > LARGEST_RECORD:
            self._dropped, keep = True, self._at
        elif self._begun < 0 and self._inside and self._at - self._word_at > LARGEST_RECORD:
            keep, self._word_at = self._at, -1
        del self._held[:keep]
        self._at -= keep
        self._word_at = self._word_at - keep if self._word_at >= keep else -1
        if self._begun >= 0:
            self._begun = max(0, self._begun - keep)
        if self._found:
            self._whole = None
