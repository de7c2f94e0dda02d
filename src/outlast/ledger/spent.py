"""What keys have spent, as the record has it: where limits begin after a start.

It knows hourly totals. It does not know budgets.
"""

import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Final

from outlast.errors import LedgerUnavailable
from outlast.ledger.database import open_for_reading, version_of
from outlast.ledger.queries import parse_queries
from outlast.ledger.totals import PICO_PER_MICRO

_HOURS: Final = 24
_SPENT: Final = parse_queries(files("outlast.ledger").joinpath("spent.sql").read_text("utf-8"))["spent"]


def spent_by_key(database: Path, *, day: int, first_of_month: int) -> dict[str, tuple[int, int]]:
    """Pico-USD of each key since a day began and since its month did; days are numbers since 1970, UTC.

    Raises:
        LedgerUnavailable: the record cannot be read.
    """
    if not database.exists():
        return {}
    try:
        with closing(open_for_reading(database)) as connection:
            if version_of(connection, database) == 0:
                return {}
            hours = {"day": day * _HOURS, "month": first_of_month * _HOURS}
            rows = connection.execute(_SPENT, hours).fetchall()
    except sqlite3.Error as error:
        raise LedgerUnavailable(f"the ledger {database} cannot be read: {error}") from error
    return {
        str(key): (day_micro * PICO_PER_MICRO + day_pico, micro * PICO_PER_MICRO + pico)
        for key, day_micro, day_pico, micro, pico in rows
    }
