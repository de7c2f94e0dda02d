"""Kept and temporary conversations behind one port: what is temporary stays in memory and leaves no trace.

It knows which of two stores an id belongs to. It does not know how either keeps anything. A temporary conversation is
in no list and in no search; it is found by its id, by its owner, in the process that began it.
"""

from collections.abc import Callable, Mapping
from typing import Final

from outlast.chat.conversation import Attachment, Conversation, Message, Persona, Phase, Served
from outlast.chat.ports import Chats, Choice, Found, Pleased, Spoken
from outlast.errors import MalformedRequest
from outlast.ledger.chats.memory import MemoryChats

KEPT_NS: Final = 24 * 3600 * 10**9
"""How long after its last message a temporary conversation is forgotten, if the process lasts."""


class AllChats:
    """Both stores; see ``Chats`` for what each method promises."""

    def __init__(self, kept: Chats, *, unix_ns: Callable[[], int]) -> None:
        self._kept = kept
        self._memory = MemoryChats()
        self._now = unix_ns

    def _of(self, conversation: str) -> Chats:
        return self._memory if self._memory.knows(conversation) else self._kept

    def _writing(self, message: str) -> Chats:
        return self._memory if self._memory.knows_message(message) else self._kept

    async def create(self, conversation: Conversation) -> None:
        """Keep a new conversation, or hold it."""
        before = self._now() - KEPT_NS
        self._memory.forget(lambda held: held.updated_ns < before)
        await (self._memory if conversation.temporary else self._kept).create(conversation)

    async def conversation(self, owner: str, known: str) -> Conversation:
        """One of the owner's."""
        return await self._of(known).conversation(owner, known)

    async def change(self, conversation: Conversation) -> None:
        """Keep what a person may change; a conversation stays what it was begun as.

        Raises:
            MalformedRequest: it says otherwise.
        """
        if conversation.temporary != self._memory.knows(conversation.id):
            raise MalformedRequest("a conversation is temporary from its beginning or never")
        await self._of(conversation.id).change(conversation)

    async def newest(
        self, owner: str, *, before: tuple[int, str] | None = None, limit: int = 50, archived: bool = False
    ) -> tuple[Conversation, ...]:
        """Those that are kept."""
        return await self._kept.newest(owner, before=before, limit=limit, archived=archived)

    async def search(self, owner: str, words: str, *, limit: int = 50) -> tuple[Found, ...]:
        """In those that are kept."""
        return await self._kept.search(owner, words, limit=limit)

    async def delete(self, owner: str, known: str) -> None:
        """Forget one."""
        await self._of(known).delete(owner, known)

    async def messages(self, owner: str, known: str) -> tuple[Message, ...]:
        """The whole tree."""
        return await self._of(known).messages(owner, known)

    async def add(
        self, owner: str, conversation: str, *messages: Message, files: Mapping[str, bytes] | None = None
    ) -> None:
        """Add messages at once."""
        await self._of(conversation).add(owner, conversation, *messages, files=files)

    async def grow(self, message: str, more: str, *, by: Served | None = None) -> bool:
        """Put more text behind a running answer."""
        return await self._writing(message).grow(message, more, by=by)

    async def settle(self, message: str, *, phase: Phase, by: Served, error: str = "") -> None:
        """It has come to its end."""
        await self._writing(message).settle(message, phase=phase, by=by, error=error)

    async def abandon(self) -> None:
        """Interrupt what nobody writes any more."""
        await self._kept.abandon()

    async def stop(self, owner: str, conversation: str, message: str) -> None:
        """Ask whoever writes it to stop."""
        await self._of(conversation).stop(owner, conversation, message)

    async def growth(self, owner: str, conversation: str, message: str, start: int) -> tuple[str, Message]:
        """What came since, and the message."""
        return await self._of(conversation).growth(owner, conversation, message, start)

    async def file(self, owner: str, conversation: str, known: str) -> tuple[Attachment, bytes]:
        """One file."""
        return await self._of(conversation).file(owner, conversation, known)

    async def rate(self, owner: str, conversation: str, message: str, thumb: str, reason: str) -> None:
        """Keep a thumb."""
        await self._of(conversation).rate(owner, conversation, message, thumb, reason)

    async def choose(self, owner: str, conversation: str, choice: Choice) -> None:
        """Keep a choice between two answers."""
        await self._of(conversation).choose(owner, conversation, choice)

    async def choices(self, owner: str, conversation: str) -> tuple[Choice, ...]:
        """Those of a conversation."""
        return await self._of(conversation).choices(owner, conversation)

    async def pleased(self) -> tuple[Pleased, ...]:
        """Of those that are kept."""
        return await self._kept.pleased()

    async def spoken(self, *, looked: int, most: int, longest: int) -> tuple[Spoken, ...]:
        """Of those that are kept."""
        return await self._kept.spoken(looked=looked, most=most, longest=longest)

    async def persona(self, owner: str) -> Persona:
        """How the owner wishes to be talked to."""
        return await self._kept.persona(owner)

    async def keep_persona(self, owner: str, persona: Persona) -> None:
        """Keep that."""
        await self._kept.keep_persona(owner, persona)
