"""Numbers, dates and times of day that a text states, in one spelling each.

It knows digits with separators of either convention, common units and the months of six languages. It does not know
which of them matter (``checks.facts``). A number that two conventions read differently keeps both readings, and
agrees where any reading does. Digits inside names, addresses and code are no quantities.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
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
        return (self.unit == other.unit or not self.unit or not other.unit) and self.same_value(other)


def _any_of(words: Iterable[str]) -> str:
    """A pattern for any of these words, the longest first; grouped by first letters, of which most texts have none."""
    longest_first = sorted(sorted(words, key=len, reverse=True), key=lambda word: word[0])
    groups = (
        (first, [re.escape(word[1:]) for word in group]) for first, group in groupby(longest_first, lambda w: w[0])
    )
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in groups)


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
_MINUS: Final = frozenset("-\u2212")
_MONEY: Final = frozenset("$€£¥")
_UNIT_WORDS = _any_of(_UNITS)
_MONTHS = (
    "january janvier gennaio januar enero jan januari|february février febbraio februar febrero feb|"
    "march mars marzo märz mar|april avril aprile abril apr|may mai maggio mayo|june juin giugno juni junio jun|"
    "july juillet luglio juli julio jul|august août agosto aug|september septembre settembre septiembre sep sept|"
    "october octobre ottobre oktober octubre oct okt|november novembre noviembre nov|"
    "december décembre dicembre dezember diciembre dec dez"
)
_MONTH: Final = {word: number for number, words in enumerate(_MONTHS.split("|"), 1) for word in words.split()}
_MONTH_WORDS = _any_of(_MONTH)
_DATE = re.compile(
    r"(?:(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"
    r"|(?P<p>\d{1,2})[./](?P<q>\d{1,2})[./](?P<r>\d{4})"
    rf"|(?P<d1>\d{{1,2}})(?:st|nd|rd|th|\.)? (?:of |de )?(?P<m1>{_MONTH_WORDS})\.?,? (?:de |del )?(?P<y1>\d{{4}})"
    r"|(?P<d2>\d{1,2})(?:st|nd|rd|th)?,? (?P<y2>\d{4})"
    r"|(?P<y3>\d{4})年(?P<m3>\d{1,2})月(?P<d3>\d{1,2})日)(?![A-Za-z0-9_])",
    re.IGNORECASE,
)
"""From its first digit on; a month may stand before it."""
_TIMELY = re.compile(r"\d{1,2}(?:[:./, ]|st|nd|rd|th)|\d{4}[-\u5e74]", re.IGNORECASE)
"""How every date and time of day begins, and most numbers do not."""
_MONTH_BEFORE = re.compile(rf"(?<![A-Za-z])({_MONTH_WORDS})\.? $", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?(?: ?(?P<half>[ap])\.?m\b)?(?![\w:])", re.IGNORECASE
)
_LETTER = r"A-Za-z0-9_\u00c0-\u024f"
"""What a number inside a word stands beside; ideographs stand beside numbers without a space."""
_DIGITS = r"\d{1,3}(?:[,.'\u2019\u00a0\u202f]\d{3}){1,8}(?:[.,]\d{1,30})?|\d{1,40}(?:[.,]\d{1,30})?"
_NUMBER = re.compile(
    rf"(?P<digits>{_DIGITS})(?:[ \u00a0]?(?P<unit>{_UNIT_WORDS})(?![A-Za-z]))?(?![{_LETTER}@]|[./:-][{_LETTER}])",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"[0-9]")
_INSIDE = frozenset(re.findall(rf"[{_LETTER}./@#:]", "".join(map(chr, range(0x250)))))
_TOKEN = re.compile(rf"[{_LETTER}.,/:@#-]+")
_ORDINAL = re.compile(r"\d{1,3}(?:\.\d{1,2})*[.):][*_]*(?=\s)")
_NOTE = re.compile(r"\d{1,3}\]")
_BEFORE_ORDINAL = " \t>*#_("
_NOT_SPOKEN = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+", re.DOTALL)


@lru_cache(maxsize=256)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Everything that the text states, each value once, in order; at most ``_MOST``."""
    plain = text[:READ_UP_TO]
    if "`" in plain or "://" in plain:
        plain = _NOT_SPOKEN.sub(" ", plain)
    found: dict[Quantity, None] = {}
    place = 0
    while (digit := _DIGIT.search(plain, place)) and len(found) < _MOST:
        quantity, place = _at(plain, digit.start())
        if quantity is not None:
            found[quantity] = None
    return tuple(found)


Known = Mapping[str, set[str]]
"""The units of some quantities, by each of their readings."""


def known(stated: Iterable[Quantity]) -> Known:
    """Some quantities, ready to be looked up."""
    units: dict[str, set[str]] = {}
    for quantity in stated:
        for reading in quantity.readings:
            if reading in units:
                units[reading].add(quantity.unit)
            else:
                units[reading] = {quantity.unit}
    return units


@lru_cache(maxsize=256)
def known_of(text: str) -> Known:
    """All that a text states, ready to be looked up."""
    return known(quantities(text))


def agrees_with_any(quantity: Quantity, others: Known) -> bool:
    """Whether it ``agrees`` with any of them."""
    for reading in quantity.readings:
        units = others.get(reading)
        if units is not None and (not quantity.unit or quantity.unit in units or "" in units):
            return True
    return False


def _at(text: str, start: int) -> tuple[Quantity | None, int]:
    """What begins with the digit at a place, if it is a quantity, and where to go on."""
    before = text[start - 1] if start else ""
    signed = before in _MINUS
    left = text[start - 2 : start - 1] if signed else before
    if (left in _INSIDE and not (signed and left in "./@#:")) or (signed and left == ")"):
        token = _TOKEN.match(text, start)
        return None, token.end() if token else start + 1
    if _TIMELY.match(text, start):
        for pattern, read in _TIMES:
            if (match := pattern.match(text, start)) and (quantity := read(match)) is not None:
                return quantity, match.end()
    if end := _listed(text, start, before):
        return None, end
    number = _NUMBER.match(text, start)
    if number is None:
        token = _TOKEN.match(text, start)
        return None, token.end() if token else start + 1
    return _amount(number, negative=signed, money=text[max(0, start - 2) : start].strip()[-1:]), number.end()


def _listed(text: str, start: int, before: str) -> int:
    """Where the number of a list's line or of a footnote ends; 0: it is none."""
    if before == "[" and (note := _NOTE.match(text, start)):
        return note.end()
    ordinal = _ORDINAL.match(text, start)
    if ordinal is None or text[text.rfind("\n", 0, start) + 1 : start].strip(_BEFORE_ORDINAL):
        return 0
    return ordinal.end()


def _date(match: re.Match[str]) -> Quantity | None:
    spelling = match.lastgroup
    if spelling == "r":
        day, month, year = map(int, match.group("p", "q", "r"))
        orders = [(day, month), (month, day)]  # either convention; what is no month falls away
        readings = {f"{year:04}-{m:02}-{d:02}" for d, m in orders if m <= 12} or {match[0]}
        return Quantity(frozenset(readings), "date")
    if spelling == "y2":
        word = _MONTH_BEFORE.search(match.string[max(0, match.start() - 20) : match.start()])
        if word is None:
            return None
        year, month, day = int(match["y2"]), _MONTH[word[1].lower()], int(match["d2"])
    elif spelling == "y1":
        written, name, in_year = match.group("d1", "m1", "y1")
        year, month, day = int(in_year), _MONTH[name.lower()], int(written)
    else:
        year, month, day = map(int, match.group("y", "m", "d") if spelling == "d" else match.group("y3", "m3", "d3"))
    return Quantity(frozenset({f"{year:04}-{month:02}-{day:02}"}), "date")


def _clock(match: re.Match[str]) -> Quantity:
    hour, half = int(match["hour"]), (match["half"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return Quantity(frozenset({f"{hour:02}:{match['minute']}"}), "clock")


_TIMES: Final = ((_CLOCK, _clock), (_DATE, _date))
_NO_UNIT: Final = ("", Decimal(1))


def _amount(match: re.Match[str], *, negative: bool, money: str) -> Quantity:
    digits, unit = match.group("digits", "unit")
    return _as_base(digits, (unit or (money if money in _MONEY else "")).lower(), negative=negative)


@lru_cache(maxsize=4096)
def _as_base(digits: str, unit: str, *, negative: bool) -> Quantity:
    base, factor = _UNITS.get(unit, _NO_UNIT)
    sign = "-" if negative else ""
    if factor == 1 and digits.isdecimal() and digits[0] != "0":
        return Quantity(frozenset({sign + digits}), base)
    return Quantity(frozenset(_digits(Decimal(sign + reading) * factor) for reading in _readings(digits)), base)


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
