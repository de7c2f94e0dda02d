"""The words of the calendar that every place shows: marks with their meaning, and why a successor is one.

It knows wording. It does not know whether it is read on a terminal or on a page.
"""

from collections.abc import Iterator
from typing import Final

from outlast.horizon.calendar import Entry
from outlast.horizon.successors import Basis

MARKS: Final = {
    "!": "sources disagree on the end",
    "?": "the end is not an exact day",
    "↪": "another model answered in its place",
    "∅": "answered that it is gone, with status 200",
    "~": "the sum leaves out calls without a known price",
    "≈": "the sum has calls whose tokens are estimates",
}
BASES: Final[dict[Basis, str]] = {
    "declared": "declared",
    "chain": "by the catalogue's chain, as declared",
    "recommended": "recommended, not declared",
}


def marks(entry: Entry) -> Iterator[str]:
    """What a reader of its line must know, as signs of ``MARKS``."""
    recorded = entry.recorded
    for mark, holds in (
        ("!", bool(entry.standing.conflicts)),
        ("?", entry.standing.unsure),
        ("↪", bool(recorded.redirected)),
        ("∅", bool(recorded.soft_gone)),
        ("~", bool(recorded.unpriced_calls)),
        ("≈", bool(recorded.estimated_calls)),
    ):
        if holds:
            yield mark
