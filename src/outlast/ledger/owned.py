"""Whose the objects are that providers keep, in the SQLite file of the kept responses.

It knows one table and its four statements. It does not know the file's connection and transactions
(``ledger.responses``), nor which calls make an object.
"""

import sqlite3
from collections.abc import Collection
from importlib.resources import files
from typing import Final

import msgspec

from outlast.ledger.queries import parse_queries

_QUERIES: Final = parse_queries(files("outlast.ledger").joinpath("owned.sql").read_text("utf-8"))


def make_table(connection: sqlite3.Connection) -> None:
    """Make the table in a file that has none."""
    connection.execute(_QUERIES["table"])


def claim(connection: sqlite3.Connection, provider: str, ids: Collection[str], owner: str, now: int) -> None:
    """Give ids that have no owner to this one; ``now`` is in Unix seconds."""
    connection.executemany(_QUERIES["claim"], [(provider, each, owner, now) for each in ids])


def owners(connection: sqlite3.Connection, provider: str, ids: Collection[str]) -> dict[str, str]:
    """The owners of those ids that have one."""
    rows = connection.execute(_QUERIES["owners"], (provider, msgspec.json.encode(list(ids)).decode()))
    return dict(rows.fetchall())


def disown(connection: sqlite3.Connection, provider: str, known: str, owner: str) -> None:
    """Forget an id of this owner's."""
    connection.execute(_QUERIES["disown"], (provider, known, owner))
