"""What is known of a model's end, as the response headers that the standards have for it. Pure.

It knows RFC 9745 (``Deprecation``), RFC 8594 (``Sunset``) and the link relation ``successor-version``. It does
not know how a standing came about.
"""

import datetime as dt
from email.utils import format_datetime
from urllib.parse import quote

from outlast.catalog.claims import Standing, Status
from outlast.gateway.ports import Headers

ENDING: frozenset[Status] = frozenset({"deprecated", "extended", "redirected", "retired"})
_PLAIN_IN_PATHS = "/:@!$&'()*+,;=~"


def lifecycle_headers(standing: Standing, successor: str | None) -> Headers:
    """``deprecation``, ``sunset`` and ``link``, each where it is known.

    ``Sunset`` speaks of exact days only. ``Deprecation`` is the day of the provider's word, and never later than
    the sunset, as its standard demands. ``successor`` is ``provider/model``; the link leads to its entry here.
    """
    headers: list[tuple[str, str]] = []
    said = standing.deprecated or standing.announced
    if said is not None and standing.status in ENDING:
        first = min(said, standing.ends) if standing.switches and standing.ends else said
        headers.append(("deprecation", f"@{int(_midnight(first).timestamp())}"))
    if standing.switches and standing.ends is not None:
        headers.append(("sunset", format_datetime(_midnight(standing.ends), usegmt=True)))
    if successor is not None:
        headers.append(("link", f'</v1/models/{quote(successor, safe=_PLAIN_IN_PATHS)}>; rel="successor-version"'))
    return tuple(headers)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
