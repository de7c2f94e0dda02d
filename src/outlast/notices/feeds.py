"""Ends as feeds: Atom (RFC 4287), JSON Feed 1.1, and model-eol for one provider.

It knows the three formats. An entry stays one entry when its date moves. It does not know who reads it.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import msgspec

from outlast.catalog.feeds.export import export_model_eol
from outlast.catalog.models import Model
from outlast.errors import SettingsInvalid
from outlast.notices.calendar import described, uid_of
from outlast.notices.ending import Dated, Ending, Known, Place
from outlast.notices.text import one_line

ATOM: Final = "http://www.w3.org/2005/Atom"
TITLE: Final = "Ends of models"
_FEED: Final = uuid.UUID("8b0a64f0-6a1c-5b5e-9d0b-6f1f1c6d2a37")
"""The space that entries' names are made in."""


def entry_id(place: Place) -> str:
    """An entry's name for good."""
    return uuid.uuid5(_FEED, uid_of(place)).urn


def atom_of(endings: Iterable[Ending], known: Known) -> str:
    """An Atom feed, the latest change first."""
    entries = _changes(endings, known)
    feed = Element("feed", xmlns=ATOM)
    SubElement(feed, "id").text = _FEED.urn
    SubElement(feed, "title").text = TITLE
    SubElement(feed, "updated").text = _instant(entries[0][1].since_ns if entries else 0)
    SubElement(SubElement(feed, "author"), "name").text = "Outlast"
    for ending, dated in entries:
        entry = SubElement(feed, "entry")
        SubElement(entry, "id").text = entry_id(ending.place)
        SubElement(entry, "title").text = _title(ending, dated)
        SubElement(entry, "updated").text = _instant(dated.since_ns)
        SubElement(entry, "content", type="text").text = "\n".join(described(ending, dated))
    indent(feed)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(feed, encoding="unicode")}\n'


def json_feed_of(endings: Iterable[Ending], known: Known) -> str:
    """A JSON Feed; ``_outlast`` holds the same as data."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": TITLE,
        "items": [
            {
                "id": entry_id(ending.place),
                "title": _title(ending, dated),
                "content_text": "\n".join(described(ending, dated)),
                "date_modified": _instant(dated.since_ns),
                "_outlast": dict(_data(ending, dated)),
            }
            for ending, dated in _changes(endings, known)
        ],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def model_eol_of(models: Sequence[Model], provider: str | None, today: dt.date) -> str:
    """A model-eol feed of the dependencies that are one provider's.

    Raises:
        SettingsInvalid: there are several providers and none is named; or none of the models is the named one's.
    """
    providers = sorted({model.provider for model in models})
    chosen = provider or (providers[0] if len(providers) == 1 else None)
    if chosen is None or chosen not in providers:
        found = ", ".join(providers) or "none"
        raise SettingsInvalid(f"a model-eol feed is of one provider; name it with --provider, one of: {found}")
    return export_model_eol([model for model in models if model.provider == chosen], chosen, today).decode()


def _changes(endings: Iterable[Ending], known: Known) -> list[tuple[Ending, Dated]]:
    found = [(ending, known[ending.place]) for ending in endings if ending.place in known]
    return sorted(found, key=lambda pair: (-pair[1].since_ns, pair[0].place.model, pair[0].place.surface))


def _title(ending: Ending, dated: Dated) -> str:
    name = f"{one_line(ending.place.model)} ({one_line(ending.place.surface)})"
    if dated.ends is None:
        return f"{name}: no end is known any more"
    return f"{name}: the end moved to {dated.ends}" if dated.sequence else f"{name} ends on {dated.ends}"


def _data(ending: Ending, dated: Dated) -> Iterator[tuple[str, object]]:
    yield from (("model", one_line(ending.place.model)), ("surface", one_line(ending.place.surface)))
    yield from (("ends", dated.ends), ("unsure", ending.unsure), ("sequence", dated.sequence))
    yield from (("previous", dated.previous), ("successor", ending.successor))


def _instant(ns: int) -> str:
    return dt.datetime.fromtimestamp(ns // 10**9, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
