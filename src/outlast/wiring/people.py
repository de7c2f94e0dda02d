"""Conversations and accounts as commands open them, beside a gateway that runs or before one ever did.

It knows which file, clock and randomness stand behind them. It does not know what is done with either.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from outlast.ledger.chats.accounts import KeptAccounts
from outlast.ledger.chats.store import KeptChats
from outlast.ledger.location import chats_path, database_path
from outlast.settings import Settings


@contextmanager
def opened_chats(settings: Settings) -> Iterator[KeptChats]:
    """The conversations behind a configuration's ``server.database``; a look at them makes no file.

    Raises:
        SettingsInvalid: the address is none of a SQLite file.
    """
    database = database_path(settings.server.database, settings.root)
    path = chats_path(database)
    was_there = path.exists()
    chats = KeptChats(path, unix_ns=time.time_ns)
    chats.start()
    try:
        yield chats
    finally:
        chats.close()
        if not was_there:
            _give_to_gateway(database, path)


def _give_to_gateway(database: Path, file: Path) -> None:
    """A file that root has made belongs to the ledger's owner: a gateway that runs as that user must read it."""
    if os.geteuid() != 0 or not database.exists():
        return
    owner = database.stat()
    for each in (file, file.with_name(f"{file.name}-journal")):
        with suppress(FileNotFoundError):
            os.chown(each, owner.st_uid, owner.st_gid, follow_symlinks=False)


@contextmanager
def opened_accounts(settings: Settings) -> Iterator[KeptAccounts]:
    """The accounts in the same file; raises as ``opened_chats`` does."""
    with opened_chats(settings) as chats:
        yield KeptAccounts(chats.desk, unix_ns=time.time_ns, entropy=os.urandom)
