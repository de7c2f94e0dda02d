"""The documents of feeds, made of what the configuration and its traffic depend on.

It knows where each part comes from, and whose names a key is shown. It does not know who asks nor how often
(``wiring.feeds``), HTTP (``web.feeds``) nor formats (``notices``).
"""

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from outlast.catalog.models import Model
from outlast.errors import LedgerUnavailable
from outlast.horizon.calendar import horizon
from outlast.horizon.record import NANOSECONDS_OF_A_DAY
from outlast.keys.key import Key
from outlast.notices.calendar import calendar_of
from outlast.notices.ending import Ending, Known, moved
from outlast.notices.feeds import atom_of, json_feed_of, model_eol_of
from outlast.policy.page import page_of
from outlast.settings import Settings
from outlast.web.feeds import EOL
from outlast.wiring.generation import Generation, Held
from outlast.wiring.notices import endings_of, open_notices
from outlast.wiring.own_endings import own_endings


@dataclass(frozen=True, slots=True)
class Basis:
    """What every feed is made of."""

    endings: tuple[Ending, ...]
    models: tuple[Model, ...]
    known: Known


FEEDS: Final[Mapping[str, Callable[[Basis, Settings], str]]] = {
    "models.atom": lambda basis, _settings: atom_of(basis.endings, basis.known),
    "models.json": lambda basis, _settings: json_feed_of(basis.endings, basis.known),
    "models.ics": lambda basis, settings: calendar_of(
        basis.endings, basis.known, [each for each in settings.notices.days if each]
    ),
}


def document_of(name: str, key: Key | None, held: Held, generation: Generation) -> bytes | None:
    """One document as a key may see it; None: there is none of this name. Blocks for some milliseconds.

    Raises:
        LedgerUnavailable: the dates that were known cannot be read.
    """
    if name == "deprecations.html":
        return page_of(generation.settings.policy, held.today(), "html").encode()
    if name in FEEDS:
        return FEEDS[name](_basis(key, held, generation), generation.settings).encode()
    provider = name.removeprefix(EOL).removesuffix(".json")
    if name != f"{EOL}{provider}.json":
        return None
    models = _basis(key, held, generation).models
    if all(model.provider != provider for model in models):
        return None
    return model_eol_of(models, provider, held.today()).encode()


def _basis(key: Key | None, held: Held, generation: Generation) -> Basis:
    """Endings with the names that the key may call; dates as they are known, noted for the next look."""
    settings, now_ns, today = generation.settings, held.clock.unix_ns(), held.today()
    try:
        seen = held.recorder.seen(now_ns - settings.notices.used_within * NANOSECONDS_OF_A_DAY)
    except LedgerUnavailable:  # where the worker cannot say what was called, the configuration alone speaks
        seen = ()
    made = horizon(settings, seen, generation.knowledge, today)
    endings = (*endings_of(made), *own_endings(settings.policy, {}, {}, today))
    store = open_notices(settings)
    before = store.known()
    changed = moved(before, endings, now_ns)
    if today == dt.datetime.fromtimestamp(now_ns / 1e9, dt.UTC).date():  # a rehearsed day writes nothing
        with suppress(LedgerUnavailable):  # the next look finds the same again
            store.note_dates(changed)
    shown = tuple(one for each in endings if (one := _for(key, each)) is not None)
    found = (generation.knowledge.find(each.place.model) for each in shown)
    models = {model.ref: model for model in found if model is not None}
    return Basis(shown, tuple(models.values()), {**before, **changed})


def _for(key: Key | None, ending: Ending) -> Ending | None:
    """An ending as a key may see it; None: it may call none of its names."""
    if key is None:
        return ending
    names = tuple(name for name in ending.names if key.may_use(name))
    return replace(ending, names=names) if names else None
