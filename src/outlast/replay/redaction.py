"""What identifies people or opens doors, taken out of a text before it is kept: for good, nothing can put it back.

It knows patterns: mail addresses, telephone, card and account numbers, addresses of machines, keys and tokens. It does
not know names of people or places, which no pattern finds: what it leaves is not anonymous. The same value becomes the
same mark within one body, so that a conversation stays coherent.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


def _luhn(text: str) -> bool:
    digits = [int(sign) for sign in text if sign.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return 13 <= len(digits) <= 19 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _iban(text: str) -> bool:
    plain = re.sub(r"\s", "", text).upper()
    return int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


def _phone(text: str) -> bool:
    return 8 <= sum(sign.isdigit() for sign in text) <= 15


def _always(_text: str) -> bool:
    return True


_KINDS: Final[tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...]] = (
    (
        "key",
        re.compile(
            r"\b(?:sk|pk|rk|ol|xai|gsk|ghp|gho|ghs|glpat|hf|AKIA|ASIA|AIza|ya29|xox[abpr])[-_A-Za-z0-9.]{16,}\b"
            r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"
            r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----",
            re.DOTALL,
        ),
        _always,
    ),
    ("mail", re.compile(r"[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}"), _always),
    ("account", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b"), _iban),
    ("card", re.compile(r"\b\d(?:[ -]?\d){12,18}\b"), _luhn),
    ("ip", re.compile(r"\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b"), _always),
    ("ip", re.compile(r"\b(?:[0-9a-fA-F]{1,4}:){5,7}[0-9a-fA-F]{1,4}\b"), _always),
    (
        "phone",
        re.compile(r"(?<![\w.])(?:\+|00)\d{1,3}[ .\-/]?(?:\(0?\d{1,4}\)[ .\-/]?)?\d(?:[ .\-/]?\d){5,12}(?!\w)"),
        _phone,
    ),
    ("phone", re.compile(r"(?<![\w.])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\w)"), _phone),
    ("ssn", re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"), _always),
)


class Redactor:
    """Takes marks for values; one for each body, so that two bodies cannot be joined by their marks."""

    def __init__(self) -> None:
        self._marks: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def text(self, text: str) -> str:
        """The text with marks in place of what was found: ``[mail 1]``."""
        for kind, pattern, holds in _KINDS:
            text = pattern.sub(partial(self._mark, kind, holds), text)
        return text

    def value(self, value: Json) -> Json:
        """Every text in a JSON value; images and audio, which nothing here can read, are left out."""
        if isinstance(value, str):
            return "[data]" if value.startswith("data:") and len(value) > 100 else self.text(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {name: self.value(item) for name, item in value.items()}
        return value

    def _mark(self, kind: str, holds: Callable[[str], bool], match: re.Match[str]) -> str:
        found = match[0]
        if not holds(found):
            return found
        mark = self._marks.get(found)
        if mark is None:
            self._counts[kind] = number = self._counts.get(kind, 0) + 1
            mark = self._marks[found] = f"[{kind} {number}]"
        return mark


def redact(body: bytes) -> bytes:
    """A JSON body without what identifies people; what is no JSON comes back empty: nobody could look through it."""
    try:
        value: Json = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return b""
    return msgspec.json.encode(Redactor().value(value))
