"""What was observed gone, as this process and another one see it."""

from outlast.catalog.reference import Reference
from outlast.exchange import Observation
from outlast.gateway.gone import LEFT_ALONE_NS, GoneTargets, recently_gone
from outlast.testing.gateway import HandClock, KeptJournal

OLD = Reference("acme/old", "api")


def seen(event: str, at: int) -> Observation:
    return Observation(
        target="acme/old", surface="api", event="gone" if event == "gone" else "answered", seen_ns=at, evidence="404"
    )


def test_another_process_sees_what_was_gone_within_ten_minutes() -> None:
    assert recently_gone([seen("gone", 5)], 5 + LEFT_ALONE_NS - 1) == {OLD}
    assert recently_gone([seen("gone", 5)], 5 + LEFT_ALONE_NS) == set()


def test_an_answer_withdraws_it_there_too() -> None:
    assert recently_gone([seen("gone", 5), seen("answered", 6)], 7) == set()
    assert recently_gone([seen("gone", 5), seen("answered", 6), seen("gone", 7)], 8) == {OLD}


def test_under_a_rehearsed_day_it_is_left_alone_and_nothing_is_claimed() -> None:
    time = HandClock()
    gone = GoneTargets(time.clock(), None)
    gone.mark("table/old", OLD, "404")
    assert gone.current() == {"table/old"}
    time.move(601)
    assert gone.current() == frozenset()


def test_the_version_changes_whenever_the_plans_must() -> None:
    time, journal = HandClock(), KeptJournal()
    gone = GoneTargets(time.clock(), journal.observe)
    gone.answered("table/old", OLD)
    assert (gone.version, journal.observations) == (0, [])
    gone.mark("table/old", OLD, "404")
    marked = gone.version
    gone.answered("table/old", OLD)
    assert gone.version > marked > 0
    assert [each.event for each in journal.observations] == ["gone", "answered"]
