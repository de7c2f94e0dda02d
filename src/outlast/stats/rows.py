"""Lines of paired outcomes into rows, in bounded memory; what is malformed is named by its line.

It knows the words of a row (``a``, ``b``, ``cluster``) and the range its values lie in. It does not know what the
rows amount to, nor where the lines come from.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from outlast.errors import EvidenceInvalid


class Row(msgspec.Struct, frozen=True, gc=False):
    """One request answered by both: the incumbent's outcome ``a``, the candidate's ``b`` (None: unanswered)."""

    a: float
    b: float | None
    cluster: str | int | None = None
    """The conversation or user it belongs to; None: it is its own."""


@dataclass(frozen=True, slots=True)
class Range:
    """The values an outcome can take: 0 and 1 for pass/fail, else everything from ``low`` to ``high``."""

    low: float = 0.0
    high: float = 1.0
    pass_fail: bool = True

    @property
    def width(self) -> float:
        """The largest possible difference of two outcomes."""
        return self.high - self.low

    def holds(self, value: float) -> bool:
        """Whether an outcome may have this value."""
        if self.pass_fail:
            return value in {0.0, 1.0}
        return self.low <= value <= self.high

    def refusal(self, value: float) -> str:
        """What is wrong with a value outside."""
        if self.pass_fail:
            return f"{value:g} is neither 0 nor 1 (scores need their range, such as --range 0:1)"
        return f"{value:g} lies outside {self.low:g}:{self.high:g}"


_DECODER = msgspec.json.Decoder(Row)


def read_rows(blocks: Iterable[bytes], allowed: Range) -> Iterator[Sequence[Row]]:
    """Rows, a block at a time; blank lines are no rows.

    Raises:
        EvidenceInvalid: A line is no row, or its value is out of range; the message begins with the line's number.
    """
    line, rest = 1, b""
    for block in blocks:
        whole, newline, rest = (rest + block).rpartition(b"\n")
        if newline:
            yield _decoded(whole, line, allowed)
            line += whole.count(b"\n") + 1
    if rest.strip():
        yield _decoded(rest, line, allowed)


def _decoded(text: bytes, first_line: int, allowed: Range) -> Sequence[Row]:
    try:
        rows = _DECODER.decode_lines(text)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        rows = []
    values = {row.a for row in rows}
    values.update(row.b for row in rows if row.b is not None)
    # Every line one row, all of them in range: else the lines are read again, one by one.
    if len(rows) != text.count(b"\n") + 1 or not all(allowed.holds(value) for value in values):
        return [
            _row(line, number, allowed) for number, line in enumerate(text.split(b"\n"), first_line) if line.strip()
        ]
    return rows


def _row(line: bytes, number: int, allowed: Range) -> Row:
    try:
        row = _DECODER.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise EvidenceInvalid(f"line {number}: {str(error)[:200]}") from None
    for name, value in (("a", row.a), ("b", row.b)):
        if value is not None and not allowed.holds(value):
            raise EvidenceInvalid(f'line {number}: "{name}": {allowed.refusal(value)}')
    return row
