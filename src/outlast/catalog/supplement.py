"""The supplement: what was taken over from feeds, in our own format, kept beside the record and only ever added to.

It knows the format and how it is read and replaced as a whole. It does not know which file it is (``wiring``), what
its statements change (``catalog.supplied``) nor what may be added (``catalog.merge``). The same format is a feed.
"""

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Literal

import msgspec

from outlast.catalog.feed import Feed, FeedClaim, Listing, Quote, Successor
from outlast.errors import CatalogInvalid, MachineError

FORMAT: Literal["outlast-catalogue/1"] = "outlast-catalogue/1"
LARGEST = 50_000_000
"""Bytes of a document that is read; the largest known feed has two million."""


class Supplement(Feed, frozen=True, kw_only=True):
    """The file: its format's name before what it says."""

    format: Literal["outlast-catalogue/1"] = FORMAT


def parse_supplement(raw: bytes, name: str) -> Feed:
    """The statements of our own format; ``name`` stands in messages.

    Raises:
        CatalogInvalid: it is not this format, or an entry cannot be meant; the message names the entry.
    """
    try:
        head = msgspec.json.decode(raw, type=_Head)
        if head.format != FORMAT:
            raise CatalogInvalid(f"{name}: format is {head.format[:60]!r}; this version reads {FORMAT!r}")
        return msgspec.json.decode(raw, type=Feed)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise CatalogInvalid(f"{name}: {_problem(exc)}") from exc


class _Head(msgspec.Struct):
    format: str = ""


def _problem(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


def encode_supplement(feed: Feed) -> bytes:
    """The statements as a file whose changes read well: one statement a line."""
    encoder = msgspec.json.Encoder(decimal_format="number")
    lists: list[tuple[str, tuple[Listing, ...] | tuple[FeedClaim, ...] | tuple[Successor, ...] | tuple[Quote, ...]]] = [
        ("listings", feed.listings),
        ("claims", feed.claims),
        ("successors", feed.successors),
        ("quotes", feed.quotes),
    ]
    parts = [b'{\n "format": ' + encoder.encode(FORMAT)]
    for word, statements in lists:
        if statements:
            rows = b",\n".join(b"  " + encoder.encode(statement) for statement in statements)
            parts.append(b' "' + word.encode() + b'": [\n' + rows + b"\n ]")
    return b",\n".join(parts) + b"\n}\n"


def read_supplement(path: Path) -> Feed:
    """What is kept in ``path``; nothing where there is no such file.

    Raises:
        CatalogInvalid: the file is there and cannot be read; file and entry are named.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Feed()
    except OSError as exc:
        raise CatalogInvalid(f"{path} cannot be read: {exc.strerror or exc}") from exc
    return parse_supplement(raw, str(path))


def write_supplement(path: Path, feed: Feed) -> None:
    """Replace the file as a whole: whoever reads, and a crash at any moment, finds the old one or the new one.

    Raises:
        MachineError: the folder or the disk refuses; the old file is untouched.
    """
    try:
        handle, draft = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(encode_supplement(feed))
                file.flush()
                os.fsync(file.fileno())
            Path(draft).chmod(0o640)  # as the record: the operator's and their group's
            Path(draft).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(draft).unlink()
            raise
        _sync_folder(path.parent)
    except OSError as exc:
        raise MachineError(f"{path} cannot be written: {exc.strerror or exc}; the old one is untouched") from exc


def _sync_folder(folder: Path) -> None:
    """The rename survives a power cut only once the folder is on the disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
