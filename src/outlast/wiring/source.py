"""Where a running gateway has its configuration from, and what of a new one it can take without a restart.

It knows the file, what the command line puts above it, and the words that hold for as long as the process does. It
does not know what the rest means.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import msgspec

from outlast.errors import SettingsInvalid
from outlast.settings import DEFAULT_FILE, Settings
from outlast.settings.built_in import configured
from outlast.settings.file import read_configuration, settings_of

FOR_LIFE: Final = {"server": ("host", "port", "database", "workers", "today"), "ledger": ("sync",)}
"""Words by table that are looked at once, when the gateway starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A configuration file, and the flags of ``outlast serve`` that win over it."""

    path: Path | None
    """None: there was no file at the start, and none is looked for later."""
    host: str | None = None
    port: int | None = None
    workers: int | Literal["auto"] | None = None

    def text(self) -> str:
        """What the file says now.

        Raises:
            SettingsInvalid: it is missing or cannot be read.
        """
        return "" if self.path is None else read_configuration(self.path) or ""

    def settings(self, text: str) -> Settings:
        """What a text of the file means, flags included.

        Raises:
            SettingsInvalid: it cannot be meant; names the line.
        """
        settings = settings_of(text, self.path)
        said = {"host": self.host, "port": self.port, "workers": self.workers}
        flags = {word: value for word, value in said.items() if value is not None}
        return msgspec.structs.replace(settings, server=msgspec.structs.replace(settings.server, **flags))


def source_of(
    path: Path | None, *, host: str | None, port: int | None, workers: int | Literal["auto"] | None
) -> Source:
    """The source behind the flags of ``outlast serve``."""
    found = path or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)
    return Source(path=found, host=host, port=port, workers=workers)


def digest(text: str) -> str:
    """By which a text is told from another one."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def settle(running: Settings, wanted: Settings) -> tuple[Settings, tuple[str, ...]]:
    """What of ``wanted`` can be had now, and a sentence for each word that needs a restart.

    Raises:
        SettingsInvalid: no provider is left; a file that was just emptied or half written looks like that.
    """
    if configured(running) and not configured(wanted):
        raise SettingsInvalid("the file has no provider any more; restart to mean it")
    notes: list[str] = []
    tables: dict[str, object] = {}
    for table, words in FOR_LIFE.items():
        before, after = getattr(running, table), getattr(wanted, table)
        kept = {word: getattr(before, word) for word in words}
        notes += [
            f"[{table}] {word} = {getattr(after, word)} needs a restart"
            for word in words
            if getattr(after, word) != kept[word]
        ]
        tables[table] = msgspec.structs.replace(after, **kept)
    return msgspec.structs.replace(wanted, **tables), tuple(notes)
