"""Answers that are being written: their pieces, who writes them, how they end.

It knows that a piece is a row of its own, so that an answer of any length costs what is added to it. It does not
know which processes live (``writers``) nor transactions (``ledger.desk``).
"""

import sqlite3
from collections.abc import Callable
from typing import NamedTuple

from outlast.chat.conversation import Phase, Served
from outlast.ledger.chats import search
from outlast.ledger.chats.tables import QUERIES, as_json, clean


class _Far(NamedTuple):
    """How far an answer is."""

    number: int
    length: int
    stop: bool


def begin(connection: sqlite3.Connection, number: int, conversation: int, writer: str, text: str) -> None:
    """An answer is written from now on; ``text`` is what it begins with."""
    connection.execute(QUERIES["begin"], (number, conversation, writer, len(text)))
    if text:
        connection.execute(QUERIES["piece"], (number, 0, text))


def grow(connection: sqlite3.Connection, known: str, more: str, by: Served | None = None) -> bool:
    """Put more behind it, and who says it where that is new; False: it is to stop, or it is not running."""
    far = _far(connection, known)
    if far is None:
        return False
    if by is not None:
        connection.execute(QUERIES["answering"], (clean(by.served), as_json(by), far.number))
    if more:
        more = clean(more)
        connection.execute(QUERIES["piece"], (far.number, far.length, more))
        connection.execute(QUERIES["grown"], (far.length + len(more), far.number))
    return not far.stop


def settle(connection: sqlite3.Connection, known: str, phase: Phase, by: Served, error: str) -> None:
    """It has come to its end, if it was running."""
    said, error = as_json(by), clean(error)
    far = _far(connection, known)
    if far is None:
        return
    text = so_far(connection, far.number)
    connection.execute(QUERIES["settle"], (text, phase, clean(by.served), said, error, far.number))
    _end(connection, far.number, text)


def abandoned(connection: sqlite3.Connection, conversation: int | None, alive: Callable[[str], bool]) -> list[int]:
    """Answers, of one conversation or of all, that no living process writes."""
    if conversation is None:
        rows = connection.execute(QUERIES["running_all"]).fetchall()
    else:
        rows = connection.execute(QUERIES["running_of"], (conversation,)).fetchall()
    return [number for number, writer in rows if not alive(writer)]


def interrupt(connection: sqlite3.Connection, number: int) -> None:
    """What it has stays, and nothing comes any more."""
    text = so_far(connection, number)
    connection.execute(QUERIES["interrupt"], (text, number))
    _end(connection, number, text)


def stop(connection: sqlite3.Connection, number: int) -> None:
    """Ask whoever writes it to stop."""
    connection.execute(QUERIES["stop"], (number,))


def so_far(connection: sqlite3.Connection, number: int, start: int = 0) -> str:
    """The text of a running answer from a character on."""
    pieces = connection.execute(QUERIES["pieces"], (number, start)).fetchall()
    if not pieces:
        return ""
    return "".join(text for _, text in pieces)[max(start - pieces[0][0], 0) :]


def _far(connection: sqlite3.Connection, known: str) -> _Far | None:
    row = connection.execute(QUERIES["running_one"], (clean(known),)).fetchone()
    return None if row is None else _Far(row[0], row[1], bool(row[2]))


def _end(connection: sqlite3.Connection, number: int, text: str) -> None:
    connection.execute(QUERIES["drop_pieces"], (number,))
    connection.execute(QUERIES["drop_running"], (number,))
    (owner,) = connection.execute(QUERIES["whose"], (number,)).fetchone()
    search.index(connection, number, owner, text)
