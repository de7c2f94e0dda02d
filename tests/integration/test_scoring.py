"""Scoring fanned out: whoever does it, every bit of what is judged is the same."""

from dataclasses import dataclass

import pytest
from tests.unit.replay.doubles import item, said

from outlast.checks.check import Check, Family, Measure, Outcome, Pair
from outlast.checks.draw import Draw, Said, Timing
from outlast.checks.shapes import PASS_FAIL
from outlast.checks.suite import standard_suite
from outlast.replay.judge import collect_all
from outlast.stats.rows import Range
from outlast.wiring.scoring import Engine, collecting

pytestmark = [pytest.mark.server, pytest.mark.slow]

SUITE = tuple(check for check in standard_suite() if check.family != "probes")


@dataclass(frozen=True)
class Own:
    """A check that no worker knows."""

    name: str = "user.own"
    family: Family = "user"
    measure: Measure = "share"
    range: Range = PASS_FAIL

    def compare(self, pair: Pair) -> tuple[Outcome, ...]:
        return (Outcome(a=1.0, b=float(pair.item.id.endswith("1"))),)


def pairs(count: int) -> list[Pair]:
    found = []
    for number in range(count):
        asked = item(f"r{number}", cluster=f"talk {number // 3}")
        candidate = Draw(error="status 500") if number % 11 == 0 else Draw(
            said=Said(text=f"It is {number % 5} EUR", finish="length" if number % 7 == 0 else "stop"),
            timing=Timing(total_us=1_000 + 37 * number % 911), cost_pico_usd=number,
        )  # fmt: skip
        incumbent = Draw(error="status 500") if number % 29 == 0 else said(f"It is {number % 4} EUR", cost=10)
        second = None if number % 5 == 0 else said("" if number % 13 == 0 else f"It is {number % 4} EUR")
        found.append(Pair(item=asked, incumbent=incumbent, candidate=candidate, second=second))
    return found


@pytest.mark.parametrize("engine", ["processes", "ray"])
@pytest.mark.parametrize("block", [70, 1_000])
def test_every_engine_collects_the_same_bits(engine: Engine, block: int) -> None:
    if engine == "ray":
        pytest.importorskip("ray")
    suite: tuple[Check, ...] = (SUITE[0], Own(), *SUITE[1:])
    many = pairs(200)
    with collecting(engine, block=block) as collect:
        found = collect(suite, many)
        none = collect(suite, [])
    assert found == collect_all(suite, many)
    assert none == collect_all(suite, [])
