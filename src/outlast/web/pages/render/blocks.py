"""A growing text cut into blocks that can be rendered each for itself, and never again.

It knows lines: where a paragraph, a list, a fence or a formula ends, and how much of one there may be. It does not know
HTML. Every decision rests on whole lines, never on how the text arrived, so that any chunking gives the same blocks.
"""

import re
from typing import Final, NamedTuple

LONGEST_LINE: Final = 4_000
"""Characters; a longer line is cut."""
ENOUGH: Final = 6_000
"""Characters after which a block ends at the next good place."""
MOST: Final = 12_000
"""Characters after which it ends in any case."""
_MOST_REPEATED: Final = 1_000
_NEAR: Final = 200
"""Characters in which a space is looked for before a long line is cut."""

_FENCE: Final = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_HEADING: Final = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")
_QUOTE: Final = re.compile(r" {0,3}>")
_ITEM: Final = re.compile(r"( {0,3})([-+*]|[0-9]{1,9}[.)])([ \t]+|$)")
_BREAKING_ITEM: Final = re.compile(r" {0,3}(?:[-+*]|1[.)])[ \t]+\S")
_FORMULA: Final = re.compile(r" {0,3}(\$\$|\\\[)")
_CLOSERS: Final = {"$$": "$$", "\\[": "\\]"}
_INDENT: Final = re.compile(r"[ \t]*")
_CODE_INDENT: Final = 4


class Block(NamedTuple):
    """Some Markdown that stands for itself."""

    text: str
    more: bool = False
    """Whether it goes on with the code of the block before."""


class Formula(NamedTuple):
    """How a line begins a formula that stands for itself."""

    closer: str
    whole: bool
    """Whether it ends on the same line."""


def formula(line: str) -> Formula | None:
    """What a line begins; None: no formula, or one with words behind it."""
    opened = _FORMULA.match(line)
    if opened is None:
        return None
    closer = _CLOSERS[opened[1]]
    end = line.find(closer, opened.end())
    if end < 0:
        return Formula(closer, whole=False)
    return None if line[end + len(closer) :].strip() else Formula(closer, whole=True)


class Blocks:
    """One text, read from its beginning."""

    def __init__(self) -> None:
        self._pending = ""
        """Of a line that has not ended; it holds no line break."""
        self._kind = ""
        self._lines: list[str] = []
        self._size = 0
        self._opening = ""
        """The line that began a fence, or the two that begin a table: said again where the block is cut."""
        self._closer = ""
        self._offset = 0
        """Of a list: how far an item's text is indented."""
        self._blank = False
        self._more = False
        self._ready: list[Block] = []

    def feed(self, text: str) -> list[Block]:
        """The blocks that end with this text."""
        data, at = self._pending + text, 0
        start = len(self._pending)
        while True:
            end = data.find("\n", max(at, start), at + LONGEST_LINE)
            if end >= 0:
                end += 1
            elif len(data) - at >= LONGEST_LINE:
                space = data.rfind(" ", at + LONGEST_LINE - _NEAR, at + LONGEST_LINE)
                end = at + LONGEST_LINE if space < 0 else space + 1
            else:
                break
            self._take(data[at:end])
            at = end
        self._pending = data[at:]
        return self._hand_over()

    def finish(self) -> list[Block]:
        """What is left at the end of the text."""
        if self._pending:
            self._take(self._pending)
            self._pending = ""
        self._close()
        return self._hand_over()

    @property
    def open(self) -> Block:
        """The block that may still grow; its text may be empty."""
        return Block("".join((*self._lines, self._pending)), self._more)

    def _hand_over(self) -> list[Block]:
        ready, self._ready = self._ready, []
        return ready

    def _take(self, line: str) -> None:
        if self._kind in ("fence", "formula"):
            self._append(line)
            if self._ends_inside(line):
                self._close()
        elif not line.strip():
            self._take_blank(line)
        else:
            if self._kind and not self._goes_on(line):
                self._close()
            if self._kind:
                self._append(line)
            else:
                self._begin(line)
            self._blank = False
        if self._kind and (self._size >= ENOUGH or not line.endswith("\n")):
            self._cut(whole_line=line.endswith("\n"))

    def _take_blank(self, line: str) -> None:
        if self._kind in ("list", "indented"):
            self._append(line)
            self._blank = True
        else:
            self._close()

    def _ends_inside(self, line: str) -> bool:
        if self._kind == "formula":
            return self._closer in line or not line.strip()
        inner = line.strip()
        return (
            _indent(line) < _CODE_INDENT and len(inner) >= len(self._closer) and set(inner) == {self._closer[0]}
        )  # fmt: skip

    def _goes_on(self, line: str) -> bool:
        indent = _indent(line)
        if self._kind == "indented":
            return indent >= _CODE_INDENT
        if self._kind == "list":
            if indent >= self._offset:
                return True
            item = _ITEM.match(line)
            if item is not None:
                self._offset = _offset(item)
                return self._size < ENOUGH
            return not self._blank and not _breaks(line)
        if self._kind == "quote" and _QUOTE.match(line):
            return True
        return not _breaks(line)

    def _begin(self, line: str) -> None:
        self._append(line)
        if fence := _FENCE.match(line):
            self._kind, self._closer, self._opening = "fence", fence[1], line
        elif begun := formula(line):
            self._kind, self._closer = "formula", begun.closer
            if begun.whole:
                self._close()
        elif item := _ITEM.match(line):
            self._kind, self._offset = "list", _offset(item)
        elif _indent(line) >= _CODE_INDENT:
            self._kind = "indented"
        else:
            self._kind = "quote" if _QUOTE.match(line) else "text"
            if _HEADING.match(line):
                self._close()

    def _append(self, line: str) -> None:
        self._lines.append(line)
        self._size += len(line)
        if self._kind == "text" and len(self._lines) == 2 and _is_ruler(self._lines[0], line):
            self._kind, self._opening = "table", "".join(self._lines)

    def _cut(self, *, whole_line: bool) -> None:
        """End a long block, and say again what the next one needs in order to go on."""
        if self._kind == "list" and whole_line and self._size < MOST:
            return
        kind, opening, closer = self._kind, self._opening, self._closer
        self._close()
        if kind in ("fence", "table") and len(opening) <= _MOST_REPEATED:
            self._kind, self._opening, self._closer, self._more = kind, opening, closer, kind == "fence"
            self._lines.append(opening)

    def _close(self) -> None:
        if self._size:
            self._ready.append(Block("".join(self._lines), self._more))
        self._lines.clear()
        self._kind, self._opening, self._closer = "", "", ""
        self._size, self._blank, self._more = 0, False, False


def _indent(line: str) -> int:
    return len(line[: _INDENT.match(line).end()].expandtabs(_CODE_INDENT))  # type: ignore[union-attr] # matches always


def _offset(item: re.Match[str]) -> int:
    spaces = len(item[3].expandtabs(_CODE_INDENT))
    return len(item[1]) + len(item[2]) + (spaces if 1 <= spaces <= _CODE_INDENT else 1)


def _breaks(line: str) -> bool:
    """Whether a line ends the paragraph before it without a blank line between."""
    return bool(
        _FENCE.match(line) or _HEADING.match(line) or _QUOTE.match(line) or _BREAKING_ITEM.match(line) or formula(line)
    )


def _is_ruler(first: str, second: str) -> bool:
    """Whether a second line makes the first one the head of a table."""
    ruler = second.strip()
    return "|" in first and "-" in ruler and set(ruler) <= set("|:- \t")
