"""Where the record lies: ``sqlite:///outlast.db`` as a path, and the journal's folder beside it.

It knows the one form of database address that is understood. It opens nothing.
"""

from pathlib import Path

from outlast.errors import SettingsInvalid

PREFIX = "sqlite:///"


def database_path(database_url: str, root: Path) -> Path:
    """The database file: relative to ``root`` after three slashes, absolute after four.

    Raises:
        SettingsInvalid: another kind of database, or no file at all.
    """
    name = database_url.removeprefix(PREFIX)
    if name == database_url:
        raise SettingsInvalid(
            f"server.database is {database_url!r}; only SQLite files are known: write {PREFIX}outlast.db"
        )
    if name in ("", ":memory:") or name.endswith("/"):
        raise SettingsInvalid(
            f"server.database is {database_url!r}, which names no file; several commands read the ledger, "
            f"so it has to be one: write {PREFIX}outlast.db"
        )
    return root / name


def journal_folder(database: Path) -> Path:
    """The folder of the journal that belongs to a database file."""
    return database.with_name(database.name + ".journal")
