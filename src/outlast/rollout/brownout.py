"""Scheduled minutes in which an old name is missing or its successor answers: forgotten callers show themselves.

It knows windows and keys. It does not know who announces them, nor how an answer is refused. Windows are UTC.
"""

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, Literal

from outlast.errors import SettingsInvalid

Serve = Literal["410", "successor"]
_LONGEST: Final = dt.timedelta(days=1)
_WINDOW: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)Z?\+(\d{1,4})m", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One brown-out."""

    begins: dt.datetime
    """With a time zone."""
    lasts: dt.timedelta
    serve: Serve = "410"
    """410: the name answers as retired models do. successor: the successor answers."""
    keys: tuple[str, ...] = ()
    """Names or patterns of keys (``team-*``); none: everybody."""

    @property
    def ends(self) -> dt.datetime:
        """The first instant at which it is over."""
        return self.begins + self.lasts

    def holds(self, now: dt.datetime, key: str) -> bool:
        """Whether it is under way for this key."""
        return self.begins <= now < self.ends and self.concerns(key)

    def concerns(self, key: str) -> bool:
        """Whether it is for this key."""
        return not self.keys or any(fnmatchcase(key, one) for one in self.keys)

    @property
    def text(self) -> str:
        """As it is written where brown-outs are announced: an ISO 8601 interval, and what happens in it."""
        begins, ends = (f"{each.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}" for each in (self.begins, self.ends))
        return f"{begins}/{ends}; serve={self.serve}"


def in_brownout(schedule: Sequence[Window], now: dt.datetime, key: str) -> Window | None:
    """The window that holds; of several that overlap one in which the name is missing. None: all is as ever."""
    holding = [window for window in schedule if window.holds(now, key)]
    return min(holding, key=lambda window: (window.serve != "410", window.begins), default=None)


def announced(schedule: Sequence[Window], now: dt.datetime) -> tuple[Window, ...]:
    """What is under way or to come, in the order of beginning."""
    return tuple(sorted((window for window in schedule if now < window.ends), key=lambda window: window.begins))


def parse_windows(text: str, *, serve: Serve = "410", keys: Collection[str] = ()) -> tuple[Window, ...]:
    """``2026-03-01T10:00Z+15m,2026-03-08T10:00Z+30m``: UTC beginnings and minutes, at most a day.

    Raises:
        SettingsInvalid: A part is no window.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise SettingsInvalid("no brown-out: write at least one, like 2026-03-01T10:00Z+15m")
    return tuple(_window(part, serve, tuple(keys)) for part in parts)


def _window(part: str, serve: Serve, keys: tuple[str, ...]) -> Window:
    found = _WINDOW.fullmatch(part)
    if found is None:
        raise SettingsInvalid(f"brown-out {part!r}: write its beginning in UTC and minutes, like 2026-03-01T10:00Z+15m")
    lasts = dt.timedelta(minutes=int(found[2]))
    try:
        begins = dt.datetime.fromisoformat(found[1]).replace(tzinfo=dt.UTC)
        _ = begins + lasts
    except (ValueError, OverflowError):
        raise SettingsInvalid(f"brown-out {part!r}: there is no such day or time") from None
    if not dt.timedelta(0) < lasts <= _LONGEST:
        raise SettingsInvalid(f"brown-out {part!r}: it lasts between a minute and a day")
    return Window(begins=begins, lasts=lasts, serve=serve, keys=keys)
