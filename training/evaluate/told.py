"""What an evaluation finds: cells of shares, and lines of other figures.

It knows their shape, the same for every part, so that a new part needs no new layout. It does not know Markdown.
"""

from dataclasses import dataclass, field

import msgspec

from training.evaluate.scoring import Share


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One share of one snapshot."""

    part: str
    row: str
    share: Share
    goal: float | None = None
    note: str = ""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A row of other figures, each under its column's name."""

    part: str
    row: str
    values: dict[str, str]


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """All of one snapshot."""

    name: str
    date: str
    parameters: int
    bytes: int
    cells: tuple[Cell, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    can: tuple[str, ...]
    seconds: dict[str, float]
    """What each part took."""


@dataclass(slots=True)
class Told:
    """What is being gathered."""

    cells: list[Cell] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def cell(self, part: str, row: str, found: Share, goal: float | None = None) -> None:
        """One more share."""
        self.cells.append(Cell(part=part, row=row, share=found, goal=goal))

    def line(self, part: str, row: str, **values: str) -> None:
        """One more row; an underscore in a column's name is a space."""
        named = {name.replace("_", " "): value for name, value in values.items()}
        self.lines.append(Line(part=part, row=row, values=named))
