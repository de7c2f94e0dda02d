"""``outlast doctor``: what is wrong with this installation, why it matters and what to do.

It knows the command's options, its page and its exit codes. It does not know any check (``doctor``), nor how
anything is asked (``wiring.checkup``).
"""

import asyncio
import datetime as dt
import os
import textwrap
from pathlib import Path

import click

from outlast.cli.exits import FINDINGS, FINE, UNFINISHED
from outlast.cli.loopback import is_loopback
from outlast.cli.options import open_context, shared
from outlast.cli.output import console, note, print_json, printable
from outlast.doctor.finding import Finding, Level, gravest
from outlast.settings import DEFAULT_FILE
from outlast.wiring.checkup import Patient, Report, check_up

_MARKS: dict[Level, tuple[str, str]] = {
    "ok": ("ok     ", "green"),
    "warning": ("warning", "yellow"),
    "fault": ("FAULT  ", "bold red"),
}
_INDENT = " " * 9


@click.command()
@click.option("--offline", is_flag=True, help="Ask no provider.")
@click.option("--strict", is_flag=True, help="Warnings count as findings.")
@shared()
def doctor(
    *, offline: bool, strict: bool, config: Path | None, format_: str, today: dt.date | None, quiet: bool
) -> int:
    """Look at configuration, keys, record, disk, clock, catalogue, providers and each model's next 90 days.

    Each provider is asked for its list of models, once with each key; that costs nothing. A running gateway is
    asked how it fares. --quiet leaves out what is well.

    Exit code: 0 all is well, 1 there is a fault (with --strict: or a warning), 2 the configuration cannot be used, 3
    a check could not be carried out.
    """
    context = open_context(config=config, format_=format_, today=today, quiet=quiet)
    named = config or (DEFAULT_FILE if DEFAULT_FILE.exists() else None)
    patient = Patient(
        settings=context.settings,
        named="" if named is None else str(named),
        today=context.today,
        rehearsed=context.rehearsed,
        reachable=not is_loopback(context.settings.server.host),
        environ=os.environ,
    )
    report = asyncio.run(check_up(patient, offline=offline))
    if context.format == "json":
        print_json(_document(report))
    else:
        _print(report, quiet=context.quiet)
    for gap in report.unfinished:
        note(f"outlast: could not be checked: {printable(gap)}")
    level = gravest(report.findings)
    if level == "fault" or (strict and level == "warning"):
        return FINDINGS
    return UNFINISHED if report.unfinished else FINE


def _document(report: Report) -> dict[str, object]:
    return {
        "level": gravest(report.findings),
        "findings": [
            {"level": each.level, "check": each.check, "what": each.what, "why": each.why, "do": each.do}
            for each in report.findings
        ],
        "unfinished": list(report.unfinished),
    }


def _print(report: Report, *, quiet: bool) -> None:
    shown = [each for each in report.findings if not (quiet and each.level == "ok")]
    for finding in shown:
        _print_one(finding)
    counts = {level: sum(each.level == level for each in report.findings) for level in _MARKS}
    note(f"{counts['fault']} faults, {counts['warning']} warnings, {counts['ok']} fine", quiet=quiet)


def _print_one(finding: Finding) -> None:
    mark, colour = _MARKS[finding.level]
    out = console()
    out.print(f"[{colour}]{mark}[/]  ", end="")
    out.print(f"{printable(finding.check)}: {printable(finding.what)}", markup=False)
    for label, text in (("why", finding.why), ("do", finding.do)):
        if text:
            out.print(textwrap.indent(f"{label}: {printable(text)}", _INDENT), markup=False)
