"""``outlast.toml`` as text into ``Settings``, or into one message that names file, line, word and remedy.

This file knows TOML and where a wrong value stands. It does not know what the values mean, beyond whether the
names in them refer to tables that exist.
"""

import difflib
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import NoneType
from typing import TypeVar, get_args, get_type_hints

import msgspec

from outlast.errors import SettingsInvalid
from outlast.settings.built_in import snapshot_files, with_built_in
from outlast.settings.chat import ChatSettings, PersonaSettings, PlanSettings
from outlast.settings.checks import check
from outlast.settings.lines import dotted, line_of
from outlast.settings.notices import NoticesSettings
from outlast.settings.policy import PolicySettings
from outlast.settings.words import (
    CatalogSettings,
    LedgerSettings,
    LogSettings,
    ModelSettings,
    OtelSettings,
    ProviderSettings,
    RedactionSettings,
    ServerSettings,
    Settings,
    TargetSettings,
)

DEFAULT_FILE = Path("outlast.toml")
TABLES = (
    "server", "providers", "models", "catalog", "ledger", "log", "redaction", "notices", "policy", "otel", "chat",
    "personas", "plans",
)  # fmt: skip

Table = TypeVar("Table", bound=msgspec.Struct)


def load_settings(path: Path | None = None) -> Settings:
    """Read ``path``, or ``./outlast.toml`` where there is one, else the defaults.

    Raises:
        SettingsInvalid: the file is missing, is no TOML, or holds a word or value that cannot be meant.
    """
    text = read_configuration(path)
    if text is None:
        return parse_settings("", name=str(DEFAULT_FILE), packaged=bool(snapshot_files()))
    return settings_of(text, path)


def read_configuration(path: Path | None) -> str | None:
    """The text of ``path`` or ``./outlast.toml``; None where nobody named a file and there is none.

    Raises:
        SettingsInvalid: the file is missing or cannot be read.
    """
    chosen = path or DEFAULT_FILE
    try:
        return chosen.read_text(encoding="utf-8-sig")  # some editors begin a file with a byte-order mark
    except FileNotFoundError:
        if path is None:
            return None
        raise SettingsInvalid(f"{path} does not exist; `outlast init` writes one to start from") from None
    except (OSError, UnicodeDecodeError) as exc:
        raise SettingsInvalid(f"{chosen} cannot be read: {exc}") from exc


def settings_of(text: str, path: Path | None) -> Settings:
    """The configuration in a text that was read from ``path``, or from the file in its place.

    Raises:
        SettingsInvalid: see ``load_settings``.
    """
    chosen = path or DEFAULT_FILE
    return parse_settings(text, name=str(chosen), root=chosen.resolve().parent, packaged=bool(snapshot_files()))


def parse_settings(text: str, *, name: str = "outlast.toml", root: Path = Path(), packaged: bool = False) -> Settings:
    """The configuration in ``text``; ``name`` stands in messages, ``root`` is where relative paths start.

    ``packaged``: snapshots of the local engine come with this build, and are a provider unless the text says otherwise.

    Raises:
        SettingsInvalid: see ``load_settings``.
    """
    source = _Source(name, text)
    try:
        document = _days_as_text(tomllib.loads(text))
    except RecursionError as exc:
        raise SettingsInvalid(f"{name}: its lists or tables are nested too deeply") from exc
    except ValueError as exc:  # no TOML, or a number of more digits than Python reads
        raise SettingsInvalid(f"{name}: {exc}") from exc
    for table in document:
        if table not in TABLES:
            raise source.wrong((table,), f"[{table}] is not a table of the configuration", table, TABLES)
    settings = Settings(
        server=source.read(("server",), document.get("server", {}), ServerSettings),
        providers=source.read_all("providers", document.get("providers", {}), ProviderSettings),
        models=source.read_all("models", document.get("models", {}), ModelSettings),
        catalog=source.read(("catalog",), document.get("catalog", {}), CatalogSettings),
        ledger=source.read(("ledger",), document.get("ledger", {}), LedgerSettings),
        log=source.read(("log",), document.get("log", {}), LogSettings),
        redaction=source.read(("redaction",), document.get("redaction", {}), RedactionSettings),
        notices=source.read(("notices",), document.get("notices", {}), NoticesSettings),
        policy=source.read(("policy",), document.get("policy", {}), PolicySettings),
        otel=source.read(("otel",), document["otel"], OtelSettings) if "otel" in document else None,
        chat=source.read(("chat",), document.get("chat", {}), ChatSettings),
        personas=source.read_all("personas", document.get("personas", {}), PersonaSettings),
        plans=source.read_all("plans", document.get("plans", {}), PlanSettings),
        root=root,
    )
    if packaged and settings.server.packaged_models:
        settings = msgspec.structs.replace(settings, providers=with_built_in(settings.providers))
    check(settings, document, source.wrong, packaged=packaged)
    return settings


def _days_as_text(document: Mapping[str, object]) -> dict[str, object]:
    """TOML's own dates as ISO text, so that a bare and a quoted day read the same."""

    def plain(value: object) -> object:
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        if isinstance(value, list):
            return [plain(item) for item in value]
        return value

    return {key: plain(value) for key, value in document.items()}


class _Source:
    """The text that a value came from, for messages that name the line."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.lines = text.splitlines()

    def read(self, path: tuple[str, ...], value: object, kind: type[Table]) -> Table:
        """One table as its frozen value."""
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as exc:
            raise self._explained(path, str(exc), kind) from exc

    def read_all(self, table: str, value: object, kind: type[Table]) -> dict[str, Table]:
        """Every sub-table of ``[table.…]``."""
        if not isinstance(value, dict):
            raise self.wrong((table,), f"[{table}] holds named tables, like [{table}.name]")
        return {name: self.read((table, name), item, kind) for name, item in value.items()}

    def _explained(self, path: tuple[str, ...], problem: str, kind: type[msgspec.Struct]) -> SettingsInvalid:
        unknown = re.search(r"unknown field `([^`]+)`", problem)
        if unknown and "`$.target[" in problem:
            said = f"`{unknown[1]}` is not a word of a target of [{dotted(path)}]"
            return self.wrong((*path, "target"), said, unknown[1], TargetSettings.__struct_encode_fields__)
        if unknown:
            word = unknown[1]
            return self.wrong(
                (*path, word), f"`{word}` is not a word of [{dotted(path)}]", word, kind.__struct_encode_fields__
            )
        missing = re.search(r"missing required field `([^`]+)`", problem)
        if missing:
            return self.wrong(path, f"[{dotted(path)}] needs `{missing[1]}`")
        where = re.search(r" - at `\$\.?([\w.]*)(?:\[\d+\]\.(\w+))?", problem)
        word = where[1] if where else ""
        inner = f"{where[2]}: " if where and where[2] else ""
        said = inner + problem.split(" - at ", maxsplit=1)[0].replace(" | null", "")
        choices = _choices(get_type_hints(kind).get(word))
        if said.startswith("Invalid enum value") and choices:
            given = said.removeprefix("Invalid enum value ").strip("'")
            return self.wrong((*path, word), f"[{dotted(path)}] {word}: there is no {given!r}", given, choices)
        return self.wrong((*path, word) if word else path, f"[{dotted(path)}] {word}: {said}".replace(" : ", ": "))

    def wrong(
        self, path: tuple[str, ...], message: str, word: str = "", words: tuple[str, ...] = ()
    ) -> SettingsInvalid:
        """The error for a value at ``path``; names the nearest known word where one is near."""
        near = difflib.get_close_matches(word, words, 1) if word else []
        hint = f"; did you mean `{near[0]}`?" if near else (f"; known: {', '.join(words)}" if words else "")
        line = line_of(self.lines, path)
        return SettingsInvalid(f"{self.name}{f':{line}' if line else ''}: {message}{hint}")


def _choices(hint: object) -> tuple[str, ...]:
    """What a word with a closed set of values may be: the values, and the kind of those that are open."""
    found: list[str] = []
    for each in get_args(hint):
        if isinstance(each, str):
            found.append(each)
        elif each is int:
            found.append("a whole number")
        elif each is not NoneType:
            found += _choices(each)
    return tuple(found)
