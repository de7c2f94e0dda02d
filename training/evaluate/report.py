"""Figures as a page of Markdown: tables of shares beside goals, one column for each snapshot.

It knows layout and what has to be said in plain words. It does not know how figures come about.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from training.evaluate.scoring import Share
from training.evaluate.told import Cell, Found
from training.evaluate.typed import CLAIMED, FEWEST, REFUSALS

Baseline = Mapping[str, Share]

NEVER_HEARD: Final = """\
**No person has ever spoken to these models.** Every voice that they were taught with and are examined with is a
synthesiser's. How well they understand people, children, accents of people, far microphones, several speakers at once
or a language other than English was not measured, and nothing is claimed of it.

Pictures are drawn by the same program for lessons and for examinations, with other fonts, words, pairs and forms. No
photograph was shown but as what they should refuse."""
READING: Final = """\
Each cell is right/asked = share (Wilson's 95 % interval). A goal is met where the share itself reaches it. An answer is
right if it holds the question's key as words of its own, in lower case; of a conversation all answers must. Transcripts
are compared in lower case without punctuation, and are right only if nothing differs. Everything is asked through the
engine that is shipped, with greedy text, from a fixed seed."""


def page(found: Sequence[Found], baseline: Baseline, intro: Sequence[str]) -> str:
    """The whole report."""
    blocks = [
        "# What the local models can do, as measured",
        *intro,
        _cards(found),
        READING,
        "## Claims",
        *_claims(found),
    ]
    parts = dict.fromkeys(cell.part for each in found for cell in each.cells)
    figures = dict.fromkeys(line.part for each in found for line in each.lines)
    for part in dict.fromkeys((*parts, *figures)):
        blocks.append(f"## {part}")
        if part in parts:
            blocks.append(shares(part, found, baseline))
        if part in figures:
            blocks.append(lines(part, found))
    blocks += ["## What they have never heard", NEVER_HEARD, *_notes(found)]
    return "\n\n".join(blocks) + "\n"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Markdown; a bar inside of a cell would end it."""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in (columns, ["---"] * len(columns), *rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def shares(part: str, found: Sequence[Found], baseline: Baseline) -> str:
    """A part's cells: a row for each thing, a column for each snapshot."""
    by_place = {(each.name, cell.row): cell for each in found for cell in each.cells if cell.part == part}
    rows = dict.fromkeys(row for _, row in by_place)
    goals = {row: next((cell.goal for (_, other), cell in by_place.items() if other == row), None) for row in rows}
    columns = ["", *(["goal"] if any(goal is not None for goal in goals.values()) else [])]
    with_goal, with_baseline = len(columns) > 1, any(row in baseline for row in rows) and "skill" in part
    columns += [f"`{each.name}`" for each in found] + (["nearest taught question"] if with_baseline else [])
    lines_ = []
    for row in rows:
        goal = goals[row]
        cells = [row, *([f"{100 * goal:.0f} %" if goal is not None else ""] if with_goal else [])]
        cells += [_cell(by_place.get((each.name, row))) for each in found]
        lines_.append(cells + ([str(baseline[row])] if with_baseline and row in baseline else [""] * with_baseline))
    return table(columns, lines_)


def lines(part: str, found: Sequence[Found]) -> str:
    """A part's other figures, the snapshots below each other."""
    chosen = [(each.name, line) for each in found for line in each.lines if line.part == part]
    columns = list(dict.fromkeys(name for _, line in chosen for name in line.values))
    rows = [[f"`{name}`", line.row, *(line.values.get(column, "") for column in columns)] for name, line in chosen]
    return table(["snapshot", "", *columns], rows)


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return ""
    if cell.goal is None or not cell.share.of:
        return str(cell.share)
    return f"{cell.share}, {'met' if cell.share.meets(cell.goal) else '**missed**'}"


def _cards(found: Sequence[Found]) -> str:
    rows = [
        [f"`{each.name}`", each.date, f"{each.parameters / 1e6:.2f} million", f"{each.bytes / 1e6:.2f} MB"]
        for each in found
    ]
    return table(["snapshot", "date", "parameters", "file"], rows)


def _claims(found: Sequence[Found]) -> list[str]:
    rule = (
        f"A skill is claimed only where at least {100 * CLAIMED:.0f} % of its typed (or shown) held-out exchanges are "
        f"right, of at least {FEWEST} different ones; being asked by voice and speaking have goals of their own below. "
        "What is not claimed may be answered, and wrongly. What is always answered by the same sentence is no skill."
    )
    told = [rule]
    for each in found:
        skills = [cell.row for cell in each.cells if "by skill" in cell.part and cell.row not in REFUSALS]
        missed = [name for name in skills if name not in each.can]
        told.append(
            f"* `{each.name}` is claimed to do: {', '.join(each.can) or 'nothing'}.\n"
            f"* `{each.name}` is not claimed to do: {', '.join(missed) or 'nothing of what was asked'}."
        )
    return told


def _notes(found: Sequence[Found]) -> list[str]:
    notes = dict.fromkeys(note for each in found for note in each.notes)
    took = ", ".join(f"`{each.name}` {sum(each.seconds.values()):.0f} s" for each in found)
    return ["## Notes", "\n".join([*(f"* {note}" for note in notes), f"* Asking took {took}."])]
