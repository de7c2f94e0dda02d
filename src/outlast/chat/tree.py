"""A conversation's messages as a tree: the branch that is shown, its forks, and what is put beside a message.

It knows parents and the order in which messages were added. It does not know where they are kept (``chat.ports``)
nor how an answer comes about. Nothing here takes a message away: what is written twice from the same place, by one
person or in two tabs, stands side by side.
"""

from collections.abc import Iterable
from typing import NamedTuple

from outlast.chat.conversation import Attachment, Message, Served
from outlast.errors import MalformedRequest, ObjectNotFound


class Place(NamedTuple):
    """Which of several branches a message begins: the ``number``-th ``of`` so many, from 1."""

    number: int
    of: int


class Tree:
    """The messages of one conversation, in the order in which they were added."""

    def __init__(self, messages: Iterable[Message]) -> None:
        """Arrange them; a parent stands before its children, as in every store."""
        self._known: dict[str, Message] = {}
        self._children: dict[str | None, list[Message]] = {}
        self._order: dict[str, int] = {}
        for message in messages:
            if message.parent is not None and message.parent not in self._known:
                raise ObjectNotFound(f"message {message.id!r} answers {message.parent!r}, which is not there")
            self._order[message.id] = len(self._known)
            self._known[message.id] = message
            self._children.setdefault(message.parent, []).append(message)

    def __len__(self) -> int:
        return len(self._known)

    def message(self, known: str) -> Message:
        """One message.

        Raises:
            ObjectNotFound: there is none of this id.
        """
        found = self._known.get(known)
        if found is None:
            raise ObjectNotFound(f"no message {known!r} in this conversation")
        return found

    def path(self, leaf: str | None) -> tuple[Message, ...]:
        """From the beginning to ``leaf``; nothing where there is no leaf.

        Raises:
            ObjectNotFound: the leaf is no message of this conversation.
        """
        found: list[Message] = []
        at = leaf
        while at is not None:
            found.append(self.message(at))
            at = found[-1].parent
        return tuple(reversed(found))

    def children(self, known: str | None) -> tuple[Message, ...]:
        """What was put behind a message, oldest first; None: what begins the conversation."""
        return tuple(self._children.get(known, ()))

    def siblings(self, known: str) -> tuple[Message, ...]:
        """A message and those that stand in its place on other branches, oldest first."""
        return self.children(self.message(known).parent)

    def place(self, known: str) -> Place:
        """Which branch of how many."""
        beside = self.siblings(known)
        return Place(1 + next(number for number, each in enumerate(beside) if each.id == known), len(beside))

    def newest_leaf(self, known: str | None = None) -> str | None:
        """The end that was added last among the branches below a message, or of all; a message may be its own end."""
        below = [self.message(known)] if known is not None else list(self.children(None))
        newest: Message | None = None
        while below:
            message = below.pop()
            further = self._children.get(message.id)
            if further:
                below.extend(further)
            elif newest is None or self._order[message.id] > self._order[newest.id]:
                newest = message
        return None if newest is None else newest.id

    def shown(self, leaf: str | None) -> tuple[Message, ...]:
        """The branch that ends with ``leaf``, or the newest one where that is not known (any more)."""
        return self.path(leaf if leaf in self._known else self.newest_leaf())


def edited(
    original: Message, *, known: str, text: str, created_ns: int, attachments: tuple[Attachment, ...] | None = None
) -> Message:
    """What a person wrote, written anew beside it; ``attachments`` stay unless others are given.

    Raises:
        MalformedRequest: a model wrote it.
    """
    if original.role != "user":
        raise MalformedRequest("an answer cannot be edited; edit what it answers, or ask for another one")
    kept = original.attachments if attachments is None else attachments
    return Message(
        id=known, parent=original.parent, role="user", text=text, created_ns=created_ns, attachments=kept
    )  # fmt: skip


def another(original: Message, *, known: str, created_ns: int, asked: str) -> Message:
    """Another try beside an answer, still to be written by the model ``asked``.

    Raises:
        MalformedRequest: a person wrote it.
    """
    if original.role != "assistant":
        raise MalformedRequest("only an answer can be tried again; a message of yours can be edited")
    return answer(original.parent, known=known, created_ns=created_ns, asked=asked)


def answer(parent: str | None, *, known: str, created_ns: int, asked: str, note: str = "") -> Message:
    """An answer that is still to be written, behind ``parent``."""
    by = Served(asked=asked, note=note)
    return Message(id=known, parent=parent, role="assistant", text="", created_ns=created_ns, phase="running", by=by)
