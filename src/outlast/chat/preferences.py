"""What people said of answers, as pairs of a better and a worse one: for tuning a model, or judging one.

It knows which feedback makes a pair: a choice between two answers to the same message, or a good thumb beside a bad
one there. It does not know where feedback is kept. Whose conversation it was is not in a pair; what was said is.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from outlast.chat.conversation import Message
from outlast.chat.ports import Choice
from outlast.chat.tree import Tree


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a prompt, as chat completions have it."""

    role: Literal["user", "assistant"]
    content: str


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """One answer that somebody judged."""

    content: str
    model: str
    """``provider/model`` that answered."""
    asked: str
    """The name as the picker had it."""
    exchange: str
    """The call's id in the record; empty: none is known."""
    reason: str = ""
    """What was written beside the thumb."""


class Preference(msgspec.Struct, frozen=True, kw_only=True):
    """A better and a worse answer to the same prompt."""

    prompt: tuple[Said, ...]
    chosen: Answered
    rejected: Answered
    basis: Literal["choice", "thumbs"]
    """A choice between the two, or a good and a bad thumb."""
    reason: str = ""
    """What was written beside the choice."""


class Rating(msgspec.Struct, frozen=True, kw_only=True):
    """One thumb by itself."""

    prompt: tuple[Said, ...]
    answer: Answered
    good: bool


def preferences(messages: Sequence[Message], choices: Sequence[Choice]) -> Iterator[Preference]:
    """The pairs of one conversation; a choice counts before the thumbs on the same two."""
    tree = Tree(messages)
    chosen = set[frozenset[str]]()
    for choice in choices:
        chosen.add(frozenset((choice.chosen, choice.rejected)))
        yield from _pair(tree, choice.chosen, choice.rejected, choice)
    for good in messages:
        if good.role == "assistant" and good.thumb == "good":
            for bad in tree.siblings(good.id):
                if bad.thumb == "bad" and frozenset((good.id, bad.id)) not in chosen:
                    yield from _pair(tree, good.id, bad.id, None)


def ratings(messages: Sequence[Message]) -> Iterator[Rating]:
    """Every thumb of one conversation."""
    tree = Tree(messages)
    for message in messages:
        if message.role == "assistant" and message.thumb and message.text:
            yield Rating(prompt=_prompt(tree, message), answer=_answered(message), good=message.thumb == "good")


def _pair(tree: Tree, better: str, worse: str, choice: Choice | None) -> Iterator[Preference]:
    """The pair, unless one of the two says nothing or they say the same."""
    chosen, rejected = tree.message(better), tree.message(worse)
    if chosen.text and rejected.text and chosen.text != rejected.text:
        yield Preference(
            prompt=_prompt(tree, chosen),
            chosen=_answered(chosen),
            rejected=_answered(rejected),
            basis="thumbs" if choice is None else "choice",
            reason="" if choice is None else choice.reason,
        )


def _prompt(tree: Tree, answer: Message) -> tuple[Said, ...]:
    return tuple(Said(role=each.role, content=each.text) for each in tree.path(answer.parent))


def _answered(message: Message) -> Answered:
    by = message.by
    return Answered(
        content=message.text,
        model=by.served if by else "",
        asked=by.asked if by else "",
        exchange=by.exchange if by else "",
        reason=message.reason,
    )
