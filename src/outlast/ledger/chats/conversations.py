"""Conversations as rows: made, changed, listed and deleted, each for its owner alone.

It knows the statements about conversations. It does not know messages (``messages``) nor transactions
(``ledger.desk``). A function that refuses has written nothing.
"""

import sqlite3
from typing import Final, NamedTuple

from outlast.chat.conversation import Conversation, Persona
from outlast.errors import MalformedRequest, ObjectNotFound
from outlast.ledger.chats import owners, search
from outlast.ledger.chats.tables import QUERIES, as_json, clean, conversation_of, persona_of

_LAST: Final = (2**63 - 1, "\U0010ffff")
"""Behind every conversation."""
_SWEPT: Final = 5
"""Conversations that one step gives up, so that nobody waits long behind it."""


class Known(NamedTuple):
    """A conversation with its number in the file."""

    number: int
    conversation: Conversation


def find(connection: sqlite3.Connection, owner: str, known: str) -> Known:
    """One of the owner's.

    Raises:
        ObjectNotFound: it does not exist, or is somebody else's.
    """
    row = connection.execute(QUERIES["find"], (clean(owner), clean(known))).fetchone()
    if row is None:
        raise ObjectNotFound(f"no conversation {known!r} is kept for you: it never was, or was deleted")
    return Known(row[0], conversation_of(row[1:]))


def create(connection: sqlite3.Connection, new: Conversation) -> None:
    """Keep a new one; it has no message yet, so no leaf.

    Raises:
        MalformedRequest: its id is used.
    """
    if connection.execute(QUERIES["known"], (clean(new.id),)).fetchone() is not None:
        raise MalformedRequest(f"a conversation {new.id!r} is there already")
    told, persona = as_json(new.told), _persona(new.persona)
    owner = owners.number_of(connection, new.owner)
    row = (
        clean(new.id), owner, clean(new.title), clean(new.model), new.created_ns, new.updated_ns, None, persona,
        new.archived, told,
    )  # fmt: skip
    number = connection.execute(QUERIES["create"], row).lastrowid
    assert number is not None  # noqa: S101 - what SQLite promises of a row that was inserted
    search.index_title(connection, number, owner, new.title)


def change(connection: sqlite3.Connection, new: Conversation) -> None:
    """Put new words in its place.

    Raises:
        ObjectNotFound: it is not there, or its leaf is none of its messages.
    """
    known = find(connection, new.owner, new.id)
    leaf = None if new.leaf is None else clean(new.leaf)
    if leaf is not None and leaf != known.conversation.leaf:
        there = connection.execute(QUERIES["message"], (known.number, leaf)).fetchone()
        if there is None:
            raise ObjectNotFound(f"no message {new.leaf!r} in this conversation")
    row = (
        clean(new.title), clean(new.model), new.updated_ns, leaf, _persona(new.persona), new.archived,
        as_json(new.told), known.number,
    )  # fmt: skip
    connection.execute(QUERIES["change"], row)
    if new.title != known.conversation.title:
        search.index_title(connection, known.number, owners.number_of(connection, new.owner), new.title)


def newest(
    connection: sqlite3.Connection, owner: str, before: tuple[int, str] | None, limit: int, *, archived: bool
) -> tuple[Conversation, ...]:
    """A page, the last changed first."""
    at, known = before or _LAST
    rows = connection.execute(QUERIES["newest"], (clean(owner), archived, at, clean(known), limit))
    return tuple(conversation_of(row[1:]) for row in rows)


def by_number(connection: sqlite3.Connection, number: int) -> Conversation:
    """One that is known to be there."""
    return conversation_of(connection.execute(QUERIES["by_number"], (number,)).fetchone()[1:])


def drop(connection: sqlite3.Connection, number: int, now_ns: int) -> None:
    """Forget one with everything in it."""
    for name in ("unindex", "unindex_title", "drop_all_pieces", "drop_all_running", "drop_choices", "drop_files"):
        connection.execute(QUERIES[name], (number,))
    connection.execute(QUERIES["drop_messages"], (number,))
    connection.execute(QUERIES["drop"], (number,))
    connection.execute(QUERIES["remember"], (now_ns,))


def drop_left(connection: sqlite3.Connection, now_ns: int) -> bool:
    """Forget some conversations of those who have left; whether there are more."""
    left = connection.execute(QUERIES["left"], (_SWEPT,)).fetchall()
    for (number,) in left:
        drop(connection, number, now_ns)
    connection.execute(QUERIES["drop_left"])
    return len(left) == _SWEPT


def persona(connection: sqlite3.Connection, owner: str) -> Persona:
    """How the owner wishes to be talked to."""
    row = connection.execute(QUERIES["persona"], (clean(owner),)).fetchone()
    return (None if row is None else persona_of(row[0])) or Persona()


def keep_persona(connection: sqlite3.Connection, owner: str, wished: Persona) -> None:
    """Keep that."""
    text = as_json(wished)
    owners.number_of(connection, owner)
    connection.execute(QUERIES["keep_persona"], (text, clean(owner)))


def _persona(wished: Persona | None) -> str | None:
    return None if wished is None else as_json(wished)
