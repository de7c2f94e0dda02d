"""What is measured of calls: nothing waits for it, nothing counts twice, and trouble of the store loses little."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec
import pytest
from tests.unit.gateway.test_chat import DONE, LAST, WORD, Answers, answered
from tests.unit.wiring.rollout_house import BODIES, RolloutHouse, declared, upstreams

from outlast.catalog.store import Catalog
from outlast.errors import EvidenceInvalid, LedgerUnavailable
from outlast.exchange import Exchange
from outlast.rollout.plan import Guard, Stage
from outlast.rollout.ports import Turn
from outlast.testing.gateway import EVENTS, Played
from outlast.wiring import measuring
from outlast.wiring.measuring import facts_of

Build = Callable[..., RolloutHouse]
WORDY = declared(
    stages=(Stage(0.999999), Stage(1.0)),
    guards=(Guard(name="errors", margin=0.2), Guard(name="contract", margin=0.2), Guard(name="refusals", margin=0.2)),
)
NO = "I'm sorry, but I can't help with that."


class Boards:
    """Remembers turns; may be away."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.away = False
        self.refuses = False

    def add(self, _rollout: str, turns: Sequence[Turn]) -> None:
        if self.away:
            raise LedgerUnavailable("locked")
        if self.refuses and any(turn.values["errors"] for turn in turns):
            raise EvidenceInvalid("no share")
        self.turns += turns


@pytest.fixture
def house(acme: Catalog) -> Build:
    def build(*theirs: Answers) -> RolloutHouse:
        made = RolloutHouse(acme, upstreams(theirs=theirs))
        made.begin(WORDY)
        made.store.boards = Boards()  # type: ignore[misc,assignment]
        return made

    return build


def boards(made: RolloutHouse) -> Boards:
    found = made.store.boards
    assert isinstance(found, Boards)
    return found


def taken_in(made: RolloutHouse) -> list[Turn]:
    made.moves.measuring.take_in()
    made.moves.measuring._keep()
    return boards(made).turns


@pytest.mark.parametrize("dialect", BODIES)
def test_what_was_said_is_measured_in_every_dialect(house: Build, dialect: str) -> None:
    made = house(answered("new", NO))
    asyncio.run(made.said("c", dialect))
    [turn] = taken_in(made)
    assert (turn.arm, turn.stage, turn.values) == ("B", 0, {"errors": 0.0, "contract": 0.0, "refusals": 1.0})


def test_what_was_streamed_is_measured_as_well(house: Build) -> None:
    made = house(Played(headers=EVENTS, pieces=(WORD, LAST, DONE)))
    asyncio.run(made.said("c", stream=True))
    [turn] = taken_in(made)
    assert turn.values == {"errors": 0.0, "contract": 0.0, "refusals": 0.0}


def test_b_failing_counts_although_a_answered(house: Build) -> None:
    made = house(Played(status=500, pieces=(b"{}",)))
    assert made.served("c") == "acme/old"
    [turn] = taken_in(made)
    assert (turn.arm, turn.values) == ("B", {"errors": 1.0})


def test_what_chance_did_not_put_there_is_not_measured(house: Build) -> None:
    made = house()
    made.served(messages=[{"role": role, "content": "Hi"} for role in ("user", "assistant", "user")])
    assert taken_in(made) == []


def test_a_full_queue_drops_the_whole_of_a_conversation_and_counts_it(house: Build) -> None:
    made = house()

    made.served("c")
    queue = made.moves.measuring
    heard = queue._waiting.popleft()

    def hear(number: int) -> None:
        waiting = msgspec.structs.replace(heard[0].waiting, conversation=f"c{number}")
        queue.hear((msgspec.structs.replace(heard[0], waiting=waiting),))

    for number in range(measuring.WAITING + 1):
        hear(number)
    assert queue.dropped == 1
    assert len(taken_in(made)) == measuring.WAITING
    hear(measuring.WAITING)
    assert queue.dropped == 2
    assert len(taken_in(made)) == measuring.WAITING


def test_a_store_that_is_away_gets_everything_later_and_once(house: Build) -> None:
    made = house()
    boards(made).away = True
    made.served("c")
    made.moves.measuring.take_in()
    made.moves.measuring.look()
    made.served("d")
    boards(made).away = False
    assert len(taken_in(made)) == 2
    assert len(taken_in(made)) == 2


def test_one_value_that_cannot_be_counted_costs_no_other_its_place(house: Build) -> None:
    made = house(Played(status=400, pieces=(b"{}",)), answered("new"))
    boards(made).refuses = True
    asyncio.run(made.said("c"))
    asyncio.run(made.said("d"))
    assert len(taken_in(made)) == 1


def exchange(**facts: object) -> Exchange:
    known: dict[str, object] = {
        "id": "1", "started_ns": 0, "requested": "support", "virtual": True, "reason": "target", "status": 200,
        "first_byte_us": 1_000_000, "total_us": 2_000_000,
    }  # fmt: skip
    return Exchange(**(known | facts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arm", "facts", "failed"),
    [
        ("A", {}, False),
        ("A", {"reason": "fallback"}, True),
        ("B", {"reason": "rollout"}, False),
        ("B", {"reason": "shadow"}, False),
        ("B", {}, True),
        ("A", {"status": 400, "outcome": "refused"}, True),
        ("A", {"outcome": "failed"}, True),
        ("A", {"outcome": "cancelled"}, False),
        ("A", {"outcome": "cancelled", "first_byte_us": 0}, True),
    ],
)
def test_an_arm_has_failed_where_its_own_model_gave_no_answer(arm: str, facts: dict[str, object], failed: bool) -> None:  # noqa: FBT001 - the table's last column
    assert facts_of(exchange(**facts), arm).failed is failed  # type: ignore[arg-type]


def test_the_time_that_settling_took_is_no_models() -> None:
    facts = facts_of(exchange(), "A", 400_000)
    assert (facts.total_s, facts.first_s) == (1.6, 0.6)


def test_the_time_that_an_answer_waited_until_its_call_was_settled_is_no_models() -> None:
    first = facts_of(exchange(), "A").first_s
    waited = facts_of(exchange(), "A", 400_000, 1_300_000)
    assert (first, round(waited.total_s, 6), waited.first_s) == (1.0, 1.3, 0.6)
    assert facts_of(exchange(), "A", 400_000, 900_000) == facts_of(exchange(), "A", 400_000)  # settled before it came


def test_the_plan_of_these_tests_is_one_that_could_be_declared() -> None:
    replace(WORDY).check()


def test_of_much_traffic_whole_conversations_are_measured_and_few_enough_of_them() -> None:
    pace, taken = measuring.Pace(), dict[str, int]()
    for second in range(20):
        for number in range(1_000):
            name = hashlib.sha256(str(number % 200).encode()).hexdigest()
            taken[name] = taken.get(name, 0) + (second >= 10 and pace.takes(name, second * 10**9))
            if second < 10:
                pace.takes(name, second * 10**9)
    counts = sorted(taken.values())
    assert 0 < sum(counts) <= 10 * 2 * measuring.MEASURED
    assert counts[0] == 0
    quiet = measuring.Pace()
    assert all(quiet.takes(f"{number:064x}", number * 10**9) for number in range(100))
