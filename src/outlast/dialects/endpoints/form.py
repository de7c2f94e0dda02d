"""A form (``multipart/form-data``) as every reader of it must understand it, or a refusal.

It knows the framing of RFC 7578. The gateway decides by a form's fields and an upstream reads them again, so what two
readers could take in two ways is refused: a second field of one name, a boundary inside a part, folded headers.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from outlast.errors import MalformedRequest

MOST_PARTS = 1_000
_LONGEST_BOUNDARY = 70  # RFC 2046, 5.1.1
_BOUNDARY = re.compile(rb"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105  of RFC 9110's grammar
_HEADER = re.compile(rf"({_TOKEN}):[ \t]*([^\r\n\0]*)")
_VALUE = rf'"(?:[^"\\]|\\.)*"|{_TOKEN}'
_PARAMETER = re.compile(rf";[ \t]*({_TOKEN})=({_VALUE})[ \t]*")
_KIND = re.compile(r"form-data[ \t]*", re.IGNORECASE)
_PLAIN = ("7bit", "8bit", "binary")


class Field(NamedTuple):
    """One part of a form."""

    name: str
    start: int
    """Of its value in the body."""
    end: int


def boundary_of(body: bytes) -> bytes:
    """What stands between the parts, by the body's own first line. Raises ``MalformedRequest``."""
    line, newline, _ = body[: _LONGEST_BOUNDARY + 4].partition(b"\r\n")
    if not (newline and line.startswith(b"--") and _BOUNDARY.fullmatch(line, 2)):
        raise MalformedRequest("the body is neither a form (multipart/form-data) nor a JSON object")
    return line[2:]


def content_type(boundary: bytes) -> str:
    """The header for a form with this boundary: no caller's word about where parts begin reaches an upstream."""
    text = boundary.decode("ascii")
    return "multipart/form-data; boundary=" + (text if re.fullmatch(_TOKEN, text) else f'"{text}"')


def fields(body: bytes, boundary: bytes) -> Iterator[Field]:
    """Every part, in order.

    Raises:
        MalformedRequest: the form ends too early, or readers could disagree about a part.
    """
    parts = 0
    delimiter = b"--" + boundary
    start = len(delimiter) + 2
    while True:
        parts += 1
        if parts > MOST_PARTS:
            raise MalformedRequest(f"the form has more than {MOST_PARTS:,} parts")
        end = _next(body, delimiter, start)
        head, blank, _ = body[start:end].partition(b"\r\n\r\n")
        if not blank:
            raise MalformedRequest(f"part {parts} of the form has no end of its headers")
        yield Field(_name(head, parts), start + len(head) + 4, end)
        start = end + 2 + len(delimiter) + 2
        if body[start - 2 : start] == b"--":
            break
    if body.find(delimiter, start) != -1:
        raise MalformedRequest("the form goes on after its end")


def _next(body: bytes, delimiter: bytes, start: int) -> int:
    """Where the part ends: at the line break before the next delimiter."""
    at = start - 1
    while (at := body.find(delimiter, at + 1)) != -1:
        if body[at - 1] not in b"\r\n":
            continue
        after = at + len(delimiter)
        if at - 2 < start or body[at - 2 : at] != b"\r\n" or body[after : after + 2] not in (b"\r\n", b"--"):
            raise MalformedRequest("the form's boundary stands inside one of its parts; take another boundary")
        return at - 2
    raise MalformedRequest("the form ends in the middle of a part")


def _name(head: bytes, part: int) -> str:
    """What a part is called. Raises ``MalformedRequest``."""
    said: dict[str, str] = {}
    for line in head.decode(errors="replace").split("\r\n"):
        header = _HEADER.fullmatch(line)
        if header is None or header[1].lower() in said:
            raise MalformedRequest(f"part {part} of the form has headers that cannot be read: {line[:80]!r}")
        said[header[1].lower()] = header[2].strip()
    if said.get("content-transfer-encoding", "binary").lower() not in _PLAIN:
        raise MalformedRequest(f"part {part} of the form is encoded; send its bytes as they are")
    parameters = _parameters(said.get("content-disposition", ""))
    name = parameters.get("name", "")
    if not name or "name*" in parameters or "\\" in name:
        raise MalformedRequest(f'part {part} of the form has no name that can be read; write name="…"')
    return name.strip('"')


def _parameters(disposition: str) -> dict[str, str]:
    """The parameters as they are written; none where the header cannot be read, or says one twice."""
    kind = _KIND.match(disposition)
    found: dict[str, str] = {}
    at = kind.end() if kind is not None else len(disposition) + 1
    while at < len(disposition):
        parameter = _PARAMETER.match(disposition, at)
        if parameter is None or parameter[1].lower() in found:
            return {}
        found[parameter[1].lower()] = parameter[2]
        at = parameter.end()
    return found
