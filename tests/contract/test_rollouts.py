"""What every store of rollouts promises: steps are taken once, assignments stay, every conversation counts once."""

import asyncio
import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outlast.errors import EvidenceInvalid, RolloutRefused
from outlast.ledger.location import rollouts_path
from outlast.ledger.rollouts.store import RolloutStore
from outlast.rollout.assignment import Assigned, Known, Pin, Who, assign
from outlast.rollout.brownout import parse_windows
from outlast.rollout.plan import Arm, By, Guard, Plan, Stage
from outlast.rollout.ports import Kept, Situation, Turn
from outlast.rollout.state import Cause, State, Transition, advance, back, done, pause, resume, start
from outlast.testing.rollouts import MemoryRolloutStore

SECOND = 10**9
DAY = 86_400 * SECOND
NOON = 1_750_000_000 * SECOND
ME = Cause(by="ana", at_ns=NOON)
Store = MemoryRolloutStore | RolloutStore


class Time:
    """Real time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now


def plan(
    *shares: float, model: str = "support", by: By = "conversation", margin: float = 0.05, incumbent: str = "openai/old"
) -> Plan:
    return Plan(
        model=model,
        incumbent=incumbent,
        candidate="openai/new",
        salt="s",
        stages=tuple(Stage(share) for share in (*(shares or (0.5,)), 1.0)),
        by=by,
        guards=(Guard(name="errors", margin=margin),),
    )


def begin(store: Store, declared: Plan, name: str = "r1") -> Kept:
    first = start(declared, ME, unproven=True)
    kept = Kept(id=name, plan=declared, state=first.after)
    store.rollouts.begin(kept, first)
    return kept


def newest(store: Store, model: str = "support") -> Kept:
    return next(each for each in store.rollouts.situation().rollouts if each.plan.model == model)


def take(store: Store, step: Callable[[State], Transition]) -> State:
    kept = newest(store)
    taken = step(kept.state)
    store.rollouts.step(kept.id, taken)
    return taken.after


def settle(store: Store, conversation: str, *, unit: str = "", arm: Arm | None = None, began: bool = False) -> Assigned:
    """What a process that knows the newest situation gives this conversation; ``arm`` in place of chance."""
    kept = newest(store)

    def draw(known: Known) -> Assigned:
        who = Who(key="k", user=unit, plan="", conversation=conversation)
        given = assign(kept.plan, kept.state, who, known)
        return given if arm is None or given.why != "drawn" else Assigned(arm, "drawn", kept.state.stage)

    return asyncio.run(store.assignments.settle(kept.id, conversation, unit, draw, began=began))


def turn(conversation: str, arm: Arm = "A", *, at: int = NOON, stage: int = 0, **more: object) -> Turn:
    said = {"unit": "", "values": {"errors": 0.0}, "pair": "", **more}
    return Turn(conversation=conversation, arm=arm, stage=stage, at_ns=at, **said)  # type: ignore[arg-type]  # as declared


def conversations(store: Store) -> int:
    board = store.boards.board("r1")
    return 0 if board is None else board.conversations


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path, time: Time) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryRolloutStore(unix_ns=time)
        return
    kept = RolloutStore(rollouts_path(tmp_path / "outlast.db"), unix_ns=time)
    kept.start()
    yield kept
    kept.close()


def test_where_nothing_was_kept_there_is_nothing_to_know(store: Store) -> None:
    assert store.rollouts.situation() == Situation(version=store.rollouts.version())
    assert store.rollouts.history("support") == ()
    assert store.boards.board("r1") is None
    assert store.boards.shadow_spent("r1") == 0


def test_what_is_kept_is_read_back_as_it_was(store: Store) -> None:
    kept = begin(store, plan(0.0, 0.1))
    evidence = store.boards.close(kept, NOON)
    taken = advance(kept.plan, kept.state, Cause(by="ana", at_ns=NOON, reason="in a hurry", evidence=evidence))
    store.rollouts.step("r1", taken)

    assert newest(store) == Kept(id="r1", plan=kept.plan, state=taken.after)
    ((found, steps),) = store.rollouts.history("support")
    assert found == newest(store)
    assert [each.step for each in steps] == ["start", "advance"]
    assert steps[1] == taken


def test_every_change_raises_the_version(store: Store) -> None:
    seen = [store.rollouts.version()]
    changes: list[Callable[[], object]] = [
        lambda: begin(store, plan()),
        lambda: take(store, lambda state: pause(state, ME)),
        lambda: store.rollouts.pin("support", Pin(key="k", user="", arm="B", ends=dt.date(2026, 1, 1))),
        lambda: store.rollouts.unpin("support", "k", ""),
        lambda: store.rollouts.schedule("support", parse_windows("2026-03-01T10:00Z+15m")),
    ]
    for change in changes:
        change()
        seen.append(store.rollouts.version())
    assert seen == sorted(set(seen))
    assert store.rollouts.situation().version == seen[-1]


def test_a_model_has_one_rollout_under_way(store: Store) -> None:
    begin(store, plan())
    begin(store, plan(model="other"), "r2")
    with pytest.raises(RolloutRefused, match="under way"):
        begin(store, plan(), "r3")
    take(store, lambda state: back(state, ME))
    begin(store, plan(), "r4")

    assert [each.id for each in store.rollouts.situation().rollouts] == ["r2", "r4"]
    assert [kept.id for kept, _ in store.rollouts.history("support")] == ["r4", "r1"]


def test_a_step_is_taken_once(store: Store) -> None:
    kept = begin(store, plan())
    store.rollouts.step("r1", pause(kept.state, ME))
    for late in (back(kept.state, ME), pause(kept.state, ME)):
        with pytest.raises(RolloutRefused, match="meanwhile"):
            store.rollouts.step("r1", late)
    with pytest.raises(RolloutRefused, match="no rollout"):
        store.rollouts.step("r9", pause(kept.state, ME))
    assert newest(store).state.phase == "paused"


def test_a_pin_takes_the_place_of_its_like_and_goes_once(store: Store) -> None:
    first = Pin(key="k", user="", arm="B", ends=dt.date(2026, 1, 1))
    other = Pin(key="", user="u", arm="A", ends=dt.date(2026, 2, 1))
    store.rollouts.pin("support", first)
    store.rollouts.pin("", other)
    second = Pin(key="k", user="", arm="A", ends=dt.date(2026, 3, 1))
    store.rollouts.pin("support", second)

    assert store.rollouts.situation().pins == (("", other), ("support", second))
    assert store.rollouts.unpin("support", "k", "")
    assert not store.rollouts.unpin("support", "k", "")
    assert store.rollouts.situation().pins == (("", other),)


def test_brown_outs_of_a_name_are_replaced_and_taken_away(store: Store) -> None:
    windows = parse_windows("2026-03-01T10:00Z+15m,2026-03-08T10:00Z+30m", keys=["team-*"])
    store.rollouts.schedule("support", windows)
    assert store.rollouts.situation().windows == tuple(("support", one) for one in windows)
    store.rollouts.schedule("support", windows[:1])
    assert store.rollouts.situation().windows == (("support", windows[0]),)
    store.rollouts.schedule("support", ())
    assert store.rollouts.situation().windows == ()


def test_a_conversation_keeps_its_model_and_the_stage_that_drew_it(store: Store) -> None:
    begin(store, plan(0.1, 0.5))
    drawn = {name: settle(store, name) for name in map(str, range(60))}
    take(store, lambda state: advance(newest(store).plan, state, ME))

    assert {given.why for given in drawn.values()} == {"drawn"}
    assert {given.arm for given in drawn.values()} == {"A", "B"}
    assert {name: settle(store, name) for name in drawn} == {
        name: Assigned(given.arm, "stored", 0) for name, given in drawn.items()
    }


def test_of_what_chance_did_not_decide_no_stage_is_remembered(store: Store) -> None:
    begin(store, plan())
    assert settle(store, "old", began=True) == Assigned("A", "began before")
    assert settle(store, "old") == Assigned("A", "stored", None)


@pytest.mark.parametrize("arm", ["A", "B"])
def test_a_conversation_that_was_pinned_keeps_its_model_when_the_pin_is_over(store: Store, arm: Arm) -> None:
    kept = begin(store, plan(0.000001 if arm == "B" else 0.999999))

    def pinned(known: Known) -> Assigned:
        return assign(kept.plan, kept.state, Who(key="k", user="", plan="", conversation="c"), known, arm)

    given = asyncio.run(store.assignments.settle("r1", "c", "", pinned, began=False))
    assert given == Assigned(arm, "pinned")
    assert settle(store, "c") == Assigned(arm, "stored", None)


def test_after_a_roll_back_nobody_is_stored_and_everybody_has_a(store: Store) -> None:
    begin(store, plan())
    assert settle(store, "c", arm="B").arm == "B"
    take(store, lambda state: back(state, ME))
    assert settle(store, "c") == settle(store, "new") == Assigned("A", "not running")


def test_a_user_who_has_b_keeps_it_in_the_next_conversation(store: Store) -> None:
    begin(store, plan(0.000001, by="user"))
    assert settle(store, "first", unit="ana", arm="B").arm == "B"
    assert settle(store, "second", unit="ana") == Assigned("B", "unit drawn", 0)
    assert settle(store, "other", unit="bob") == Assigned("A", "drawn", 0)


def test_what_is_stored_of_one_rollout_says_nothing_to_another(store: Store) -> None:
    begin(store, plan(0.000001))
    settle(store, "c", arm="B")
    take(store, lambda state: back(state, ME))
    begin(store, plan(0.000001), "r2")
    assert settle(store, "c") == Assigned("A", "drawn", 0)


def test_a_conversation_counts_once_when_its_time_is_over(store: Store) -> None:
    kept = begin(store, plan())
    store.boards.add("r1", [turn("c")])
    store.boards.close(kept, NOON + 59 * SECOND)
    assert conversations(store) == 0
    store.boards.close(kept, NOON + 60 * SECOND)
    store.boards.close(kept, NOON + 61 * SECOND)
    assert conversations(store) == 1
    store.boards.add("r1", [turn("c", at=NOON + 62 * SECOND)])
    store.boards.close(kept, NOON + 3_600 * SECOND)
    assert conversations(store) == 1


def test_its_value_is_the_mean_of_its_turns_within_the_time(store: Store) -> None:
    kept = begin(store, plan())
    store.boards.add("r1", [turn("a"), turn("b", "B", at=NOON + 1, values={"errors": 1.0})])
    store.boards.add("r1", [turn("b", "B", at=NOON + 30 * SECOND)])
    store.boards.add("r1", [turn("b", "B", at=NOON + 62 * SECOND, values={"errors": 1.0})])
    found = store.boards.close(kept, NOON + 70 * SECOND)

    (reading,) = found.readings
    assert (reading.blocks, reading.difference) == (1, 0.5)


def test_a_value_that_was_not_measured_is_no_zero(store: Store) -> None:
    kept = begin(store, plan())
    store.boards.add("r1", [turn("a", values={}), turn("b", "B")])
    assert store.boards.close(kept, NOON + DAY).readings[0].blocks == 0
    assert conversations(store) == 2


def test_a_shadows_pair_is_a_block_and_a_half_pair_is_let_go(store: Store) -> None:
    kept = begin(store, plan(0.0))
    worse = {"errors": 1.0}
    store.boards.add("r1", [turn("c", "B", pair="p", values=worse), turn("c", pair="p")])
    store.boards.add("r1", [turn("c", pair="q", at=NOON + 1), turn("c", "B", pair="q", at=NOON + 1)])
    store.boards.add("r1", [turn("d", pair="r"), turn("e", "B", pair="s")])
    (reading,) = store.boards.close(kept, NOON + DAY).readings

    assert (reading.blocks, reading.difference) == (1, 0.5)
    assert conversations(store) == 2  # both sides of one


def test_of_a_user_one_conversation_counts_in_a_stage(store: Store) -> None:
    kept = begin(store, plan(0.1, 0.5, by="user"))
    worse = {"errors": 1.0}
    store.boards.add("r1", [turn("c", unit="ana"), turn("d", unit="ana", at=NOON + 1, values=worse)])
    store.boards.add("r1", [turn("e", "B", unit="bob", at=NOON + 2)])
    (reading,) = store.boards.close(kept, NOON + DAY).readings
    assert (reading.blocks, reading.difference) == (1, 0.0)
    assert conversations(store) == 2
    take(store, lambda state: advance(kept.plan, state, ME))
    store.boards.add("r1", [turn("f", unit="ana", stage=1, at=NOON + DAY)])
    store.boards.close(newest(store), NOON + 2 * DAY)
    assert conversations(store) == 1


def test_an_advance_opens_new_guards_and_what_earlier_stages_drew_is_let_go(store: Store) -> None:
    kept = begin(store, plan(0.1, 0.5))
    store.boards.add("r1", [turn("c")])
    store.boards.close(kept, NOON + DAY)
    store.boards.add("r1", [turn("d", at=NOON + DAY)])
    take(store, lambda state: advance(kept.plan, state, ME))
    assert store.boards.board("r1") is None
    store.boards.add("r1", [turn("e", at=NOON + DAY), turn("f", stage=1, at=NOON + DAY)])
    found = store.boards.close(kept, NOON + 3 * DAY)  # by a process that does not know of the step yet

    assert found.stage == 1
    assert conversations(store) == 1


def test_enough_evidence_is_a_breach_and_after_it_nothing_is_counted(store: Store) -> None:
    kept = begin(store, plan())
    for number in range(200):
        at = NOON + number
        store.boards.add("r1", [turn(f"a{number}", at=at), turn(f"b{number}", "B", at=at, values={"errors": 1.0})])
    found = store.boards.close(kept, NOON + DAY)
    assert found.word == "BREACH"
    take(store, lambda state: back(state, Cause(by="guards", at_ns=NOON, evidence=found)))
    counted = conversations(store)
    store.boards.add("r1", [turn("late")])
    store.boards.close(kept, NOON + 2 * DAY)
    assert conversations(store) == counted
    assert newest(store).state.phase == "rolled back"


def test_where_everybody_has_b_nothing_is_counted(store: Store) -> None:
    kept = begin(store, plan())
    take(store, lambda state: advance(kept.plan, state, ME))
    store.boards.add("r1", [turn("c", "B", stage=1)])
    assert store.boards.close(newest(store), NOON + DAY).word == "HOLD"
    take(store, lambda state: done(kept.plan, state, ME))
    assert conversations(store) == 0


@pytest.mark.fault("the clock is set back while a rollout is measured")
def test_a_clock_that_was_set_back_keeps_no_conversation_open_and_counts_none_twice(store: Store) -> None:
    kept = begin(store, plan())
    store.boards.add("r1", [turn("c")])
    store.boards.close(kept, NOON - 3_600 * SECOND)
    assert conversations(store) == 1
    store.boards.add("r1", [turn("c", at=NOON - 3_600 * SECOND), turn("d", at=NOON - 3_600 * SECOND)])
    store.boards.close(kept, NOON - 3_500 * SECOND)
    store.boards.close(kept, NOON + DAY)
    assert conversations(store) == 2


@pytest.mark.parametrize("value", [1.5, -0.1, float("nan"), float("inf")])
def test_a_value_that_cannot_be_is_refused_and_nothing_is_kept(store: Store, value: float) -> None:
    kept = begin(store, plan())
    with pytest.raises(EvidenceInvalid, match="errors"):
        store.boards.add("r1", [turn("c"), turn("d", values={"errors": value})])
    store.boards.close(kept, NOON + DAY)
    assert conversations(store) == 0


def test_a_shadows_cost_adds_up(store: Store) -> None:
    assert store.boards.shadow_spent("r1", 5) == 5
    assert store.boards.shadow_spent("r1", 7) == 12
    assert (store.boards.shadow_spent("r1"), store.boards.shadow_spent("r2")) == (12, 0)


def test_a_rollout_that_nobody_began_measures_nothing(store: Store) -> None:
    declared = plan()
    unknown = Kept(id="r9", plan=declared, state=start(declared, ME, unproven=True).after)
    store.boards.add("r9", [turn("c")])
    assert store.boards.close(unknown, NOON + DAY).word == "HOLD"
    assert store.boards.board("r9") is None


def test_everything_that_is_kept_is_data(store: Store) -> None:
    kept = begin(store, plan())
    assert msgspec.json.decode(msgspec.json.encode(kept), type=Kept) == kept


CONVERSATIONS = st.sampled_from(["c1", "c2", "c3"])
ARMS: st.SearchStrategy[Arm] = st.sampled_from(["A", "B"])
MOMENTS = st.integers(-100, 300).map(lambda seconds: NOON + seconds * SECOND)
PAIRS = st.sampled_from(["", "", "p"])
TURNS = st.builds(
    lambda name, arm, at, stage, value, pair, unit: turn(
        name, arm, at=at, stage=stage, values={"errors": value}, pair=pair, unit=unit
    ),
    CONVERSATIONS, ARMS, MOMENTS, st.integers(0, 1), st.sampled_from([0.0, 0.5, 1.0]), PAIRS,
    st.sampled_from(["ana", "bob"]),
)  # fmt: skip
WORK = st.one_of(
    st.tuples(st.just("add"), st.lists(TURNS, max_size=4)),
    st.tuples(st.just("close"), MOMENTS),
    st.tuples(st.just("settle"), st.tuples(CONVERSATIONS, st.sampled_from(["ana", "bob"]), st.booleans())),
    st.tuples(st.just("step"), st.sampled_from(["advance", "pause", "resume", "back"])),
)


def work(store: Store, kind: str, what: Any) -> object:
    """One thing done, and all that can be seen of it."""
    kept = newest(store)
    try:
        if kind == "add":
            store.boards.add("r1", what)
        elif kind == "close":
            return store.boards.close(kept, what)
        elif kind == "settle":
            return settle(store, what[0], unit=what[1], began=what[2])
        elif what == "advance":
            take(store, lambda state: advance(kept.plan, state, ME))
        else:
            take(store, lambda state: {"pause": pause, "resume": resume, "back": back}[what](state, ME))
    except RolloutRefused as refused:
        return str(refused)
    return store.boards.board("r1"), newest(store)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["conversation", "user"]), st.booleans(), st.lists(WORK, max_size=20))
def test_both_stores_say_the_same_whatever_is_done(
    tmp_path_factory: pytest.TempPathFactory,
    by: By,
    shadow: bool,  # noqa: FBT001 - drawn
    todo: list[tuple[str, object]],
) -> None:
    file = rollouts_path(tmp_path_factory.mktemp("both") / "outlast.db")
    kept = RolloutStore(file, unix_ns=lambda: NOON)
    kept.start()
    both = (MemoryRolloutStore(unix_ns=lambda: NOON), kept)
    try:
        for store in both:
            begin(store, plan(0.0 if shadow else 0.4, 0.7, by=by))
        for kind, given_ in todo:
            assert work(both[0], kind, given_) == work(both[1], kind, given_)
    finally:
        kept.close()
