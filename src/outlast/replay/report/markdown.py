"""A report as Markdown: for pull requests, wikis and mail.

It knows what in a text Markdown would obey. It does not know figures (``tables``) nor pages (``page``).
"""

import re
from collections.abc import Iterator
from typing import Final

from outlast.replay.report import opinions, tables, words
from outlast.replay.report.cases import Answer, Case, Report
from outlast.replay.report.remarks import remarks
from outlast.replay.report.tables import Table
from outlast.replay.report.visible import one_line, shortened, visible
from outlast.replay.result import CandidateResult

_ACTIVE: Final = re.compile(r"[\\`*_{}\[\]#|!~$]")
_LONGEST_TEXT: Final = 1_500
"""Signs of a prompt or an answer."""


def markdown(report: Report) -> str:
    """The whole report."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    result, plan = report.result, report.plan
    yield f"# {_text(plan.model)}: may a candidate take over from {_text(result.incumbent)}?"
    for candidate in result.candidates:
        yield from _verdict(candidate, report)
    if len(result.candidates) > 1:
        yield from _table(tables.candidates(result, plan))
    for candidate in result.candidates:
        yield from ("", f"## {_text(candidate.target)}")
        for table in (*tables.every(candidate, plan), *opinions.tables_of(candidate)):
            yield from _table(table)
        yield from _cases(report.cases.get(candidate.target, ()))
    yield from ("", "## What a reader must know", "")
    yield from (f"- {_text(remark)}" for remark in remarks(report))
    yield from ("", "## The plan")
    yield from _table(tables.plan_table(result, plan))


def _verdict(candidate: CandidateResult, report: Report) -> Iterator[str]:
    yield from ("", f"**{candidate.verdict}** {_text(words.headline(candidate, report.result, report.plan))}")
    said = (words.decided(candidate, report.plan), words.outlook(candidate))
    yield from ("", _text(" ".join(part for part in said if part)))


def _table(table: Table) -> Iterator[str]:
    columns = [_text(column) for column in table.columns]
    marks = ["---:" if at >= len(columns) - table.figures else "---" for at in range(len(columns))]
    yield from ("", f"{_text(table.caption)}:", "")
    for cells in (columns, marks, *([_text(cell) for cell in row] for row in table.rows)):
        yield f"| {' | '.join(cells)} |"


def _cases(cases: tuple[Case, ...]) -> Iterator[str]:
    if cases:
        yield from ("", "### Worst disagreements")
    for case in cases:
        reasons = ", ".join(f"{each.check}: {each.reason or 'other outcome'}" for each in case.differs)
        yield from ("", f"#### Request {_text(case.item)}", "", _text(f"{reasons}. {case.where}."))
        if not case.parts:
            yield from _asked("Prompt:", case.prompt, case.answers)
        for part in case.parts:
            readings = ", ".join(f"{who} {reading}" for who, reading in part.readings)
            yield from _asked(f"{part.name.capitalize()} ({readings}):", part.prompt, part.answers)
        if case.alike:
            yield from ("", _text(f"Both sides did the same {', and '.join(case.alike)}."))


def _asked(title: str, prompt: str, answers: tuple[Answer, ...]) -> Iterator[str]:
    yield from ("", _text(title), *_fenced(prompt))
    for answer in answers:
        yield from ("", _text(f"{answer.who}, {answer.target}, {answer.note}:"))
        if answer.text:
            yield from _fenced(answer.text)


def _fenced(text: str) -> Iterator[str]:
    """In a fence that is longer than any in it: nothing in there is obeyed."""
    shown = visible(shortened(text, _LONGEST_TEXT))
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    yield from ("", f"{fence}text", shown, fence)


def _text(text: str) -> str:
    """In a line or a cell: nothing in it is markup, a link or HTML."""
    line = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = re.sub(r"(?i)\bwww\.", "www&#46;", _ACTIVE.sub(r"\\\g<0>", line))
    return line.replace("://", "&#58;//").replace("@", "&#64;")
