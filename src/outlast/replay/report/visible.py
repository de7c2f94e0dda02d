"""Text that models and strangers wrote, as it may be shown: nothing in it hides, reorders or disappears.

It knows which signs a reader cannot see. It does not escape for HTML (the templates do) or Markdown (``markdown``).
"""

import unicodedata
from typing import Final

_KEPT: Final = "\n\t"
_JOINERS: Final = "\u200c\u200d"
"""They join emoji, and letters of Persian and Indic scripts; between other signs they only hide."""
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANK: Final = "\u115f\u1160\u2800\u3164\uffa0\u034f"
"""Letters and marks that are drawn as nothing."""
_MOST_MARKS: Final = 8
"""Combining marks on one letter; more of them paint over the lines around."""


def visible(text: str) -> str:
    """The text with every hidden sign written out, like ``⟨U+202E⟩``."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n")
    shown: list[str] = []
    marks = 0
    for place, sign in enumerate(text):
        kind = unicodedata.category(sign)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        hidden = kind in _HIDDEN or sign in _BLANK or marks > _MOST_MARKS
        if hidden and sign not in _KEPT and not (sign in _JOINERS and _joins(text, place)):
            shown.append(f"⟨U+{ord(sign):04X}⟩")
        else:
            shown.append(sign)
    return "".join(shown)


def one_line(text: str) -> str:
    """The same, without breaks: for names, cells and headings."""
    return " ".join(visible(text).split())


def shortened(text: str, most: int) -> str:
    """At most so many signs, and how many were left out."""
    if len(text) <= most:
        return text
    return f"{text[:most]}\n[… {len(text) - most:,} more signs are not shown]"


def _joins(text: str, place: int) -> bool:
    around = text[place - 1 : place] + text[place + 1 : place + 2]
    return len(around) == 2 and all(ord(sign) > 0x2FF and unicodedata.category(sign) not in _HIDDEN for sign in around)
