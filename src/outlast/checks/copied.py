"""Names and passages that an answer copies from its prompt, and whether they came through unharmed.

It knows addresses, mail addresses, identifiers and quotations, each as a spelling. It does not know what they name.
Something new in an answer is no fault; something that is almost in the prompt is.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

READ_UP_TO: Final = 100_000
_MOST: Final = 200
"""Names of one prompt, and new names of one answer, that are compared."""
_WORDS_OF_A_PASSAGE: Final = 5
_ALMOST: Final = 0.8
"""Share of a name's characters, at its two ends, that an altered copy keeps."""
_ALMOST_A_PASSAGE: Final = 0.5
"""Share of a passage's triples of words that an altered quotation keeps."""

_NAMES = re.compile(
    r"(?P<address>https?://[^\s<>\"'`)\]}\u3002\uff0c]{4,2000})"
    r"|(?P<mail>(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6})"
    r"|(?P<id>(?<![\w-])(?=[A-Za-z_-]{0,40}\d)[A-Za-z0-9][\w-]{4,63}(?![\w-]))"
)
_MARK = re.compile(r"\[[a-z]{2,12} \d{1,4}\]")
_QUOTED = re.compile(
    r"\"([^\"\n]{20,600})\"|\u201c([^\u201d\n]{20,600})\u201d|\u00ab([^\u00bb\n]{20,600})\u00bb"
    r"|\u201e([^\u201c\n]{20,600})\u201c"
)
_OPENING = ('"', "\u201c", "\u00ab", "\u201e")
_TRAILING = ".,;:!?*_"
_STRUCTURED = re.compile(r"\s*(?:```\w{0,20}\s*)?[\[{]\s*[\[{\"]")
"""JSON: its quotation marks enclose values, and quote nobody."""


class Name(NamedTuple):
    """Something that is copied letter by letter or not at all."""

    kind: str
    """``address``, ``mail``, ``id``, or ``mark`` (what redaction left)."""
    text: str


class Source:
    """A prompt, ready to be looked for."""

    def __init__(self, prompt: str) -> None:
        self.text = prompt[:READ_UP_TO]
        self.names = frozenset(_names(self.text))

    @cached_property
    def plain(self) -> str:
        """Its words; most answers quote none."""
        return _plain(self.text)


@lru_cache(maxsize=64)
def source_of(prompt: str) -> Source:
    """A prompt's names and words."""
    return Source(prompt)


def altered(answer: str, source: Source) -> Iterator[str]:
    """The kinds of what is almost as in the prompt: ``address altered`` …, ``quotation altered``."""
    text = answer[:READ_UP_TO]
    said = _said(text)
    by_kind: dict[str, list[str]] = {}
    for kind, name in source.names:
        by_kind.setdefault(kind, []).append(name)
    whole = {name.text for name in said}
    for kind, name in said[:_MOST]:
        if name in source.text or not by_kind.get(kind):
            continue
        # Where the original is said as well, the new one was made from it on purpose.
        if any(_almost(name, original) and original not in whole for original in by_kind[kind]):
            yield f"{kind} altered"
    for passage in _passages(text) if any(mark in text for mark in _OPENING) else ():
        if _half_remembered(passage, source.plain):
            yield "quotation altered"


@lru_cache(maxsize=256)
def _said(text: str) -> tuple[Name, ...]:
    return tuple(_names(text))


def _names(text: str) -> list[Name]:
    found: dict[Name, None] = {}
    # Words of letters alone are most of a text, and never names.
    likely = " ".join([word for word in text.split() if not word.isalpha()])
    for match in _NAMES.finditer(likely):
        kind = match.lastgroup or ""
        found[Name(kind, match[0].rstrip(_TRAILING))] = None
        if len(found) >= _MOST:
            break
    if "[" in text:
        found.update(dict.fromkeys(Name("mark", mark) for mark in _MARK.findall(text)[:_MOST]))
    return list(found)


def _almost(left: str, right: str) -> bool:
    longer = max(len(left), len(right))
    if min(len(left), len(right)) < _ALMOST * longer:
        return False
    shorter = min(len(left), len(right))
    before = _common(left, right, shorter)
    after = _common(left[::-1], right[::-1], shorter - before)
    # One change in a name of five characters leaves four.
    return before + after >= min(_ALMOST * longer, longer - 1)


def _common(left: str, right: str, most: int) -> int:
    for place, (one, other) in enumerate(zip(left, right, strict=False)):
        if place >= most or one != other:
            return place
    return min(len(left), len(right), most)


def _passages(text: str) -> Iterable[str]:
    structured = _STRUCTURED.match(text) is not None
    for match in _QUOTED.finditer(text):
        if structured and match[1] is not None:
            continue
        passage = _plain(next(group for group in match.groups() if group))
        if passage.count(" ") >= _WORDS_OF_A_PASSAGE - 1:
            yield passage


def _half_remembered(passage: str, plain: str) -> bool:
    if passage in plain:
        return False
    words = passage.split()
    triples = [" ".join(words[place : place + 3]) for place in range(len(words) - 2)]
    kept = sum(triple in plain for triple in triples[:_MOST])
    return kept >= _ALMOST_A_PASSAGE * min(len(triples), _MOST)


def _plain(text: str) -> str:
    """Words without case, marks and line ends: a quotation may be wrapped, and end in its own full stop."""
    return " ".join(re.findall(r"\w+", text.casefold()))
