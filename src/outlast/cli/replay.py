"""``outlast replay``: recorded requests on candidates, and a verdict against margins declared beforehand.

It knows the command's options and exit codes. It does not know how answers are drawn, compared or shown.
"""

import asyncio
import datetime as dt
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import click

from outlast.checks.draw import Item
from outlast.checks.probes.library import choose, questions_named
from outlast.checks.suite import DEFAULT_GATES, gates_named, standard_suite, unknown_gates
from outlast.cli.budget import budget_options, refuse_unpriced
from outlast.cli.exits import FINDINGS, FINE, UNFINISHED
from outlast.cli.margins import parse_margins
from outlast.cli.opinions import Asked, Opinions, open_opinions, opinion_options
from outlast.cli.options import open_context, shared
from outlast.cli.output import note
from outlast.cli.progress import Teller
from outlast.cli.report import write_page
from outlast.cli.report_views import print_report
from outlast.exchange import PICO_PER_USD
from outlast.replay.compose import Wish, compose
from outlast.replay.decide import decide
from outlast.replay.plan import Plan
from outlast.replay.ports import DrawKey
from outlast.replay.probing import ask_probes, probe_keys
from outlast.replay.report.cases import gather
from outlast.replay.result import ReplayResult
from outlast.replay.run import Errand, Purse, Runner
from outlast.wiring.evidence import open_bench
from outlast.wiring.scoring import ENGINES, Engine, collecting
from outlast.wiring.user_checks import open_checks

FORMATS = ("text", "json", "markdown")


@click.command()
@click.argument("name")
@click.option(
    "--to", "candidates", multiple=True, required=True, metavar="PROVIDER/MODEL", help="A candidate; may repeat."
)
@click.option(
    "--margin", "margins", default="5%", show_default=True, help="5%, or contract=2%,latency_p95=1.2x,tone=0.5sd."
)
@click.option("--sample", default="auto", show_default=True, help="How many requests; auto: what the margin takes.")
@budget_options
@click.option("--gate", "gates", default=",".join(DEFAULT_GATES), show_default=True, help="What decides.")
@click.option(
    "--check", "own", multiple=True, metavar="CHECK",
    help="A check of yours: FILE.py:function, 'a shell command', or schema.json; may repeat.",
)  # fmt: skip
@click.option("--concurrency", type=click.IntRange(1, 256), default=8, show_default=True)
@click.option("--engine", type=click.Choice(ENGINES), default="local", show_default=True, help="Who scores answers.")
@click.option("--seed", type=int, default=0, show_default=True, help="Which requests are sampled.")
@click.option(
    "--probe-floor/--no-probe-floor", default=True, show_default=True,
    help="Where probes gate, ask the incumbent twice (A').",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Declare the plan, ask nobody.")
@click.option(
    "--retry-lost", is_flag=True, help="Ask again what was lost in flight or failed, though it may have been paid."
)
@click.option("--today", type=click.DateTime(("%Y-%m-%d",)), metavar="DATE", help="Rehearse a day (UTC).")
@click.option(
    "--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write the report as one page, too."
)
@opinion_options
@shared(FORMATS, today=False)
def replay(  # noqa: PLR0913 - each is one option of the command line
    name: str, *, config: Path | None, format_: str, quiet: bool, candidates: tuple[str, ...], margins: str,
    sample: str, budget: int | None, calls: int | None, gates: str, own: tuple[str, ...], concurrency: int,
    engine: Engine, seed: int,
    probe_floor: bool, dry_run: bool, retry_lost: bool, today: dt.datetime | None, page: Path | None,
    judge: str | None, rubric: Path | None, labels: Path | None, same_family: bool, floor: bool, embed: str | None,
) -> int:  # fmt: skip
    """May a candidate take over NAME's traffic? Ask it the recorded requests, and judge.

    The plan (requests, checks, margins, budget) is written down under its hash before anything is compared. A run
    that was stopped goes on where it was, and nothing is paid twice.

    A margin is a share of passes or of a score's range (5%), a ratio of candidate to incumbent for latency and cost
    (1.2x), or a number of the incumbent's own standard deviations for tone (0.5sd). Without a name it is for all of its
    kind.

    \b
      outlast replay support --to openai/gpt-5.1 --dry-run
      outlast replay support --to openai/gpt-5.1 --margin contract=2%,latency_p95=1.2x --gate contract,latency

    Exit code: 0 every candidate PASS, 1 some FAIL, 3 some NOT YET.
    """
    context = open_context(config=config, format_=format_, today=today.date() if today else None, quiet=quiet)
    asked = Asked(
        judge=judge or "", rubric=rubric, labels=labels, same_family=same_family, floor=floor, embed=embed or ""
    )
    words = tuple(word.strip() for word in gates.split(",") if word.strip())
    asked.refuse(words)
    with open_bench(context.settings, today=context.today) as bench:
        targets = (bench.target_of(name), *(bench.target_of(each) for each in dict.fromkeys(candidates)))
        opinions = open_opinions(bench, asked, targets)
        suite = (*standard_suite(), *open_checks(own), *opinions.checks)
        if strange := unknown_gates(words, suite):
            raise click.UsageError(
                f"--gate {strange[0]}: there is no such check; known: {', '.join(c.name for c in suite)}"
            )
        probes = _probes(gates_named(words, suite))
        wish = Wish(
            model=name,
            incumbent=targets[0],
            candidates=targets[1:],
            size=_size(sample),
            margins=parse_margins(margins),
            gates=gates_named(words, suite),
            seed=seed,
            adapt=bench.adapts(name),
            persona=bench.voice(name)[0],
            voice=bench.voice(name)[1],
            budget_pico_usd=budget or None,
            budget_calls=calls,
            probes=probes,
            probe_floor=probe_floor and bool(probes),
            judge=opinions.judge,
            embed=opinions.embed,
        )
        plan, items = compose(wish, suite, bench.evidence, bench.asker, now_ns=time.time_ns())
        opinions.refuse_gone(plan, items)
        refuse_unpriced(bench.asker, items[0], (*targets, *opinions.targets), budget=budget, calls=calls)
        bench.evidence.keep_plan(plan)
        for line in _declared(plan):
            note(f"outlast: {line}", quiet=quiet)
        if dry_run:
            return FINE
        asyncio.run(_draw(opinions, plan, items, (concurrency, retry_lost), quiet=quiet))
        with collecting(engine) as collect:
            result = decide(
                plan, items, suite, bench.evidence, now_ns=time.time_ns(), terms=bench.terms(plan), collect=collect
            )
        result = opinions.told(result, plan, items)
        bench.evidence.keep_result(result)
        report = gather(result, bench.evidence.plan(plan.hash) or plan, bench.evidence)
    if page is not None:
        write_page(report, page, quiet=quiet)
    print_report(report, format_=context.format)
    return _exit(result)


def _probes(gates: Sequence[str]) -> tuple[str, ...]:
    """The questions that the gates need: of every probe that is one, in all languages."""
    probes = [name.removeprefix("probes.") for name in gates if name.startswith("probes.")]
    return tuple(question.id for question in choose(probes)) if probes else ()


def _size(sample: str) -> int | None:
    if sample == "auto":
        return None
    if not sample.isdecimal() or int(sample) < 1:
        raise click.BadParameter(f"{sample!r} is no number of requests; write 300, or auto", param_hint="--sample")
    return int(sample)


def _declared(plan: Plan) -> list[str]:
    """What stands before anything is compared."""
    said = [f"plan {plan.hash[:12]}: {len(plan.items)} requests, gates {', '.join(plan.gates)}, alpha {plan.alpha:g}"]
    for expected in plan.expectations:
        known = expected.cost_pico_usd
        cost = "an unknown price" if known is None else f"about {Decimal(known) / PICO_PER_USD:.4f} USD"
        power = "" if expected.power is None else f"; an equal candidate passes with {expected.power:.0%}"
        said.append(f"{expected.target}: {expected.draws} answers still to be drawn for {cost}{power}")
    return said


async def _draw(opinions: Opinions, plan: Plan, items: Sequence[Item], how: tuple[int, bool], *, quiet: bool) -> None:
    most, retry_lost = how
    bench = opinions.bench
    targets = (plan.incumbent, *plan.candidates)
    errands = [Errand(item, DrawKey(item.id, target)) for item in items for target in targets]
    if retry_lost:
        probes = probe_keys(questions_named(plan.probes), targets, bench.evidence, floor_of=_floor_of(plan))
        bench.evidence.forget([*opinions.keys(plan, items), *(errand.key for errand in errands), *probes])
    ids = {*plan.items, *(key.item for key in opinions.keys(plan, items))}
    begun = (entry for target in {*targets, *opinions.targets} for entry in bench.evidence.begun(target))
    spent = sum(expected or 0 for key, expected in begun if key.item in ids)
    with Teller("replay", quiet=quiet) as teller:
        runner = Runner(
            asker=bench.asker, evidence=bench.evidence, pause=asyncio.sleep, most_at_once=most, tell=teller,
            adapt=plan.adapt,
        )  # fmt: skip
        try:
            purse = Purse(plan.budget_pico_usd, spent=spent, calls=plan.budget_calls)
            await runner.run(errands, purse)
            if plan.probes:
                questions = questions_named(plan.probes)
                await ask_probes(runner, questions, targets, purse, floor_of=_floor_of(plan))
            await opinions.ask(plan, items, runner, purse)
        finally:
            await bench.asker.aclose()


def _floor_of(plan: Plan) -> str:
    """Who answers probes twice."""
    return plan.incumbent if plan.probe_floor else ""


def _exit(result: ReplayResult) -> int:
    words = {candidate.verdict for candidate in result.candidates}
    return FINDINGS if "FAIL" in words else UNFINISHED if "NOT YET" in words else FINE
