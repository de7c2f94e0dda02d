"""How fast answers are scored: every standard check, the verdict and the slices, on one core.

``python benchmarks/scoring.py`` judges made-up pairs at two sizes: answers with amounts, lists, JSON and tool calls,
as long as chat answers are, with a second answer of the incumbent for every one. It prints pairs per second of
processor time, in all and for each family alone; the requirement is 2,000 on 10,000 pairs without tone, which reads
every word of three answers and has a requirement of its own (``tone.py``). ``--profile`` says where the time goes.
"""

import argparse
import cProfile
import json
import pstats
import random
import sys
import time

from outlast.checks.check import Check, Pair
from outlast.checks.composite import Whole
from outlast.checks.draw import Draw, Item, Said, Timing, ToolCall
from outlast.checks.suite import DEFAULT_GATES, standard_suite
from outlast.exchange import Usage
from outlast.replay.items import make_item
from outlast.replay.judge import collect_all, judge
from outlast.replay.plan import Margin, Plan
from outlast.replay.slices import slices_of

REQUIRED = 2_000
_TALK = (
    "the order was sent on to your address and will be there within days we are sorry for any trouble please let us "
    "know if you need help with it our team has looked into what happened and found that a part of it was not billed"
)
_WORDS = _TALK.split()
_SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer", "default": 3}},
    "required": ["city"],
}
_TOOL = {"type": "function", "function": {"name": "forecast", "parameters": _SCHEMA}}
_FORM = {"type": "json_schema", "json_schema": {"name": "x", "schema": _SCHEMA}}


def prose(chance: random.Random, words: int) -> str:
    """Sentences with some amounts, as answers have them."""
    said = [chance.choice(_WORDS) for _ in range(words)]
    for _ in range(words // 25):
        said[chance.randrange(words)] = chance.choice(
            (f"{chance.randrange(1, 500)} EUR", f"on {chance.randrange(1, 28)} March 2026", f"{chance.random():.2f}")
        )
    return " ".join(said).replace(" please", ".\n\n- Please") + "."


def item(chance: random.Random, number: int) -> Item:
    """A request: two in ten offer a tool, two in ten ask for JSON, the rest is talk."""
    asked: dict[str, object] = {
        "messages": [
            {"role": "system", "content": "Help the customers of a shop. " + prose(chance, 60)},
            {"role": "user", "content": f"Request {number}: where is order ORD-{number:07}? " + prose(chance, 40)},
        ]
    }
    kind = number % 10
    if kind in (0, 1):
        asked["tools"] = [_TOOL]
    elif kind in (2, 3):
        asked["response_format"] = _FORM
    return make_item(json.dumps(asked).encode(), cluster=f"c{number // 3}", application="shop", language="en")


def draw(chance: random.Random, number: int) -> Draw:
    """An answer in the form that its request asks for, mostly."""
    kind = number % 10
    place = json.dumps({"city": chance.choice(["Rome", "Rome", "Rome", "Oslo"])})
    if kind in (0, 1):
        said = Said(tool_calls=(ToolCall("forecast", place),), finish="tool_calls")
    elif kind in (2, 3):
        said = Said(text=place if chance.random() > 0.03 else "Sure! " + place, finish="stop")
    else:
        said = Said(text=f"ORD-{number:07}: " + prose(chance, chance.randrange(60, 220)), finish="stop")
    total = int(1e6 * chance.lognormvariate(0.5, 0.6))
    return Draw(
        said=said,
        usage=Usage(input_tokens=200, output_tokens=150),
        cost_pico_usd=int(1e8 * chance.lognormvariate(0, 0.3)),
        timing=Timing(first_token_us=total // 5, total_us=total, gap_p50_us=total // 100, gap_max_us=total // 10),
    )


def pairs_of(count: int, *, first: int = 0) -> list[Pair]:
    """A sample of so many requests, each answered three times; ``first``: the number of the first one."""
    chance = random.Random(count + first)  # noqa: S311 - made-up answers, no secret
    return [
        Pair(
            item=item(chance, number),
            incumbent=draw(chance, number),
            candidate=draw(chance, number),
            second=draw(chance, number),
        )
        for number in range(first, first + count)
    ]


FAMILIES: dict[str, tuple[str, ...]] = {
    "contract": ("contract",), "facts": ("facts",), "latency and cost": ("latency", "cost"), "tone": ("tone",),
    "all but tone": ("contract", "facts", "latency", "cost"),
}  # fmt: skip


def without(check: Check, names: set[str]) -> Check:
    """A whole without some of its members."""
    if not isinstance(check, Whole):
        return check
    return Whole(family=check.family, members=tuple(each for each in check.members if each.name not in names))


def suite_of(families: tuple[str, ...]) -> list[Check]:
    """The standard checks of some families."""
    suite = [check for check in standard_suite() if check.family in families]
    if "tone" in families:
        return suite
    own = {f"contract.{word}" for word in ("refusal", "language")}  # they read an answer's words, as tone does
    return [without(check, own) for check in suite if check.name not in own]


def plan_of(suite: list[Check]) -> Plan:
    """What was declared: the usual gates and margins."""
    return Plan(
        model="m", incumbent="a/a", candidates=("b/b",), items=(), gates=DEFAULT_GATES,
        margins=(
            Margin(of="share", value=0.05),
            Margin(of="ratio", value=1.2, scale="ratio"),
            Margin(of="spread", value=0.5, scale="spread"),
        ),
        checks=tuple(check.name for check in suite),
    )  # fmt: skip


def score(pairs: list[Pair], families: tuple[str, ...]) -> float:
    """Processor seconds for the standard checks of some families, their verdicts and slices."""
    suite = suite_of(families)
    plan, items = plan_of(suite), {pair.item.id: pair.item for pair in pairs}
    since = time.process_time()
    judged = collect_all(suite, pairs)
    judge(plan, judged)
    slices_of([each for each in judged if each.check.name in plan.gates], items)
    return time.process_time() - since


def main() -> int:
    """Two sizes; 1 where the larger is scored more slowly than required."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, nargs="+", default=[2_000, 10_000])
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    speed = 0.0
    for count in given.pairs:
        pairs = pairs_of(count)
        if given.profile:
            profile = cProfile.Profile()
            profile.runcall(score, pairs, FAMILIES["all but tone"])
            pstats.Stats(profile).sort_stats("tottime").print_stats(25)
            continue
        for name, families in FAMILIES.items():
            taken = score(pairs, families)
            speed = count / taken
            print(f"{count:>7,} pairs  {name:<17}{taken:7.2f} s  {speed:7,.0f} pairs a second", flush=True)
    return 0 if given.profile or speed >= REQUIRED else 1


if __name__ == "__main__":
    sys.exit(main())
