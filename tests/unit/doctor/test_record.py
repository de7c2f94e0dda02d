"""Which figures of database, journal, disk and clock are healthy."""

import datetime as dt

import pytest

from outlast.doctor.finding import Finding, gravest
from outlast.doctor.record import (
    ClockFacts,
    DiskFacts,
    RecordFacts,
    clock_finding,
    disk_finding,
    record_findings,
)

HEALTHY = RecordFacts(path="outlast.db", exists=True, version=3, known_version=3, size=10**6)
DAY = dt.date(2026, 11, 23)


def levels(*findings: Finding) -> list[tuple[str, str]]:
    return [(finding.level, finding.check) for finding in findings]


@pytest.mark.parametrize(
    ("facts", "running", "found"),
    [
        (HEALTHY, False, [("ok", "database"), ("ok", "journal")]),
        (RecordFacts(path="outlast.db"), False, [("ok", "database"), ("ok", "journal")]),
        (RecordFacts(path="x", exists=True, error="file is not a database"), False, [("fault", "database"), ("ok", "journal")]),  # noqa: E501
        (RecordFacts(path="x", exists=True, writable=False), False, [("fault", "database"), ("ok", "journal")]),
        (RecordFacts(path="x", chats=10**6), True, [("ok", "database"), ("ok", "chats"), ("ok", "journal")]),
        (RecordFacts(path="x", unreadable=(("rollouts", "bad"),)), True, [("ok", "database"), ("fault", "rollouts"), ("ok", "journal")]),  # noqa: E501
        (RecordFacts(path="x", chats_error="no database"), True, [("ok", "database"), ("fault", "chats"), ("ok", "journal")]),  # noqa: E501
        (RecordFacts(path="x", segments=2), False, [("ok", "database"), ("warning", "journal")]),
        (RecordFacts(path="x", segments=2), True, [("ok", "database"), ("ok", "journal")]),
        (RecordFacts(path="x", strange=("x.journal/000000000001.segment",)), True, [("ok", "database"), ("warning", "journal")]),  # noqa: E501
    ],
)  # fmt: skip
def test_the_record_is_judged(facts: RecordFacts, *, running: bool, found: list[tuple[str, str]]) -> None:
    assert levels(*record_findings(facts, running=running)) == found


def test_every_finding_that_is_not_well_says_why_and_what_to_do() -> None:
    facts = RecordFacts(path="x", exists=True, error="bad", segments=1, strange=("y",), chats_error="bad")
    for finding in record_findings(facts, running=False):
        assert finding.why
        assert finding.do


@pytest.mark.parametrize(
    ("free", "calls_a_day", "level"),
    [
        (10**10, 0, "ok"),
        (10**10, 10**4, "ok"),
        (10**10, 10**6, "warning"),
        (4 * 10**8, 0, "warning"),
        (5 * 10**7, 0, "fault"),
    ],
)
def test_room_is_judged_by_what_is_free_and_by_the_recorded_growth(free: int, calls_a_day: float, level: str) -> None:
    facts = RecordFacts(path="x", calls_a_day=calls_a_day, bytes_a_call=500)
    finding = disk_finding(DiskFacts(free=free, total=10**11), facts)
    assert finding.level == level
    assert ("room for" in finding.what) == (calls_a_day > 0)


def test_the_days_that_are_left_are_the_free_bytes_by_the_bytes_of_a_day() -> None:
    facts = RecordFacts(path="x", calls_a_day=10**6, bytes_a_call=500)
    assert "500.0 MB a day room for 20 days" in disk_finding(DiskFacts(free=10**10, total=10**11), facts).what


@pytest.mark.parametrize(
    ("clock", "level"),
    [
        (ClockFacts(today=DAY, catalogue_day=DAY), "ok"),
        (ClockFacts(today=DAY - dt.timedelta(days=1), catalogue_day=DAY), "fault"),
        (ClockFacts(today=DAY, catalogue_day=DAY, offsets_s=(("a", 0.4),)), "ok"),
        (ClockFacts(today=DAY, catalogue_day=DAY, offsets_s=(("a", -90.0),)), "warning"),
        (ClockFacts(today=DAY, catalogue_day=DAY, offsets_s=(("a", 900.0),)), "fault"),
        (ClockFacts(today=DAY, catalogue_day=DAY, offsets_s=(("wrong", 900.0), ("right", 0.0))), "ok"),
        (ClockFacts(today=DAY, catalogue_day=DAY, drift_s=-5.0), "warning"),
    ],
)
def test_the_clock_is_judged_by_the_catalogue_the_providers_and_itself(clock: ClockFacts, level: str) -> None:
    assert clock_finding(clock).level == level


def test_the_gravest_of_none_is_fine() -> None:
    assert gravest(()) == "ok"
    assert gravest(record_findings(RecordFacts(path="x", segments=1), running=False)) == "warning"
