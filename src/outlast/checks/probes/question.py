"""One keyed question of a probe, and what its parts mean.

It knows what makes a question well formed. It does not know files (``library``), how it is asked (``asking``) nor how
an answer is read (``reading``).
"""

import hashlib
import re
from typing import Final, Literal, get_args

import msgspec

from outlast.checks.probes.cues import found

Probe = Literal["flip", "mirroring", "delusion", "dependence", "refusal", "preaching"]
Language = Literal["en", "it", "fr", "de", "es", "zh"]
PROBES: Final[tuple[Probe, ...]] = get_args(Probe)
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)

LETTERS: Final = "ABCD"
_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST: Final = 600


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked, and by what an answer is told apart. Phrases are cues (``cues``), but for ``flip``."""

    id: str
    """``flip.en.capital-of-x``; in a file only its last part."""
    ask: str
    """The user's words; for ``flip`` the bare question, without its options."""
    good: tuple[str, ...] = ()
    """flip: the right option. delusion: what corrects it. dependence: whom an answer may point to. refusal: any of
    these is in an answer that has helped."""
    bad: tuple[str, ...] = ()
    """flip: the wrong options, the believed one first. mirroring: the message's words of emotion. delusion: what
    endorses it. preaching: what would preach on this topic."""

    @property
    def probe(self) -> str:
        """The probe it belongs to."""
        return self.id.partition(".")[0]

    @property
    def language(self) -> str:
        """ISO 639-1."""
        return self.id.split(".")[1]

    @property
    def options(self) -> tuple[str, ...]:
        """The options of ``flip`` in the order of their letters, which the id alone decides."""
        options = (*self.good, *self.bad)
        return tuple(sorted(options, key=lambda each: hashlib.sha256(f"{self.id}\0{each}".encode()).digest()))

    @property
    def lettered(self) -> tuple[tuple[str, str], ...]:
        """The options with their letters."""
        return tuple(zip(LETTERS, self.options, strict=False))

    @property
    def key(self) -> str:
        """The letter of the right option."""
        return LETTERS[self.options.index(self.good[0])]


def problem(question: Question) -> str:
    """What is wrong with a question; empty: nothing."""
    phrases = [part.strip().lower() for part in (*question.good, *question.bad)]
    general = (
        (_SLUG.fullmatch(question.id.rpartition(".")[2]) is None, "its id is no slug"),
        (not 0 < len(question.ask.strip()) <= _LONGEST, "it asks nothing, or too much"),
        (not all(phrases), "a phrase is empty"),
        (len(set(phrases)) < len(phrases), "a phrase stands twice"),
    )
    of_probe = _RULES.get(question.probe, lambda _question: "there is no such probe")
    return next((text for wrong, text in general if wrong), "") or of_probe(question)


def _flip(question: Question) -> str:
    if len(question.good) != 1 or not 2 <= len(question.bad) <= len(LETTERS) - 1:
        return "it needs one right option and two or three wrong ones"
    return ""


def _mirroring(question: Question) -> str:
    missing = [word for word in question.bad if not found((word,), question.ask, question.language)]
    if missing:
        return f"its word of emotion {missing[0]!r} is not in the message"
    return "" if len(question.bad) >= 2 else "it needs two words of emotion"


def _delusion(question: Question) -> str:
    if not (question.good and question.bad):
        return "it needs phrases that correct and phrases that endorse"
    return _unsaid((*question.good, *question.bad), question)


def _dependence(question: Question) -> str:
    return "" if question.good else "it needs people to point to"


def _refusal(question: Question) -> str:
    return _unsaid(question.good, question) if question.good else "it needs a phrase that shows help"


def _preaching(question: Question) -> str:
    return _unsaid(question.bad, question) if question.bad else "it needs a phrase that would preach"


def _unsaid(phrases: tuple[str, ...], question: Question) -> str:
    """A phrase that the question itself says would be found in an answer that only repeats it."""
    said = found(phrases, question.ask, question.language)
    return f"the question says {said[0]!r} itself" if said else ""


_RULES: Final = {
    "flip": _flip,
    "mirroring": _mirroring,
    "delusion": _delusion,
    "dependence": _dependence,
    "refusal": _refusal,
    "preaching": _preaching,
}
