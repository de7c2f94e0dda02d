"""Deletes what is too old, one small transaction at a time, and gives its room back.

It knows how much a step may delete such that whoever writes waits for milliseconds. It does not know what is too
old (``retention``) nor when a step is made (``writer``).
"""

import sqlite3
from typing import Final

from outlast.ledger.queries import QUERIES
from outlast.ledger.retention import Prune, Pruned

_CALLS: Final = 500
_BODIES: Final = 100
_BODY_BYTES: Final = 4 << 20
"""A large body is read again to be deleted: page after page."""
_PAGES: Final = 1_000
_SPARE_PAGES: Final = 4_096
"""Free pages that stay in the file: new calls fill them soon."""


def prune(connection: sqlite3.Connection, order: Prune) -> Pruned:
    """One step: bodies first, then calls, then pages that nothing will fill soon.

    Raises:
        sqlite3.Error: the database refused; nothing of the step happened.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        pruned = _delete(connection, order)
        if pruned.calls or pruned.bodies:
            before = (order.calls_before_ns or 0, order.bodies_before_ns or 0)
            connection.execute(QUERIES["note_pruned"], (*before, pruned.calls, pruned.bodies))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return pruned if pruned.more else _give_back(connection, pruned)


def _delete(connection: sqlite3.Connection, order: Prune) -> Pruned:
    bodies = _delete_bodies(connection, order.bodies_before_ns)
    if bodies or order.calls_before_ns is None:
        return Pruned(bodies=bodies, more=bodies > 0)
    calls = connection.execute(QUERIES["delete_calls"], (order.calls_before_ns, _CALLS)).rowcount
    return Pruned(calls=calls, more=calls == _CALLS)


def _delete_bodies(connection: sqlite3.Connection, before_ns: int | None) -> int:
    found: list[tuple[str]] = []
    size = 0
    for name, length in connection.execute(QUERIES["old_bodies"], (before_ns, _BODIES)):
        found.append((name,))
        size += length
        if size > _BODY_BYTES:
            break
    connection.executemany(QUERIES["delete_body"], found)
    return len(found)


def _give_back(connection: sqlite3.Connection, pruned: Pruned) -> Pruned:
    """A file made with ``auto_vacuum = INCREMENTAL`` gets shorter; an older one's pages are filled again."""
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (mode,) = connection.execute("PRAGMA auto_vacuum").fetchone()
    spare = free - max(_SPARE_PAGES, pages // 10)
    if mode == 2 and spare > 0:  # incremental
        connection.executescript(f"PRAGMA incremental_vacuum({min(spare, _PAGES)})")  # ``execute`` stops at one page
        pruned.pages = min(spare, _PAGES)
        pruned.more = spare > _PAGES
    return pruned
