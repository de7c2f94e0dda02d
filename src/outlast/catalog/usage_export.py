"""A provider's usage export (CSV) as token counts by model: OpenAI's, Anthropic's, or anybody's with named columns.

It knows separators, spellings of numbers and how rows add up. It does not know which model a name means, nor prices.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from outlast.catalog.usage_columns import Columns, Meaning, columns_of
from outlast.errors import CatalogInvalid
from outlast.exchange import Usage

SEPARATORS = ",;\t|"
MOST = 10**15
"""Tokens of one cell: more is a slip."""
LONGEST_CELL = 2_000
LONGEST_MODEL = 300
GROUPED = re.compile(r"\d{1,3}(?:[ '\u00a0\u202f_]\d{3})+|\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+")
TWO_COMMAS = re.compile(r"(?<![\w,.])[1-9]\d{0,2}(?:,\d{3}){2,}(?![\w,.])")
"""No number has two decimal signs."""
ONE_COMMA = re.compile(r"[1-9]\d{0,2},\d{3}")
AMBIGUOUS = "can mean two numbers beside semicolons; write it without a comma, or separate the columns with commas"
ITEMS: dict[str, Meaning] = {
    "input": "uncached",
    "input tokens": "uncached",
    "cached input": "cached",
    "cached input tokens": "cached",
    "input cached tokens": "cached",
    "output": "output",
    "output tokens": "output",
}
"""The kinds of token of a cost export's line."""
NO_MODEL = "(no model)"


@dataclass(slots=True)
class Counts:
    """The tokens of one model, as they add up."""

    rows: int = 0
    calls: int = 0
    input: int = 0
    cached: int = 0
    written: int = 0
    output: int = 0
    reasoning: int = 0

    @property
    def usage(self) -> Usage:
        """As the rest of the program counts: each part is contained in its total."""
        return Usage(
            input_tokens=self.input,
            cached_tokens=self.cached,
            cache_write_tokens=self.written,
            output_tokens=self.output,
            reasoning_tokens=self.reasoning,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What a file adds up to."""

    name: str
    rows: int
    models: dict[str, Counts]
    """By the name that the file uses, those with the most tokens first."""
    owner: str
    """The provider whose export it is, where its columns tell; else empty."""
    first: dt.date | None
    last: dt.date | None
    left_out: int
    """Rows of a cost export that count no tokens."""

    @property
    def origin(self) -> str:
        """Where the counts come from, in words."""
        span = f", {self.first} to {self.last}" if self.first else ""
        return f"{self.name}: {self.rows:,} rows{span}, as exported"


def read_usage_export(raw: bytes, name: str) -> Export:
    """Add a file up.

    Raises:
        CatalogInvalid: it is no such file, or a cell cannot be meant; line and column are named.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise CatalogInvalid(f"{name} is no UTF-8 text; export it as CSV") from exc
    if "\x00" in text:
        raise CatalogInvalid(f"{name} is no text; export it as CSV")
    separator = _separator(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = next((row for row in rows if any(cell.strip() for cell in row)), None)
        if header is None:
            raise CatalogInvalid(f"{name} is empty")
        columns = columns_of([cell[:LONGEST_CELL] for cell in header])
        return _Sum(name, columns, decimal_comma=separator == ";" and not TWO_COMMAS.search(text)).over(
            (rows.line_num, row) for row in rows
        )
    except csv.Error as exc:
        raise CatalogInvalid(f"{name}:{rows.line_num}: {exc}") from exc
    except ValueError as exc:
        raise CatalogInvalid(f"{name}: {exc}") from exc


def _separator(text: str) -> str:
    """The one that splits the first line into most columns."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=lambda sign: (first.count(sign), -SEPARATORS.index(sign)))


class _Sum:
    """Adds rows up."""

    def __init__(self, name: str, columns: Columns, *, decimal_comma: bool) -> None:
        self._name = name
        self._columns = columns
        self._decimal_comma = decimal_comma
        self._models: dict[str, Counts] = {}
        self._days: list[dt.date] = []
        self._left_out = 0
        self._rows = 0

    def over(self, rows: Iterator[tuple[int, list[str]]]) -> Export:
        """The sum over the rows; an empty row is none."""
        for line, row in rows:
            if any(cell.strip() for cell in row):
                self._add(line, row)
        models = sorted(self._models.items(), key=lambda each: (-(each[1].input + each[1].output), each[0]))
        return Export(
            name=self._name,
            rows=self._rows,
            models=dict(models),
            owner=self._columns.owner,
            first=min(self._days, default=None),
            last=max(self._days, default=None),
            left_out=self._left_out,
        )

    def _add(self, line: int, row: list[str]) -> None:
        if len(row) > len(self._columns.names):
            raise CatalogInvalid(
                f"{self._name}:{line}: {len(row)} cells for {len(self._columns.names)} columns; "
                "a number with separators has to be quoted"
            )
        cells = [*row, *[""] * (len(self._columns.names) - len(row))]
        counted = self._item(line, cells) if self._columns.line_item else self._counts(line, cells)
        if counted is None:
            return
        model, counts = counted
        if model == NO_MODEL and not (counts.input or counts.output or counts.calls):
            return  # a day on which nothing was used
        self._rows += 1
        self._days += self._day(cells)
        kept = self._models.setdefault(model, Counts())
        for word in Counts.__slots__:
            setattr(kept, word, getattr(kept, word) + getattr(counts, word))

    def _counts(self, line: int, cells: Sequence[str]) -> tuple[str, Counts]:
        """One row that has a column for each kind of token."""
        told = {
            meaning: self._number(line, cells, places)
            for meaning, places in self._columns.places.items()
            if meaning not in ("model", "day")
        }
        cached, written = told["cached"], told["written"]
        uncached = told["uncached"] if self._columns.places["uncached"] else told["input"]
        total = uncached + cached + written if self._columns.apart else told["input"]
        if self._columns.places["input"] and self._columns.places["uncached"]:
            total = told["input"]
        if cached + written > total or told["reasoning"] > told["output"]:
            raise CatalogInvalid(
                f"{self._name}:{line}: a part is more than its whole: {cached + written:,} cached and written of "
                f"{total:,} input tokens, {told['reasoning']:,} reasoning of {told['output']:,} output tokens"
            )
        (place,) = self._columns.places["model"]
        return self._model(line, cells[place]), Counts(
            rows=1,
            calls=told["calls"],
            input=total,
            cached=cached,
            written=written,
            output=told["output"],
            reasoning=told["reasoning"],
        )

    def _item(self, line: int, cells: Sequence[str]) -> tuple[str, Counts] | None:
        """One row of a cost export; None where it counts no tokens of a model."""
        item, quantity, unit = self._columns.line_item
        if not cells[item].strip() and not cells[quantity].strip():
            return None  # a day on which nothing was used, or one sum of everything
        model, comma, kind = cells[item].rpartition(",")
        meaning = ITEMS.get(kind.strip().lower().replace("_", " "))
        if not comma or meaning is None or cells[unit].strip().lower() not in ("tokens", "token"):
            self._left_out += 1
            return None
        count = self._number(line, cells, (quantity,))
        counts = Counts(rows=1, input=0 if meaning == "output" else count)
        counts.cached = count if meaning == "cached" else 0
        counts.output = count if meaning == "output" else 0
        return self._model(line, model), counts

    def _model(self, line: int, cell: str) -> str:
        model = cell.strip()
        if len(model) > LONGEST_MODEL or not model.isprintable():
            raise CatalogInvalid(f"{self._name}:{line}: the model's name is too long or holds control characters")
        return model or NO_MODEL

    def _number(self, line: int, cells: Sequence[str], places: Sequence[int]) -> int:
        """The sum of these cells; an empty one is none."""
        total = 0
        for place in places:
            try:
                total += count_in(cells[place], decimal_comma=self._decimal_comma)
            except ValueError:
                either = self._decimal_comma and ONE_COMMA.fullmatch(cells[place].strip())
                raise CatalogInvalid(
                    f"{self._name}:{line}: column {self._columns.names[place].strip()}: "
                    f"{cells[place][:60]!r} {AMBIGUOUS if either else 'is no number of tokens or calls'}"
                ) from None
        return total

    def _day(self, cells: Sequence[str]) -> list[dt.date]:
        """The row's day, from the first column that has one."""
        for place in self._columns.places["day"]:
            cell = cells[place].strip()
            try:
                if cell.isdecimal() and len(cell) == 10:
                    return [dt.datetime.fromtimestamp(int(cell), dt.UTC).date()]
                return [dt.date.fromisoformat(cell[:10])]
            except ValueError:
                continue
        return []


def count_in(cell: str, *, decimal_comma: bool = False) -> int:
    """A whole number as people and spreadsheets write it: ``1,234``, ``1234.0``, ``1.2e6``.

    Beside semicolons a comma is the decimal sign, and ``1.234`` is one thousand and some. ``1,234`` is so there too,
    because tokens are whole; ``1,000`` could be 1 as well.

    Raises:
        ValueError: it is none, more than anybody uses, or one of two.
    """
    text = cell.strip()
    if not text or text in ("-", "null", "NULL", "None"):
        return 0
    if len(text) > 40 or (not text.isascii() and not GROUPED.fullmatch(text)):
        raise ValueError(cell)
    thousands, point = (".", ",") if decimal_comma else (",", ".")
    whole = decimal_comma and (TWO_COMMAS.fullmatch(text) or ONE_COMMA.fullmatch(text))
    if whole and text.count(",") == 1 and text.endswith(",000"):
        raise ValueError(cell)
    if whole or (GROUPED.fullmatch(text) and point not in text):
        text = re.sub(r"[^0-9]", "", text)
    elif re.fullmatch(rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+{re.escape(point)}0+", text):
        text = text.replace(thousands, "").split(point)[0]
    try:
        amount = Decimal(text.replace(point, "."))
    except InvalidOperation:
        raise ValueError(cell) from None
    if not amount.is_finite() or amount < 0 or amount.adjusted() > 15 or amount > MOST or amount != int(amount):
        raise ValueError(cell)
    return int(amount)
