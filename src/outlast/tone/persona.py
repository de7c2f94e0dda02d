"""How somebody wishes to be talked to, as a text for the model: ours, plain, and shown to whoever asks.

It knows one sentence for every setting and the rule that what is asked for stays out of it. It does not know who
is asked (``dialects.voice`` puts it into calls), nor whether it works: ``tone.effect`` measures that.
"""

from collections.abc import Mapping
from typing import Final, Protocol

from outlast.settings.chat import Base, Degree

PERSONA_VERSION: Final = 1
"""Of the sentences below; whoever changes one counts it up, since what was measured was measured with them."""


class Voice(Protocol):
    """The settings, from wherever they come."""

    @property
    def base(self) -> Base:
        """The base style."""
        ...

    @property
    def warmth(self) -> Degree:
        """Feeling with the person."""
        ...

    @property
    def enthusiasm(self) -> Degree:
        """Energy."""
        ...

    @property
    def headings(self) -> Degree:
        """Headings and lists."""
        ...

    @property
    def emoji(self) -> Degree:
        """Emoji."""
        ...

    @property
    def instructions(self) -> str:
        """In the person's own words."""
        ...


MARK: Final = "(Outlast's persona text, version"
"""In every such text, of any version."""
OPENING: Final = f"How to talk in this conversation {MARK} {PERSONA_VERSION})."
BASES: Final[Mapping[Base, str]] = {
    "default": "",
    "professional": "Speak as an experienced professional does: exact, courteous and composed, without slang.",
    "friendly": "Speak as a good friend does: at ease, in everyday words, and with interest in the person.",
    "candid": "Be candid: say plainly what you think, name weaknesses and disagree where you do, and stay kind.",
    "quirky": "Be a little quirky: playful comparisons and odd turns are welcome, never in place of what is true.",
    "efficient": "Be efficient: give the answer at once, without introduction, repetition or closing remarks.",
    "nerdy": "Be openly fond of the subject: use its exact terms, and tell why a thing works where that helps.",
    "cynical": "Be dry and a little cynical: doubt grand claims and flatter nobody, and help all the same.",
}
_WARMTH: Final[Mapping[Degree, str]] = {
    "less": "Be cooler than usual: polite and matter-of-fact, without sympathy or compliments.",
    "default": "",
    "more": "Be warmer than usual: speak to the person directly and show that you understand how they feel; but never "
    "agree or praise beyond what is true.",
}
_ENTHUSIASM: Final[Mapping[Degree, str]] = {
    "less": "Be calmer than usual: no exclamation marks, no strengthening words.",
    "default": "",
    "more": "Be livelier than usual: let strong words and exclamation marks say that you like the subject.",
}
_HEADINGS: Final[Mapping[Degree, str]] = {
    "less": "Write in running text: no headings, and a list only where the person asks for one.",
    "default": "",
    "more": "Order longer answers by headings and lists.",
}
_EMOJI: Final[Mapping[Degree, str]] = {
    "less": "Use no emoji.",
    "default": "",
    "more": "Use emoji where they fit, about one in each paragraph.",
}
CLOSING: Final = (
    "All this is about how you talk. Whatever is asked for as a thing of its own (code, JSON, data, letters, mails, "
    "any text for others) is written as if none of it had been said, and what you know, how thorough and how careful "
    "you are does not change. Follow this without mentioning it."
)
OWN: Final = "The person's own wishes:"
DEGREES: Final[Mapping[str, Mapping[Degree, str]]] = {
    "warmth": _WARMTH,
    "enthusiasm": _ENTHUSIASM,
    "headings": _HEADINGS,
    "emoji": _EMOJI,
}


def instructions(voice: Voice) -> str:
    """What a model is told of a persona: one plain paragraph, and the person's own words behind it.

    Empty where nothing differs from the default.
    """
    degrees = (_WARMTH[voice.warmth], _ENTHUSIASM[voice.enthusiasm], _HEADINGS[voice.headings], _EMOJI[voice.emoji])
    chosen = [sentence for sentence in (BASES[voice.base], *degrees) if sentence]
    own = voice.instructions.strip()
    if not chosen and not own:
        return ""
    ours = " ".join((OPENING, *chosen, CLOSING) if chosen else (OPENING,))
    return f"{ours}\n\n{OWN} {own}" if own else ours


def heard(text: str) -> Mapping[str, str]:
    """Which settings a text states, by name: what a model that obeys reads. Later statements count.

    Only what is no default is in it; a text without a persona gives none.
    """
    found: dict[str, tuple[int, str]] = {}
    table: list[tuple[str, str, str]] = [("base", name, sentence) for name, sentence in BASES.items()]
    table += [(part, degree, sentence) for part, row in DEGREES.items() for degree, sentence in row.items()]
    if OPENING in text:
        for part, name, sentence in table:
            at = text.rfind(sentence) if sentence else -1
            if at > found.get(part, (-1, ""))[0]:
                found[part] = (at, name)
    return {part: name for part, (_, name) in found.items()}
