"""A file of recorded exchanges: an index of where each request's answers stand, small enough to stay in memory.

It knows the file's format (one exchange a line) and when two requests are equal. It does not know how an answer
is delivered (``recorded``).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

import msgspec

from outlast.errors import SettingsInvalid


class Exchanged(msgspec.Struct, frozen=True):
    """One line of the file."""

    method: str
    uri: str
    request: msgspec.Raw
    status: int
    headers: dict[str, str]
    response_kind: Literal["json", "text", "base64"]
    response: msgspec.Raw


@dataclass(frozen=True, slots=True)
class Place:
    """Where one exchange stands in the file."""

    line: int
    offset: int
    length: int
    path: str
    exact: bytes
    """Digest of the request as recorded; ``Index`` is keyed by the digest without what the gateway may add."""


_LINE = msgspec.json.Decoder(Exchanged)


def digests(body: bytes | msgspec.Raw) -> tuple[bytes, bytes]:
    """Digests of a request: without ``stream_options.include_usage``, and as it is. JSON equality, not bytes'."""
    request = msgspec.json.decode(body)
    exact = _digest(request)
    return (_digest(without_usage_wish(request)) if isinstance(request, dict) else exact), exact


def without_usage_wish(request: "dict[str, object]") -> "dict[str, object]":
    """The request less the one member that the gateway adds to streams."""
    options = request.get("stream_options")
    if not isinstance(options, dict) or "include_usage" not in options:
        return request
    rest = {name: value for name, value in options.items() if name != "include_usage"}
    kept = {name: value for name, value in request.items() if name != "stream_options"}
    return kept | {"stream_options": rest} if rest else kept


def _digest(value: object) -> bytes:
    text = json.dumps(_plain(value), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode("ascii"), digest_size=16).digest()


def _plain(value: object) -> object:
    """1.0 and 1 are the same number in JSON."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_plain(member) for member in value]
    return value


class Recording:
    """The exchanges of one file, by request."""

    def __init__(self, file: Path, base_url: str | None = None) -> None:
        self.file = file
        self._index: dict[bytes, list[Place]] = {}
        prefix = base_url.rstrip("/") + "/" if base_url else ""
        for line, offset, raw in _lines(file):
            exchange = self._parse(line, raw)
            if exchange.method.upper() == "POST" and exchange.uri.startswith(prefix):
                loose, exact = digests(exchange.request)
                path = unquote(urlsplit(exchange.uri).path)
                self._index.setdefault(loose, []).append(Place(line, offset, len(raw), path, exact))

    def _parse(self, line: int, raw: bytes) -> Exchanged:
        try:
            return _LINE.decode(raw)
        except msgspec.DecodeError as error:
            raise SettingsInvalid(f"{self.file.name} line {line} is no recorded exchange: {error}") from error

    def __len__(self) -> int:
        return sum(map(len, self._index.values()))

    def places(self, path: str, body: bytes) -> list[Place]:
        """Every exchange that this request is equal to, in the file's order; exactly equal ones if there are any."""
        loose, exact = digests(body)
        ending = ending_of(path)
        found = [place for place in self._index.get(loose, ()) if place.path.endswith(ending)]
        return [place for place in found if place.exact == exact] or found

    def load(self, place: Place) -> Exchanged:
        """Read one exchange from the file."""
        with self.file.open("rb") as source:
            source.seek(place.offset)
            return self._parse(place.line, source.read(place.length))

    def closest(self, path: str, body: bytes) -> str:
        """What keeps the most similar recording from being this one; empty when the path was never recorded."""
        request = msgspec.json.decode(body)
        if not isinstance(request, dict):
            return ""
        best: tuple[int, int, str] | None = None
        for place in self._on(path):
            recorded = msgspec.json.decode(self.load(place).request)
            if isinstance(recorded, dict):
                wanted, given = without_usage_wish(recorded), without_usage_wish(request)
                found = (_distance(wanted, given), place.line, difference(wanted, given))
                best = found if best is None else min(best, found)
        return f"the closest one, line {best[1]}, {best[2]}" if best else ""

    def _on(self, path: str) -> Iterator[Place]:
        for places in self._index.values():
            yield from (place for place in places if place.path.endswith(ending_of(path)))


def ending_of(path: str) -> str:
    """What the path of a recording must end with. Google has the same model at several places: only it counts."""
    plain = unquote(path.partition("?")[0])
    return plain[plain.rfind("/models/") :] if "/models/" in plain else plain


def _distance(recorded: Mapping[str, object], request: Mapping[str, object]) -> int:
    return sum(recorded.get(name, _ABSENT) != request.get(name, _ABSENT) for name in {*recorded, *request})


_ABSENT = object()


def difference(recorded: object, request: object, where: str = "") -> str:
    """The first place where two JSON values differ, in words; values themselves are left out: they may be long."""
    if isinstance(recorded, dict) and isinstance(request, dict):
        for name in sorted({*recorded, *request}):
            if name not in request or name not in recorded:
                return f"{'lacks' if name not in recorded else 'has'} {where}{name}"
            if recorded[name] != request[name]:
                return difference(recorded[name], request[name], f"{where}{name}.")
    if isinstance(recorded, list) and isinstance(request, list):
        for index, (one, other) in enumerate(zip(recorded, request, strict=False)):
            if one != other:
                return difference(one, other, f"{where.rstrip('.')}[{index}].")
        return f"has {len(recorded)} instead of {len(request)} elements in {where.rstrip('.')}"
    return f"differs in {where.rstrip('.') or 'its whole body'}"


def _lines(file: Path) -> Iterator[tuple[int, int, bytes]]:
    try:
        with file.open("rb") as source:
            offset = 0
            for number, raw in enumerate(source, start=1):
                if raw.strip():
                    yield number, offset, raw
                offset += len(raw)
    except OSError as error:
        raise SettingsInvalid(f"{file} cannot be read: {error.strerror}") from error
