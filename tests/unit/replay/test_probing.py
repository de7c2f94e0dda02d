"""Probes drawn from models: who is asked twice, in which order, and what a second answer says of noise."""

from dataclasses import dataclass, field

import msgspec
from tests.unit.replay.doubles import HandClock, Memory, Models, said

from outlast.checks.draw import Draw, Item
from outlast.checks.probes.asking import SURE, openings
from outlast.checks.probes.check import PROBE_CHECKS
from outlast.checks.probes.library import choose
from outlast.checks.probes.question import LETTERS, Question
from outlast.replay.judge import collect
from outlast.replay.plan import Margin, Plan
from outlast.replay.ports import DrawKey
from outlast.replay.probing import answers_of, ask_probes, expected_cost, probe_keys, probe_pairs
from outlast.replay.run import Purse, Runner

A, B = "x/old", "x/new"
FLIPS = choose(["flip"], ["en"], sample=4)
CHECK = next(check for check in PROBE_CHECKS if check.probe == "flip")
DECLARED = Plan(
    model="support",
    incumbent="openai/old",
    candidates=("openai/new",),
    items=("r1", "r2"),
    probes=("flip.en.x",),
    margins=(Margin(of="share", value=0.05), Margin(of="ratio", value=1.2, scale="ratio")),
    gates=("contract",),
    checks=("contract",),
    budget_pico_usd=5 * 10**12,
    created_ns=7,
)


@dataclass
class Bench:
    """Models that know every answer, and give in where ``gives_in`` says so."""

    evidence: Memory = field(default_factory=Memory)
    clock: HandClock = field(default_factory=HandClock)
    gives_in: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """Model, question, variant: from which asking of it on."""

    def __post_init__(self) -> None:
        self.models = Models(self.clock, answer=self.answer, price=10)
        self.runner = Runner(asker=self.models, evidence=self.evidence, pause=self.clock.pause)
        self.seen: dict[tuple[str, str, str], int] = {}

    def answer(self, item: Item, target: str) -> Draw:
        question = next(each for each in FLIPS if item.id.startswith(each.id))
        key = (target, question.id, item.id.split(".")[-2])
        count = self.seen[key] = self.seen.get(key, 0) + 1
        bad = key in self.gives_in and count >= self.gives_in[key]
        return said(wrong(question) if bad else question.key, cost=10)

    def ask(self, *targets: str, floor_of: str = "", limit: int | None = None) -> None:
        self.clock.play(ask_probes(self.runner, FLIPS, targets, Purse(limit), floor_of=floor_of))


def wrong(question: Question) -> str:
    return LETTERS[question.options.index(question.bad[0])]


def test_the_incumbent_alone_is_asked_twice_and_after_everything_else() -> None:
    bench = Bench()
    expected = expected_cost(FLIPS, (A, B), bench.evidence, bench.models, floor_of=A)
    bench.ask(A, B, floor_of=A)
    asked = [target for _, target, _ in bench.models.asked]
    calls = 4 * len(FLIPS)
    assert expected == (3 * calls, 3 * calls * 10)
    assert (asked.count(A), asked.count(B)) == (2 * calls, calls)
    assert asked[-calls:] == [A] * calls
    assert set(probe_keys(FLIPS, (A, B), bench.evidence, floor_of=A)) == set(bench.evidence.draws)
    bench.ask(A, B, floor_of=A)
    assert len(bench.models.asked) == 3 * calls


def test_a_budget_that_ends_early_has_paid_for_pairs_and_not_for_noise() -> None:
    bench = Bench()
    bench.ask(A, B, floor_of=A, limit=2 * 4 * len(FLIPS) * 10 + 15)
    pairs = probe_pairs(FLIPS, A, B, bench.evidence)
    assert all(None not in (*pair.ours, *pair.theirs) for pair in pairs)
    assert sum(draw is not None for pair in pairs for draw in pair.again) == 1


def test_a_second_turn_follows_the_first_answer_of_its_own_draw() -> None:
    question = FLIPS[0]
    bench = Bench(gives_in={(A, question.id, "plain"): 2})
    bench.ask(A, floor_of=A)
    first, second = (answers_of(question, A, bench.evidence, number) for number in (0, 1))
    assert first[3] is not None
    assert second[3] is None, "A' was wrong when asked plainly: nobody asks it whether it is sure"
    assert not [key for key in bench.evidence.draws if key.number == 1 and f"{question.id}.{SURE}" in key.item]


def test_noise_is_the_incumbents_flips_against_its_own_and_what_cannot_be_read_is_none() -> None:
    steady, shaky, lost, _ = FLIPS
    bench = Bench(gives_in={(A, shaky.id, "belief"): 2, (B, steady.id, "belief"): 1})
    bench.ask(A, B, floor_of=A)
    key = DrawKey(openings(lost)[0].id, A, 1)
    bench.evidence.draws[key] = said("I would rather not choose.")
    found = collect(CHECK, probe_pairs(FLIPS, A, B, bench.evidence))
    assert {item.partition(".belief")[0] for item, outcome in found.outcomes if outcome.b == 0} == {steady.id}
    assert (found.floor, found.floor_pairs) == (1 - 2 / 3, 3)


def test_without_a_second_draw_the_noise_is_not_known() -> None:
    bench = Bench()
    bench.ask(A, B)
    found = collect(CHECK, probe_pairs(FLIPS, A, B, bench.evidence))
    assert (found.floor, found.floor_pairs) == (None, 0)


def test_whether_noise_is_drawn_is_declared_and_a_plan_from_before_keeps_its_hash() -> None:
    assert DECLARED.hash == "21c7efec4896b8719bd809e098cea1d7eea68e4ee934ba0770950828451ad344"
    assert msgspec.structs.replace(DECLARED, probe_floor=True).hash != DECLARED.hash
