"""The chat's store for tests: conversations in memory, and the first message of one.

It knows how a test begins a conversation. It does not know how one is kept (``ledger.chats.memory``).
"""

from outlast.chat.conversation import Conversation, Message
from outlast.chat.tree import answer
from outlast.ledger.chats.memory import MemoryChats

__all__ = ["MemoryChats", "answer_to", "conversation_of", "message_of"]


def conversation_of(known: str, owner: str = "ana", *, title: str = "", temporary: bool = False) -> Conversation:
    """A conversation without messages, made at time 1."""
    return Conversation(
        id=known, owner=owner, title=title or known, model="gpt-4o", created_ns=1, updated_ns=1, temporary=temporary
    )


def message_of(known: str, text: str = "Hello", *, parent: str | None = None, created_ns: int = 1) -> Message:
    """Something that a person said."""
    return Message(id=known, parent=parent, role="user", text=text, created_ns=created_ns)


def answer_to(parent: str, known: str, *, created_ns: int = 1, asked: str = "gpt-4o") -> Message:
    """An answer that is still to be written."""
    return answer(parent, known=known, created_ns=created_ns, asked=asked)
