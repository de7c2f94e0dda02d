"""A model's end in words, the same on every page.

It knows wording. It does not know how a standing follows from claims.
"""

from outlast.catalog.claims import Standing
from outlast.catalog.status import GONE


def end_text(standing: Standing) -> str:
    """``ends 2027-01-14 (exact)``, ``ended …`` once it has passed, or that no end is known."""
    if standing.ends is None:
        return "no end known"
    verb = "ended" if standing.status in GONE else "ends"
    return f"{verb} {standing.ends} ({standing.precision})"
