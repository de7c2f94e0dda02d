"""A replay's result on a terminal, as Markdown and as JSON.

It knows terminals of any width. It does not know what is said (``replay.report``) nor how a verdict was reached.
"""

from collections.abc import Sequence
from typing import Final

import click
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from outlast.cli.output import console, print_json
from outlast.replay.report import opinions, pictures, tables, words
from outlast.replay.report.cases import Report
from outlast.replay.report.document import document
from outlast.replay.report.markdown import markdown
from outlast.replay.report.remarks import particular
from outlast.replay.report.tables import Table
from outlast.replay.report.visible import one_line
from outlast.replay.result import CandidateResult, CheckResult

_STYLES: Final = {"PASS": "bold green", "FAIL": "bold red", "NOT YET": "bold yellow"}
_MEDIUM: Final = 110
"""Columns from which a check's numbers stand beside its bounds."""
_WIDE: Final = 150
"""Columns from which there is room for a picture."""
_PICTURE: Final = 41
_UNITS: Final = {
    "share": ("passes and scores, in points", " points"),
    "ratio": ("candidate against incumbent, in times", " times"),
    "spread": ("tone, in the incumbent's spreads", " spreads"),
}


def print_report(report: Report, *, format_: str) -> None:
    """The whole report on stdout, in one of three forms."""
    if format_ == "json":
        print_json(document(report))
    elif format_ == "markdown":
        click.echo(markdown(report), nl=False)
    else:
        print_text(report, console())


def print_text(report: Report, out: Console) -> None:
    """The verdicts first, then what they rest on."""
    result, plan = report.result, report.plan
    for candidate in result.candidates:
        _headline(candidate, report, out)
    if len(result.candidates) > 1 and out.width >= _MEDIUM:
        _plain(tables.candidates(result, plan), out)
    for candidate in result.candidates:
        if len(result.candidates) > 1:
            out.print()
            out.rule(Text(one_line(candidate.target)), align="left", style="dim")
        _checks(candidate, out)
        _reasons(candidate, out)
        shown = (
            *opinions.tables_of(candidate),
            tables.money(candidate),
            tables.times(candidate),
            tables.tone(candidate),
        )
        for table in shown:
            if table is not None:
                _plain(table, out)
    said = [
        *particular(report),
        f"Plan {plan.hash[:12]}, declared {words.moment(plan.created_ns)}, decided {words.moment(result.decided_ns)}.",
        *(f"The answers of {each.target} cost {words.spent(each)}." for each in result.candidates),
    ]
    out.print()
    for remark in said:
        _paragraph(remark, out)


def _headline(candidate: CandidateResult, report: Report, out: Console) -> None:
    lines = (
        words.headline(candidate, report.result, report.plan),
        words.decided(candidate, report.plan),
        words.outlook(candidate),
    )
    grid = Grid.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for place, line in enumerate(line for line in lines if line):
        word = "" if place else candidate.verdict
        grid.add_row(Text(word, style=_STYLES[candidate.verdict]), Text(one_line(line)))
    out.print(grid)


def _checks(candidate: CandidateResult, out: Console) -> None:
    """One grid for each scale, its unit in the title, so that cells stay narrow."""
    places = {strip.name: strip for picture in pictures.intervals(candidate) for strip in picture.strips}
    for scale, (title, unit) in _UNITS.items():
        found = [check for check in tables.ordered(candidate.checks) if check.scale == scale]
        if not found:
            continue
        columns = ["CHECK", "VERDICT", "DIFFERENCE", "BOUNDS", "MARGIN", "PAIRS"]
        if out.width >= _MEDIUM:
            columns += ["UNANSWERED"] + (["DISCORDANT", "A AGAINST A'"] if scale == "share" else [])
        if out.width >= _WIDE:
            columns.insert(4, "")
        rows = [_row(check, unit, places[check.check], out.width) for check in found]
        _grid(title, columns, rows, out)


def _row(check: CheckResult, unit: str, strip: pictures.Strip, width: int) -> list[Text]:
    def bare(text: str) -> Text:
        return Text(one_line(text.replace(unit, "")))

    verdict = Text(check.verdict, style=_STYLES[check.verdict]) if check.gates else Text(f"({check.verdict})", "dim")
    cells = [
        Text(one_line(check.check)),
        verdict,
        bare(words.difference(check.estimate, check)),
        bare(words.bounds(check)),
        bare(words.margin(check)),
        Text(f"{check.n:,}"),
    ]
    if width >= _MEDIUM:
        cells += [Text(f"{check.unanswered:,}")]
        if check.scale == "share":
            cells.append(Text(words.share(check.discordant, check.n - check.unanswered)))
            cells.append(Text("not known" if check.floor is None else tables.noise(check)))
    if width >= _WIDE:
        cells.insert(4, Text(_drawn(strip)))
    return cells


def _drawn(strip: pictures.Strip) -> str:
    """The interval in signs: ``├──●──┤``, the margin ``╎``, no difference ``·``."""

    def column(place: float) -> int:
        return round(place / 100 * (_PICTURE - 1))

    signs = [" "] * _PICTURE
    signs[column(strip.none)] = "·"
    low, high = column(strip.low), column(strip.high)
    signs[low : high + 1] = "─" * (high - low + 1)
    signs[low] = "←" if strip.open_low else "├"
    signs[high] = "→" if strip.open_high else "┤"
    for margin in strip.margins:
        signs[column(margin)] = "╎"
    if strip.estimate is not None:
        signs[column(strip.estimate)] = "●"
    return "".join(signs)


def _reasons(candidate: CandidateResult, out: Console) -> None:
    """Classes of disagreement, and where the grid has no room for it how many pairs differ."""
    lines = []
    for check in tables.ordered(candidate.checks):
        told = [f"{reason} ({count:,})" for reason, count in check.reasons]
        if check.scale == "share" and out.width < _MEDIUM and (check.discordant or check.gates):
            told.insert(0, f"{words.share(check.discordant, check.n - check.unanswered)} discordant")
            told.append(f"A against A' {tables.noise(check)}")
        if told:
            lines.append(f"{check.check}: {', '.join(told)}")
    if lines:
        out.print()
        out.print(Text("Why pairs differ", style="bold"))
    for line in lines:
        _paragraph(line, out)


def _plain(table: Table, out: Console) -> None:
    rows = [[Text(one_line(cell)) for cell in row] for row in table.rows]
    _grid(table.caption, [column.upper() for column in table.columns], rows, out, figures=table.figures)


def _grid(title: str, columns: Sequence[str], rows: Sequence[Sequence[Text]], out: Console, figures: int = 0) -> None:
    out.print()
    out.print(Text(one_line(title[:1].upper() + title[1:]), style="bold"))
    grid = Grid(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for place, column in enumerate(columns):
        right = place >= len(columns) - figures
        grid.add_column(column, overflow="fold", justify="right" if right and figures else "left")
    for row in rows:
        grid.add_row(*row)
    out.print(grid)


def _paragraph(text: str, out: Console) -> None:
    out.print(Padding(Text(one_line(text)), (0, 0, 0, 2), expand=False))
