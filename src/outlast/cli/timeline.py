"""A bar of text from today to a model's end, on one scale for every line of a calendar.

It knows days and cells. It does not know models.
"""

import datetime as dt

CELLS = 26
DAYS_A_CELL = 14
"""26 cells of two weeks show a year."""

RUNNING = "━"
OVER = "·"
END = "┃"
UNSURE_END = "?"
BEYOND = "▶"
NO_END = "╌"
GONE = "×"  # noqa: RUF001 - a mark in a drawing, not a letter

LEGEND = (
    f"{RUNNING} answers  {END} last day  {UNSURE_END} last day, not sure  {BEYOND} ends later than this page  "
    f"{NO_END} no end known  {GONE} has ended"
)


def bar(days_left: int | None, *, ended: bool, unsure: bool) -> str:
    """A year from today, two weeks a cell."""
    if ended or (days_left is not None and days_left < 0):
        return GONE + OVER * (CELLS - 1)
    if days_left is None:
        return NO_END * CELLS
    cells = days_left // DAYS_A_CELL
    if cells >= CELLS:
        return RUNNING * (CELLS - 1) + BEYOND
    return RUNNING * cells + (UNSURE_END if unsure else END) + OVER * (CELLS - 1 - cells)


def axis(today: dt.date) -> str:
    """The heading over the bars: every twelfth week's month, at its cell."""
    line = [" "] * CELLS
    for cell in range(0, CELLS - 3, 6):
        label = (today + dt.timedelta(days=cell * DAYS_A_CELL)).strftime("%b")
        line[cell : cell + len(label)] = label
    return "".join(line).rstrip()
