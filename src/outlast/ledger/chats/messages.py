"""Messages as rows: added with their files, read as a tree, rated and chosen between.

It knows the statements about messages. It does not know how an answer grows (``running``) nor transactions
(``ledger.desk``). A function that refuses has written nothing.
"""

import sqlite3
from collections.abc import Iterable, Mapping

from outlast.chat.bounds import check_files, check_messages, check_thumb
from outlast.chat.conversation import Attachment, Message
from outlast.chat.ports import Choice, Pleased, Spoken
from outlast.errors import MalformedRequest, ObjectNotFound
from outlast.ledger.chats import owners, running, search
from outlast.ledger.chats.conversations import Known
from outlast.ledger.chats.tables import QUERIES, as_json, attachment_of, clean, message_of


def add(
    connection: sqlite3.Connection, known: Known, messages: tuple[Message, ...], files: Mapping[str, bytes], writer: str
) -> None:
    """Add messages at once; the last becomes the leaf. See ``Chats.add`` for what is refused.

    Args:
        connection: in a transaction.
        known: where they go.
        messages: parents before their children.
        files: bytes of attachments by id.
        writer: this process, where an answer is to be written.
    """
    if not messages:
        return
    _check(connection, known.number, messages, files)
    owner = owners.number_of(connection, known.conversation.owner)
    for message in messages:
        _add_files(connection, known.number, message, files)
        number = _insert(connection, known.number, message)
        if message.phase == "running":
            running.begin(connection, number, known.number, writer, clean(message.text))
        else:
            search.index(connection, number, owner, message.text)
    connection.execute(QUERIES["moved"], (messages[-1].id, messages[-1].created_ns, known.number))


def read(connection: sqlite3.Connection, number: int) -> tuple[Message, ...]:
    """Every message of a conversation, those that are being written with what they have so far."""
    rows = connection.execute(QUERIES["messages"], (number,)).fetchall()
    attachments = _attachments(connection, number) if any(row[7] != "[]" for row in rows) else {}
    written = {each for each, _ in connection.execute(QUERIES["running_of"], (number,))}
    return tuple(
        message_of(
            row[1:] if row[0] not in written else (*row[1:4], running.so_far(connection, row[0]), *row[5:]), attachments
        )
        for row in rows
    )


def one(connection: sqlite3.Connection, number: int, known: str) -> tuple[int, Message]:
    """One message of a conversation with its number; of one that is being written, without its text.

    Raises:
        ObjectNotFound: there is none of this id.
    """
    row = connection.execute(QUERIES["message"], (number, clean(known))).fetchone()
    if row is None:
        raise ObjectNotFound(f"no message {known!r} in this conversation")
    attachments = _attachments(connection, number) if row[7] != "[]" else {}
    return row[0], message_of(row[1:], attachments)


def file(connection: sqlite3.Connection, number: int, known: str) -> tuple[Attachment, bytes]:
    """One file of a conversation.

    Raises:
        ObjectNotFound: there is none of this id.
    """
    row = connection.execute(QUERIES["file"], (number, clean(known))).fetchone()
    if row is None:
        raise ObjectNotFound(f"no file {known!r} in this conversation")
    return attachment_of(row[:-1]), row[-1]


def rate(connection: sqlite3.Connection, number: int, message: Message, thumb: str, reason: str) -> None:
    """Keep a thumb on an answer, or take it away.

    Raises:
        MalformedRequest: a person wrote the message, or it is no thumb.
    """
    check_thumb(message, thumb)
    connection.execute(QUERIES["rate"], (thumb, clean(reason) if thumb else "", number))


def choose(connection: sqlite3.Connection, number: int, choice: Choice) -> None:
    """Keep a choice; see ``Chats.choose``."""
    chosen, rejected = (one(connection, number, each)[1] for each in (choice.chosen, choice.rejected))
    if chosen.id == rejected.id or chosen.parent != rejected.parent or {chosen.role, rejected.role} != {"assistant"}:
        raise MalformedRequest("a choice is between two answers to the same message")
    first, second = sorted((chosen.id, rejected.id))
    row = (number, first, second, chosen.id, choice.created_ns, clean(choice.reason))
    connection.execute(QUERIES["choose"], row)


def choices(connection: sqlite3.Connection, number: int) -> tuple[Choice, ...]:
    """Those of a conversation."""
    return tuple(
        Choice(chosen=chosen, rejected=second if chosen == first else first, created_ns=at, reason=reason)
        for first, second, chosen, at, reason in connection.execute(QUERIES["choices"], (number,))
    )


def pleased(connection: sqlite3.Connection) -> tuple[Pleased, ...]:
    """Thumbs and choices of everybody, by model."""
    thumbs = {served: (good, bad) for served, good, bad in connection.execute(QUERIES["thumbs"])}
    won = {served: (chosen, rejected) for served, chosen, rejected in connection.execute(QUERIES["won"])}
    found: list[Pleased] = []
    for served in sorted({*thumbs, *won}):
        (good, bad), (chosen, rejected) = thumbs.get(served, (0, 0)), won.get(served, (0, 0))
        found.append(Pleased(served=served, good=good, bad=bad, chosen=chosen, rejected=rejected))
    return tuple(found)


def spoken(connection: sqlite3.Connection, looked: int, most: int, longest: int) -> tuple[Spoken, ...]:
    """The beginnings of everybody's newest answers."""
    rows = connection.execute(QUERIES["spoken"], (longest, looked, most))
    return tuple(Spoken(served=served, text=text) for served, text in rows)


def _check(
    connection: sqlite3.Connection, number: int, messages: tuple[Message, ...], files: Mapping[str, bytes]
) -> None:
    (there,) = connection.execute(QUERIES["count"], (number,)).fetchone()
    check_messages(there, messages)
    if files:
        (weight,) = connection.execute(QUERIES["weight"], (number,)).fetchone()
        check_files(weight, files)
    ids = [clean(message.id) for message in messages]
    taken = [row[0] for row in connection.execute(QUERIES["taken"], (as_json(ids),))]
    if taken or len(set(ids)) < len(ids):
        raise MalformedRequest(f"a message {(taken or ids)[0]!r} is there already")
    _check_parents(connection, number, messages)
    brought = {each.id for message in messages for each in message.attachments}
    if brought - set(files):
        missing = brought - set(files) - set(_attachments(connection, number))
        if missing:
            raise ObjectNotFound(f"no file {min(missing)!r} in this conversation")
    if set(files) - brought or set(files) & set(_attachments(connection, number) if files else ()):
        raise MalformedRequest("bytes came for a file that no message brings, or that is there already")


def _check_parents(connection: sqlite3.Connection, number: int, messages: Iterable[Message]) -> None:
    """Each is in the conversation, or stands before its child."""
    before = set[str | None]({None})
    for message in messages:
        if message.parent not in before:
            found = connection.execute(QUERIES["among"], (as_json([message.parent]), number)).fetchone()
            if found is None:
                raise ObjectNotFound(f"no message {message.parent!r} in this conversation")
        before.add(message.id)


def _insert(connection: sqlite3.Connection, conversation: int, message: Message) -> int:
    text = "" if message.phase == "running" else clean(message.text)
    row = (
        clean(message.id), conversation, message.parent, message.role, message.created_ns, message.phase, text,
        as_json([each.id for each in message.attachments]), "" if message.by is None else clean(message.by.served),
        None if message.by is None else as_json(message.by), clean(message.error), message.thumb,
        clean(message.reason),
    )  # fmt: skip
    number = connection.execute(QUERIES["add"], row).lastrowid
    assert number is not None  # noqa: S101 - what SQLite promises of a row that was inserted
    return number


def _add_files(connection: sqlite3.Connection, conversation: int, message: Message, files: Mapping[str, bytes]) -> None:
    for each in message.attachments:
        if each.id not in files:
            continue
        row = (
            conversation, clean(each.id), clean(each.name), clean(each.media_type), len(files[each.id]),
            clean(each.left_out), clean(each.text), files[each.id],
        )  # fmt: skip
        connection.execute(QUERIES["add_file"], row)


def _attachments(connection: sqlite3.Connection, number: int) -> dict[str, Attachment]:
    return {row[0]: attachment_of(row) for row in connection.execute(QUERIES["files"], (number,))}
