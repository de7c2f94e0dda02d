"""The dates that ``/metrics`` shows: when each virtual model's targets end, and how old the catalogue is.

It knows which of them the configuration names. It does not know how a date follows from claims (``catalog``).
"""

import datetime as dt
from collections.abc import Callable, Iterator

from outlast.catalog.reference import reference
from outlast.catalog.store import Catalog
from outlast.settings import Settings
from outlast.web.gauges import CalendarNumbers


def calendar_numbers(
    settings: Settings, knowledge: Catalog, today: Callable[[], dt.date]
) -> Callable[[], CalendarNumbers]:
    """The calendar of one configuration, worked out once a day."""
    made: CalendarNumbers | None = None

    def numbers() -> CalendarNumbers:
        nonlocal made
        day = today()
        if made is None or made.today != day:
            made = CalendarNumbers(today=day, catalogue_day=knowledge.day, ends=tuple(_ends(settings, knowledge, day)))
        return made

    return numbers


def _ends(settings: Settings, knowledge: Catalog, day: dt.date) -> Iterator[tuple[str, str, dt.date]]:
    for name, model in settings.models.items():
        for target in model.targets:
            behind = reference(target.to, settings.providers, model.catalog_model_of(target.to))
            end = knowledge.standing(behind.ref, behind.surface, day).ends
            if end is not None:
                yield name, target.to, end
