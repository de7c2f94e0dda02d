"""Ends as an iCalendar file (RFC 5545): one event a model and surface, which moves instead of appearing twice.

It knows the format: UIDs that stay, sequences that rise with each move, folding and escaping. It does not know when
a date moved (``Dated`` says it).
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from outlast.notices.ending import Dated, Ending, Known, Place
from outlast.notices.text import one_line

WIDTH: Final = 75
"""Octets of one line."""
_ESCAPED: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,"})


def uid_of(place: Place) -> str:
    """The event's name for good, whatever its date."""
    digest = hashlib.sha256(f"{place.model}\n{place.surface}".encode(errors="surrogatepass")).hexdigest()
    return f"{digest[:32]}@outlast.invalid"


def calendar_of(endings: Iterable[Ending], known: Known, alarms: Sequence[int] = ()) -> str:
    """Every end that is known, and every one that was withdrawn, as a calendar with CRLF line ends.

    Args:
        endings: what ends.
        known: their dates, each with how often it moved.
        alarms: so many days before an end a calendar reminds.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Outlast//Outlast//EN", "METHOD:PUBLISH"]
    for ending in endings:
        dated = known.get(ending.place)
        if dated is not None and (dated.ends or dated.previous) is not None:
            lines += _event(ending, dated, alarms)
    return "".join(f"{folded}\r\n" for line in (*lines, "END:VCALENDAR") for folded in _folded(line))


def _event(ending: Ending, dated: Dated, alarms: Sequence[int]) -> Iterator[str]:
    day = dated.ends or dated.previous
    assert day is not None  # noqa: S101 - the caller asked
    place, stamp = ending.place, dt.datetime.fromtimestamp(dated.since_ns // 10**9, dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    state = "CANCELLED" if dated.ends is None else "TENTATIVE" if ending.unsure else "CONFIRMED"
    yield from ("BEGIN:VEVENT", f"UID:{uid_of(place)}", f"SEQUENCE:{dated.sequence}")
    yield from (f"DTSTAMP:{stamp}", f"LAST-MODIFIED:{stamp}")
    yield from (f"DTSTART;VALUE=DATE:{day:%Y%m%d}", f"DTEND;VALUE=DATE:{day + dt.timedelta(days=1):%Y%m%d}")
    yield from (f"STATUS:{state}", "TRANSP:TRANSPARENT")
    yield f"SUMMARY:{_text(f'{place.model} ends ({place.surface})')}"
    yield "DESCRIPTION:" + "\\n".join(_text(line) for line in described(ending, dated))
    for days in alarms if dated.ends is not None else ():
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:-P{days}D")
        yield from (f"DESCRIPTION:{_text(f'{place.model} ends on {day}')}", "END:VALARM")
    yield "END:VEVENT"


def described(ending: Ending, dated: Dated) -> Iterator[str]:
    """What stands below an end in calendars and feeds, line by line."""
    if dated.sequence and dated.previous is not None:
        yield f"Moved from {dated.previous}." if dated.ends is not None else f"{dated.previous} no longer holds."
    if ending.unsure and dated.ends is not None:
        yield "The day is nobody's exact word and may change."
    if ending.names:
        yield f"Called as: {', '.join(one_line(name) for name in ending.names)}"
    yield f"Successor: {one_line(ending.successor)}" if ending.successor else "No living successor is known."
    if ending.source:
        yield f"Source: {one_line(ending.source)}"


def _text(value: str) -> str:
    return one_line(value).translate(_ESCAPED)


def _folded(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets, none of which cuts a sign."""
    piece, used = "", 0
    for sign in line:
        size = len(sign.encode())
        if used + size > WIDTH:
            yield piece
            piece, used = " ", 1
        piece, used = piece + sign, used + size
    yield piece
