"""The port ``Chats`` in this process' memory: for temporary conversations, and for tests.

It knows the rules of keeping, written plainly; the contract suite holds it and SQLite to the same answers. Nothing of
it reaches a disk, and all of it ends with the process.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec

from outlast.chat.bounds import check_files, check_held, check_messages, check_thumb
from outlast.chat.conversation import Attachment, Conversation, Message, Persona, Phase, Served
from outlast.chat.ports import Choice, Found, Pleased, Spoken
from outlast.chat.words import excerpt, phrases_of, spans_of
from outlast.errors import MalformedRequest, ObjectNotFound

_replaced = msgspec.structs.replace


@dataclass(slots=True)
class _Held:
    """One conversation with everything in it."""

    conversation: Conversation
    messages: dict[str, Message] = field(default_factory=dict)
    files: dict[str, tuple[Attachment, bytes]] = field(default_factory=dict)
    choices: dict[frozenset[str], Choice] = field(default_factory=dict)
    growing: dict[str, list[str]] = field(default_factory=dict)
    """Pieces of running answers."""
    stopped: set[str] = field(default_factory=set)

    @property
    def weight(self) -> int:
        """Bytes of its files."""
        return sum(len(data) for _, data in self.files.values())

    def message(self, known: str) -> Message:
        """One message."""
        found = self.messages.get(known)
        if found is None:
            raise ObjectNotFound(f"no message {known!r} in this conversation")
        return found

    def read(self, known: str) -> Message:
        """The same, with what it has so far."""
        found = self.message(known)
        return _replaced(found, text="".join(self.growing[known])) if known in self.growing else found


class MemoryChats:
    """Keeps conversations in dictionaries; see ``Chats`` for what each method promises."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}
        self._where: dict[str, str] = {}
        """The conversation of each message."""
        self._personas: dict[str, Persona] = {}

    def knows(self, conversation: str) -> bool:
        """Whether there is one of this id, whose ever it is."""
        return conversation in self._held

    def knows_message(self, message: str) -> bool:
        """Whether there is a message of this id."""
        return message in self._where

    def forget(self, gone: Callable[[Conversation], bool]) -> None:
        """Forget every conversation of which that is true."""
        for known in [each for each, held in self._held.items() if gone(held.conversation)]:
            self._drop(known)

    async def create(self, conversation: Conversation) -> None:
        """Keep a new conversation."""
        if conversation.id in self._held:
            raise MalformedRequest(f"a conversation {conversation.id!r} is there already")
        self._held[conversation.id] = _Held(_replaced(conversation, leaf=None))

    async def conversation(self, owner: str, known: str) -> Conversation:
        """One of the owner's."""
        return self._find(owner, known).conversation

    async def change(self, conversation: Conversation) -> None:
        """Keep what a person may change."""
        held = self._find(conversation.owner, conversation.id)
        if conversation.leaf is not None:
            held.message(conversation.leaf)
        created = held.conversation.created_ns
        held.conversation = _replaced(conversation, created_ns=created)

    async def newest(
        self, owner: str, *, before: tuple[int, str] | None = None, limit: int = 50, archived: bool = False
    ) -> tuple[Conversation, ...]:
        """A page, the last changed first."""
        found = [
            (held.conversation.updated_ns, known)
            for known, held in self._held.items()
            if held.conversation.owner == owner and held.conversation.archived == archived
        ]
        after = [each for each in sorted(found, reverse=True) if before is None or each < before]
        return tuple(self._held[known].conversation for _, known in after[:limit])

    async def search(self, owner: str, words: str, *, limit: int = 50) -> tuple[Found, ...]:
        """Titles first, then messages, the newest first; one hit of a conversation."""
        phrases = phrases_of(words)
        if not phrases:
            return ()
        own = {known: held for known, held in self._held.items() if held.conversation.owner == owner}
        found: dict[str, Found] = {}
        for known, held in reversed(own.items()):
            title = held.conversation.title
            if spans_of(title, phrases):
                at = held.conversation.leaf or ""
                found[known] = Found(conversation=held.conversation, message=at, excerpt=excerpt(title, phrases))
        for message, known in reversed(self._where.items()):
            if known in own and known not in found and message not in own[known].growing:
                text = own[known].messages[message].text
                if spans_of(text, phrases):
                    found[known] = Found(
                        conversation=own[known].conversation, message=message, excerpt=excerpt(text, phrases)
                    )
        return tuple(found.values())[:limit]

    async def delete(self, owner: str, known: str) -> None:
        """Forget one."""
        self._find(owner, known)
        self._drop(known)

    async def messages(self, owner: str, known: str) -> tuple[Message, ...]:
        """The whole tree."""
        held = self._find(owner, known)
        return tuple(held.read(each) for each in held.messages)

    async def add(
        self, owner: str, conversation: str, *messages: Message, files: Mapping[str, bytes] | None = None
    ) -> None:
        """Add messages at once."""
        held, files = self._find(owner, conversation), files or {}
        self._check(held, messages, files)
        for message in messages:
            for each in message.attachments:
                if each.id in files:
                    held.files[each.id] = (_replaced(each, size=len(files[each.id])), files[each.id])
            kept = tuple(held.files[each.id][0] for each in message.attachments)
            held.messages[message.id] = _replaced(message, attachments=kept)
            self._where[message.id] = conversation
            if message.phase == "running":
                held.messages[message.id] = _replaced(message, text="")
                held.growing[message.id] = [message.text]
        if messages:
            at = max(held.conversation.updated_ns, messages[-1].created_ns)
            held.conversation = _replaced(held.conversation, leaf=messages[-1].id, updated_ns=at)

    async def grow(self, message: str, more: str, *, by: Served | None = None) -> bool:
        """Put more text behind a running answer."""
        held = self._growing(message)
        if held is None:
            return False
        held.growing[message].append(more)
        if by is not None:
            held.messages[message] = _replaced(held.messages[message], by=by)
        return message not in held.stopped

    async def settle(self, message: str, *, phase: Phase, by: Served, error: str = "") -> None:
        """It has come to its end."""
        held = self._growing(message)
        if held is not None:
            whole = held.read(message)
            held.messages[message] = _replaced(whole, phase=phase, by=by, error=error)
            del held.growing[message]

    async def abandon(self) -> None:
        """Whoever writes here lives as long as all of it."""

    async def stop(self, owner: str, conversation: str, message: str) -> None:
        """Ask whoever writes it to stop."""
        held = self._find(owner, conversation)
        held.message(message)
        held.stopped.add(message)

    async def growth(self, owner: str, conversation: str, message: str, start: int) -> tuple[str, Message]:
        """What came since, and the message."""
        held = self._find(owner, conversation)
        found = held.message(message)
        return held.read(message).text[max(start, 0) :], found

    async def file(self, owner: str, conversation: str, known: str) -> tuple[Attachment, bytes]:
        """One file."""
        found = self._find(owner, conversation).files.get(known)
        if found is None:
            raise ObjectNotFound(f"no file {known!r} in this conversation")
        return found

    async def rate(self, owner: str, conversation: str, message: str, thumb: str, reason: str) -> None:
        """Keep a thumb."""
        held = self._find(owner, conversation)
        found = held.message(message)
        check_thumb(found, thumb)
        held.messages[message] = msgspec.convert(
            {**msgspec.structs.asdict(found), "thumb": thumb, "reason": reason if thumb else ""}, Message
        )

    async def choose(self, owner: str, conversation: str, choice: Choice) -> None:
        """Keep a choice between two answers."""
        held = self._find(owner, conversation)
        chosen, rejected = held.message(choice.chosen), held.message(choice.rejected)
        if (
            chosen.id == rejected.id
            or chosen.parent != rejected.parent
            or {chosen.role, rejected.role} != {"assistant"}
        ):
            raise MalformedRequest("a choice is between two answers to the same message")
        held.choices[frozenset((chosen.id, rejected.id))] = choice

    async def choices(self, owner: str, conversation: str) -> tuple[Choice, ...]:
        """Those of a conversation."""
        return tuple(sorted(self._find(owner, conversation).choices.values(), key=lambda each: each.created_ns))

    async def pleased(self) -> tuple[Pleased, ...]:
        """By model, numbers alone."""
        found: dict[str, dict[str, int]] = {}

        def count(message: Message, what: str) -> None:
            if message.by is not None and message.by.served:
                numbers = found.setdefault(message.by.served, {})
                numbers[what] = numbers.get(what, 0) + 1

        for held in self._held.values():
            for message in held.messages.values():
                if message.thumb:
                    count(message, message.thumb)
            for choice in held.choices.values():
                count(held.messages[choice.chosen], "chosen")
                count(held.messages[choice.rejected], "rejected")
        return tuple(Pleased(served=served, **numbers) for served, numbers in sorted(found.items()))

    async def spoken(self, *, looked: int, most: int, longest: int) -> tuple[Spoken, ...]:
        """The newest answers of everybody."""
        newest = (self._held[self._where[known]].messages[known] for known in reversed(self._where))
        answers = [each for each in newest if each.by is not None and each.by.served and each.phase == "complete"]
        found: dict[str, list[Message]] = {}
        for each in answers[:looked]:
            found.setdefault(each.by.served if each.by is not None else "", []).append(each)
        kept = {each.id: served for served, those in found.items() for each in those[:most]}
        return tuple(Spoken(served=kept[each.id], text=each.text[:longest]) for each in answers if each.id in kept)

    async def persona(self, owner: str) -> Persona:
        """How the owner wishes to be talked to."""
        return self._personas.get(owner, Persona())

    async def keep_persona(self, owner: str, persona: Persona) -> None:
        """Keep that."""
        self._personas[owner] = persona

    def _find(self, owner: str, known: str) -> _Held:
        held = self._held.get(known)
        if held is None or held.conversation.owner != owner:
            raise ObjectNotFound(f"no conversation {known!r} is kept for you: it never was, or was deleted")
        return held

    def _growing(self, message: str) -> _Held | None:
        held = self._held.get(self._where.get(message, ""))
        return held if held is not None and message in held.growing else None

    def _drop(self, known: str) -> None:
        for message in self._held.pop(known).messages:
            del self._where[message]

    def _check(self, held: _Held, messages: tuple[Message, ...], files: Mapping[str, bytes]) -> None:
        check_messages(len(held.messages), messages)
        if files:
            check_files(held.weight, files)
            check_held(sum(each.weight for each in self._held.values()), files)
        before = set[str | None](held.messages) | {None}
        for message in messages:
            if message.id in self._where or message.id in before:
                raise MalformedRequest(f"a message {message.id!r} is there already")
            if message.parent not in before:
                raise ObjectNotFound(f"no message {message.parent!r} in this conversation")
            before.add(message.id)
        brought = {each.id for message in messages for each in message.attachments}
        missing = brought - set(files) - set(held.files)
        if missing:
            raise ObjectNotFound(f"no file {min(missing)!r} in this conversation")
        if set(files) - brought or set(files) & set(held.files):
            raise MalformedRequest("bytes came for a file that no message brings, or that is there already")
