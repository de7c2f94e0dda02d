"""A turn's text taken apart: what is the speaker's own prose, and how the text is laid out.

It knows Markdown as models write it, and quotation marks. It does not know words. Every pattern here is linear in the
length of the text, whatever the text is: there is one way to match from any place.
"""

import re
from typing import Final, NamedTuple

_FENCES: Final = ("```", "~~~")
_CODE_WORD: Final = re.compile(r"`[^`\n]++`")
_ADDRESS: Final = re.compile(r"https?://[^\s<>()\]]++")
_QUOTED: Final = re.compile(
    r'(?<!\w)"[^"\n]{2,600}+"|\u201c[^\u201c\u201d\n]{2,600}+\u201d|\u00ab[^\u00ab\u00bb\n]{2,600}+\u00bb|'
    r"\u201e[^\u201e\u201c\u201d\n]{2,600}+[\u201c\u201d]|\u300c[^\u300c\u300d\n]{1,600}+\u300d|"
    r"\u300e[^\u300e\u300f\n]{1,600}+\u300f"
)
_BOLD: Final = re.compile(r"\*\*(?=\S)[^*\n]++\*\*|__(?=\S)[^_\n]++__")
_HEADING: Final = re.compile(r"#{1,6} ")
_ITEM: Final = re.compile(r"(?:[-*+\u2022\u2013]|\d{1,3}[.)\u3001]) ?(?=\S)")
_EMOJI_SIGN: Final = (
    r"[\U0001f300-\U0001f5ff\U0001f600-\U0001f64f\U0001f680-\U0001f6ff\U0001f900-\U0001f9ff\U0001fa70-\U0001faff"
    r"\u2600-\u26ff\u2702-\u27bf\u2b50\u2b55\u231a\u231b\u23e9-\u23f3]"
)
_EMOJI: Final = re.compile(
    rf"[\U0001f1e6-\U0001f1ff]{{2}}|{_EMOJI_SIGN}[\ufe0f\U0001f3fb-\U0001f3ff]*+(?:\u200d{_EMOJI_SIGN}[\ufe0f\U0001f3fb-\U0001f3ff]*+)*+"
)
_DASH: Final = re.compile(r"\u2014| \u2013 | -- ")


class Text(NamedTuple):
    """A turn, taken apart."""

    prose: str
    """What the speaker says in its own words: no code, no quotations, no marks of layout."""
    lines: int
    """With something on them, outside code blocks."""
    headings: int
    items: int
    rows: int
    """Of tables."""
    bold: int
    emoji: int
    dashes: int
    code_share: float


def take_apart(text: str) -> Text:
    """The speaker's prose, and counts of how it is laid out."""
    lines, fenced = _outside_code(text)
    plain, counts = _laid_out(lines)
    joined = "\n".join(plain)
    words_of_code = 0
    if "`" in joined:
        words_of_code = sum(map(len, _CODE_WORD.findall(joined)))
        joined = _CODE_WORD.sub(" \ufffc ", joined)
    if "://" in joined:
        joined = _ADDRESS.sub(" ", joined)
    bold = len(_BOLD.findall(joined)) if "**" in joined or "__" in joined else 0
    emoji = 0 if joined.isascii() else len(_EMOJI.findall(joined))
    dashes = len(_DASH.findall(joined))
    prose = _QUOTED.sub(" \ufffc ", joined) if _may_quote(joined) else joined
    return Text(
        prose.replace("\u2019", "'").replace("*", ""),
        counts[0],
        counts[1],
        counts[2],
        counts[3],
        bold,
        emoji,
        dashes,
        min(1.0, (fenced + words_of_code) / len(text)) if text else 0.0,
    )


def _may_quote(text: str) -> bool:
    return '"' in text or not text.isascii()


def _outside_code(text: str) -> tuple[list[str], int]:
    """Lines outside code blocks, and how many signs the blocks have; a block that is not closed goes to the end."""
    lines = text.splitlines()
    if "```" not in text and "~~~" not in text:
        return lines, 0
    outside: list[str] = []
    fence, signs = "", 0
    for line in lines:
        start = line.lstrip()[:3]
        if fence:
            signs += len(line) + 1
            fence = "" if start == fence else fence
        elif start in _FENCES:
            fence = start
            signs += len(line) + 1
        else:
            outside.append(line)
    return outside, signs


def _laid_out(lines: list[str]) -> tuple[list[str], tuple[int, int, int, int]]:
    """Lines without their marks and without quoted ones; counts of lines, headings, items and rows."""
    plain: list[str] = []
    count = headings = items = rows = 0
    for line in lines:
        stripped = line.strip()
        if not stripped:
            continue
        count += 1
        first = stripped[0]
        if first == ">":
            continue
        if first == "#" and (mark := _HEADING.match(stripped)):
            headings += 1
            stripped = stripped[mark.end() :]
        elif first == "|" and stripped.count("|") > 2:
            rows += 1
            stripped = "" if not stripped.strip("|-: ") else stripped.replace("|", " \n ")
        elif not first.isalpha() and not stripped.startswith("**"):
            stripped, items = _item(stripped, items)
        plain.append(stripped)
    return plain, (count, headings, items, rows)


def _item(line: str, items: int) -> tuple[str, int]:
    mark = _ITEM.match(line)
    # "3.5 kg" and "-5" are no items: a mark has a blank behind it (but for the sign that Chinese lists use).
    if mark is None or not (mark.group()[-1] == " " or mark.group()[-1] == "\u3001"):
        return line, items
    return line[mark.end() :], items + 1
