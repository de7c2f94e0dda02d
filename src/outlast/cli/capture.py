"""``outlast capture``: what the retiring model says, drawn twice while it can still be asked.

It knows the command's options and what is told on the way. It does not know how answers are drawn (``replay``).
"""

import asyncio
import datetime as dt
from decimal import Decimal
from pathlib import Path

import click

from outlast.catalog.amounts import usd_text
from outlast.cli.budget import budget_options, refuse_unpriced
from outlast.cli.exits import FINE, UNFINISHED
from outlast.cli.options import Context, Day, open_context, shared
from outlast.cli.output import note, print_json
from outlast.cli.progress import Teller
from outlast.errors import EvidenceInvalid
from outlast.exchange import PICO_PER_USD
from outlast.replay.ports import DrawKey
from outlast.replay.run import Errand, Progress, Purse, Runner
from outlast.replay.sample import draw_sample
from outlast.replay.voiced import items_as_asked
from outlast.wiring.evidence import Bench, open_bench


@click.command()
@click.argument("name")
@click.option(
    "--pairs", type=click.IntRange(1, 1_000_000), default=300, show_default=True, help="Requests to ask twice."
)
@budget_options
@click.option("--concurrency", type=click.IntRange(1, 256), default=8, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True, help="Which requests are sampled.")
@click.option(
    "--retry-lost", is_flag=True, help="Ask again what was lost in flight or failed, though it may have been paid."
)
@click.option("--keep-media", is_flag=True, help="Take recorded requests with pictures, sound or files, as they are.")
@click.option("--today", type=Day(), metavar="DATE", help="Rehearse a day (UTC).")
@shared(today=False)
def capture(  # noqa: PLR0913 - each is one option of the command line
    name: str, *, config: Path | None, format_: str, quiet: bool,
    pairs: int, budget: int | None, calls: int | None, concurrency: int, seed: int, today: dt.date | None,
    retry_lost: bool, keep_media: bool,
) -> int:  # fmt: skip
    """Draw two answers to each sampled request from NAME's model, while it lives.

    NAME is a virtual model or provider/model. Requests come from the record (record = "full") and `outlast import`.
    The second answer is the noise floor: how far the model disagrees with itself. After the shutdown neither can be
    had. Tools are offered and never executed. A run that was stopped goes on where it was; nothing is paid twice.
    """
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    with open_bench(context.settings, today=context.today) as bench:
        incumbent = bench.target_of(name)
        taken = bench.take_in(name, keep_media=keep_media)
        items = draw_sample(items_as_asked(bench.evidence, name, bench.voice(name)[1]), pairs, seed=seed)
        if not items:
            raise EvidenceInvalid(
                f'no requests of {name!r}: record = "full" on the model keeps them, `outlast import` brings files'
            )
        refuse_unpriced(bench.asker, items[0], (incumbent,), budget=budget, calls=calls)
        keys = [Errand(item, DrawKey(item.id, incumbent, number)) for item in items for number in (0, 1)]
        if retry_lost:
            bench.evidence.forget([errand.key for errand in keys])
        for line in bench.countdown(incumbent):
            note(f"outlast: {line}", quiet=quiet)
        for reason, (count, first) in taken.left_out.items():
            note(f"outlast: {count} recorded requests left out: {reason}; first: {first}", quiet=quiet)
        for lost, count in taken.lost.items():
            note(f"outlast: recorded requests asked without {lost}, which a chat cannot say: {count}", quiet=quiet)
        asked = f"asking {incumbent} {len(keys)} times"
        note(f"outlast: {taken.kept} new requests taken from the record; {asked}", quiet=quiet)
        progress = asyncio.run(_draw(bench, keys, Purse(budget or None, calls=calls), concurrency, quiet=quiet))
    _print(context, name, incumbent, progress)
    return FINE if progress.done == progress.total and not progress.failed else UNFINISHED


async def _draw(bench: Bench, keys: list[Errand], purse: Purse, most: int, *, quiet: bool) -> Progress:
    with Teller("capture", quiet=quiet) as teller:
        runner = Runner(
            asker=bench.asker, evidence=bench.evidence, pause=asyncio.sleep, most_at_once=most, tell=teller, adapt=False
        )
        try:
            return await runner.run(keys, purse)
        finally:
            await bench.asker.aclose()


def _print(context: Context, name: str, incumbent: str, progress: Progress) -> None:
    spent = Decimal(progress.spent_pico_usd) / PICO_PER_USD
    if context.format == "json":
        print_json(
            {
                "model": name,
                "incumbent": incumbent,
                "answers": progress.done - progress.failed,
                "wanted": progress.total,
                "failed": progress.failed,
                "lost": progress.lost,
                "skipped": progress.skipped,
                "deferred": progress.deferred,
                "spent_usd": spent,
            }
        )
        return
    click.echo(f"{progress.done - progress.failed} of {progress.total} answers of {incumbent} are kept for {name}")
    for count, what in (
        (progress.failed, "came as errors (--retry-lost asks again)"),
        (progress.lost, "were lost in flight when a process died: perhaps paid, not asked again (--retry-lost does)"),
        (progress.skipped, "did not fit into the budget"),
        (progress.deferred, "were refused for a rate limit to the last: run this again later"),
    ):
        if count:
            click.echo(f"{count} {what}")
    click.echo(f"spent in this run: {usd_text(spent)} USD")
