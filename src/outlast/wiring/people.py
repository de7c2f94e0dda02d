"""Conversations and accounts as commands open them, beside a gateway that runs or before one ever did.

It knows which file, clock and randomness stand behind them. It does not know what is done with either.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

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
    path = chats_path(database_path(settings.server.database, settings.root))
    chats = KeptChats(path, unix_ns=time.time_ns)
    chats.start()
    try:
        yield chats
    finally:
        chats.close()


@contextmanager
def opened_accounts(settings: Settings) -> Iterator[KeptAccounts]:
    """The accounts in the same file; raises as ``opened_chats`` does."""
    with opened_chats(settings) as chats:
        yield KeptAccounts(chats.desk, unix_ns=time.time_ns, entropy=os.urandom)
