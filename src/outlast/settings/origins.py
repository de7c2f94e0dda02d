"""Every word that a configuration settles, with its value as it may be shown and where it comes from.

It knows which values are secrets. It does not know how words are printed, nor what they mean.
"""

import tomllib
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import msgspec

from outlast.settings.lines import line_of
from outlast.settings.words import Settings

DEFAULT = "default"
MASK = "***"
_ENVIRONMENT = "env:"
_HARMLESS_QUERY = frozenset({"api-version"})
_KEYS = frozenset({"api_key", "api_keys", "secret", "slack", "smtp", "webhook"})
_NOT_A_WORD = frozenset({"root"})

Path = tuple[str, ...]


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """One word of the configuration that is in force."""

    path: Path
    """``("providers", "openai", "retries")``."""
    value: object
    """As JSON and TOML know it; a secret is masked, ``env:NAME`` is not one. None: the word is not said."""
    origin: str
    """``default``, ``outlast.toml:12``, or what was passed beside the file."""


def effective(
    settings: Settings, text: str, *, name: str, beside: Mapping[Path, tuple[object, str]] | None = None
) -> Iterator[Word]:
    """Every word in the order of its table.

    Args:
        settings: what holds.
        text: the file's own text; empty where there is none.
        name: how the file is called in origins.
        beside: values that win over the file (a flag's, the environment's), with their origin.
    """
    document, lines = tomllib.loads(text), text.splitlines()
    for path, value in _words((), settings):
        if beside is not None and path in beside:
            won, origin = beside[path]
            yield Word(path=path, value=_shown(path, msgspec.to_builtins(won)), origin=origin)
            continue
        line = line_of(lines, path)
        said = f"{name}:{line}" if line else name
        yield Word(path=path, value=_shown(path, value), origin=said if _is_said(document, path) else DEFAULT)


def _words(path: Path, table: msgspec.Struct) -> Iterator[tuple[Path, object]]:
    for field in msgspec.structs.fields(table):
        if not path and field.name in _NOT_A_WORD:
            continue
        here = (*path, field.encode_name)
        value = getattr(table, field.name)
        if isinstance(value, msgspec.Struct):
            yield from _words(here, value)
        elif isinstance(value, dict) and any(isinstance(each, msgspec.Struct) for each in value.values()):
            for name, each in value.items():
                yield from _words((*here, name), each)
        elif not (value is None and not path) and not (isinstance(value, dict) and not path):
            yield here, None if here[-1] == "api_keys" and not value else msgspec.to_builtins(value)


def _is_said(document: object, path: Path) -> bool:
    for part in path:
        if not isinstance(document, dict) or part not in document:
            return False
        document = document[part]
    return True


def _shown(path: Path, value: object) -> object:
    word = path[-1]
    if word in _KEYS:
        return [_masked(each) for each in value] if isinstance(value, list | tuple) else _masked(value)
    if word == "headers" and isinstance(value, dict):
        return {name: _masked(each) for name, each in value.items()}
    if word == "query" and isinstance(value, dict):
        return {name: each if name in _HARMLESS_QUERY else _masked(each) for name, each in value.items()}
    if isinstance(value, str) and word in ("base_url", "endpoint"):
        return _without_password(value)
    return value


def _masked(value: object) -> object:
    return value if value is None or (isinstance(value, str) and value.startswith(_ENVIRONMENT)) else MASK


def _without_password(url: str) -> str:
    """An address as it is, but for what may open something: a password, or a token in the query."""
    try:
        parts = urlsplit(url)
        userinfo, at, host = parts.netloc.rpartition("@")
    except ValueError:
        return MASK
    shown = parts._replace(netloc=f"{MASK}@{host}" if at and userinfo else parts.netloc)
    return shown._replace(query=MASK if parts.query else "").geturl()
