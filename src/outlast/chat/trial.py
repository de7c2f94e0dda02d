"""Another model tried on the last turns of one's own conversation: its answers beside those that were given.

It knows that each turn is asked with what was said before it, as it was, and how both sound. It keeps nothing: the
conversation stays what it is. It does not say which is better.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Final

import msgspec

from outlast.chat.asking import Asking, Question
from outlast.chat.conversation import Conversation, Message, Served
from outlast.chat.ports import Begun, Ended, Person, Piece
from outlast.chat.tree import Tree
from outlast.errors import MalformedRequest
from outlast.tone.language import language_of
from outlast.tone.measure import measure
from outlast.tone.profile import Bar, Turn, compare

TURNS: Final = 3
"""So many of the last ones are asked again."""
AT_ONCE: Final = 2
"""Trials of one process at a time; others wait."""


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """One turn: what was asked, what was answered, and what the other model answers."""

    question: Message
    was: Message
    text: str
    by: Served
    error: str = ""
    """Why there is no answer, or no whole one."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    conversation: Conversation
    model: str
    """The name that was asked."""
    turns: tuple[Tried, ...]
    bars: tuple[Bar, ...]
    """How both sound, feature by feature: ``a`` what was answered, ``b`` the other; of so few turns, a hint alone."""


def _served(answer: Message) -> str:
    return answer.by.served if answer.by is not None else ""


class Trying:
    """Makes trials."""

    def __init__(self, asking: Asking, *, target: Callable[[str], str], unix_ns: Callable[[], int]) -> None:
        """``target``: the ``provider/model`` that answers a name today; empty: not known."""
        self._asking = asking
        self._target = target
        self._now = unix_ns
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def run(self, person: Person, conversation: str, model: str, *, turns: int = TURNS) -> Trial:
        """Ask the last turns of the branch that is shown again.

        Raises:
            ObjectNotFound: there is no such conversation of this person.
            MalformedRequest: nothing in it was answered yet, or all of it by the same model.
        """
        chats = self._asking.chats
        known = await chats.conversation(person.name, conversation)
        path = Tree(await chats.messages(person.name, conversation)).shown(known.leaf)
        places = [place for place, each in enumerate(path) if place and each.role == "assistant" and each.text]
        if not places:
            raise MalformedRequest("nothing in this conversation was answered yet, so there is nothing to try")
        itself = self._target(model)
        places = [place for place in places if not itself or _served(path[place]) != itself]
        if not places:
            raise MalformedRequest(f"{model} gave these answers itself, so there is nothing to put it beside")
        async with self._gate:
            tried = await asyncio.gather(
                *(self._again(person, known, path[: place + 1], model) for place in places[-turns:])
            )
        return Trial(conversation=known, model=model, turns=tuple(tried), bars=compared(known.id, tried))

    async def _again(self, person: Person, conversation: Conversation, branch: Sequence[Message], model: str) -> Tried:
        """One turn; ``branch`` ends with the answer that was given."""
        question = Question(
            person=person,
            conversation=conversation,
            branch=tuple(branch[:-1]),
            known_as=f"{conversation.id}-trial-{self._now()}",  # no rollout takes it for the conversation itself
        )
        by = Served(asked=model)
        words: list[str] = []
        error = ""
        async with aclosing(self._asking.ask(question, by)) as coming:
            async for event in coming:
                match event:
                    case Begun():
                        by = event.by
                    case Piece():
                        words.append(event.text)
                    case Ended():
                        error = event.error or ("The process ended." if event.interrupted else "")
        return Tried(question=branch[-2], was=branch[-1], text="".join(words), by=by, error=error)


def compared(conversation: str, tried: Sequence[Tried]) -> tuple[Bar, ...]:
    """How both sides sound, at the turns that both have; features that were measured on both."""
    whole = [(place, each) for place, each in enumerate(tried, 1) if each.text and not each.error]
    ours = [_measured(conversation, place, each.was.text) for place, each in whole]
    theirs = [_measured(conversation, place, each.text) for place, each in whole]
    return tuple(bar for bar in compare(ours, theirs) if bar.a is not None and bar.b is not None)


def _measured(conversation: str, position: int, text: str) -> Turn:
    return Turn(conversation=conversation, position=position, language=language_of(text), values=measure(text))
