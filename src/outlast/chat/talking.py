"""What a person does in a conversation: send, edit and resend, ask again, stop, look on.

It knows the tree, the store and the gateway by their protocols, and that a page is never waited for: an answer is a
task of this process. It does not know HTTP nor what anything looks like.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from outlast.chat.asking import Asking, Question
from outlast.chat.clock import Moved
from outlast.chat.conversation import Attachment, Conversation, Message, Persona
from outlast.chat.hub import Hub
from outlast.chat.ports import Chats, Person
from outlast.chat.sounds import Sounds
from outlast.chat.title import title_of
from outlast.chat.tree import Tree, answer, edited
from outlast.chat.writing import Writer
from outlast.errors import CallerError, MalformedRequest

POLL_SECONDS = 0.25
"""How soon another process' words are seen here."""
MOST_AT_ONCE = 4
"""Answers to one question that are written side by side."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What came of sending: everything named here is in the store."""

    conversation: str
    question: str
    """The message that is answered."""
    answers: tuple[str, ...]


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """More of an answer."""

    text: str
    """From where the one before ended."""
    message: Message
    """With its phase; the text in it is whole once it does not run any more."""


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a person brings, after it was read."""

    attachment: Attachment
    data: bytes


class Begin(msgspec.Struct, frozen=True, kw_only=True):
    """What a message is sent with, beside its text."""

    model: str = ""
    """Empty: the conversation's, or the default."""
    files: tuple[Brought, ...] = ()
    temporary: bool = False
    """Of a new conversation."""
    persona: Persona | None = None
    """Of a new conversation: its own voice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What talking needs of the outside."""

    asking: Asking
    default: Callable[[Person], str]
    """The model that a new conversation of this person asks; empty: there is none."""
    moved: Callable[[Person, Conversation], Moved | None]
    """Whether the conversation's model has gone, which the person is told once (``chat.clock``)."""
    holds: Callable[[], bool]
    """Whether what is in this process' memory is found again by whoever asks next: it is the only process."""
    unix_ns: Callable[[], int]
    new_id: Callable[[], str]


NOT_HELD: Final = (
    "A temporary chat lies in one process' memory, and this gateway has several: the next page could not find it."
    " With [server] workers = 1 it can be held."
)


class Talking:
    """Everything that people do in conversations. One for a process."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chats = world.asking.chats
        self._hub = Hub()
        self.sounds = Sounds()
        """Of the answers that are written here."""
        self._writer = Writer(self._chats, self._hub, self.sounds)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def chats(self) -> Chats:
        """Where conversations are kept."""
        return self._chats

    @property
    def not_held(self) -> str:
        """Why nothing temporary can be begun here; empty: it can."""
        return "" if self._world.holds() else NOT_HELD

    async def begin(self, person: Person, text: str, more: Begin | None = None) -> Sent:
        """Send the first message of a new conversation.

        Raises:
            MalformedRequest: nothing was written, there is no model to ask, or nothing temporary can be held here.
        """
        more = more or Begin()
        _something(text, more.files)
        if more.temporary and self.not_held:
            raise MalformedRequest(NOT_HELD)
        model = more.model or self._world.default(person)
        if not model:
            raise MalformedRequest("no model is offered here; name one in outlast.toml, under [chat] models")
        now = self._world.unix_ns()
        conversation = Conversation(
            id=self._world.new_id(),
            owner=person.name,
            title=title_of(text, tuple(each.attachment.name for each in more.files)),
            model=model,
            created_ns=now,
            updated_ns=now,
            persona=more.persona,
            temporary=more.temporary,
        )
        await self._chats.create(conversation)
        question = self._question(None, text, more.files)
        try:
            return await self._ask(person, conversation, (question,), new=question, files=more.files)
        except CallerError:
            await self._chats.delete(person.name, conversation.id)
            raise

    async def send(
        self, person: Person, conversation: str, text: str, *, parent: str | None, more: Begin | None = None
    ) -> Sent:
        """Send a message behind ``parent``, the end of the branch that the person saw when writing.

        Raises:
            ObjectNotFound: there is no such conversation of this person, or no such message in it.
            MalformedRequest: nothing was written, or ``parent`` is a message of the person's own.
        """
        more = more or Begin()
        _something(text, more.files)
        known, tree = await self._opened(person, conversation)
        branch = tree.path(parent)
        if branch and branch[-1].role == "user":
            raise MalformedRequest("a message goes behind an answer; to change your last one, edit it")
        known, said = self._asking(person, known, more.model)
        question = self._question(parent, text, more.files)
        return await self._ask(person, known, (*branch, question), new=question, files=more.files, said=said)

    async def edit(self, person: Person, conversation: str, message: str, text: str, *, model: str = "") -> Sent:
        """Send a message anew, beside the one it was; the other branch stays. Files come along.

        Raises:
            ObjectNotFound, MalformedRequest: see ``send``.
        """
        known, tree = await self._opened(person, conversation)
        original = tree.message(message)
        question = edited(original, known=self._world.new_id(), text=text, created_ns=self._world.unix_ns())
        if not (text.strip() or question.attachments):
            raise MalformedRequest("nothing was written")
        branch = (*tree.path(original.parent), question)
        known, said = self._asking(person, known, model)
        return await self._ask(person, known, branch, new=question, said=said)

    async def again(self, person: Person, conversation: str, message: str, *, models: Sequence[str] = ()) -> Sent:
        """Another answer to the same question, or several side by side, each by one of ``models``.

        Args:
            person: who asks.
            conversation: its id.
            message: an answer, or the question itself.
            models: none: the conversation's model once more.

        Raises:
            ObjectNotFound: there is no such conversation of this person, or no such message in it.
            MalformedRequest: more models than are asked at once.
        """
        if len(models) > MOST_AT_ONCE:
            raise MalformedRequest(f"{len(models)} models were named; at most {MOST_AT_ONCE} answer at once")
        known, tree = await self._opened(person, conversation)
        named = tree.message(message)
        asked = named if named.role == "user" else tree.message(named.parent or "")
        said = ""
        if len(models) < 2:
            known, said = self._asking(person, known, models[0] if models else "")
        return await self._ask(person, known, tree.path(asked.id), models=tuple(models), said=said)

    async def stop(self, person: Person, conversation: str, message: str) -> None:
        """Have an answer end where it is, whatever process writes it."""
        await self._chats.stop(person.name, conversation, message)

    async def follow(
        self, person: Person, conversation: str, message: str, *, start: int = 0
    ) -> AsyncGenerator[Growth, None]:
        """An answer from a character on, as it grows, until it has ended; closing it ends nothing but the look.

        Raises:
            ObjectNotFound: there is no such answer of this person, or it was deleted meanwhile.
        """
        first = True
        while True:
            seen = self._hub.count(message)
            more, now = await self._chats.growth(person.name, conversation, message, start)
            start += len(more)
            if more or first or now.phase != "running":
                first = False
                yield Growth(text=more, message=now)
            if now.phase != "running":
                return
            await self._hub.newer(message, seen, within=POLL_SECONDS)

    async def wait(self, person: Person, sent: Sent) -> None:
        """Until every answer has ended: for pages that cannot stream."""
        for each in sent.answers:
            async for _ in self.follow(person, sent.conversation, each):
                pass

    async def aclose(self) -> None:
        """The process ends: what is being written is kept as far as it was shown."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _opened(self, person: Person, conversation: str) -> tuple[Conversation, Tree]:
        known = await self._chats.conversation(person.name, conversation)
        return known, Tree(await self._chats.messages(person.name, conversation))

    def _asking(self, person: Person, conversation: Conversation, model: str) -> tuple[Conversation, str]:
        """The conversation with the model that it asks from now on, and what it is told: that the old one has gone.

        The sentence stands on the next answer, so that it is there for a page that was open on the day, too.
        """
        if model and model != conversation.model:
            return msgspec.structs.replace(conversation, model=model), ""
        moved = self._world.moved(person, conversation)
        if moved is None:
            return conversation, ""
        told = (*conversation.told, moved.gone)
        return msgspec.structs.replace(conversation, model=moved.to, told=told), moved.text

    def _question(self, parent: str | None, text: str, files: Sequence[Brought]) -> Message:
        return Message(
            id=self._world.new_id(),
            parent=parent,
            role="user",
            text=text,
            created_ns=self._world.unix_ns(),
            attachments=tuple(each.attachment for each in files),
        )

    async def _ask(
        self,
        person: Person,
        conversation: Conversation,
        branch: Sequence[Message],
        *,
        new: Message | None = None,
        files: Sequence[Brought] = (),
        models: Sequence[str] = (),
        said: str = "",
    ) -> Sent:
        """Keep the question, if it is new, with answers to be written, on which stands what is ``said``; then write."""
        question = branch[-1]
        answers = [
            answer(question.id, known=self._world.new_id(), created_ns=self._world.unix_ns(), asked=model, note=said)
            for model in models or (conversation.model,)
        ]
        await self._chats.add(
            person.name,
            conversation.id,
            *([new] if new is not None else []),
            *answers,
            files={each.attachment.id: each.data for each in files},
        )
        asked = Question(
            person=person,
            conversation=conversation,
            branch=tuple(branch),
            known_as=conversation.id,
            heard=bool(files),
        )
        for each in answers:
            self._write(asked, each)
        moved = msgspec.structs.replace(conversation, leaf=answers[0].id, updated_ns=self._world.unix_ns())
        await self._chats.change(moved)
        return Sent(conversation=conversation.id, question=question.id, answers=tuple(each.id for each in answers))

    def _write(self, asked: Question, answer: Message) -> None:
        self._hub.begin(answer.id)
        writing = self._writer.write(answer, lambda by: self._world.asking.ask(asked, by))
        task = asyncio.get_running_loop().create_task(writing, name=f"write {answer.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _something(text: str, files: Sequence[Brought]) -> None:
    if not (text.strip() or files):
        raise MalformedRequest("nothing was written")
