"""A process that shares a book with others, for the tests of that: it makes calls until it is told, or killed.

Started as ``python limits_caller.py FOLDER WORK NUMBER``. It writes one byte for each admitted call to its stdout and
ends when its work is done.
"""

import os
import sys
import time
from pathlib import Path

from outlast.errors import LimitReached
from outlast.gateway.ports import Clock
from outlast.keys.key import Allowance, Key
from outlast.limits.book import Book
from outlast.limits.opening import open_book

CLOCK = Clock(unix_ns=lambda: 1_771_300_000_000_000_000, monotonic_ns=time.monotonic_ns)
"""The day stays: a test over midnight is another one."""
REQUESTS = Key(name="requests", secrets=(), allowance=Allowance(requests_per_minute=500))
PLACES = Key(name="places", secrets=(), allowance=Allowance(concurrent=3))
FREE = Key(name="free", secrets=())
COST, TOKENS = 7, 3
MEASURED = Key(name="measured", secrets=(), allowance=Allowance(tokens_per_minute=20_000))
USED = 100
"""Tokens of each of its calls, whatever they were expected to use."""
AT_A_TIME = 3


def book_in(folder: Path) -> Book:
    """As every process of one gateway opens it."""
    return open_book(folder / "outlast.db", clock=CLOCK, folder=folder)


def requests(book: Book, tries: int) -> None:
    """Ask that often."""
    for _ in range(tries):
        try:
            ticket = book.admit(REQUESTS, 0)
        except LimitReached:
            continue
        os.write(1, b".")
        ticket.settle(0, 0)


def money(book: Book, calls: int) -> None:
    """Spend that often; a negative number never ends."""
    while calls:
        calls -= 1
        book.admit(FREE, TOKENS).settle(TOKENS, COST)
        os.write(1, b".")


def places(book: Book, calls: int) -> None:
    """Come and go that often; a byte says "in", another one "out", and no other process is in between the two."""
    while calls:
        try:
            ticket = book.admit(PLACES, 10)
        except LimitReached:
            continue
        calls -= 1
        os.write(1, b"+")
        os.write(1, b"-")
        ticket.settle(0, 0)


def tokens(book: Book, expected: int) -> None:
    """Make calls of ``USED`` tokens that were expected to use so many, three at a time, until one is refused."""
    running = []
    try:
        while True:
            running.append(book.admit(MEASURED, expected))
            if len(running) == AT_A_TIME:
                running.pop(0).settle(USED, 0)
                os.write(1, b".")
    except LimitReached:
        for ticket in running:
            ticket.settle(USED, 0)
            os.write(1, b".")


def hold(book: Book, calls: int) -> None:
    """Take that many places and keep them."""
    tickets = [book.admit(PLACES, 10) for _ in range(calls)]
    os.write(1, b"." * len(tickets))
    sys.stdin.read()


if __name__ == "__main__":
    work = {"requests": requests, "money": money, "places": places, "tokens": tokens, "hold": hold}[sys.argv[2]]
    work(book_in(Path(sys.argv[1])), int(sys.argv[3]))
