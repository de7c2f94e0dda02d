"""Kept responses in a SQLite file of their own beside the ledger's.

It knows the file's tables and how what has expired goes. It does not know HTTP nor what is said in a response;
threads, locks and transactions are the desk's (``ledger.desk``).
"""

import sqlite3
from collections.abc import Callable, Collection
from importlib.resources import files
from pathlib import Path
from typing import Final

from outlast.dialects.responses.kept import MOST_BYTES, MOST_TURNS, Kept
from outlast.errors import LedgerUnavailable, MalformedRequest, PreviousNotFound
from outlast.ledger import owned
from outlast.ledger.desk import SWEEP_S, Desk, Shape
from outlast.ledger.queries import parse_queries

_SWEPT: Final = 200
"""Responses that one step of a sweep gives up, so that no caller waits long behind it."""
_VERSION: Final = 2
_QUERIES: Final = parse_queries(files("outlast.ledger").joinpath("responses.sql").read_text("utf-8"))


class KeptResponses:
    """The ports ``Responses`` and ``Ownership`` over one file."""

    def __init__(self, path: Path, *, unix_s: Callable[[], int], sweep_s: float = SWEEP_S) -> None:
        """Open nothing yet.

        Args:
            path: the file; made with the first response that is kept.
            unix_s: real time in seconds.
            sweep_s: seconds between two looks for what has expired.
        """
        self._now = unix_s
        shape = Shape(what="responses", version=_VERSION, grow=_grow, sweep=self._sweep)
        self._desk = Desk(path, shape, sweep_s=sweep_s)

    def start(self) -> None:
        """Begin to work, and to give up what has expired; in the process that serves calls, after any fork."""
        self._desk.start()

    def close(self) -> None:
        """Finish what waits, and end."""
        self._desk.close()

    async def keep(self, kept: Kept) -> None:
        """Keep one; see ``Responses``."""
        if kept.size > MOST_BYTES:
            raise LedgerUnavailable(
                f"the response has {kept.size:,} bytes with its input, and at most {MOST_BYTES:,} are kept of one"
            )
        await self._desk.ask(lambda connection: _keep(connection, kept))

    async def find(self, known: str, owner: str) -> Kept | None:
        """One response; see ``Responses``."""
        return await self._desk.ask(lambda connection: _find(connection, known, owner, self._now()), writes=False)

    async def chain(self, known: str, owner: str) -> tuple[Kept, ...]:
        """A response and those before it; see ``Responses``."""
        return await self._desk.ask(lambda connection: _chain(connection, known, owner, self._now()), writes=False)

    async def delete(self, known: str, owner: str) -> bool:
        """Forget one; see ``Responses``."""
        return await self._desk.ask(lambda connection: _delete(connection, known, owner, self._now()))

    async def claim(self, provider: str, ids: Collection[str], owner: str) -> None:
        """Give ids to their owner; see ``Ownership``."""
        if ids:
            await self._desk.ask(lambda connection: owned.claim(connection, provider, ids, owner, self._now()))

    async def owners(self, provider: str, ids: Collection[str]) -> dict[str, str]:
        """Whose ids are; see ``Ownership``."""
        if not ids:
            return {}
        return await self._desk.ask(lambda connection: owned.owners(connection, provider, ids), writes=False)

    async def disown(self, provider: str, known: str, owner: str) -> None:
        """Forget an id; see ``Ownership``."""
        await self._desk.ask(lambda connection: owned.disown(connection, provider, known, owner))

    def _sweep(self, connection: sqlite3.Connection) -> bool:
        """Give up some of what has expired; whether there is more."""
        found = connection.execute(_QUERIES["expired"], (self._now(), _SWEPT)).fetchall()
        for owner, known in found:
            _drop(connection, known, owner)
        return len(found) == _SWEPT


def _grow(connection: sqlite3.Connection, version: int) -> None:
    if version == 0:
        for name in ("heads", "by_end", "bodies"):
            connection.execute(_QUERIES[name])
    owned.make_table(connection)


def _keep(connection: sqlite3.Connection, kept: Kept) -> None:
    connection.execute(_QUERIES["drop_body"], (kept.owner, kept.id))
    body = connection.execute(_QUERIES["add_body"], (kept.input, kept.response)).lastrowid
    head = (kept.owner, kept.id, kept.created, kept.expires, kept.previous, kept.provider, body)
    connection.execute(_QUERIES["add"], head)
    if kept.previous:
        connection.execute(_QUERIES["prolong"], (kept.owner, kept.previous, MOST_TURNS, kept.expires))


def _find(connection: sqlite3.Connection, known: str, owner: str, now: int) -> Kept | None:
    row = connection.execute(_QUERIES["find"], (owner, known, now)).fetchone()
    if row is None:
        return None
    found, whose, created, expires, previous, provider, given, response = row
    return Kept(
        id=found, owner=whose, created=created, expires=expires, previous=previous, provider=provider,
        input=given, response=response,
    )  # fmt: skip


def _chain(connection: sqlite3.Connection, known: str, owner: str, now: int) -> tuple[Kept, ...]:
    """Sizes first: nothing that is too large is read."""
    names, size, at = list[str](), 0, known
    while at:
        row = connection.execute(_QUERIES["size"], (owner, at, now)).fetchone()
        if row is None:
            raise _missing(at, known)
        names.append(at)
        size += row[0]
        if size > MOST_BYTES or len(names) > MOST_TURNS:
            raise MalformedRequest(
                f"the conversation that {known!r} ends is larger than {MOST_BYTES >> 20} MiB or has more than "
                f"{MOST_TURNS:,} turns; begin a new one",
                param="previous_response_id",
            )
        at = row[1]
    found = [_find(connection, name, owner, now) for name in reversed(names)]
    return tuple(each for each in found if each is not None)


def _missing(at: str, known: str) -> PreviousNotFound:
    before = "" if at == known else f", which {known!r} goes on from,"
    return PreviousNotFound(
        f"Previous response with id {at!r}{before} not found: it was not stored, was deleted, or has expired.",
        param="previous_response_id",
    )


def _delete(connection: sqlite3.Connection, known: str, owner: str, now: int) -> bool:
    there = connection.execute(_QUERIES["size"], (owner, known, now)).fetchone() is not None
    if there:
        _drop(connection, known, owner)
    return there


def _drop(connection: sqlite3.Connection, known: str, owner: str) -> None:
    connection.execute(_QUERIES["drop_body"], (owner, known))
    connection.execute(_QUERIES["drop"], (owner, known))
