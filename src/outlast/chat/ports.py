"""What the chat needs of the outside world, as small protocols: a store, and the gateway inside the process.

It states what is asked and what each answer promises. It does not know SQLite (``ledger.chats``), HTTP (``web``) nor
the gateway's own types: ``wiring.chat`` connects them.
"""

from collections.abc import AsyncGenerator, Mapping
from typing import Protocol

import msgspec

from outlast.chat.conversation import Attachment, Conversation, Message, Persona, Phase, Served


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One hit of a search."""

    conversation: Conversation
    message: str
    excerpt: str
    """Plain text around the words, which stand between \\x02 and \\x03."""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody preferred one of two answers to the same message."""

    chosen: str
    """The answer's id."""
    rejected: str
    created_ns: int
    reason: str = ""


class Pleased(msgspec.Struct, frozen=True, kw_only=True):
    """What people said of one model's answers, in numbers."""

    served: str
    """``provider/model`` that answered."""
    good: int = 0
    bad: int = 0
    chosen: int = 0
    """Choices between two answers that it won."""
    rejected: int = 0


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """What one model said, to whom ever."""

    served: str
    text: str
    """Its beginning."""


class Chats(Protocol):
    """Conversations, each seen by its owner alone: another's id is as one that does not exist (``ObjectNotFound``).

    Every method raises ``LedgerUnavailable`` where the store cannot be read or written. What returned is durable
    against the end of the process.
    """

    async def create(self, conversation: Conversation) -> None:
        """Keep a new conversation."""
        ...

    async def conversation(self, owner: str, known: str) -> Conversation:
        """One of the owner's."""
        ...

    async def change(self, conversation: Conversation) -> None:
        """Keep a conversation's new title, model, leaf, persona, place in the archive."""
        ...

    async def newest(
        self, owner: str, *, before: tuple[int, str] | None = None, limit: int = 50, archived: bool = False
    ) -> tuple[Conversation, ...]:
        """A page, the last changed first; ``before``: ``(updated_ns, id)`` where the page before ended."""
        ...

    async def search(self, owner: str, words: str, *, limit: int = 50) -> tuple[Found, ...]:
        """Full text over titles and messages; whatever was typed is words, never syntax."""
        ...

    async def delete(self, owner: str, known: str) -> None:
        """Forget a conversation with everything in it."""
        ...

    async def messages(self, owner: str, known: str) -> tuple[Message, ...]:
        """Every message of the tree, in the order in which they were added; files without their bytes."""
        ...

    async def add(
        self, owner: str, conversation: str, *messages: Message, files: Mapping[str, bytes] | None = None
    ) -> None:
        """Add messages at once, with the bytes of their attachments by id; the last becomes the leaf.

        An attachment without bytes is one that another message of the conversation brought. A message whose phase is
        ``running`` is written by this process from now on.

        Raises:
            ObjectNotFound: a parent, or an attachment without bytes, is not in this conversation.
            MalformedRequest: an id is used twice.
            RequestTooLarge: over one of the limits of ``chat.bounds``.
        """
        ...

    async def grow(self, message: str, more: str, *, by: Served | None = None) -> bool:
        """Put more text behind a running answer; ``by``: who answers, where that has become known since.

        False: somebody asked that it be stopped, or it is not running any more (deleted with its conversation, or
        abandoned), and then nothing of ``more`` is kept. Whoever writes an answer says so at least every second, with
        no text where there is none.
        """
        ...

    async def settle(self, message: str, *, phase: Phase, by: Served, error: str = "") -> None:
        """A running answer has come to its end; nothing happens where it is not running any more."""
        ...

    async def abandon(self) -> None:
        """Make ``interrupted`` of every running answer whose writer's process has ended; what it wrote stays."""
        ...

    async def stop(self, owner: str, conversation: str, message: str) -> None:
        """Ask whoever writes this answer, in whatever process, to stop."""
        ...

    async def growth(self, owner: str, conversation: str, message: str, start: int) -> tuple[str, Message]:
        """An answer's text from a character on, and the message with its phase; polled by other tabs and processes.

        While it is running, the message's own ``text`` is empty: what it has so far is told in pieces alone.
        """
        ...

    async def file(self, owner: str, conversation: str, known: str) -> tuple[Attachment, bytes]:
        """One file."""
        ...

    async def rate(self, owner: str, conversation: str, message: str, thumb: str, reason: str) -> None:
        """Keep a thumb (``good``, ``bad``, or nothing) and what was written beside it."""
        ...

    async def choose(self, owner: str, conversation: str, choice: Choice) -> None:
        """Keep which of two answers was preferred; of the same two, what was said last.

        Raises:
            ObjectNotFound: one of them is no answer of this conversation.
            MalformedRequest: they do not answer the same message.
        """
        ...

    async def choices(self, owner: str, conversation: str) -> tuple[Choice, ...]:
        """Those of a conversation, in the order in which they were made."""
        ...

    async def pleased(self) -> tuple[Pleased, ...]:
        """What all people together said, by model; numbers alone. Temporary conversations are not in it."""
        ...

    async def spoken(self, *, looked: int, most: int, longest: int) -> tuple[Spoken, ...]:
        """Whole answers of all people, for sums over them; temporary conversations are not in it.

        Args:
            looked: among the newest so many of all models.
            most: of one model, the newest.
            longest: characters of each.
        """
        ...

    async def persona(self, owner: str) -> Persona:
        """How the owner wishes to be talked to, unless a conversation says otherwise."""
        ...

    async def keep_persona(self, owner: str, persona: Persona) -> None:
        """Keep that."""
        ...


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """An answer's head: who answers."""

    by: Served


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """Some more of the answer's text."""

    text: str


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """Some more of how the answer sounds, behind what came before; it is kept by nobody."""

    pcm: bytes
    """24,000 samples a second, one channel, 16 bits each, little-endian; a sample may be cut in two."""


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """The answer's end."""

    finish: str = ""
    """``stop length tool_calls content_filter`` …"""
    interrupted: bool = False
    """This process is ending; the model would have gone on."""
    error: str = ""
    """What the gateway or the provider said, for people; empty: it ended well."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks."""

    name: str = ""
    """The account's, which is the ``owner`` of what it keeps; empty: the one person of a gateway without accounts."""
    plan: str = ""
    """Of ``[plans.NAME]``; empty: none, so everything may be used."""


class Gateway(Protocol):
    """The gateway in this process: the same plan, ledger, limits and headers as over HTTP."""

    def ask(
        self, body: bytes, headers: Mapping[str, str], *, person: Person, unkept: bool = False
    ) -> AsyncGenerator[Begun | Piece | Sound | Ended, None]:
        """A streamed chat completion; closing the iterator ends the call as a caller who leaves does.

        The last that comes is ``Ended``; nothing is raised. ``unkept``: no words of it are recorded, whatever the
        configuration says.
        """
        ...
