"""Those who have anything here: a number for each name, what an account takes over, and how somebody leaves.

It knows one table. It does not know accounts (``accounts``) nor what a conversation holds.
"""

import sqlite3

from outlast.ledger.chats.tables import QUERIES, clean


def find(connection: sqlite3.Connection, name: str) -> int | None:
    """The number of somebody who has anything here."""
    row = connection.execute(QUERIES["owner"], (clean(name),)).fetchone()
    return None if row is None else int(row[0])


def number_of(connection: sqlite3.Connection, name: str) -> int:
    """The number of somebody who is about to keep something."""
    connection.execute(QUERIES["add_owner"], (clean(name),))
    (number,) = connection.execute(QUERIES["owner"], (clean(name),)).fetchone()
    return int(number)


def inherit(connection: sqlite3.Connection, name: str) -> None:
    """What was kept before anybody had an account becomes that of the first who has one."""
    connection.execute(QUERIES["inherit"], (name, name))


def leave(connection: sqlite3.Connection, name: str) -> None:
    """Somebody leaves: nothing of theirs is found from now on. ``conversations.drop_left`` frees it."""
    connection.execute(QUERIES["leave"], (name,))
