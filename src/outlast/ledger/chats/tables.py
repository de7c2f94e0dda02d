"""The form of the chats' file: its tables by version, its statements by name, and values as columns.

It knows how a conversation and a message become rows and come back. It does not know when they are written.
"""

import re
import sqlite3
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

import msgspec

from outlast.chat.conversation import Attachment, Conversation, Message, Persona, Served
from outlast.errors import LedgerUnavailable
from outlast.ledger.queries import parse_queries

VERSION: Final = 2
_FOLDER: Final = files("outlast.ledger.chats")
QUERIES: Final = parse_queries(_FOLDER.joinpath("chats.sql").read_text("utf-8"))
PEOPLE: Final = parse_queries(_FOLDER.joinpath("people.sql").read_text("utf-8"))
_ADDED: Final = (QUERIES, PEOPLE)
"""What came with each version; tables and indexes stand in order, under names that begin with ``make_``."""
_HALF: Final = re.compile("[\ud800-\udfff]")
_JSON: Final = msgspec.json.Encoder()
_PERSONA: Final = msgspec.json.Decoder(Persona)
_SERVED: Final = msgspec.json.Decoder(Served)
_NAMES: Final = msgspec.json.Decoder(tuple[str, ...])
Row = tuple[Any, ...]
"""Of SQLite."""


def grow_tables(connection: sqlite3.Connection, version: int) -> None:
    """Bring a file of an older version, 0 for a new one, to this one."""
    for statements in _ADDED[version:]:
        for name, statement in statements.items():
            if name.startswith("make_"):
                connection.execute(statement)


def clean(text: str) -> str:
    """A text as a file can keep it: halves of characters, which no encoding has, are replaced one by one."""
    return _HALF.sub("\ufffd", text) if not text.isascii() else text


def as_json(value: object) -> str:
    """A value as a column keeps it."""
    try:
        return _JSON.encode(value).decode()
    except UnicodeEncodeError:
        return _JSON.encode(_cleaned(msgspec.to_builtins(value))).decode()


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value]
    return value


def persona_of(text: str | None) -> Persona | None:
    """What a column keeps."""
    return None if text is None else _read(_PERSONA, text)


def conversation_of(row: Row) -> Conversation:
    """From the columns after the number."""
    known, owner, title, model, created, updated, leaf, persona, archived, told = row
    return Conversation(
        id=known, owner=owner, title=title, model=model, created_ns=created, updated_ns=updated, leaf=leaf,
        persona=persona_of(persona), archived=bool(archived), told=_read(_NAMES, told),
    )  # fmt: skip


def message_of(row: Row, files: Mapping[str, Attachment]) -> Message:
    """From the columns after the number; ``files`` has all attachments of the conversation by id."""
    known, parent, role, text, created, phase, attachments, by, error, thumb, reason = row
    return Message(
        id=known, parent=parent, role=role, text=text, created_ns=created, phase=phase, error=error, thumb=thumb,
        reason=reason, by=None if by is None else _read(_SERVED, by),
        attachments=tuple(files[each] for each in _read(_NAMES, attachments) if each in files),
    )  # fmt: skip


def attachment_of(row: Row) -> Attachment:
    """From the columns of a file without its bytes."""
    known, name, media_type, size, text, left_out = row
    return Attachment(id=known, name=name, media_type=media_type, size=size, text=text, left_out=left_out)


def _read(decoder: msgspec.json.Decoder[Any], text: str) -> Any:
    try:
        return decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise LedgerUnavailable(f"a row of the chats is not as it was written: {error}") from error
