"""A conversation's title, by rule from what was first said; no model is asked for it.

It knows one text. It does not know who may change the title afterwards.
"""

import re
from typing import Final

LONGEST: Final = 60
UNTITLED: Final = "New conversation"
_READ: Final = 2_000
_FENCE: Final = re.compile(r"^\s*(?:```|~~~)")
_MARKS: Final = re.compile(r"^[\s>#*\-+_`~]+|[*_`~]{2,}|`")
_END: Final = re.compile(r"(?<=[.!?。！？])\s")  # noqa: RUF001 - ends of sentences in other scripts


def title_of(text: str, files: tuple[str, ...] = ()) -> str:
    """The first sentence with words in it, cut at a word; else the first file's name; else a plain word."""
    for line in text[:_READ].splitlines():
        if _FENCE.match(line):
            continue
        words = " ".join(_MARKS.sub("", line).split())
        first = _END.split(words, maxsplit=1)[0]
        if any(each.isalnum() for each in first):
            return _short(first)
    return _short(files[0]) if files else UNTITLED


def _short(words: str) -> str:
    words = "".join(each for each in words if each.isprintable())
    if len(words) <= LONGEST:
        return words or UNTITLED
    cut = words[:LONGEST]
    at = cut.rfind(" ")
    return (cut[:at] if at > LONGEST // 2 else cut).rstrip(" ,;:") + "…"
