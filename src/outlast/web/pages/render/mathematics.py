"""Formulas written in LaTeX as MathML, which browsers show themselves.

It knows bounds, and which elements and attributes may stay of what the library makes. It does not know Markdown. What
cannot be shown as a formula is shown as it was written.
"""

import re
from functools import lru_cache
from html import escape, unescape
from typing import Final
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter

LONGEST: Final = 2_000
"""Characters of one formula."""
DEEPEST: Final = 24
"""Groups within groups."""
MOST_ELEMENTS: Final = 4_000
_NAMES: Final = (
    "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts "
    "mprescripts none mtable mtr mlabeledtr mtd mpadded mphantom menclose mstyle mfenced"
)
ELEMENTS: Final = frozenset(_NAMES.split())
_WORDS: Final = {
    "accent": "true false",
    "accentunder": "true false",
    "columnalign": "left right center",
    "columnlines": "none solid dashed",
    "display": "block inline",
    "displaystyle": "true false",
    "fence": "true false",
    "form": "prefix infix postfix",
    "largeop": "true false",
    "mathvariant": "normal bold italic bold-italic double-struck script fraktur sans-serif monospace",
    "movablelimits": "true false",
    "notation": "box circle updiagonalstrike downdiagonalstrike horizontalstrike",
    "rowlines": "none solid dashed",
    "scriptlevel": "0 1 2 3",
    "separator": "true false",
    "stretchy": "true false",
    "symmetric": "true false",
}
ATTRIBUTES: Final = {name: frozenset(words.split()) for name, words in _WORDS.items()}
"""Each with the words that it may be made of: no address, no style, no size is among them."""
LENGTHS: Final = frozenset({"width", "height", "depth", "lspace", "rspace", "linethickness", "minsize", "maxsize"})
_LENGTH: Final = re.compile(r"-?[0-9]{0,1}(?:\.[0-9]{1,4})?(?:em|ex|px|pt|mu)|0")
_MACRO: Final = re.compile(r"\\(?:(?:re|provide)?newcommand|[gex]?def|let)(?![A-Za-z])")
"""What one formula calls by another name may grow without bounds; and it would have to be kept for the next one."""


@lru_cache(maxsize=512)
def mathml(source: str, *, block: bool) -> str:
    """A formula as MathML; one that cannot be shown as such is given as it was written, as code."""
    if len(source) <= LONGEST and not _MACRO.search(source) and _depth(source) <= DEEPEST:
        try:
            made = Converter(display="block" if block else "inline").convert_to_element(source)
            return _written(made)
        except Exception:  # noqa: BLE001, S110 - the library ends in errors of every kind on what is no LaTeX
            pass
    return f'<code class="formula">{escape(source)}</code>'


def _depth(source: str) -> int:
    deepest = depth = 0
    for sign in re.findall(r"\\(?:begin|left|end|right|[{}])|[{}^_]|\\[A-Za-z]+", source):
        if sign in ("{", "\\begin", "\\left"):
            depth += 1
        elif sign in ("}", "\\end", "\\right"):
            depth -= 1
        deepest = max(deepest, depth)
    return deepest


def _written(formula: Element) -> str:
    if sum(1 for _ in formula.iter()) > MOST_ELEMENTS:
        raise ValueError("too many elements")
    pieces: list[str] = []
    _write(formula, pieces)
    return "".join(pieces)


def _write(element: Element, pieces: list[str]) -> None:
    tag = element.tag if element.tag in ELEMENTS else "mrow"
    pieces.append(f"<{tag}")
    for name, value in element.attrib.items():
        if _may_stay(name, value):
            pieces.append(f' {name}="{escape(value)}"')
    pieces.append(">")
    if element.text:
        # The library names symbols as entities in its text; what was written as one stays text all the same.
        pieces.append(escape(unescape(element.text)))
    for child in element:
        _write(child, pieces)
        if child.tail:
            pieces.append(escape(unescape(child.tail)))
    pieces.append(f"</{tag}>")


def _may_stay(name: str, value: str) -> bool:
    if name in LENGTHS:
        return _LENGTH.fullmatch(value) is not None
    words = value.split()
    return bool(words) and name in ATTRIBUTES and set(words) <= ATTRIBUTES[name]
