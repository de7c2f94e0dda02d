"""The part of the composition root that takes a document from outside over into the catalogue's supplement.

It knows the order: read, fetch or be given; compare; add under a lock. It does not know formats or what is shown.
"""

import contextlib
import fcntl
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from outlast.catalog.feed import Feed, joined
from outlast.catalog.merge import Changes, merge
from outlast.catalog.store import Catalog, open_catalog
from outlast.catalog.supplement import LARGEST, read_supplement, write_supplement
from outlast.errors import CatalogInvalid, MachineError, SettingsInvalid
from outlast.providers.fetch import Bounds, fetch
from outlast.settings import Settings
from outlast.wiring.reading import supplement_path

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Document:
    """What was read, and what its claims will name as their source."""

    raw: bytes
    name: str


def is_url(where: str) -> bool:
    """Whether this is fetched; everything else is a file, or ``-``."""
    return "://" in where


def open_document(where: str, *, offline: bool = False, allow_private: bool = False) -> Document:
    """The document of a URL, of a file, or of standard input (``-``).

    Raises:
        SettingsInvalid: the URL cannot be meant, may not be fetched, or nothing may.
        CatalogInvalid: the file cannot be read, or is too large.
        UpstreamError: the URL does not answer as it should.
    """
    if is_url(where):
        if offline:
            raise SettingsInvalid("--offline: no URL is fetched; name a file")
        fetched = fetch(where, Bounds(bytes=LARGEST, allow_private=allow_private))
        return Document(fetched.body, fetched.url)
    if where == STDIN:
        return Document(_bounded(sys.stdin.buffer.read(LARGEST + 1), "standard input"), "standard input")
    path = Path(where)
    try:
        with path.open("rb") as file:
            return Document(_bounded(file.read(LARGEST + 1), where), path.name)
    except OSError as exc:
        raise CatalogInvalid(f"{where} cannot be read: {exc.strerror or exc}") from exc


def _bounded(raw: bytes, name: str) -> bytes:
    if len(raw) > LARGEST:
        raise CatalogInvalid(f"{name} has more than {LARGEST:,} bytes")
    return raw


def catalogue_of_feeds(settings: Settings) -> Catalog:
    """What the package and the feeds say, without the operator's own words and without observations."""
    return open_catalog(supplement=read_supplement(supplement_path(settings)))


def would_change(settings: Settings, feed: Feed) -> Changes:
    """What taking the feed over would change; nothing is written."""
    return merge(feed, catalogue_of_feeds(settings))


def take_over(settings: Settings, feed: Feed, *, accept_moved: bool) -> tuple[Changes, bool]:
    """Add what is new to the supplement; whether anything was written. Dates that move are all or nothing.

    Raises:
        MachineError: the file or its folder refuses.
    """
    path = supplement_path(settings)
    with _locked(path):
        kept = read_supplement(path)
        changes = merge(feed, open_catalog(supplement=kept))
        addition = changes.addition(accept_moved=accept_moved)
        if (changes.moves and not accept_moved) or not len(addition):
            return changes, False
        write_supplement(path, joined((kept, addition)))
    return changes, True


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One writer at a time; the folder is what is locked, so that nothing is left lying about."""
    try:
        descriptor = os.open(path.parent, os.O_RDONLY)
    except OSError as exc:
        raise MachineError(f"{path.parent} cannot be opened: {exc.strerror or exc}") from exc
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
