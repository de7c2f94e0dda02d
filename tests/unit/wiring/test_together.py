"""The account of a gateway of several processes: whole, whoever is asked, and never smaller than it was."""

import dataclasses
import os

from hypothesis import given
from hypothesis import strategies as st

from outlast.gateway.counters import Counts, Tally
from outlast.ledger.recorder import RecorderStats
from outlast.web.gauges import TelemetryNumbers
from outlast.web.health import Check
from outlast.web.processes import ProcessNumbers
from outlast.wiring.board import Board
from outlast.wiring.run_file import Outcome, RunState
from outlast.wiring.together import SILENT_NS, Together
from outlast.wiring.told import Crew, Target, Told, add_checks, add_targets, encode

PAGE = 1 << 14
PLACES = 2


def stats(**words: object) -> RecorderStats:
    """A record that fares well, but for ``words``."""
    made: dict[str, object] = {}
    for field in dataclasses.fields(RecorderStats):
        made[field.name] = {"bool": True, "str": ""}.get(str(getattr(field.type, "__name__", field.type)), 0)
    return RecorderStats(**(made | words))  # type: ignore[arg-type]


@dataclasses.dataclass
class Fake:
    """``Numbers`` of one process, by hand."""

    calls: int = 0
    lag: int = 0
    ready: bool = True

    def counts(self) -> Counts:
        """So many answered calls."""
        tally = Tally()
        tally.ended[200, "answered"] = self.calls
        return Counts(calls={("direct", "openai"): tally})

    def journal(self) -> RecorderStats:
        """As many records."""
        return stats(appended=self.calls, lag=self.lag)

    def connections(self) -> int:
        """One caller."""
        return 1

    def telemetry(self) -> TelemetryNumbers:
        """As many lines lost as there were calls."""
        return TelemetryNumbers(lines_dropped=self.calls)

    def targets(self) -> tuple[Target, ...]:
        """None."""
        return ()

    def processes(self) -> ProcessNumbers:
        """A second a call."""
        return ProcessNumbers((os.getpid(),), float(self.calls))

    def checks(self) -> tuple[Check, ...]:
        """Whether there is room."""
        return (Check("callers", self.ready, "room" if self.ready else "none"),)


class World:
    """A board, and the clock of those who write on it."""

    def __init__(self, page_bytes: int = PAGE) -> None:
        self.board = Board(PLACES + 1, page_bytes=page_bytes)
        self.now = 10**9

    def together(self, place: int, own: Fake) -> Together:
        """A process that takes a place."""
        return Together(self.board, own, place=place, places=PLACES, monotonic_ns=lambda: self.now)

    def crew(self, *pids: int) -> None:
        """What the supervisor says."""
        last = Outcome(number=0, digest="", ok=True)
        state = RunState(pid=1, namespace="", config="", address="", workers=PLACES, generation=1, last=last)
        self.board.write(PLACES, encode(Crew(state=state, pids=pids)))


def calls(together: Together) -> int:
    return sum(tally.ended[200, "answered"] for tally in together.counts().calls.values())


def test_each_process_tells_of_all() -> None:
    world = World()
    first, second = (world.together(place, Fake(calls=place + 1)) for place in range(PLACES))
    first.tell()
    second.tell()
    assert (calls(first), calls(second)) == (3, 3)
    assert first.journal().appended == 3
    assert first.telemetry().lines_dropped == 3


def test_who_takes_a_dead_ones_place_goes_on_from_its_account() -> None:
    world = World()
    own = Fake(calls=5, lag=4)
    world.together(0, own).tell()
    after = world.together(0, Fake(calls=2, lag=1))
    assert calls(after) == 7
    assert after.journal().appended == 7
    assert after.journal().lag == 1, "what waits is what waits now"
    assert after.processes().processor_seconds == 7


@given(st.lists(st.tuples(st.sampled_from(["call", "ask", "tell", "die"]), st.integers(0, PLACES - 1)), max_size=60))
def test_what_was_published_never_gets_less_whoever_is_asked_and_whoever_dies(
    events: list[tuple[str, int]],
) -> None:
    world = World()
    own = [Fake() for _ in range(PLACES)]
    asked = [world.together(place, own[place]) for place in range(PLACES)]
    published = 0
    for event, place in events:
        if event == "call":
            own[place].calls += 1
        elif event == "tell":
            asked[place].tell()
        elif event == "die":
            own[place] = Fake()
            asked[place] = world.together(place, own[place])
        else:
            now = calls(asked[place])
            assert now >= published
            published = now


def test_numbers_of_the_moment_are_those_of_the_living() -> None:
    world = World()
    dead = Told(
        pid=1, at_ns=0, counts=Fake(calls=3).counts(), journal=stats(appended=3, lag=9), telemetry=TelemetryNumbers(),
        connections=7, checks=(Check("callers", ok=False, says="none"),),
    )  # fmt: skip
    world.board.write(0, encode(dead))
    alive = world.together(1, Fake(calls=1))
    world.crew(0, os.getpid())
    assert calls(alive) == 4
    assert (alive.connections(), alive.journal().lag, alive.journal().appended) == (1, 0, 4)
    assert [check.ok for check in alive.checks() if check.name == "callers"] == [True]


def test_a_page_that_is_full_leaves_the_others_their_last_word_and_this_one_its_own() -> None:
    world = World(page_bytes=16)
    one = world.together(0, Fake(calls=3))
    assert calls(one) == 3
    assert calls(world.together(1, Fake(calls=1))) == 1


def test_a_process_that_hangs_is_named() -> None:
    world = World()
    world.together(0, Fake()).tell()
    other = world.together(1, Fake())
    world.crew(os.getpid(), os.getpid())
    world.now += SILENT_NS + 10**9
    [said] = [check.says for check in other.checks() if check.name == "processes"]
    assert said.startswith("2 of 2 live; process 0 has not been heard of for 6 s")


def test_where_processes_differ_each_says_its_own() -> None:
    same = Check("catalogue", ok=True, says="fresh")
    merged = add_checks(
        [(0, [same, Check("journal", ok=True, says="a")]), (1, [same, Check("journal", ok=False, says="b")])]
    )
    assert merged == (same, Check("journal", ok=False, says="process 0: a; process 1: b"))


def test_room_with_one_process_is_room() -> None:
    merged = add_checks([(0, [Check("callers", ok=False, says="none")]), (1, [Check("callers", ok=True, says="room")])])
    assert merged[0].ok


def test_of_a_targets_states_the_worst_is_told_and_calls_add_up() -> None:
    merged = add_targets([[Target("a/b", "closed", 2)], [Target("a/b", "half_open", 1)], [Target("a/b", "open", 0)]])
    assert merged == (Target("a/b", "open", 3),)
