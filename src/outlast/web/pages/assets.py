"""Style and scripts of the pages: read once, compressed once, kept by browsers for ever.

It knows files and under which address each is found. The address carries a digest of all of them, so that a newer
version is another address, and modules find each other beside themselves. It does not know what is in them.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, as it is and compressed."""

    media_type: str
    plain: bytes
    packed: bytes


class Assets:
    """The files of one version."""

    def __init__(self, found: Mapping[str, bytes]) -> None:
        self._found = {name: _asset(name, content) for name, content in found.items()}
        digest = sha256()
        for name in sorted(found):
            digest.update(name.encode() + b"\0" + sha256(found[name]).digest())
        self.version = digest.hexdigest()[:12]
        """Of all files together."""

    def path(self, name: str) -> str:
        """Where a page finds a file; an unknown one is a defect of the page and raises ``KeyError``."""
        if name not in self._found:
            raise KeyError(name)
        return f"/static/{self.version}/{name}"

    async def serve(self, request: Request) -> Response:
        """One file. Only names that were found are looked up, so that no path leads anywhere else."""
        version, _, name = str(request.path_params["path"]).partition("/")
        asset = self._found.get(name)
        if asset is None:
            raise HTTPException(404)
        tag = f'"{self.version}"'
        headers = {
            "cache-control": _FOR_EVER if version == self.version else _ASK_AGAIN,
            "etag": tag,
            "vary": "accept-encoding",
        }
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(asset.packed, headers={**headers, "content-encoding": "gzip"}, media_type=asset.media_type)
        return Response(asset.plain, headers=headers, media_type=asset.media_type)


def packaged() -> Assets:
    """The files that come with this version of Outlast."""
    folder = files("outlast.web.pages") / "static"
    return Assets({each.name: each.read_bytes() for each in folder.iterdir() if _kind(each.name) in TYPES})


def _kind(name: str) -> str:
    return name.rpartition(".")[2]


def _asset(name: str, content: bytes) -> Asset:
    return Asset(TYPES[_kind(name)], content, gzip.compress(content, compresslevel=9, mtime=0))
