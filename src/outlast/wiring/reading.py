"""The half of the composition root that commands need: what was recorded and what is known, opened for reading.

It knows which class stands behind each protocol. It does not load the server, so that a command starts at once.
"""

from collections.abc import Sequence
from pathlib import Path

from outlast.catalog.store import Catalog, open_catalog
from outlast.catalog.supplement import read_supplement
from outlast.errors import CatalogInvalid
from outlast.exchange import Ledger, Observation
from outlast.ledger.location import database_path
from outlast.ledger.reader import open_reader
from outlast.settings import Settings


def open_record(settings: Settings) -> Ledger:
    """What has been recorded so far; an empty record where nothing has."""
    return open_reader(settings.server.database, settings.root)


def supplement_path(settings: Settings) -> Path:
    """Where that lies which was taken over from feeds: beside the database, under its name."""
    database = database_path(settings.server.database, settings.root)
    return database.with_name(f"{database.name}.catalog.json")


def open_knowledge(settings: Settings, observations: Sequence[Observation] | None = None) -> Catalog:
    """Everything known of models: the package's claims, feeds', the operator's, and what a gateway here observed.

    Args:
        settings: the configuration.
        observations: what was observed; None: it is read from the record, in this process.

    Raises:
        CatalogInvalid: the file of what feeds said cannot be read; file and entry are named.
        LedgerUnavailable: the record cannot be read.
    """
    supplement = read_supplement(supplement_path(settings))
    if observations is None:
        observations = open_record(settings).observations()
    return open_catalog(settings.catalog, observations, supplement)


def open_knowledge_anyway(settings: Settings) -> tuple[Catalog, tuple[str, ...]]:
    """The same for whoever answers calls: without a file that cannot be read, and with a warning instead."""
    try:
        return open_knowledge(settings), ()
    except CatalogInvalid as error:
        return open_catalog(settings.catalog, open_record(settings).observations()), (
            f"{error}; what feeds said since is left out until the file is mended, or removed",
        )
