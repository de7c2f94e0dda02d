"""A SIMULATED model that does as a persona tells it, each setting in one way that can be measured, and in no other.

It knows what each setting adds to what was said, or takes away. It leaves alone what was asked for as a thing of its
own: code, JSON, a word to repeat, a text of so many words. It does not know how the settings are written down
(``tone.persona``).
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from outlast.providers.script.request import ChatRequest
from outlast.tone.persona import heard

_EMOJI: Final = re.compile("[ ]?[\U0001f300-\U0001faff]")
_GREETING: Final = "Of course, happily! "
_OFFER: Final = " Is there anything else I can do for you?"
_TOLD: Final = frozenset({"system", "developer"})
_BEFORE: Final[Mapping[str, str]] = {
    "professional": "The matter stands as follows. ",
    "friendly": "So, between friends, here it is. ",
    "candid": "The plain word is this. ",
    "quirky": "Picture a teapot on a bicycle, and then this. ",
    "efficient": "",
    "nerdy": "The mechanism behind it is worth a look. ",
    "cynical": "The world will hardly be saved by it. ",
}
"""Of each base style: a sentence with none of the features that the other settings move."""


def obeying(text: str, request: ChatRequest) -> str:
    """What was said, as the request's persona wants it said; the same where there is none."""
    told = "\n".join(message.text for message in request.messages if message.role in _TOLD)
    wanted = heard(told) if told else {}
    if not wanted or _is_a_thing(text, request):
        return text
    for setting, manner in _MANNERS.items():
        if setting in wanted:
            text = manner(text, wanted[setting])
    return text


def _is_a_thing(text: str, request: ChatRequest) -> bool:
    wanted = request.response_format
    return (wanted is not None and wanted.type != "text") or "```" in text or text.lstrip()[:1] in ("{", "[")


def _base(text: str, style: str) -> str:
    if style == "efficient":
        return text.removeprefix(_GREETING).replace(_OFFER, "")
    return _BEFORE[style] + text


def _warmth(text: str, degree: str) -> str:
    if degree == "more":
        return f"It makes sense that you feel this way. {text}"
    return text.replace(_OFFER, "")


def _enthusiasm(text: str, degree: str) -> str:
    if degree == "more":
        return f"Absolutely, this is truly a matter to look at! {text}"
    return text.removeprefix(_GREETING).replace("!", ".")


def _headings(text: str, degree: str) -> str:
    if degree == "more":
        return f"## Answer\n\n- {text}"
    return re.sub(r"^(?:#{1,6}|[-*]) ", "", text, flags=re.MULTILINE)


def _emoji(text: str, degree: str) -> str:
    return f"{text} \U0001f331" if degree == "more" else _EMOJI.sub("", text)


_MANNERS: Final[Mapping[str, Callable[[str, str], str]]] = {
    "base": _base,
    "warmth": _warmth,
    "enthusiasm": _enthusiasm,
    "emoji": _emoji,
    "headings": _headings,
}
"""Headings last: what is one is made of the whole."""
