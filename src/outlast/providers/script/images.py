"""What a simulated model sees in an image: its type, its size in pixels and in bytes.

It knows the first bytes of four formats. It does not look at pixels, and opens no address.
"""

import base64
import binascii
from urllib.parse import urlsplit

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_SIZES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


def describe(url: str) -> str:
    """One sentence part about an image: ``a PNG image of 4 x 3 pixels, 97 bytes``."""
    if not url.startswith("data:"):
        return (
            f"an image at {urlsplit(url).hostname or 'an address I cannot read'}, which a simulated model never opens"
        )
    try:
        data = base64.b64decode(url.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        return "an image whose data is not base64"
    name, size = _measure(data)
    pixels = f" of {size[0]} x {size[1]} pixels" if size else ""
    return f"{name}{pixels}, {len(data)} bytes"


def _measure(data: bytes) -> tuple[str, tuple[int, int] | None]:
    if data.startswith(_PNG) and len(data) >= 24:
        return "a PNG image", (int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big"))
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        return "a GIF image", (int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little"))
    if data.startswith(b"\xff\xd8"):
        return "a JPEG image", _jpeg_size(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "a WebP image", None
    return "data of a type I do not know", None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        if data[at + 1] in _JPEG_SIZES:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
