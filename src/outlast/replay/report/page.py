"""A report as one HTML file: it opens from a disk, asks nothing of any network and runs no script.

It knows templates, and how large a page may be. It does not know how figures are worded (``words``, ``tables``).

What models said is hostile. Every text goes through ``visible`` and is escaped by the templates; the page's policy
allows its own style sheet and nothing else.
"""

import base64
import hashlib
from importlib.resources import files
from typing import Final

import msgspec
from markupsafe import Markup

from outlast.replay.report import opinions, pictures, tables, words
from outlast.replay.report.cases import Answer, Case, Report
from outlast.replay.report.remarks import remarks
from outlast.replay.report.tables import Table
from outlast.replay.report.templating import ENVIRONMENT
from outlast.replay.report.visible import shortened
from outlast.replay.result import CandidateResult

LARGEST: Final = 2_000_000
"""Bytes of a page."""
_TEXTS: Final = (6_000, 2_000, 600, 200, 0)
"""Signs of a prompt or an answer, the first that keeps the page small enough."""
_CSS: Final = {"PASS": "pass", "FAIL": "fail", "NOT YET": "open"}


class _Section(msgspec.Struct, frozen=True, kw_only=True):
    """What the page says of one candidate."""

    result: CandidateResult
    css: str
    meaning: str
    headline: str
    decided: str
    outlook: str
    silent: str
    spent: str
    intervals: tuple[pictures.Intervals, ...]
    spans: tuple[pictures.Spans, ...]
    bars: pictures.Bars | None
    checks: Table
    grounds: Table
    money: Table | None
    tokens: Table | None
    times: Table | None
    tone: Table | None
    unheard: str
    slices: Table | None
    opinions: tuple[Table, ...]
    cases: tuple[Case, ...]
    cases_note: str


def html(report: Report, *, version: str) -> str:
    """The whole page; long texts are cut until it is at most ``LARGEST`` bytes, and it says so."""
    page = ""
    for most in _TEXTS:
        page = _page(report, most, version)
        if len(page.encode()) <= LARGEST:
            break
    return page


def _page(report: Report, most: int, version: str) -> str:
    style = files("outlast.replay.report").joinpath("templates", "style.css").read_text("utf-8")
    result, plan = report.result, report.plan
    return ENVIRONMENT.get_template("report.html.j2").render(
        title=f"{', '.join(f'{each.verdict}: {each.target}' for each in result.candidates)} for {plan.model}",
        report=report,
        style=Markup(style),  # noqa: S704 - our own file, whose hash the page's policy names
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        decided_at=words.moment(result.decided_ns),
        declared_at=words.moment(plan.created_ns),
        candidates=[_section(each, report, most) for each in result.candidates],
        side_by_side=tables.candidates(result, plan),
        remarks=remarks(report),
        plan=tables.plan_table(result, plan),
        version=version,
    )


def _section(candidate: CandidateResult, report: Report, most: int) -> _Section:
    plan = report.plan
    cases = report.cases.get(candidate.target, ())
    return _Section(
        result=candidate,
        css=_CSS[candidate.verdict],
        meaning=words.MEANINGS[candidate.verdict],
        headline=words.headline(candidate, report.result, plan),
        decided=words.decided(candidate, plan),
        outlook=words.outlook(candidate),
        silent=words.listed(words.silent_gates(candidate, plan)),
        spent=words.spent(candidate),
        intervals=pictures.intervals(candidate),
        spans=pictures.spans(candidate),
        bars=pictures.bars(candidate),
        checks=tables.checks(candidate, plan),
        grounds=tables.grounds(candidate),
        money=tables.money(candidate),
        tokens=tables.tokens(candidate),
        times=tables.times(candidate),
        tone=tables.tone(candidate),
        unheard=tables.unheard(candidate),
        slices=tables.slices(candidate),
        opinions=opinions.tables_of(candidate),
        cases=tuple(_cut(case, most) for case in cases),
        cases_note=f"{words.counted(len(cases), 'request')} of {candidate.pairs:,}: every check's worst before any "
        f"check's second, gates first. Texts are shown up to {most:,} signs.",
    )


def _cut(case: Case, most: int) -> Case:
    def short(answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
        return tuple(msgspec.structs.replace(each, text=shortened(each.text, most)) for each in answers)

    parts = [
        msgspec.structs.replace(part, prompt=shortened(part.prompt, most), answers=short(part.answers))
        for part in case.parts
    ]
    return msgspec.structs.replace(
        case, prompt=shortened(case.prompt, most), answers=short(case.answers), parts=tuple(parts)
    )
