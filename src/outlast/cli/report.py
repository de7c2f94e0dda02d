"""``outlast report``: the latest result of a replay, whole: as a page, Markdown, text or JSON.

It knows the command's options and where a page is written. It does not know what a report says (``replay.report``).
"""

import re
from pathlib import Path
from typing import Final

import click

from outlast import __version__
from outlast.cli.exits import FINE
from outlast.cli.options import open_context, shared
from outlast.cli.output import note
from outlast.cli.report_views import print_report
from outlast.errors import EvidenceInvalid, MachineError
from outlast.replay.report.cases import Report, gather
from outlast.replay.report.page import html
from outlast.settings import Settings
from outlast.wiring.asking import open_evidence

FORMATS = ("text", "json", "markdown")
_DIGEST: Final = re.compile(r"[0-9a-f]{4,64}")
_MOST_NAMED: Final = 5


@click.command()
@click.argument("name")
@click.option("--html", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write one self-contained page.")
@click.option("--plan", "digest", metavar="HASH", help="The result of this plan, by the first signs of its hash.")
@shared(FORMATS, today=False)
def report(name: str, *, config: Path | None, format_: str, quiet: bool, file: Path | None, digest: str | None) -> int:
    """Show what the latest replay of NAME found, or that of one plan, with its worst disagreements side by side.

    The page opens from a disk, asks nothing of any network and runs no script. It holds prompts and answers: only you
    can read the file that is written.

    \b
      outlast report support --html report.html
      outlast report support --format markdown > report.md
      outlast report support --plan 578d12013be5
    """
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    found = latest(context.settings, name) if digest is None else of_plan(context.settings, name, digest)
    if file is not None:
        write_page(found, file, quiet=quiet)
    else:
        print_report(found, format_=context.format)
    return FINE


def latest(settings: Settings, name: str) -> Report:
    """The newest result of a name, with the texts behind it.

    Raises:
        EvidenceInvalid: there is none.
    """
    evidence = open_evidence(settings)
    try:
        result = evidence.latest_result(name)
        plan = evidence.plan(result.plan_hash) if result is not None else None
        if result is None or plan is None:
            raise EvidenceInvalid(
                f"no replay of {name!r} has come to a result: `outlast replay {name} --to PROVIDER/MODEL` makes one"
            )
        return gather(result, plan, evidence)
    finally:
        evidence.close()


def of_plan(settings: Settings, name: str, digest: str) -> Report:
    """The newest result of one plan of a name.

    Raises:
        EvidenceInvalid: no plan, or several, begin so; or it has come to no result.
    """
    evidence = open_evidence(settings)
    try:
        plan = evidence.plan(digest) if _DIGEST.fullmatch(digest) else None
        if plan is None or plan.model != name:
            known = [each.hash[:12] for each in evidence.plans(name)][-_MOST_NAMED:]
            raise EvidenceInvalid(
                f"no plan of {name!r} begins with {digest!r}, or several do; its latest: {', '.join(known) or 'none'}"
            )
        result = evidence.result_of(plan)
        if result is None:
            raise EvidenceInvalid(f"the plan {plan.hash[:12]} of {name!r} has come to no result yet")
        return gather(result, plan, evidence)
    finally:
        evidence.close()


def write_page(found: Report, file: Path, *, quiet: bool) -> None:
    """Write the page for its owner alone.

    Raises:
        MachineError: the file cannot be written.
    """
    page = html(found, version=__version__)
    write_private(file, page)
    note(f"outlast: the report is {file} ({len(page.encode()):,} bytes)", quiet=quiet)


def write_private(file: Path, text: str) -> None:
    """Write a file that its owner alone can read.

    Raises:
        MachineError: it cannot be written.
    """
    try:
        file.touch(mode=0o600)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise MachineError(f"{file} cannot be written: {error.strerror}") from error
