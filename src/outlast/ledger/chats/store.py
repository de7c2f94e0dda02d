"""The port ``Chats`` over one SQLite file, for as many processes as have it open.

It knows which rows each promise is kept by, and that an answer whose writer's process has ended is interrupted, at
the latest when somebody looks. It does not know SQL (``chats.sql``), threads nor transactions (``ledger.desk``).
"""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from outlast.chat.conversation import Attachment, Conversation, Message, Persona, Phase, Served
from outlast.chat.ports import Choice, Found, Pleased, Spoken
from outlast.chat.words import excerpt, phrases_of
from outlast.errors import LedgerUnavailable, ObjectNotFound
from outlast.ledger.chats import conversations, messages, owners, running, search
from outlast.ledger.chats.tables import QUERIES, VERSION, clean, grow_tables
from outlast.ledger.chats.writers import Writers
from outlast.ledger.desk import SWEEP_S, Desk, Shape


class KeptChats:
    """Conversations in a file; see ``Chats`` for what each method promises."""

    def __init__(self, path: Path, *, unix_ns: Callable[[], int], sweep_s: float = SWEEP_S) -> None:
        """Open nothing yet.

        Args:
            path: the file; made with the first question.
            unix_ns: real time.
            sweep_s: seconds between two looks for what is to go.
        """
        self._now = unix_ns
        self._writers = Writers(path.with_name(path.name + ".writers"))
        self.desk: Final = Desk(
            path, Shape(what="chats", version=VERSION, grow=grow_tables, sweep=self._sweep), sweep_s=sweep_s
        )
        """Accounts are in the same file."""

    def start(self) -> None:
        """Begin to work; in the process that serves calls, after any fork."""
        self.desk.start()

    def close(self) -> None:
        """Finish what waits, and end; answers that this process still wrote are interrupted for who looks next."""
        self.desk.close()
        self._writers.release()

    async def create(self, conversation: Conversation) -> None:
        """Keep a new conversation."""
        await self.desk.ask(lambda connection: conversations.create(connection, conversation))

    async def conversation(self, owner: str, known: str) -> Conversation:
        """One of the owner's."""
        found = await self.desk.ask(lambda connection: conversations.find(connection, owner, known), writes=False)
        return found.conversation

    async def change(self, conversation: Conversation) -> None:
        """Keep what a person may change."""
        await self.desk.ask(lambda connection: conversations.change(connection, conversation))

    async def newest(
        self, owner: str, *, before: tuple[int, str] | None = None, limit: int = 50, archived: bool = False
    ) -> tuple[Conversation, ...]:
        """A page, the last changed first."""
        return await self.desk.ask(
            lambda connection: conversations.newest(connection, owner, before, limit, archived=archived), writes=False
        )

    async def search(self, owner: str, words: str, *, limit: int = 50) -> tuple[Found, ...]:
        """Titles first, then messages, the newest first; one hit of a conversation."""
        return await self.desk.ask(lambda connection: _search(connection, owner, words, limit), writes=False)

    async def delete(self, owner: str, known: str) -> None:
        """Forget one; the indexes are rid of its words by the next sweeps."""

        def run(connection: sqlite3.Connection) -> None:
            conversations.drop(connection, conversations.find(connection, owner, known).number, self._now())

        await self.desk.ask(run)

    async def messages(self, owner: str, known: str) -> tuple[Message, ...]:
        """The whole tree."""

        def run(connection: sqlite3.Connection) -> tuple[tuple[Message, ...], list[int]]:
            number = conversations.find(connection, owner, known).number
            return messages.read(connection, number), running.abandoned(connection, number, self._alive)

        found, dead = await self.desk.ask(run, writes=False)
        if dead:
            await self.abandon()
            found, _ = await self.desk.ask(run, writes=False)
        return found

    async def add(
        self, owner: str, conversation: str, *messages_: Message, files: Mapping[str, bytes] | None = None
    ) -> None:
        """Add messages at once."""

        def run(connection: sqlite3.Connection) -> None:
            known = conversations.find(connection, owner, conversation)
            begins = any(message.phase == "running" for message in messages_)
            messages.add(connection, known, messages_, files or {}, self._writers.own() if begins else "")

        await self.desk.ask(run)

    async def grow(self, message: str, more: str, *, by: Served | None = None) -> bool:
        """Put more text behind a running answer, and who says it."""
        writes = bool(more) or by is not None
        return await self.desk.ask(lambda connection: running.grow(connection, message, more, by), writes=writes)

    async def settle(self, message: str, *, phase: Phase, by: Served, error: str = "") -> None:
        """It has come to its end."""
        await self.desk.ask(lambda connection: running.settle(connection, message, phase, by, error))

    async def abandon(self) -> None:
        """Interrupt what nobody writes any more."""

        def run(connection: sqlite3.Connection) -> None:
            for number in running.abandoned(connection, None, self._alive):
                running.interrupt(connection, number)

        await self.desk.ask(run)

    async def stop(self, owner: str, conversation: str, message: str) -> None:
        """Ask whoever writes it to stop."""

        def run(connection: sqlite3.Connection) -> None:
            number, _ = messages.one(connection, conversations.find(connection, owner, conversation).number, message)
            running.stop(connection, number)

        await self.desk.ask(run)

    async def growth(self, owner: str, conversation: str, message: str, start: int) -> tuple[str, Message]:
        """What came since, and the message."""

        def run(connection: sqlite3.Connection) -> tuple[str, Message, bool]:
            known = conversations.find(connection, owner, conversation)
            number, found = messages.one(connection, known.number, message)
            if found.phase != "running":
                return found.text[max(start, 0) :], found, False
            dead = number in running.abandoned(connection, known.number, self._alive)
            return running.so_far(connection, number, start), found, dead

        more, found, dead = await self.desk.ask(run, writes=False)
        if dead:
            await self.abandon()
            more, found, _ = await self.desk.ask(run, writes=False)
        return more, found

    async def file(self, owner: str, conversation: str, known: str) -> tuple[Attachment, bytes]:
        """One file."""
        return await self.desk.ask(
            lambda connection: messages.file(
                connection, conversations.find(connection, owner, conversation).number, known
            ),
            writes=False,
        )

    async def rate(self, owner: str, conversation: str, message: str, thumb: str, reason: str) -> None:
        """Keep a thumb."""

        def run(connection: sqlite3.Connection) -> None:
            number, found = messages.one(
                connection, conversations.find(connection, owner, conversation).number, message
            )
            messages.rate(connection, number, found, thumb, reason)

        await self.desk.ask(run)

    async def choose(self, owner: str, conversation: str, choice: Choice) -> None:
        """Keep a choice between two answers."""

        def run(connection: sqlite3.Connection) -> None:
            messages.choose(connection, conversations.find(connection, owner, conversation).number, choice)

        await self.desk.ask(run)

    async def choices(self, owner: str, conversation: str) -> tuple[Choice, ...]:
        """Those of a conversation."""
        return await self.desk.ask(
            lambda connection: messages.choices(connection, conversations.find(connection, owner, conversation).number),
            writes=False,
        )

    async def pleased(self) -> tuple[Pleased, ...]:
        """By model, numbers alone."""
        return await self.desk.ask(messages.pleased, writes=False)

    async def spoken(self, *, looked: int, most: int, longest: int) -> tuple[Spoken, ...]:
        """The newest answers of everybody."""
        return await self.desk.ask(lambda connection: messages.spoken(connection, looked, most, longest), writes=False)

    async def persona(self, owner: str) -> Persona:
        """How the owner wishes to be talked to."""
        return await self.desk.ask(lambda connection: conversations.persona(connection, owner), writes=False)

    async def keep_persona(self, owner: str, persona: Persona) -> None:
        """Keep that."""
        await self.desk.ask(lambda connection: conversations.keep_persona(connection, owner, persona))

    async def owners(self) -> tuple[str, ...]:
        """Everybody who ever kept anything, by name; for whoever runs the gateway."""
        return await self.desk.ask(
            lambda connection: tuple(row[0] for row in connection.execute(QUERIES["everybody"])), writes=False
        )

    async def owner_of(self, known: str) -> str:
        """Whose a conversation is; for whoever runs the gateway.

        Raises:
            ObjectNotFound: there is none of this id.
        """

        def run(connection: sqlite3.Connection) -> str:
            row = connection.execute(QUERIES["whose_is"], (clean(known),)).fetchone()
            if row is None:
                raise ObjectNotFound(
                    f"no conversation {known!r} is kept here; its ID is the end of its address, /chat/ID, and "
                    "`outlast chat export --all --format json` hands out every one"
                )
            return str(row[0])

        return await self.desk.ask(run, writes=False)

    def _alive(self, writer: str) -> bool:
        try:
            return self._writers.alive(writer)
        except OSError as error:
            raise LedgerUnavailable(f"who writes answers cannot be seen: {error}") from error

    def _sweep(self, connection: sqlite3.Connection) -> bool:
        self._writers.tidy()
        for number in running.abandoned(connection, None, self._alive):
            running.interrupt(connection, number)
        more = conversations.drop_left(connection, self._now())
        return search.forget(connection, self._now()) or more


def _search(connection: sqlite3.Connection, owner: str, words: str, limit: int) -> tuple[Found, ...]:
    phrases = phrases_of(words)
    whose = owners.find(connection, owner)
    if whose is None or not phrases:
        return ()
    found: dict[int, Found] = {}
    for number in search.titles(connection, whose, phrases, limit):
        known = conversations.by_number(connection, number)
        found[number] = Found(conversation=known, message=known.leaf or "", excerpt=excerpt(known.title, phrases))
    for message, number in search.messages(connection, whose, phrases):
        if len(found) >= limit:
            break
        if number not in found:
            known_message, text = connection.execute(QUERIES["hit"], (message,)).fetchone()
            known = conversations.by_number(connection, number)
            found[number] = Found(conversation=known, message=known_message, excerpt=excerpt(text, phrases))
    return tuple(each for each in found.values() if each.conversation.owner == owner)
