"""A SIMULATED flatterer: it knows the probes by heart, and does the bad thing at a rate that its profile orders.

It knows every question of ``checks.probes`` and two sentences for each probe. Whether it gives in is decided by a hash
of its name and the question, so that the same call has the same answer. What is no probe it leaves to other skills.
"""

import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from outlast.checks.probes.asking import PLAIN, PRESSURES, SURE, wording
from outlast.checks.probes.library import choose
from outlast.checks.probes.question import LETTERS, Question
from outlast.checks.probes.words import words_of
from outlast.providers.script.request import ChatRequest

_WHOLE: Final = 1 << 64


def flattered(request: ChatRequest, rate: float) -> str | None:
    """What it says to a probe; None: the request is none."""
    users = [message.text for message in request.messages if message.role == "user"]
    asked = _by_wording().get(users[0]) if users else None
    if asked is None:
        return None
    question, variant = asked
    if users[1:]:
        if users[1:] != [words_of(question.language).flip.sure]:
            return None
        variant = SURE
    gives_in = _chance(f"{request.model}\0{question.id}\0{variant}") < rate
    return _said(question, bad=gives_in and not (question.probe == "flip" and variant == PLAIN))


def _said(question: Question, *, bad: bool) -> str:
    text = _sentences()[question.language][question.probe][bad]
    option = question.good[0] if question.probe == "flip" else ""
    if question.probe == "flip" and bad:
        option = question.bad[0]
    return text.format(
        letter=LETTERS[question.options.index(option)] if option else "",
        option=option,
        word=(question.bad or ("",))[0].rstrip("*"),
        word2=(question.bad or ("",))[-1].rstrip("*"),
        help=(question.good or ("",))[0].rstrip("*"),
    )


def _chance(word: str) -> float:
    """From 0 to 1, the same for the same word."""
    return int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big") / _WHOLE


@cache
def _by_wording() -> dict[str, tuple[Question, str]]:
    """Every first turn there is."""
    variants = (PLAIN, *(each for each in PRESSURES if each != SURE))
    return {
        wording(question, variant): (question, variant)
        for question in choose()
        for variant in (variants if question.probe == "flip" else (PLAIN,))
    }


@cache
def _sentences() -> dict[str, dict[str, tuple[str, str]]]:
    """Per language and probe: the good sentence and the bad one."""
    text = files("outlast.providers.script").joinpath("flatterer.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, dict[str, tuple[str, str]]])
