"""Where in a text of TOML a table or a word of it stands.

It knows headers and keys as people write them. It does not know what any word means.
"""

import re
from collections.abc import Sequence

_ESCAPED = r"(?:\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|\\.|[^\\])"
"""A letter that people write as an escape; which one it is matters little for finding its line."""


def dotted(path: tuple[str, ...]) -> str:
    """A table's name as its header says it, without what would move a terminal's cursor."""
    return ".".join(part if re.fullmatch(r"[\w-]+", part) else f'"{_visible(part)}"' for part in path)


def _visible(part: str) -> str:
    return part if part.isprintable() else repr(part)[1:-1]


def line_of(lines: Sequence[str], path: tuple[str, ...]) -> int:
    """The line of a table's header or of a key in it; 0 where the text does not show it plainly."""
    for depth in range(len(path), 0, -1):
        header = re.compile(r"\s*\[+\s*" + r"\s*\.\s*".join(_key(part) for part in path[:depth]) + r"\s*\]")
        start = next((n for n, line in enumerate(lines, 1) if header.match(line)), 0)
        if start:
            return _line_in(lines, start, path[depth:]) or start
    return 0


def _line_in(lines: Sequence[str], start: int, rest: tuple[str, ...]) -> int:
    """The line of a key below a header; 0: it is not there."""
    if not rest:
        return start
    key = re.compile(rf"\s*{_key(rest[0])}\s*[=.]")
    for number, line in enumerate(lines[start:], start + 1):
        if line.lstrip().startswith("["):
            break
        if key.match(line):
            return number
    return 0


def _key(word: str) -> str:
    return rf"""["']?{"".join(re.escape(each) if each.isprintable() else _ESCAPED for each in word)}["']?"""
