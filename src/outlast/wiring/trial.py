"""A configuration tried without being used: everything that opening it would refuse is refused here.

It knows what a gateway opens. It does not call anybody, and keeps nothing open.
"""

import datetime as dt
import os

from outlast.ledger.location import database_path
from outlast.providers.factory import open_upstream
from outlast.settings import Settings
from outlast.wiring.reading import open_knowledge_anyway
from outlast.wiring.telemetry import check_otel


def try_settings(settings: Settings) -> None:
    """Return where everything can be opened.

    Raises:
        OperatorError: what cannot, and why.
    """
    database_path(settings.server.database, settings.root)
    knowledge, _ = open_knowledge_anyway(settings)
    for name, provider in settings.providers.items():
        open_upstream(name, provider, root=settings.root, knowledge=knowledge, today=_today, environ=os.environ)
    if settings.otel is not None:
        check_otel(settings.otel, os.environ)


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()
