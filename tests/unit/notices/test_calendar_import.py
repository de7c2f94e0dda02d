"""Calendar files as a calendar reads them: by a library of the format, imported again and again."""

import datetime as dt

import icalendar
from hypothesis import given, settings
from hypothesis import strategies as st

from outlast.notices.calendar import calendar_of
from outlast.notices.ending import Dated, Ending, Place, moved

DAYS = st.none() | st.dates(dt.date(2020, 1, 1), dt.date(2035, 1, 1))
TEXTS = st.text(max_size=40)
PLACE = Place(model="openai/gpt-4o", surface="api")


class Imported:
    """A calendar program: an event that it has is replaced by one of a higher sequence, and never doubled."""

    def __init__(self) -> None:
        self.events: dict[str, tuple[int, dt.date, str]] = {}
        self.doubled = 0

    def take(self, text: str) -> None:
        calendar = icalendar.Calendar.from_ical(text)
        assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH")
        seen: set[str] = set()
        for event in calendar.walk("VEVENT"):
            uid, sequence = str(event["UID"]), int(str(event["SEQUENCE"]))
            self.doubled += uid in seen
            seen.add(uid)
            known = self.events.get(uid)
            if known is None or sequence > known[0]:
                self.events[uid] = sequence, event.decoded("DTSTART"), str(event["STATUS"])


def test_a_file_that_is_imported_twice_doubles_nothing_and_a_moved_date_moves_its_event() -> None:
    known: dict[Place, Dated] = {}
    program = Imported()
    for day, now in ((dt.date(2027, 1, 14), 1), (dt.date(2027, 1, 14), 2), (dt.date(2027, 3, 1), 3)):
        ending = Ending(place=PLACE, ends=day)
        known.update(moved(known, [ending], now))
        for _ in range(2):
            program.take(calendar_of([ending], known, (30, 7)))
    assert list(program.events.values()) == [(1, dt.date(2027, 3, 1), "CONFIRMED")]
    gone = Ending(place=PLACE, ends=None)
    known.update(moved(known, [gone], 4))
    program.take(calendar_of([gone], known))
    assert [(sequence, status) for sequence, _, status in program.events.values()] == [(2, "CANCELLED")]
    assert program.doubled == 0


@settings(deadline=None)  # a library reads twelve files
@given(days=st.lists(DAYS, min_size=1, max_size=6), model=TEXTS, surface=TEXTS, source=TEXTS, unsure=st.booleans())
def test_whatever_is_in_it_a_calendar_reads_it_and_ends_at_the_last_known_day(
    *, days: list[dt.date | None], model: str, surface: str, source: str, unsure: bool
) -> None:
    place = Place(model=model, surface=surface)
    known: dict[Place, Dated] = {}
    program = Imported()
    for now, day in enumerate(days):
        ending = Ending(place=place, ends=day, source=source, unsure=unsure, names=(model,))
        known.update(moved(known, [ending], now))
        for _ in range(2):
            program.take(calendar_of([ending], known, (1,)))
    said = [day for day in days if day is not None]
    assert len(program.events) == bool(said)
    assert program.doubled == 0
    if said:
        [(_, day, status)] = program.events.values()
        assert day == said[-1]
        assert (status == "CANCELLED") == (days[-1] is None)
