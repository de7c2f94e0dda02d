"""What is known of a model's end, as the response headers that the standards have for it. Pure.

It knows RFC 9745 (``Deprecation``), RFC 8594 (``Sunset``) and the link relation ``successor-version``. It does
not know how a standing came about.
"""

import datetime as dt
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote

from outlast.catalog.claims import Standing, Status
from outlast.gateway.ports import Headers
from outlast.policy.own import state_of
from outlast.settings.policy import OwnModel

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


def own_lifecycle(own: OwnModel | None, day: dt.date, behind: Headers) -> Headers:
    """The same of a virtual model whose end the operator has set, in the place of what is known of the model behind it.

    The earlier word and the earlier sunset count. An end whose announcement lies ahead is not told; nor are days
    of single plans.
    """
    if own is None or own.retires is None or state_of(own, day) not in ("deprecated", "retired"):
        return behind
    said = dict(behind)
    ends = _midnight(own.retires)
    if "sunset" in said:
        ends = min(ends, parsedate_to_datetime(said["sunset"]))
    said["sunset"] = format_datetime(ends, usegmt=True)
    words = [int(said["deprecation"][1:])] if "deprecation" in said else []
    if own.announced is not None:
        words.append(int(_midnight(own.announced).timestamp()))
    if words:
        said["deprecation"] = f"@{min(*words, int(ends.timestamp()))}"
    if own.successor is not None:
        said["link"] = f'</v1/models/{quote(own.successor, safe=_PLAIN_IN_PATHS)}>; rel="successor-version"'
    return tuple((name, said[name]) for name in ("deprecation", "sunset", "link") if name in said)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
