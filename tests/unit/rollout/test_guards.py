"""What the guards of a stage say: a breach is shown, safety is shown, and silence is neither."""

import math
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.rollout.rollouts import ONE_GUARD, plan

from outlast.errors import EvidenceInvalid
from outlast.rollout.guards import Board, add, add_pair, decide, opened
from outlast.rollout.measure import Conversation, allowed, badness
from outlast.rollout.plan import Arm, Guard, Plan, Reference
from outlast.rollout.words import parse_guards

ONE = plan(guards=ONE_GUARD)
MANY = plan(
    guards=parse_guards("errors=1%,latency=1.2x,latency_p95=1.2x,cost=1.2x,tone.words=0.5sd,feedback=5%:watch"),
    references=tuple(
        Reference(name=name, middle=2.0, spread=0.5) for name in ("latency", "latency_p95", "cost", "tone.words")
    ),
)


def one(arm: Arm, stage: int = 2, **values: float) -> Conversation:
    return Conversation(arm=arm, stage=stage, values={name.replace("__", "."): value for name, value in values.items()})


def after(declared: Plan, conversations: list[Conversation], stage: int = 2) -> Board:
    board = opened(declared, stage)
    for each in conversations:
        board = add(declared, board, each)
    return board


def traffic(number: int, wrong: dict[Arm, float], seed: int = 1) -> list[Conversation]:
    random = Random(seed)  # noqa: S311  traffic, not secrets
    arms: list[Arm] = ["A", "A", "B"]
    return [
        one(arm, errors=float(random.random() < wrong[arm])) for arm in (random.choice(arms) for _ in range(number))
    ]


def test_a_candidate_far_over_the_margin_is_a_breach_that_names_the_guard_and_its_evidence() -> None:
    found = decide(ONE, after(ONE, traffic(400, {"A": 0.02, "B": 0.4})))
    assert found.word == "BREACH"
    assert "errors: B has more of it" in found.why
    [reading] = found.readings
    assert reading.breach >= reading.breach_at == pytest.approx(80)


def test_an_equal_candidate_advances_when_it_is_shown_safe() -> None:
    found = decide(ONE, after(ONE, traffic(2_000, {"A": 0.02, "B": 0.02})))
    assert (found.word, found.stage) == ("ADVANCE", 2)


def test_silence_holds() -> None:
    assert decide(ONE, opened(ONE, 2)).word == "HOLD"
    assert "not yet shown safe: errors" in decide(ONE, after(ONE, traffic(60, {"A": 0.0, "B": 0.0}))).why


def test_evidence_is_not_enough_before_the_least_number_of_blocks() -> None:
    patient = plan(guards=ONE_GUARD, least_blocks=3_000)
    found = decide(patient, after(patient, traffic(2_000, {"A": 0.02, "B": 0.02})))
    assert found.word == "HOLD"
    assert "of 3000 blocks at least" in found.why


def test_a_breach_waits_for_no_number_of_blocks_and_comes_before_safety() -> None:
    patient = plan(guards=ONE_GUARD, least_blocks=3_000)
    good, bad = traffic(2_000, {"A": 0.02, "B": 0.02}), traffic(300, {"A": 0.02, "B": 0.9})
    assert decide(patient, after(patient, good + bad)).word == "BREACH"


def test_what_was_shown_once_is_kept() -> None:
    board = after(ONE, traffic(400, {"A": 0.02, "B": 0.4}))
    later = board
    for each in traffic(300, {"A": 0.4, "B": 0.0}):
        later = add(ONE, later, each)
    assert decide(ONE, later).word == "BREACH"


def test_a_guard_that_only_watches_is_not_waited_for_and_rolls_back() -> None:
    watched = plan(guards=parse_guards("errors=5%,feedback=5%:watch"))
    quiet = after(watched, traffic(2_000, {"A": 0.02, "B": 0.02}))
    assert decide(watched, quiet).word == "ADVANCE"
    angry = quiet
    for _ in range(30):
        angry = add(watched, add(watched, angry, one("A", feedback=0.0)), one("B", feedback=1.0))
    assert decide(watched, angry).word == "BREACH"


def test_a_tone_may_neither_rise_nor_fall() -> None:
    for tone, more in ((3.5, "more"), (0.5, "less")):
        board = opened(MANY, 2)
        for _ in range(200):
            board = add(MANY, add(MANY, board, one("A", tone__words=2.0)), one("B", tone__words=tone))
        found = decide(MANY, board)
        assert (found.word, f"B has {more} of it" in found.why) == ("BREACH", True)


@pytest.mark.parametrize("name", ["latency", "latency_p95", "cost"])
@pytest.mark.parametrize(("factor", "word"), [(1.6, "BREACH"), (1.0, "ADVANCE")])
def test_an_amount_is_compared_as_a_ratio(name: str, factor: float, word: str) -> None:
    declared = plan(
        guards=(Guard(name=name, margin=1.2, scale="ratio"),), references=(Reference(name=name, middle=2.0),)
    )
    random, board = Random(3), opened(declared, 3)  # noqa: S311  traffic, not secrets
    for number in range(8_000):
        arm: Arm = "B" if number % 2 else "A"
        amount = random.lognormvariate(math.log(1.2), 0.4) * (factor if arm == "B" else 1.0)
        board = add(declared, board, Conversation(arm=arm, stage=3, values={name: amount}))
    assert decide(declared, board).word == word


@given(st.floats(0.01, 100), st.floats(0.01, 100))
def test_b_at_the_margin_of_a_ratio_is_as_bad_as_a(amount: float, middle: float) -> None:
    for name in ("latency", "cost"):
        guard = Guard(name=name, margin=1.5, scale="ratio")
        declared = plan(guards=(guard,), references=(Reference(name=name, middle=middle),))
        a = badness(declared, guard, "above", Conversation(arm="A", stage=0, values={name: amount}))
        b = badness(declared, guard, "above", Conversation(arm="B", stage=0, values={name: amount * 1.5}))
        assert a == pytest.approx(b)
        assert allowed(guard) == 0


def test_with_everybody_on_b_there_is_nothing_to_compare() -> None:
    found = decide(ONE, after(ONE, [one("B", 4, errors=1.0)] * 100, stage=4))
    assert (found.word, found.readings) == ("HOLD", ())
    assert "no control is left" in found.why


def test_conversations_of_another_stage_are_not_counted() -> None:
    board = opened(ONE, 2)
    assert add(ONE, board, one("B", 1, errors=1.0)) == board


def test_in_a_shadow_each_pair_is_its_own_block() -> None:
    board = opened(MANY, 0)
    for _ in range(3):
        board = add_pair(MANY, board, one("A", 0, errors=0.0, latency=1.0), one("B", 0, errors=1.0))
    readings = {reading.guard: reading for reading in decide(MANY, board).readings}
    assert (readings["errors"].blocks, readings["errors"].difference) == (3, 1.0)
    assert (readings["latency"].blocks, readings["latency"].difference) == (0, None)
    assert all(watch.block.controls == 0 for watch in board.watches)


MEASURED = st.dictionaries(
    st.sampled_from(["errors", "latency", "latency_p95", "cost", "tone.words", "feedback"]), st.floats(0, 1), max_size=6
)
SEEN = st.builds(Conversation, arm=st.sampled_from(["A", "B"]), stage=st.just(2), values=MEASURED)


@settings(max_examples=40)
@given(st.lists(SEEN, max_size=30))
def test_a_board_that_was_written_down_goes_on_as_if_nothing_had_been(seen: list[Conversation]) -> None:
    board = after(MANY, seen)
    kept = msgspec.json.decode(msgspec.json.encode(board), type=Board)
    assert kept == board
    assert decide(MANY, kept) == decide(MANY, board)
    assert len(msgspec.json.encode(board)) < 8_000


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan, math.inf])
def test_a_value_that_cannot_be_one_is_refused(value: float) -> None:
    with pytest.raises(EvidenceInvalid, match="errors"):
        add(ONE, opened(ONE, 2), one("B", errors=value))


@given(st.floats())
def test_any_number_is_counted_or_refused(value: float) -> None:
    for guard in MANY.guards:
        for side in guard.sides:
            try:
                found = badness(MANY, guard, side, Conversation(arm="B", stage=2, values={guard.name: value}))
            except EvidenceInvalid:
                continue
            assert found is not None
            assert 0 <= found <= 1


def test_looking_changes_nothing() -> None:
    conversations = traffic(300, {"A": 0.1, "B": 0.1})
    board = opened(ONE, 2)
    for each in conversations:
        decide(ONE, board)
        board = add(ONE, board, each)
    assert board == after(ONE, conversations)
