"""Where the record lies: ``sqlite:///outlast.db`` as a path, and the journal's folder beside it.

It knows the one form of database address that is understood. It opens nothing.
"""

from pathlib import Path

from outlast.errors import SettingsInvalid

PREFIX = "sqlite:///"


def database_path(database_url: str, root: Path) -> Path:
    """The database file: relative to ``root`` after three slashes, absolute after four; links are followed.

    The lock, the journal and the book of limits are named after the file, so that one database has one of each,
    under whichever link it is configured.

    Raises:
        SettingsInvalid: another kind of database, no file at all, or links that lead nowhere.
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
    try:
        return (root / name).resolve()
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle are a RuntimeError
        raise SettingsInvalid(f"server.database is {database_url!r}, which leads to no file: {error}") from error


def journal_folder(database: Path) -> Path:
    """The folder of the journal that belongs to a database file."""
    return database.with_name(database.name + ".journal")


def rollouts_path(database: Path) -> Path:
    """The file of rollouts, their assignments and what was measured, beside a database file."""
    return database.with_name(database.name + ".rollouts.db")


def responses_path(database: Path) -> Path:
    """The file of the responses that callers asked to keep, beside a database file."""
    return database.with_name(database.name + ".responses.db")


def chats_path(database: Path) -> Path:
    """The file of the chat's conversations and accounts, beside a database file."""
    return database.with_name(database.name + ".chats.db")


def notices_path(database: Path) -> Path:
    """The file of dates that were seen and notices that were sent, beside a database file."""
    return database.with_name(database.name + ".notices.db")
