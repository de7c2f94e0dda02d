"""The limiter of a gateway's process: the book that all its processes share, begun with what the record says.

It knows that the record comes first, so that it holds every earlier call. It does not know how anything is counted.
"""

from outlast.gateway.ports import Clock
from outlast.ledger.location import database_path
from outlast.ledger.spent import spent_by_key
from outlast.limits.book import Book, Spent
from outlast.limits.money import NS_PER_DAY, first_day, period_of
from outlast.limits.opening import open_book
from outlast.settings import Settings


def open_limiter(settings: Settings, clock: Clock) -> Book:
    """Open it behind the record of this process.

    Raises:
        SettingsInvalid: the database's address is none of a SQLite file.
        LedgerUnavailable: the record cannot be read.
    """
    database = database_path(settings.server.database, settings.root)
    today = period_of(max(0, clock.unix_ns() // NS_PER_DAY))
    by_key = spent_by_key(database, day=today.day, first_of_month=first_day(today.month))
    return open_book(database, spent=Spent(today, by_key), clock=clock)
