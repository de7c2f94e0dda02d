"""The ledger's SQL by name, from ``queries.sql``.

Each statement there begins with one comment line, ``-- name: what it is for``. This file knows that form and
nothing of what the statements say.
"""

import re
from importlib.resources import files
from typing import Final

_HEADING: Final = re.compile(r"^-- (\w+): .+\n", re.MULTILINE)


def parse_queries(text: str) -> dict[str, str]:
    """Statements by name."""
    parts = _HEADING.split(text)
    return {name: statement.strip() for name, statement in zip(parts[1::2], parts[2::2], strict=True)}


QUERIES: Final = parse_queries(files("outlast.ledger").joinpath("queries.sql").read_text("utf-8"))
