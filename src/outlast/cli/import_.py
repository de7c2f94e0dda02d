"""``outlast import``: requests from files of other tools, as evidence.

It knows the command's options and what is told of each file. It does not know formats (``replay.sources``).
"""

from pathlib import Path

import click

from outlast.cli.exits import FINDINGS, FINE
from outlast.cli.options import open_context, shared
from outlast.cli.output import note, print_json, printable
from outlast.replay.bring import Bringing, Wish
from outlast.replay.intake import Tally
from outlast.replay.sources.formats import AUTO, KINDS
from outlast.wiring.asking import open_evidence
from outlast.wiring.bringing import bring_files
from outlast.wiring.evidence import incumbent_of


@click.command("import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False, readable=True)
)
@click.option("--as", "name", required=True, metavar="NAME", help="Whose requests: a virtual model or provider/model.")
@click.option("--kind", type=click.Choice(KINDS), default=AUTO, show_default=True, help="By content, or this alone.")
@click.option(
    "--keep-answers/--no-answers",
    default=False,
    help="Answers that name NAME's own model count as its first draw.  [default: no-answers]",
)
@click.option("--keep-media", is_flag=True, help="Keep requests with pictures, sound or files, as they are.")
@click.option("--dry-run", is_flag=True, help="Keep nothing, say what would be kept.")
@shared(today=False)
def import_(  # noqa: PLR0913 - each is one option of the command line
    files: tuple[Path, ...], *, config: Path | None, format_: str, quiet: bool,
    name: str, kind: str, keep_answers: bool, keep_media: bool, dry_run: bool,
) -> int:  # fmt: skip
    """Bring requests from FILES, so that capture and replay can ask them again.

    Formats are told by content: OpenAI-style lines, provider batches (input and output files together), Langfuse (CSV,
    too), LangSmith, OpenTelemetry, promptfoo, Inspect logs, recorded exchanges. Requests and answers may be in the
    dialects of OpenAI, Anthropic and Google. What identifies people is taken out before anything is stored. What cannot
    be asked again is left out, and said.

    \b
      outlast import requests.jsonl --as support --dry-run
      outlast import batch_input.jsonl batch_output.jsonl --as support --keep-answers

    Exit code: 0 all of it is kept, 1 something was left out, 2 a wrong name or flag, 3 the store cannot be written.
    """
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    wish = Wish(name=name, incumbent=incumbent_of(context.settings, name), kind=kind, keep_answers=keep_answers)
    evidence = None if dry_run else open_evidence(context.settings)
    try:
        brought = bring_files(
            context.settings,
            files,
            wish,
            evidence=evidence,
            keep_media=keep_media,
            tell=lambda read: note(f"outlast: {read} read", quiet=quiet),
        )
    finally:
        if evidence is not None:
            evidence.close()
    if context.format == "json":
        print_json(_document(brought, dry_run=dry_run))
    else:
        _print(brought, dry_run=dry_run)
    return FINDINGS if brought.tally.left_out else FINE


def _document(brought: Bringing, *, dry_run: bool) -> dict[str, object]:
    tally = brought.tally
    return {
        "model": brought.wish.name,
        "incumbent": brought.wish.incumbent,
        "dry_run": dry_run,
        "read": tally.read,
        "kept": tally.kept,
        "duplicates": tally.duplicates,
        "formats": brought.kinds,
        "left_out": _reasons(tally),
        "lost": tally.lost,
        "answers": {"kept": brought.answers.kept, "left_out": _reasons(brought.answers)},
    }


def _reasons(tally: Tally) -> list[dict[str, object]]:
    return [
        {"reason": reason, "count": count, "first": first} for reason, (count, first) in _most_frequent_first(tally)
    ]


def _most_frequent_first(tally: Tally) -> list[tuple[str, tuple[int, str]]]:
    return sorted(tally.left_out.items(), key=lambda entry: (-entry[1][0], entry[0]))


def _print(brought: Bringing, *, dry_run: bool) -> None:
    tally, name = brought.tally, printable(brought.wish.name)
    formats = ", ".join(f"{count} {kind}" for kind, count in brought.kinds.items())
    click.echo(f"{tally.read} records read{f' ({formats})' if formats else ''}")
    click.echo(
        f"{tally.kept} {'would be' if dry_run else 'are'} kept for {name}, {tally.duplicates} were there already"
    )
    if tally.lost:
        named = ", ".join(f"{printable(name)} ({count})" for name, count in tally.lost.items())
        click.echo(f"put into OpenAI's words without: {named}")
    _print_left_out(tally, "left out")
    if brought.wish.keep_answers:
        click.echo(f"{brought.answers.kept} answers count as the first draw of {printable(brought.wish.incumbent)}")
        _print_left_out(brought.answers, "answers do not count")


def _print_left_out(tally: Tally, what: str) -> None:
    total = sum(count for count, _ in tally.left_out.values())
    if total:
        click.echo(f"{total} {what}:")
    for reason, (count, first) in _most_frequent_first(tally):
        click.echo(f"  {count}  {printable(reason)}; first: {printable(first)}")
