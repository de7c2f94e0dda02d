"""Addresses in an answer: which may be followed, and whether one leads where it says.

It knows schemes and hosts. It fetches nothing, and nothing here is fetched by a page: a person clicks, or nothing is.
"""

import re
from typing import Final
from urllib.parse import urlsplit

SCHEMES: Final = frozenset({"http", "https", "mailto"})
LONGEST: Final = 2_000
BARE: Final = re.compile(r"(?<!\w)https?://[^\s<>\"'`\\]{1,2000}", re.IGNORECASE)
"""An address that stands in a text by itself."""
_SAYS: Final = re.compile(r"(?:https?://)?((?:[\w-]{1,63}\.){1,8}[a-z]{2,24})(?:[/:?#]|$)", re.IGNORECASE)
_BEHIND: Final = ".,;:!?*_~'\""


def may_be_followed(address: str) -> bool:
    """Whether an address is made a link: absolute, of a known scheme, with a host and nobody's name before it."""
    try:
        parts = urlsplit(address)
        if parts.scheme == "mailto":
            return bool(parts.path) and len(address) <= LONGEST
        return (
            parts.scheme in SCHEMES
            and bool(parts.hostname)
            and "@" not in parts.netloc
            and "\\" not in address
            and len(address) <= LONGEST
        )
    except ValueError:
        return False


def bare(address: str) -> str:
    """An address found in a text, without the punctuation behind it."""
    while address:
        last = address[-1]
        unpaired = last in ")]}" and address.count(last) > address.count("([{"[")]}".index(last)])
        if last not in _BEHIND and not unpaired:
            break
        address = address[:-1]
    return address


def really(text: str, address: str) -> str:
    """The host that a link leads to, where its text names another; else empty."""
    said = _SAYS.match(text.strip())
    host = urlsplit(address).hostname
    if said is None or host is None:
        return ""
    named, host = said[1].lower().removeprefix("www."), host.removeprefix("www.")
    return "" if named == host else host
