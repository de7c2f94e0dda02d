"""``/feeds/…``: the ends of what is called here, for programs that look again and again: readers, calendars, scripts.

It knows paths, validators and the ways in which such programs show a key. It does not know what a feed holds: that
comes through ``Feeds``.
"""

import base64
import binascii
import datetime as dt
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final, Protocol

from outlast.errors import CallerError, KeyRequired, MachineError, NoSuchRoute
from outlast.gateway.call import Call
from outlast.gateway.caller import Callers
from outlast.gateway.ports import Headers, Reply
from outlast.keys.key import Key
from outlast.web.answers import answer_error

PREFIX: Final = "/feeds/"
TYPES: Final = {
    "models.atom": "application/atom+xml; charset=utf-8",
    "models.json": "application/feed+json",
    "models.ics": "text/calendar; charset=utf-8",
    "deprecations.html": "text/html; charset=utf-8",
}
EOL: Final = "eol/"
"""Below it one model-eol document for each provider: ``eol/openai.json``."""
REMEMBERED: Final = 64
"""Documents whose time of change is known; past this many the oldest is forgotten, and seems to have changed."""
_SIGN_IN: Headers = (("www-authenticate", 'Basic realm="outlast", charset="UTF-8"'),)


class Feeds(Protocol):
    """What makes the documents."""

    async def __call__(self, name: str, key: Key | None) -> bytes | None:
        """The document of this name below ``PREFIX``, as this key may see it; None: there is none.

        Raises:
            LedgerUnavailable: what it rests on cannot be read.
        """
        ...


@dataclass(slots=True)
class FeedRoutes:
    """The handler of everything below ``PREFIX``."""

    feeds: Feeds
    callers: Callable[[], Callers]
    unix_s: Callable[[], int]
    _changed: OrderedDict[tuple[str, str], int] = field(default_factory=OrderedDict)

    async def __call__(self, call: Call, reply: Reply) -> None:
        """One feed, or the news that it is as it was."""
        name = call.path.removeprefix(PREFIX)
        try:
            key = self.callers().identify(with_basic(call.headers)).key
            body = await self.feeds(name, key)
            if body is None:
                known = ", ".join(f"{PREFIX}{each}" for each in (*TYPES, f"{EOL}PROVIDER.json"))
                raise NoSuchRoute(f"there is no such feed; there are {known}")
        except KeyRequired as error:
            answer_error(reply, call, error, _SIGN_IN)
        except (CallerError, MachineError) as error:
            answer_error(reply, call, error)
        else:
            self._answer(call, reply, name, body)

    def _answer(self, call: Call, reply: Reply, name: str, body: bytes) -> None:
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        since = self._since(name, etag)
        said: Headers = (
            ("etag", etag),
            ("last-modified", format_datetime(dt.datetime.fromtimestamp(since, dt.UTC), usegmt=True)),
            ("cache-control", "private, max-age=300"),
            ("x-content-type-options", "nosniff"),
        )
        if _is_known(call.headers, etag, since):
            reply.whole(304, said, b"")
        else:
            type_ = TYPES.get(name, "application/json")
            reply.whole(200, (("content-type", type_), *said), body)

    def _since(self, name: str, etag: str) -> int:
        """When this process first made this document, in whole seconds: no reader is told less than it could know."""
        since = self._changed.setdefault((name, etag), self.unix_s())
        self._changed.move_to_end((name, etag))
        if len(self._changed) > REMEMBERED:
            self._changed.popitem(last=False)
        return since


def with_basic(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers with a key that came as HTTP Basic, which calendars can send, in the place of a bearer's."""
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return dict(headers)
    try:
        user, _, password = base64.b64decode(rest.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return dict(headers)
    return {**headers, "authorization": f"Bearer {password or user}"}


def _is_known(headers: Mapping[str, str], etag: str, since: int) -> bool:
    """Whether the program has this document: its tag decides; only without one, its time."""
    tags = headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or etag in {each.strip().removeprefix("W/") for each in tags.split(",")}
    try:
        seen = parsedate_to_datetime(headers.get("if-modified-since", ""))
        return seen.timestamp() >= since
    except (ValueError, OverflowError, TypeError):
        return False
