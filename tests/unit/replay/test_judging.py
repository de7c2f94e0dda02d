"""A judge in a replay: both orders, what counts, what is asked, and that a gap never favours the candidate."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from zlib import crc32

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.replay.doubles import HandClock, Memory, Models

from outlast.checks.check import Pair
from outlast.checks.draw import Draw, Item, Said
from outlast.checks.rubric import SERVES, Rubric, key_of, marked
from outlast.replay.judge import Judged, collect, judge
from outlast.replay.judging import UNREAD, Judge, JudgeCheck, expected_judging, judge_checks, judge_errands
from outlast.replay.labels import Label, Side
from outlast.replay.meaning import JudgeResult, Standing
from outlast.replay.opinions import with_opinions
from outlast.replay.plan import JudgeTerms, Margin, Plan
from outlast.replay.ports import DrawKey
from outlast.replay.result import CandidateResult, CheckResult, ReplayResult
from outlast.replay.run import Progress, Purse, Runner
from outlast.stats.rows import Row

A, B, JUDGE = "x/a", "y/b", "z/judge"
SIDES: tuple[tuple[Side, int], ...] = (("a", 4), ("b", 3))
LIVES = Standing(ref=JUDGE, surface="api", status="active")
Word = Callable[[str, str], tuple[bool, bool, str]]
"""What a scripted judge says of the first and the second answer, and which is better."""


def honest(first: str, second: str) -> tuple[bool, bool, str]:
    """Answers with ``bad`` in them are not acceptable."""
    one, other = "bad" not in first, "bad" not in second
    return one, other, "tie" if one == other else "first" if one else "second"


def terms(criteria: tuple[str, ...] = SERVES.criteria, *, floor: bool = False) -> JudgeTerms:
    return JudgeTerms(target=JUDGE, criteria=criteria, rubric=Rubric(criteria).digest, floor=floor)


def request(number: int) -> Item:
    body = json.dumps({"messages": [{"role": "user", "content": f"Question {number}"}]}).encode()
    return Item(id=f"r{number}", cluster=f"c{number}", request=body)


def plan(items: Sequence[Item], *, floor: bool = False, alpha: float = 0.05) -> Plan:
    return Plan(
        model="support", incumbent=A, candidates=(B,), items=tuple(item.id for item in items), alpha=alpha,
        margins=(Margin(of="share", value=0.05),), gates=("judge.acceptable",),
        checks=("judge.acceptable", "judge.preferred"), judge=terms(floor=floor),
    )  # fmt: skip


@dataclass
class Court:
    """Answers of two models, and a judge that is asked through the runner as every model is."""

    word: Word = honest
    store: Memory = field(default_factory=Memory)
    items: list[Item] = field(default_factory=list)
    models: Models = field(init=False)

    def __post_init__(self) -> None:
        self.clock = HandClock()
        self.models = Models(self.clock, answer=self._answer)

    def give(self, ours: str, theirs: str | None, again: str | None = None) -> None:
        item = request(len(self.items))
        self.items.append(item)
        for target, number, text in ((A, 0, ours), (B, 0, theirs), (A, 1, again)):
            if text is not None:
                self.store.draws[DrawKey(item.id, target, number)] = Draw(said=Said(text=text))

    def judged(self, limit: int | None = None, *, floor: bool = False) -> Progress:
        runner = Runner(asker=self.models, evidence=self.store, pause=self.clock.pause)
        errands = judge_errands(plan(self.items, floor=floor), self.items, self.store.draw)
        return self.clock.play(runner.run(errands, Purse(limit)))

    def _answer(self, item: Item, _target: str) -> Draw:
        one, other, better = self.word(marked(item.prompt, "first answer"), marked(item.prompt, "second answer"))
        word = {"key": key_of(item.prompt), "first": [one], "second": [other], "better": better}
        return Draw(said=Said(text=json.dumps(word)), cost_pico_usd=10)

    def results(self, *, floor: bool = False) -> dict[str, CheckResult]:
        return {each.check: each for each in judge(plan(self.items, floor=floor), self.collected(floor=floor))}

    def collected(self, *, floor: bool = False) -> list[Judged]:
        declared = plan(self.items, floor=floor)
        pairs = [
            Pair(
                item=item,
                incumbent=self.store.draws[DrawKey(item.id, A)] or Draw(),
                candidate=self.store.draw(DrawKey(item.id, B)) or Draw(error="not_drawn"),
                second=self.store.draw(DrawKey(item.id, A, 1)),
            )
            for item in self.items
        ]
        return [collect(check, pairs) for check in judge_checks(declared.judge, self.store.draw)]

    def opinion(self, labels: Sequence[Label] = ()) -> JudgeResult:
        declared = plan(self.items)
        bare = CandidateResult(
            target=B, verdict="PASS", decided_by=(), checks=(), pairs=0, answered=0, needed=None,
            needed_cost_pico_usd=None,
        )  # fmt: skip
        result = ReplayResult(plan_hash="", model="support", incumbent=A, decided_ns=0, candidates=(bare,))
        told = with_opinions(result, declared, self.items, self.store, standings={JUDGE: LIVES}, labels=labels)
        assert told.candidates[0].judge is not None
        return told.candidates[0].judge


# What counts.


def test_an_answer_passes_where_it_is_acceptable_in_both_orders() -> None:
    court = Court()
    court.give("good", "bad")
    court.give("bad", "good")
    court.give("good one", "good two")
    court.judged()
    found = court.results()
    assert (found["judge.acceptable"].estimate, found["judge.acceptable"].discordant) == (0, 2)
    assert found["judge.acceptable"].reasons == (("criterion 1", 1),)
    assert found["judge.preferred"].reasons == (("incumbent preferred", 1),)


def test_a_judge_that_prefers_the_first_shown_prefers_nobody() -> None:
    court = Court(word=lambda _first, _second: (True, True, "first"))
    for number in range(20):
        court.give(f"one {number}", f"other {number}")
    court.judged()
    assert court.results()["judge.preferred"].discordant == 0
    opinion = court.opinion()
    assert (opinion.swayed, opinion.wins_a, opinion.wins_b, opinion.first_preferred) == (20, 0, 0, 40)


def test_a_judge_that_accepts_only_the_first_shown_accepts_nobody() -> None:
    court = Court(word=lambda _first, _second: (True, False, "tie"))
    court.give("one", "other")
    court.judged()
    assert (court.opinion().accepted_a, court.opinion().accepted_b) == (0, 0)


@given(
    words=st.lists(st.tuples(st.booleans(), st.booleans(), st.sampled_from(["first", "second", "tie"])), min_size=2),
)
@settings(max_examples=25, deadline=None)
def test_exchanging_the_models_mirrors_every_outcome(words: list[tuple[bool, bool, str]]) -> None:
    def word(first: str, second: str) -> tuple[bool, bool, str]:
        return words[crc32(f"{first}/{second}".encode()) % len(words)]

    court, mirrored = Court(word=word), Court(word=word)
    for number in range(4):
        court.give(f"one {number}", f"other {number}")
        mirrored.give(f"other {number}", f"one {number}")
    court.judged()
    mirrored.judged()
    for ours, theirs in zip(court.collected(), mirrored.collected(), strict=True):
        assert [(row.a, row.b) for row in ours.rows] == [(row.b, row.a) for row in theirs.rows]


# What is asked, and paid.


def test_each_pair_is_asked_in_both_orders_once() -> None:
    court = Court()
    for number in range(10):
        court.give(f"one {number}", f"other {number}")
    court.judged()
    court.judged()
    assert len(court.models.paid) == 20
    assert set(court.models.paid.values()) == {1}


def test_equal_answers_are_one_call_and_a_tie() -> None:
    court = Court(word=lambda _first, _second: (True, False, "first"))
    court.give("same", "same")
    progress = court.judged()
    assert (progress.total, progress.lost, court.models.paid.total()) == (1, 0, 1)
    assert {each.discordant for each in court.results().values()} == {0}


def test_another_answer_is_another_question() -> None:
    court = Court()
    court.give("good", "good, too")
    court.judged()
    court.store.draws[DrawKey("r0", B)] = Draw(said=Said(text="bad"))
    assert court.results()["judge.acceptable"].unanswered == 1
    court.judged()
    assert court.results()["judge.acceptable"].unanswered == 0
    assert len(court.models.paid) == 4


def test_what_nobody_answered_is_not_put_to_the_judge() -> None:
    court = Court()
    court.give("good", None)
    court.judged()
    assert not court.models.paid
    assert court.results()["judge.acceptable"].unanswered == 1


def test_the_plan_expects_as_many_calls_as_are_made() -> None:
    court = Court()
    for number in range(5):
        court.give(f"one {number}", f"other {number}")
    declared = plan(court.items)
    assert expected_judging(declared, court.items, B, court.store, court.models) == (10, 100)
    court.store.draws.pop(DrawKey("r0", B))
    assert expected_judging(declared, court.items, B, court.store, court.models) == (10, 100)
    court.judged()
    assert expected_judging(declared, court.items, B, court.store, court.models) == (2, 20)
    assert len(court.models.paid) == 8


def test_the_incumbents_own_noise_is_judged_where_that_was_declared() -> None:
    court = Court()
    for number in range(6):
        court.give(f"good {number}", f"fine {number}", "bad" if number < 2 else f"good, too {number}")
    court.judged()
    assert court.results()["judge.acceptable"].floor is None
    assert len(court.models.paid) == 12
    court.judged(floor=True)
    assert len(court.models.paid) == 24
    found = court.results(floor=True)["judge.acceptable"]
    assert found.floor == pytest.approx(1 / 3)
    assert found.floor_pairs == 6
    assert found.n == 6


# Gaps.


@settings(max_examples=20, deadline=None)
@given(bad=st.lists(st.booleans(), min_size=3, max_size=12), limit=st.integers(0, 240), data=st.data())
def test_a_budget_that_ends_or_a_word_that_cannot_be_read_never_favours_the_candidate(
    bad: list[bool], limit: int, data: st.DataObject
) -> None:
    whole, broken = Court(), Court()
    for number, worse in enumerate(bad):
        for court in (whole, broken):
            court.give(f"good {number}", f"{'bad' if worse else 'fine'} {number}")
    whole.judged()
    broken.judged(limit)
    kept = [key for key in broken.store.draws if key.target == JUDGE and broken.store.draws[key] is not None]
    for key in data.draw(st.sets(st.sampled_from(kept)) if kept else st.just(set())):
        broken.store.draws[key] = Draw(said=Said(text="I cannot decide."))
    for full, gaps in zip(whole.collected(), broken.collected(), strict=True):
        assert len(full.rows) == len(gaps.rows) == len(bad)
        for known, row in zip(full.rows, gaps.rows, strict=True):
            # Unanswered where the incumbent passed: the worst that a pair can be for the candidate.
            assert row in (known, Row(1.0, None, known.cluster))


def test_a_word_that_cannot_be_read_is_named() -> None:
    court = Court()
    court.give("good", "fine")
    court.judged()
    first = next(key for key in court.store.draws if key.target == JUDGE)
    court.store.draws[first] = Draw(said=Said(text="Both, I think."))
    assert court.results()["judge.acceptable"].reasons == ((UNREAD, 1),)
    assert (court.opinion().pairs, court.opinion().judged) == (1, 0)


# What is told beside the verdict.


def test_wins_of_the_longer_answer_are_counted() -> None:
    court = Court(word=lambda first, second: (True, True, "first" if len(first) > len(second) else "second"))
    court.give("short", "a longer answer")
    court.give("a longer answer", "brief")
    court.judged()
    opinion = court.opinion()
    assert (opinion.wins_a, opinion.wins_b, opinion.longer_won, opinion.lengths_differ) == (1, 1, 2, 2)


def test_labels_correct_the_judges_word_and_too_few_are_named() -> None:
    court = Court()
    for number in range(60):
        court.give(
            f"{'bad' if number % 4 == 0 else 'good'} {number}", f"{'bad' if number % 3 == 0 else 'fine'} {number}"
        )
    court.judged()
    labels = [
        Label(id=f"r{number}", side=side, acceptable=int(number % every != 0), candidate=B if side == "b" else "")
        for number in range(60)
        for side, every in SIDES
    ]
    opinion = court.opinion(labels)
    assert opinion.correction is not None
    assert opinion.correction.by_side
    assert opinion.correction.estimate == pytest.approx((opinion.accepted_b - opinion.accepted_a) / 60)
    assert opinion.correction.lower < opinion.correction.estimate < opinion.correction.upper
    few = court.opinion(labels[:8])
    assert few.correction is None
    assert "too few labels" in few.uncorrected
    assert court.opinion([*labels, Label(id="elsewhere", side="a", acceptable=1)]).labels_unused == 1


def test_labels_that_contradict_the_judge_everywhere_correct_nothing() -> None:
    court = Court()
    for number in range(40):
        court.give(f"{'bad' if number % 2 else 'good'} {number}", f"fine {number}")
    court.judged()
    labels = [Label(id=f"r{number}", side="a", acceptable=number % 2) for number in range(40)]
    told = court.opinion(labels)
    assert told.correction is None
    assert "not shown to tell" in told.uncorrected


def test_each_criterion_is_counted() -> None:
    declared = terms(("It is polite.", "It is right."))
    asked = Judge(terms=declared, drawn=lambda key: words.get(key.item))
    item, ours, theirs = request(0), Said(text="one"), Said(text="other")
    forward, backward = asked.questions(item, ours, theirs)
    words = {
        each.id: Draw(said=Said(text=json.dumps(
            {"key": key_of(each.prompt), "first": first, "second": second, "better": "tie"}
        )))
        for each, first, second in ((forward, [True, True], [True, False]), (backward, [True, True], [True, True]))
    }  # fmt: skip
    judgement = asked.judgement(item, ours, theirs)
    assert judgement is not None
    assert (judgement.met_a, judgement.met_b) == ((True, True), (True, False))
    pair = Pair(item=item, incumbent=Draw(said=ours), candidate=Draw(said=theirs))
    [outcome] = JudgeCheck(judge=asked, asks="acceptable").compare(pair)
    assert (outcome.a, outcome.b, outcome.reason) == (1, 0, "criterion 2")


def test_a_plan_without_a_judge_asks_nothing_and_keeps_its_hash() -> None:
    bare = msgspec.structs.replace(plan([request(0)]), judge=None)
    assert judge_errands(bare, [request(0)], Memory().draw) == ()
    assert judge_checks(None, Memory().draw) == ()
    assert bare.hash != plan([request(0)]).hash
