"""A book, opened for one process of a gateway.

It knows what is made of what an earlier run left. It does not know how the record is read.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

from outlast.gateway.ports import Clock
from outlast.limits.book import Book, Spent
from outlast.limits.leftovers import sweep
from outlast.limits.money import Period
from outlast.limits.page import DAY, Page
from outlast.limits.shared import MEMORY, SharedPages, book_path
from outlast.limits.sharing import Sharing

NO_RECORD = Spent(Period(0, 0), {})
REAL_CLOCK = Clock(unix_ns=time.time_ns, monotonic_ns=time.monotonic_ns)


def open_book(
    database: Path,
    *,
    spent: Spent = NO_RECORD,
    clock: Clock = REAL_CLOCK,
    folder: Path = MEMORY,
    entropy: Callable[[int], bytes] = os.urandom,
) -> Book:
    """The limiter of one process; processes with the same database share what is counted.

    Args:
        database: the gateway's database file; the book's name follows from it.
        spent: what the record says of this month, read when every earlier call was in it.
        clock: monotonic for minutes, real for days and months.
        folder: where the shared memory lies.
        entropy: random bytes that tell one book from another of the same name.
    """
    path = book_path(database, folder)

    def open_pages() -> SharedPages:
        sweep(folder, path, clock.monotonic_ns())
        pages = SharedPages(path, nonce=entropy(8))
        if pages.alone:
            for page in pages.pages():
                _begin_anew(page)
        return pages

    return Book(Sharing(open_pages, clock.monotonic_ns), clock, spent)


def _begin_anew(page: Page) -> None:
    """An earlier run's page: its last minute counts, nothing of it runs, and the record knows its money best."""
    for seat in range(len(page.running)):
        page.running[seat] = page.reserved[seat] = 0
    state = page.read()
    state[DAY:] = [0] * len(state[DAY:])
    page.write(state)
