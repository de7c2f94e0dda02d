"""Where a path below ``/v1`` leads at a provider, written so that the provider reads it as it was read here.

It knows the shape of paths to what providers keep, and which of their segments are ids. It does not know whose an id
is (``gateway.stored``) nor which provider is asked.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote

from outlast.errors import MalformedRequest, NoSuchRoute
from outlast.settings.vendors import STORED

BASE = "/v1/"
_LONGEST = 2_000  # characters of a path
_SHOWN = 200  # characters of a path that an error repeats
_PLAIN = re.compile(r"[A-Za-z0-9_:.-]{1,512}", re.ASCII)
_CLIMBING = frozenset({".", ".."})
_QUERY = re.compile(r"[!-~]*")
_JOBS = "jobs"  # what fine-tuning keeps for its caller; the rest of it is an organisation's or costs unseen
_WITHOUT_COST = frozenset({"cancel", "pause"})


@dataclass(frozen=True, slots=True)
class Place:
    """A path to a collection that a provider keeps, to one object in it, or to what lies below that."""

    kind: str
    """One of ``STORED``."""
    path: str
    """Below the provider's base URL."""
    ids: tuple[str, ...] = ()
    """The object's, then those of what lies below it; empty for the collection."""
    word: str = ""
    """The last segment where that is no id: ``content``, ``cancel``; empty otherwise."""

    @property
    def whole(self) -> bool:
        """Whether it is one object and not a part of it."""
        return len(self.ids) == 1 and not self.word

    @property
    def collection(self) -> bool:
        """Whether objects are made in it, or something is done to one; not where one below another is changed."""
        return bool(self.word) or not self.ids

    def costs_unseen(self, method: str) -> bool:
        """Whether the call makes the provider work for money of which no answer says how much."""
        if method != "POST" or self.word in _WITHOUT_COST:
            return False
        return self.kind == "fine_tuning" or (self.kind == "batches" and not self.ids)


def place_of(path: str) -> Place:
    """Where a decoded path leads.

    Raises:
        NoSuchRoute: it leads to nothing that providers keep for one caller.
    """
    segments = path.removeprefix(BASE).split("/")
    kind = segments[0]
    first = 2 if kind == "fine_tuning" else 1
    misplaced = kind not in STORED or len(segments) < first or (first == 2 and segments[1] != _JOBS)
    if misplaced or len(path) > _LONGEST or not all(_is_plain(each) for each in segments):
        raise NoSuchRoute(f"{path[:_SHOWN]} does not exist here")
    below = segments[first:]
    return Place(
        kind=kind,
        path="/" + "/".join(segments),
        ids=tuple(below[0::2]),
        word=below[-1] if below and len(below) % 2 == 0 else "",
    )


def unknown_path(path: str) -> str:
    """A path that nothing here answers, as it goes to a provider: each segment is quoted again.

    Raises:
        NoSuchRoute: it could be read in another way there, or is one that ``place_of`` keeps apart by caller.
    """
    segments = path.removeprefix(BASE).split("/")
    if segments[0].casefold() in STORED or len(path) > _LONGEST or not all(_is_clear(each) for each in segments):
        raise NoSuchRoute(f"{path[:_SHOWN]!r} does not exist here and is not passed through")
    return "/" + "/".join(quote(each, safe=":") for each in segments)


def checked_query(query: str) -> str:
    """The query as it came, with its question mark; nothing for none.

    Raises:
        MalformedRequest: it has characters that belong into no URL.
    """
    if _QUERY.fullmatch(query) is None:
        raise MalformedRequest("the query has a character that a URL writes with %")
    return f"?{query}" if query else ""


def _is_plain(segment: str) -> bool:
    return _PLAIN.fullmatch(segment) is not None and segment not in _CLIMBING


def _is_clear(segment: str) -> bool:
    """Nothing that is quoted twice, climbs, or is taken for a separator by somebody."""
    return bool(segment) and segment.isprintable() and segment not in _CLIMBING and not set(segment) & set("\\%;")
