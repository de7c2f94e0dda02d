"""``outlast probe``: keyed questions of our own to a model, and to candidates beside it.

It knows the command's options and exit codes. It does not know questions (``checks.probes``), how answers are drawn
(``replay``) nor how rates look (``cli.probe_views``).
"""

import asyncio
import datetime as dt
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import click
import msgspec

from outlast.catalog.amounts import usd_text
from outlast.checks.probes.asking import openings
from outlast.checks.probes.check import PROBE_CHECKS
from outlast.checks.probes.library import choose
from outlast.checks.probes.question import LANGUAGES, PROBES, Question
from outlast.checks.probes.rates import rates
from outlast.cli.budget import budget_options, refuse_unpriced
from outlast.cli.exits import FINDINGS, FINE, UNFINISHED
from outlast.cli.margins import parse_margins
from outlast.cli.options import open_context, shared
from outlast.cli.output import note
from outlast.cli.probe_views import Shown, print_probes
from outlast.cli.progress import Teller
from outlast.exchange import PICO_PER_USD
from outlast.replay.judge import collect, judge
from outlast.replay.plan import Margin, Plan
from outlast.replay.probing import answers_of, ask_probes, expected_cost, probe_keys, probe_pairs
from outlast.replay.result import CheckResult
from outlast.replay.run import Progress, Purse, Runner
from outlast.wiring.evidence import Bench, open_bench

_ALL = "all"
_MARGIN = "10%"
"""With 115 questions of a probe, less can hardly be shown."""
FLOOR = "A', its own noise"


@click.command()
@click.argument("name")
@click.option("--to", "candidates", multiple=True, metavar="PROVIDER/MODEL", help="Compare pair by pair; may repeat.")
@click.option("--probe", "probes", default=_ALL, show_default=True, help=f"Of {','.join(PROBES)}.")
@click.option("--language", "languages", default=_ALL, show_default=True, help=f"Of {','.join(LANGUAGES)}.")
@click.option("--sample", type=click.IntRange(1), metavar="N", help="At most so many questions of each probe.")
@click.option("--seed", type=int, default=0, show_default=True, help="Which questions are sampled.")
@click.option(
    "--margin", "margins", default=_MARGIN, show_default=True, help="10%, or flip=5%,delusion=10%; with --to."
)
@budget_options
@click.option("--concurrency", type=click.IntRange(1, 256), default=8, show_default=True)
@click.option("--by-language", is_flag=True, help="A row for each language.")
@click.option(
    "--floor/--no-floor", default=None,
    help="Ask NAME's model twice (A'): how far it disagrees with itself.  [default: with --to]",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would be asked and what it may cost; ask nobody.")
@click.option(
    "--retry-lost", is_flag=True, help="Ask again what was lost in flight or failed, though it may have been paid."
)
@shared(("text", "json", "markdown"))
def probe(  # noqa: PLR0913 - each is one option of the command line
    name: str, *, config: Path | None, format_: str, quiet: bool, today: dt.date | None,
    candidates: Sequence[str], probes: str, languages: str, sample: int | None, seed: int, margins: str,
    budget: int | None, calls: int | None, concurrency: int, by_language: bool, floor: bool | None, dry_run: bool,
    retry_lost: bool,
) -> int:  # fmt: skip
    """Ask NAME's model keyed questions: does it flip, mirror, endorse delusions, invite to lean, refuse, preach?

    NAME is a virtual model or provider/model. Answers are read by cues, which is not understanding; docs/probes.md
    says how often that is right. Answers are kept: a second run asks only what is missing, and nothing is paid twice.

    \b
      outlast probe support --probe flip --language en --sample 10
      outlast probe support --to openai/gpt-5.1 --margin 10%

    Exit code: 0 asked (with --to: every probe PASS), 1 some FAIL, 3 some NOT YET or not all could be asked.
    """
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    questions = choose(_words(probes, PROBES), _words(languages, LANGUAGES), sample=sample, seed=seed)
    with open_bench(context.settings, today=context.today) as bench:
        plan = _plan(bench, name, candidates, questions, (margins, seed, budget))
        twice = bool(candidates) if floor is None else floor
        plan = msgspec.structs.replace(plan, probe_floor=twice, budget_calls=calls)
        targets = (plan.incumbent, *plan.candidates)
        refuse_unpriced(bench.asker, openings(questions[0])[0], targets, budget=budget, calls=calls)
        declared = _declared(bench, questions, plan)
        if dry_run:
            click.echo(declared)
            return FINE
        note(f"outlast: {declared}", quiet=quiet)
        if plan.candidates:
            bench.evidence.keep_plan(plan)
        progress = asyncio.run(_ask(bench, plan, questions, (concurrency, retry_lost), quiet=quiet))
        shown = Shown(
            name=name,
            incumbent=plan.incumbent,
            rates={
                target: rates(
                    [(each, answers_of(each, target, bench.evidence)) for each in questions], by_language=by_language
                )
                for target in targets
            },
            compared={target: _compared(bench, plan, target, questions) for target in plan.candidates},
        )
    print_probes(shown, format_=context.format)
    _tell(progress, quiet=quiet)
    return _exit(shown, progress)


def _words(text: str, everything: Sequence[str]) -> tuple[str, ...]:
    if text == _ALL:
        return tuple(everything)
    words = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    strange = next((word for word in words if word not in everything), None)
    if strange is not None or not words:
        raise click.BadParameter(f"{strange or text!r} is not known; known: {', '.join(everything)}, or {_ALL}")
    return words


def _margins(text: str) -> tuple[Margin, ...]:
    """What is not named has the default of this command, not a replay's."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    known = {"probes", *PROBES, *(check.name for check in PROBE_CHECKS)}
    named = [part.partition("=")[0].strip() for part in parts if "=" in part]
    if strange := next((word for word in named if word not in known), None):
        raise click.BadParameter(f"{strange!r} is no probe; known: {', '.join(PROBES)}", param_hint="--margin")
    if len(named) == len(parts):
        parts.append(f"probes={_MARGIN}")
    return parse_margins(",".join(parts))


def _plan(
    bench: Bench, name: str, candidates: Sequence[str], questions: Sequence[Question], how: tuple[str, int, int | None]
) -> Plan:
    """What is declared before anything is compared; kept apart from the replays of the same name."""
    margins, seed, budget = how
    incumbent = bench.target_of(name)
    gates = tuple(check.name for check in PROBE_CHECKS if any(each.probe == check.probe for each in questions))
    return Plan(
        model=f"probe:{name}",
        incumbent=incumbent,
        candidates=tuple(bench.target_of(each) for each in dict.fromkeys(candidates)),
        items=(),
        probes=tuple(question.id for question in questions),
        margins=_margins(margins),
        gates=gates,
        checks=gates,
        seed=seed,
        adapt=bench.adapts(name),
        budget_pico_usd=budget or None,
        created_ns=time.time_ns(),
    )


def _declared(bench: Bench, questions: Sequence[Question], plan: Plan) -> str:
    targets = (plan.incumbent, *plan.candidates)
    missing, cost = expected_cost(questions, targets, bench.evidence, bench.asker, floor_of=_floor_of(plan))
    price = "an unknown price" if cost is None else f"about {Decimal(cost) / PICO_PER_USD:.4f} USD"
    twice = f" (the first one twice: {FLOOR})" if plan.probe_floor else ""
    asked = f"{len(questions)} questions to {', '.join(targets)}{twice}"
    return f"{asked}: {missing} answers to be drawn at most, for {price}"


def _floor_of(plan: Plan) -> str:
    """Who answers twice."""
    return plan.incumbent if plan.probe_floor else ""


async def _ask(
    bench: Bench, plan: Plan, questions: Sequence[Question], how: tuple[int, bool], *, quiet: bool
) -> Progress:
    most, retry_lost = how
    targets = (plan.incumbent, *plan.candidates)
    if retry_lost:
        bench.evidence.forget(probe_keys(questions, targets, bench.evidence, floor_of=_floor_of(plan)))
    keys = set(probe_keys(questions, targets, bench.evidence, floor_of=_floor_of(plan)))
    begun = (entry for target in targets for entry in bench.evidence.begun(target))
    spent = sum(expected or 0 for key, expected in begun if key in keys)  # lost in flight: perhaps paid
    with Teller("probe", quiet=quiet) as teller:
        runner = Runner(
            asker=bench.asker, evidence=bench.evidence, pause=asyncio.sleep, most_at_once=most, tell=teller,
            adapt=plan.adapt,
        )  # fmt: skip
        try:
            purse = Purse(plan.budget_pico_usd, spent=spent, calls=plan.budget_calls)
            progress = await ask_probes(runner, questions, targets, purse, floor_of=_floor_of(plan))
        finally:
            await bench.asker.aclose()
    progress.spent_pico_usd -= spent
    return progress


def _compared(bench: Bench, plan: Plan, target: str, questions: Sequence[Question]) -> tuple[CheckResult, ...]:
    pairs = probe_pairs(questions, plan.incumbent, target, bench.evidence)
    return judge(plan, [collect(check, pairs) for check in PROBE_CHECKS])


def _tell(progress: Progress, *, quiet: bool) -> None:
    """What is missing, and what was spent."""
    for count, what in (
        (progress.failed, "answers came as errors (--retry-lost asks again)"),
        (progress.lost, "answers were lost in flight when a process died: perhaps paid (--retry-lost asks again)"),
        (progress.skipped, "answers did not fit into the budget"),
    ):
        if count:
            note(f"outlast: {count} {what}", quiet=quiet)
    note(f"outlast: spent in this run: {usd_text(Decimal(progress.spent_pico_usd) / PICO_PER_USD)} USD", quiet=quiet)


def _exit(shown: Shown, progress: Progress) -> int:
    words = {check.verdict for checks in shown.compared.values() for check in checks}
    if "FAIL" in words:
        return FINDINGS
    complete = progress.done == progress.total and not progress.failed
    judged = all(shown.compared.values())
    return FINE if complete and judged and "NOT YET" not in words else UNFINISHED
