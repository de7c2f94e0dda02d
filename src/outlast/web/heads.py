"""The head of an answer as bytes, safe whatever its values are made of.

It knows status lines, our own headers and which characters may stand in a header. It does not know when an
answer is sent (``web.reply``) nor what it says.
"""

import re
from email.utils import formatdate
from http import HTTPStatus
from urllib.parse import quote

from outlast.gateway.ports import Headers

# The server alone decides these: how the body is framed, how long the connection lives, who answered, when.
OWN = frozenset(
    {
        "connection",
        "content-length",
        "date",
        "keep-alive",
        "server",
        "transfer-encoding",
        "upgrade",
        "x-outlast-request-id",
    }
)
CLOSE = "connection: close\r\n"
KEEP = "connection: keep-alive\r\n"
BODYLESS = frozenset({204, 304})

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9a-zA-Z-]+")
_KNOWN_NAMES_LIMIT = 1024
_KNOWN_LINES_LIMIT = 1024
_STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus}


_REPEATED = frozenset(
    {
        "content-type", "deprecation", "link", "openai-version", "sunset", "x-outlast-adapted", "x-outlast-reason",
        "x-outlast-requested-model", "x-outlast-served-model", "x-ratelimit-limit-requests",
        "x-ratelimit-limit-tokens", "x-ratelimit-reset-requests", "x-ratelimit-reset-tokens", "x-simulated",
    }
)  # fmt: skip
"""Headers whose values come again and again: their whole lines are remembered."""


class HeadWriter:
    """Writes heads; keeps the lines and names that answers share."""

    __slots__ = ("_lines", "_names", "_shared")

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], str] = {}
        self._names: set[str] = set()
        self._shared = ""
        self.refresh(0)

    def refresh(self, unix_seconds: int) -> None:
        """Move the ``date`` header on."""
        self._shared = f"server: outlast\r\ndate: {formatdate(unix_seconds, usegmt=True)}\r\n"

    def head(self, status: int, headers: Headers, *, request_id: str, framing: str) -> bytes:
        """Status line, the caller's headers, ours, and the empty line.

        ``framing`` is text of this server: whole lines that say where the body ends. A name that is no token is
        left out; a character that a header cannot carry is percent-encoded.
        """
        known, lines = self._lines, [_STATUS_LINES.get(status) or f"HTTP/1.1 {status} \r\n"]
        for header in headers:
            lines.append(known.get(header) or self._line(header))  # noqa: PERF401 - a comprehension is no quicker here
        lines.append(f"x-outlast-request-id: {request_id}\r\n{self._shared}{framing}\r\n")
        return "".join(lines).encode("ascii")

    def _line(self, header: tuple[str, str]) -> str:
        """One header's line; empty for one that may not be sent."""
        name, value = header
        if name not in self._names and not self._admit(name):
            return ""
        line = f"{name}: {value if value.isascii() and value.isprintable() else _safe(value)}\r\n"
        if name in _REPEATED:
            if len(self._lines) >= _KNOWN_LINES_LIMIT:
                self._lines.clear()  # names of models come from callers
            self._lines[header] = line
        return line

    def _admit(self, name: str) -> bool:
        """Whether a header of this name may be sent; remembered, because names repeat."""
        if name.lower() in OWN or not _TOKEN.fullmatch(name):
            return False
        if len(self._names) < _KNOWN_NAMES_LIMIT:
            self._names.add(name)
        return True


_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


def _safe(value: str) -> str:
    return quote(value, safe=_PRINTABLE, errors="replace")
