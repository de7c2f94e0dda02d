"""What the tests of limits share: a key, a clock by hand, and books in a folder of their own."""

from pathlib import Path

from outlast.errors import LimitReached
from outlast.keys.key import Allowance, Key
from outlast.limits.book import Book, Spent, Ticket
from outlast.limits.money import NS_PER_DAY, Period, period_of
from outlast.limits.opening import open_book
from outlast.testing.gateway import HandClock

SECOND = 10**9
NOTHING = Spent(Period(0, 0), {})


def key(name: str = "app", **allowed: int | None) -> Key:
    return Key(name=name, secrets=(), allowance=Allowance(**allowed))


class House:
    """Books of one machine: same folder, same clock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.time = HandClock()

    def book(self, spent: Spent = NOTHING) -> Book:
        return open_book(self.folder / "outlast.db", spent=spent, clock=self.time.clock(), folder=self.folder)

    @property
    def today(self) -> Period:
        return period_of(self.time.unix // NS_PER_DAY)


def admitted(book: Book, key: Key, tokens: int = 0) -> Ticket | None:
    try:
        return book.admit(key, tokens)
    except LimitReached:
        return None


def refused(book: Book, key: Key, tokens: int = 0) -> LimitReached:
    try:
        book.admit(key, tokens)
    except LimitReached as error:
        return error
    raise AssertionError("the call was admitted")
