"""``outlast blind``: people judge two models' answers without knowing which is whose, and their labels decide.

It knows the command's options and exit codes. It does not know the page (``replay.report.blind_page``) nor how sides
are dealt (``replay.blind``).
"""

import time
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from outlast import __version__
from outlast.checks.people import PeopleCheck
from outlast.cli.exits import FINE
from outlast.cli.margins import parse_margins
from outlast.cli.options import Context, open_context, shared
from outlast.cli.output import note
from outlast.cli.report import write_private
from outlast.cli.report_views import print_report
from outlast.cli.verdict import EXITS
from outlast.errors import EvidenceInvalid
from outlast.evidence.store import EvidenceStore
from outlast.replay.blind import CHECK, Label, agreement, human_labels, read_labels, sheet_named, sheet_of, votes_of
from outlast.replay.decide import decide, pairs_of
from outlast.replay.plan import BLIND, Plan
from outlast.replay.ports import DrawKey
from outlast.replay.report.blind_page import blind_page
from outlast.replay.report.cases import gather
from outlast.replay.sample import draw_sample
from outlast.stats.power import exact_power
from outlast.wiring.asking import open_evidence
from outlast.wiring.evidence import incumbent_of, terms_in
from outlast.wiring.reading import open_knowledge

_LIKELY = 0.5
"""Share of pairs in which people prefer one side, where nothing was measured yet."""
_LARGEST_POWER = 500


@click.command()
@click.argument("name")
@click.option("--to", "candidate", metavar="PROVIDER/MODEL", help="The candidate whose answers stand beside NAME's.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write the page for people.")
@click.option("--sample", type=click.IntRange(1, 1_000), default=60, show_default=True, help="How many requests.")
@click.option("--seed", type=int, default=0, show_default=True, help="Which requests, their order and sides.")
@click.option("--margin", default="10%", show_default=True, help="How much rarer people may prefer the candidate.")
@click.option(
    "--labels", "files", multiple=True, type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Judge by the labels that the page saved; may repeat, one file for each person.",
)  # fmt: skip
@click.option(
    "--judge-labels", "accepted", type=click.Path(path_type=Path, dir_okay=False),
    help="With --labels: write which answers people accept, as labels that correct a judge.",
)  # fmt: skip
@shared(("text", "json", "markdown"), today=False)
def blind(  # noqa: PLR0913 - each is one option of the command line
    name: str, *, config: Path | None, format_: str, quiet: bool, candidate: str | None, page: Path | None,
    sample: int, seed: int, margin: str, files: tuple[Path, ...], accepted: Path | None,
) -> int:  # fmt: skip
    """Let people say which answer is better, NAME's or a candidate's, and judge by what they say.

    First a page is written: pairs of kept answers, sides and order by lot, ties allowed. The margin and the pairs are
    declared then. People open the file, press buttons or keys, and save their labels. Answers that are alike are ties
    and not shown. Requests that nobody decided count against the candidate in the bound that lets it pass.

    \b
      outlast blind support --to openai/gpt-5.1 --html blind.html
      outlast blind support --labels labels-1.jsonl --labels labels-2.jsonl

    Afterwards `outlast verdict blind:NAME` and `outlast report blind:NAME` show the result.

    Exit code: 0 the page is written, or PASS; 1 FAIL; 3 NOT YET.
    """
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    evidence = open_evidence(context.settings)
    try:
        if files:
            if page is not None or candidate is not None:
                raise click.UsageError("--labels judges a sheet that was written before: --to and --html are its own")
            return _judge(context, evidence, name, files, accepted)
        if candidate is None or page is None:
            raise click.UsageError("--to PROVIDER/MODEL and --html FILE write the page, --labels FILE judges by it")
        models = (incumbent_of(context.settings, name), incumbent_of(context.settings, candidate))
        plan = _declare(evidence, name, models, (sample, seed, margin))
        _write(context, evidence, plan, page)
        return FINE
    finally:
        evidence.close()


def _declare(evidence: EvidenceStore, name: str, models: tuple[str, str], how: tuple[int, int, str]) -> Plan:
    """The pairs and the margin, written down before anybody sees an answer."""
    incumbent, target = models
    sample, seed, margin = how
    if incumbent == target:
        raise click.UsageError(f"{target} is the incumbent itself: there is nothing to compare")

    def answered(item: str, who: str) -> bool:
        draw = evidence.draw(DrawKey(item, who))
        return draw is not None and draw.said is not None

    items = [item for item in evidence.items(name) if answered(item.id, incumbent)]
    asked = [item for item in items if evidence.draw(DrawKey(item.id, target)) is not None]
    if not asked:
        raise EvidenceInvalid(
            f"no request of {name!r} was asked of {incumbent} and of {target}: `outlast replay {name} --to {target}` "
            "asks them"
        )
    plan = Plan(
        model=f"{BLIND}{name}",
        incumbent=incumbent,
        candidates=(target,),
        items=tuple(item.id for item in draw_sample(asked, sample, seed=seed)),
        margins=parse_margins(margin),
        gates=(CHECK,),
        checks=(CHECK,),
        seed=seed,
        created_ns=time.time_ns(),
    )
    evidence.keep_plan(plan)
    return plan


def _write(context: Context, evidence: EvidenceStore, plan: Plan, page: Path) -> None:
    items = [item for id_ in plan.items if (item := evidence.item(plan.traffic, id_)) is not None]
    pairs = pairs_of(plan, plan.candidates[0], items, evidence)
    shown = sheet_of(plan, pairs)
    if not shown:
        raise EvidenceInvalid(f"all {len(pairs)} pairs have the same answer, or none: there is nothing to show")
    write_private(page, blind_page(plan, shown, version=__version__))
    alike = len([pair for pair in pairs if pair.candidate.said is not None]) - len(shown)
    missing = len(plan.items) - len(shown) - alike
    margin = next(each.value for each in plan.margins if each.of in (CHECK, "share"))
    counts = f"{len(shown)} pairs to decide, {alike} alike (ties)"
    against = f"{missing} without an answer of the candidate (they count against it)"
    said = [f"the sheet {plan.hash[:12]} is {page}: {counts}, {against}"]
    if len(plan.items) <= _LARGEST_POWER:
        power = exact_power(len(plan.items), margin, plan.alpha, _LIKELY)
        said.append(
            f"where people prefer a side in half of the pairs, an equal candidate passes {margin:.0%} with a chance of "
            f"{power:.0%} on {len(plan.items)}"
        )
    for line in said:
        note(f"outlast: {line}", quiet=context.quiet)


def _judge(context: Context, evidence: EvidenceStore, name: str, files: Sequence[Path], accepted: Path | None) -> int:
    plan, labels = _read(evidence, name, files)
    items = [item for id_ in plan.items if (item := evidence.item(plan.traffic, id_)) is not None]
    pairs = pairs_of(plan, plan.candidates[0], items, evidence)
    check = PeopleCheck(votes=votes_of(labels, plan, pairs))
    terms = terms_in(context.settings, open_knowledge(context.settings), plan)
    result = decide(plan, items, (check,), evidence, now_ns=time.time_ns(), terms=terms)
    result = msgspec.structs.replace(result, remarks=(*result.remarks, *_remarks(labels)))
    evidence.keep_result(result)
    if accepted is not None:
        lines = [msgspec.json.encode(each).decode() for each in human_labels(labels, plan)]
        write_private(accepted, "".join(f"{line}\n" for line in lines))
        note(f"outlast: {len(lines)} labels for a judge are in {accepted}", quiet=context.quiet)
    print_report(gather(result, evidence.plan(plan.hash) or plan, evidence), format_=context.format)
    return EXITS[result.candidates[0].verdict]


def _read(evidence: EvidenceStore, name: str, files: Sequence[Path]) -> tuple[Plan, tuple[Label, ...]]:
    """The sheet that the first label names, and everybody's labels for it."""
    lines = {file: _lines(file) for file in files}
    first = next((line for found in lines.values() for line in found if line.strip()), b"")
    plan = evidence.plan(sheet_named(first)) if sheet_named(first) else None
    if plan is None or plan.model != f"{BLIND}{name}":
        raise EvidenceInvalid(f"{files[0]}: these labels belong to no sheet of {name!r} that was written here")
    found: list[Label] = []
    for file, each in lines.items():
        labels = read_labels(each, plan, str(file))
        found += [label if label.rater else msgspec.structs.replace(label, rater=str(file)) for label in labels]
    return plan, tuple({(label.rater, label.id): label for label in found}.values())


def _lines(file: Path) -> list[bytes]:
    try:
        return file.read_bytes().splitlines()
    except OSError as error:
        raise EvidenceInvalid(f"{file} cannot be read: {error.strerror}") from error


def _remarks(labels: Sequence[Label]) -> list[str]:
    raters = len({label.rater for label in labels})
    said = [
        f"{raters} {'person' if raters == 1 else 'people'} labelled, {len(labels):,} labels in all; sides were hidden."
    ]
    same, compared = agreement(labels)
    if compared:
        said.append(f"Two people who saw the same pair chose the same in {same:,} of {compared:,} cases.")
    return said
