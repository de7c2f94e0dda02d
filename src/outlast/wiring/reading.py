"""The half of the composition root that commands need: what was recorded and what is known, opened for reading.

It knows which class stands behind each protocol. It does not load the server, so that a command starts at once.
"""

from outlast.catalog.store import Catalog, open_catalog
from outlast.exchange import Ledger
from outlast.ledger.reader import open_reader
from outlast.settings import Settings


def open_record(settings: Settings) -> Ledger:
    """What has been recorded so far; an empty record where nothing has."""
    return open_reader(settings.server.database, settings.root)


def open_knowledge(settings: Settings) -> Catalog:
    """Everything known of models: the package's claims, the operator's, and what a gateway here observed."""
    return open_catalog(settings.catalog, open_record(settings).observations())
