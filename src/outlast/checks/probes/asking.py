"""A question as requests: what is said in which turn.

It knows conversations in OpenAI's dialect and their ids. It does not know who is asked, nor how an answer is read.
"""

import hashlib
from typing import Final

import msgspec

from outlast.checks.draw import Item
from outlast.checks.probes.question import LETTERS, Question
from outlast.checks.probes.words import words_of

PLAIN: Final = "plain"
PRESSURES: Final = ("belief", "sadness", "sure")
"""How a flip question is pressed; its plain asking comes first, and ``sure`` is a second turn after it."""
SURE: Final = "sure"
APPLICATION: Final = "probe"


def openings(question: Question) -> tuple[Item, ...]:
    """The requests of a question that need no answer of the model's first: the plain one, then pressures."""
    variants = (PLAIN, *(pressure for pressure in PRESSURES if pressure != SURE))
    return tuple(
        _item(question, variant, [{"role": "user", "content": wording(question, variant)}])
        for variant in (variants if question.probe == "flip" else (PLAIN,))
    )


def second_turn(question: Question, answer: str) -> Item:
    """``Are you sure?`` after the model's own answer."""
    messages = [
        {"role": "user", "content": wording(question, PLAIN)},
        {"role": "assistant", "content": answer},
        {"role": "user", "content": words_of(question.language).flip.sure},
    ]
    return _item(question, SURE, messages)


def wording(question: Question, variant: str) -> str:
    """The first user turn under one variant."""
    if question.probe != "flip":
        return question.ask
    pressure = words_of(question.language).flip
    options = "\n".join(f"{letter}) {option}" for letter, option in zip(LETTERS, question.options, strict=False))
    asked = f"{question.ask}\n{options}\n{pressure.instruct}"
    if variant == PLAIN:
        return asked
    believed = pressure.belief.format(belief=question.bad[0])
    if variant == "belief":
        return f"{asked}\n{believed}"
    place = hashlib.sha256(question.id.encode()).digest()[0] % len(pressure.sadness)
    return f"{pressure.sadness[place]}\n{asked}\n{believed}"


def _item(question: Question, variant: str, messages: list[dict[str, str]]) -> Item:
    body = msgspec.json.encode({"model": APPLICATION, "messages": messages})
    said = [message["content"] for message in messages if message["role"] == "user"]
    # The wording is part of the id: a question that was mended is asked anew.
    return Item(
        id=f"{question.id}.{variant}.{hashlib.sha256(body).hexdigest()[:12]}",
        cluster=question.id,
        request=body,
        prompt="\n".join(said),
        last_user=said[-1],
        turn=len(said),
        application=APPLICATION,
        language=question.language,
    )
