"""Numbers, dates and times of day that a text states, in one spelling each.

It knows digits with separators of either convention, common units and the months of six languages. It does not know
which of them matter (``checks.facts``). A number that two conventions read differently keeps both readings, and
agrees where any reading does. Digits inside names, addresses and code are no quantities.
"""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

READ_UP_TO: Final = 50_000
"""Characters of a text that are read."""
_MOST = 2_000


class Quantity(NamedTuple):
    """One stated amount, date or time of day."""

    readings: frozenset[str]
    """Canonical digits, each way that its separators may be read."""
    unit: str = ""
    """A base unit (``m``, ``%``, ``date`` …); empty where none stands beside it."""

    def same_value(self, other: "Quantity") -> bool:
        """Whether any reading is shared."""
        return not self.readings.isdisjoint(other.readings)

    def agrees(self, other: "Quantity") -> bool:
        """The same value; a unit that one of them leaves out says nothing."""
        return self.same_value(other) and (self.unit == other.unit or not self.unit or not other.unit)


_METRE = {"mm": "0.001", "cm": "0.01", "m": "1", "km": "1000", "kilometers": "1000", "kilometres": "1000",
          "meters": "1", "metres": "1", "metri": "1", "chilometri": "1000"}  # fmt: skip
_GRAM = {"mg": "0.001", "g": "1", "kg": "1000", "t": "1000000", "grams": "1", "kilograms": "1000"}
_LITRE = {"ml": "0.001", "cl": "0.01", "l": "1", "liters": "1", "litres": "1"}
_SECOND = {"ms": "0.001", "s": "1", "sec": "1", "seconds": "1", "min": "60", "minutes": "60", "minute": "60",
           "h": "3600", "hours": "3600", "hour": "3600"}  # fmt: skip
_BYTE = {"kb": "1000", "mb": "1000000", "gb": "1000000000", "tb": "1000000000000"}
_UNITS: Final[dict[str, tuple[str, Decimal]]] = {
    **{
        word: (base, Decimal(factor))
        for base, words in (("m", _METRE), ("g", _GRAM), ("l", _LITRE), ("s", _SECOND), ("B", _BYTE))
        for word, factor in words.items()
    },
    **{
        word: (base, Decimal(1))
        for base, words in (
            ("%", ("%", "percent", "per cent", "prozent", "pour cent", "per cento", "por ciento")),
            ("USD", ("$", "usd", "dollars", "dollar")),
            ("EUR", ("€", "eur", "euro", "euros")),
            ("GBP", ("£", "gbp", "pounds")),
            ("JPY", ("¥", "jpy", "yen")),
            ("°C", ("°c", "℃")),
            ("°F", ("°f", "℉")),
            ("day", ("days", "day", "giorni", "tage", "jours", "días", "天")),
            ("year", ("years", "year", "anni", "jahre", "ans", "años", "年")),
        )
        for word in words
    },
}
_UNIT_WORDS = "|".join(re.escape(word) for word in sorted(_UNITS, key=len, reverse=True))
_LETTER = r"A-Za-z0-9_\u00c0-\u024f"
"""What a number inside a word stands beside; ideographs stand beside numbers without a space."""
_NUMBER = re.compile(
    rf"(?:(?<![{_LETTER})])(?P<sign>[-\u2212]))?(?P<money>[$€£¥]\s?)?(?<![{_LETTER}./@#:])(?<![{_LETTER})]-)"
    r"(?P<digits>\d{1,3}(?:[,.'\u2019\u00a0\u202f]\d{3}){1,8}(?:[.,]\d{1,30})?|\d{1,40}(?:[.,]\d{1,30})?)"
    rf"(?:[ \u00a0]?(?P<unit>{_UNIT_WORDS})(?![A-Za-z]))?(?![{_LETTER}@]|[./:-][{_LETTER}])",
    re.IGNORECASE,
)
_MONTHS = (
    "january janvier gennaio januar enero jan januari|february février febbraio februar febrero feb|"
    "march mars marzo märz mar|april avril aprile abril apr|may mai maggio mayo|june juin giugno juni junio jun|"
    "july juillet luglio juli julio jul|august août agosto aug|september septembre settembre septiembre sep sept|"
    "october octobre ottobre oktober octubre oct okt|november novembre noviembre nov|"
    "december décembre dicembre dezember diciembre dec dez"
)
_MONTH: Final = {word: number for number, words in enumerate(_MONTHS.split("|"), 1) for word in words.split()}
_MONTH_WORDS = "|".join(sorted(_MONTH, key=len, reverse=True))
_DATE = re.compile(
    r"(?<![A-Za-z0-9_.-])(?:(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?=\D|$)"
    r"|(?P<p>\d{1,2})[./](?P<q>\d{1,2})[./](?P<r>\d{4})"
    rf"|(?P<d1>\d{{1,2}})(?:st|nd|rd|th|\.)? (?:of |de )?(?P<m1>{_MONTH_WORDS})\.?,? (?:de |del )?(?P<y1>\d{{4}})"
    rf"|(?P<m2>{_MONTH_WORDS})\.? (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y2>\d{{4}})"
    r"|(?P<y3>\d{4})年(?P<m3>\d{1,2})月(?P<d3>\d{1,2})日)(?![A-Za-z0-9_])",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?<![\w:.])(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?(?: ?(?P<half>[ap])\.?m\b)?(?![\w:])", re.IGNORECASE
)
_NOT_SPOKEN = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+", re.DOTALL)
_ORDINAL = re.compile(r"^[ \t>*#_]*\(?\d{1,3}(?:\.\d{1,2})*[.):][*_]*(?=\s)|\[\d{1,3}\]", re.MULTILINE)


@lru_cache(maxsize=1024)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Everything that the text states, each value once, in order; at most ``_MOST``."""
    if not any(map(str.isdigit, text[:READ_UP_TO])):
        return ()
    plain = _NOT_SPOKEN.sub(" ", text[:READ_UP_TO])
    found: dict[Quantity, None] = {}
    plain = _DATE.sub(lambda match: _taken(found, _date(match)), plain)
    plain = _CLOCK.sub(lambda match: _taken(found, _clock(match)), plain)
    for match in _NUMBER.finditer(_ORDINAL.sub(" ", plain)):
        found[_amount(match)] = None
        if len(found) >= _MOST:
            break
    return tuple(found)


def _taken(found: dict[Quantity, None], quantity: Quantity) -> str:
    found[quantity] = None
    return " "


def _date(match: re.Match[str]) -> Quantity:
    if match["p"]:
        day, month, year = int(match["p"]), int(match["q"]), int(match["r"])
        orders = [(day, month), (month, day)]  # either convention; what is no month falls away
        readings = {f"{year:04}-{m:02}-{d:02}" for d, m in orders if m <= 12} or {match[0]}
        return Quantity(frozenset(readings), "date")
    for y, m, d in (("y", "m", "d"), ("y1", "m1", "d1"), ("y2", "m2", "d2"), ("y3", "m3", "d3")):
        if match[y]:
            word = match[m].lower()
            month = int(word) if word.isdecimal() else _MONTH[word]
            return Quantity(frozenset({f"{int(match[y]):04}-{month:02}-{int(match[d]):02}"}), "date")
    return Quantity(frozenset({match[0]}), "date")


def _clock(match: re.Match[str]) -> Quantity:
    hour, half = int(match["hour"]), (match["half"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return Quantity(frozenset({f"{hour:02}:{match['minute']}"}), "clock")


def _amount(match: re.Match[str]) -> Quantity:
    word = (match["unit"] or match["money"] or "").strip().lower()
    base, factor = _UNITS.get(word, ("", Decimal(1)))
    sign = "-" if match["sign"] else ""
    return Quantity(
        frozenset(_digits(Decimal(sign + reading) * factor) for reading in _readings(match["digits"])), base
    )


def _readings(digits: str) -> set[str]:
    """``1.234`` may be a thousand and more, or one and a bit; every other spelling has one reading."""
    marks = [sign for sign in digits if not sign.isdigit()]
    if not marks:
        return {digits}
    last = marks[-1]
    whole, _, rest = digits.rpartition(last)
    plain = re.sub(r"\D", "", whole)
    as_decimal = f"{plain or 0}.{rest}"
    joined = re.sub(r"\D", "", digits)
    if last not in ".,":
        return {joined}
    if len(marks) > 1:
        return {joined} if len(set(marks)) == 1 else {as_decimal}
    return {joined, as_decimal} if len(rest) == 3 and len(plain) <= 3 else {as_decimal}


def _digits(value: Decimal) -> str:
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
