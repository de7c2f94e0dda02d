"""The words of a configuration as lines of text, as JSON and as TOML.

It knows notation. It does not know where words come from.
"""

import json
import re
from collections.abc import Iterable, Iterator

from outlast.settings.origins import Word

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def document(words: Iterable[Word], *, origin: bool) -> list[dict[str, object]]:
    """The JSON answer: a row a word."""
    return [
        {"word": dotted(word.path), "value": word.value} | ({"origin": word.origin} if origin else {}) for word in words
    ]


def rows(words: Iterable[Word], *, origin: bool) -> list[tuple[str, ...]]:
    """The rows of the table for people."""
    shown = ((dotted(word.path), "" if word.value is None else toml_value(word.value), word.origin) for word in words)
    return [row if origin else row[:2] for row in shown]


def toml_lines(words: Iterable[Word], *, origin: bool) -> Iterator[str]:
    """The whole configuration as a file of its own; a word that is not said stands as a remark."""
    table: tuple[str, ...] | None = None
    for word in words:
        if word.path[:-1] != table:
            if table is not None:
                yield ""
            table = word.path[:-1]
            yield f"[{dotted(table)}]"
        key = _key(word.path[-1])
        line = f"# {key}" if word.value is None else f"{key} = {toml_value(word.value)}"
        yield f"{line}  # {word.origin}" if origin else line


def dotted(path: tuple[str, ...]) -> str:
    """A word's path as TOML writes it."""
    return ".".join(map(_key, path))


def toml_value(value: object) -> str:
    """One value on one line of TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(str(name))} = {toml_value(each)}" for name, each in value.items() if each is not None)
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(word: str) -> str:
    return word if _BARE.fullmatch(word) else toml_value(word)
