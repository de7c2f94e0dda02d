"""Where keys come from: the store that commands change, and the watch that a gateway asks.

It knows which database, clock and randomness stand behind them. It does not know what is done with a key.
"""

import os
import time
from collections.abc import Callable

from outlast.ledger.keys_store import KeyStore
from outlast.ledger.keys_watch import KeyWatch
from outlast.ledger.location import database_path
from outlast.ledger.lookout import Looked, Mark
from outlast.settings import Settings


def open_keys(settings: Settings) -> KeyStore:
    """The keys behind a configuration's ``server.database``, to be listed and changed.

    Raises:
        SettingsInvalid: the address is none of a SQLite file.
    """
    path = database_path(settings.server.database, settings.root)
    return KeyStore(path, unix_ns=time.time_ns, entropy=os.urandom)


def watch_keys(settings: Settings, elsewhere: Callable[[Mark], Looked]) -> KeyWatch:
    """The same as a gateway sees them; current within a second once it is started. ``elsewhere`` makes its looks.

    Raises:
        SettingsInvalid: the address is none of a SQLite file.
        LedgerUnavailable: they cannot be read.
    """
    return KeyWatch(database_path(settings.server.database, settings.root), elsewhere=elsewhere)


def key_need(settings: Settings, *, reachable: bool) -> bool | None:
    """Whether a call needs a key; None: as soon as one was ever created.

    The operator's word in ``require_key`` decides; without it, whether others than this machine can reach the gateway.
    """
    said = settings.server.require_key
    return (True if reachable else None) if said is None else said
