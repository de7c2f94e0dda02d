"""A ``data:`` address becomes pixels: PNG by our own hand, other kinds where Pillow is installed.

It knows addresses, kinds of files and how many pixels are believed. It does not know what the network sees. Nothing is
ever fetched.
"""

import io
import re
from importlib import import_module
from typing import Any, Final

import numpy as np

from outlast.errors import MalformedRequest, RequestTooLarge, Untranslatable
from outlast.omni.engine import Pixels
from outlast.providers.local import png
from outlast.providers.local.asked import read_base64
from outlast.providers.local.refused import invalid

_DATA: Final = re.compile(r"data:[\w.+/;=-]{0,100};base64,", re.IGNORECASE | re.ASCII)
_BY_LIBRARY: Final = ((b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"RIFF", "WEBP"), (b"BM", "BMP"))


def read_picture(url: str, param: str) -> Pixels:
    """The pixels. Raises ``Refused`` for what is no data address, and as ``pixels`` does."""
    match = _DATA.match(url)
    if match is None:
        kind = url[:40].partition(":")[0]
        message = f"Invalid image URL ({kind}:): only data:image/…;base64,… is read here, nothing is fetched."
        raise invalid(message, param, "invalid_image_url")
    return pixels(read_base64(url[match.end() :], param))


def pixels(content: bytes) -> Pixels:
    """``(height, width, 3)``, told by the first bytes.

    Raises ``MalformedRequest`` for what is no picture, ``RequestTooLarge`` for too many pixels, and ``Untranslatable``
    for kinds that need Pillow where it is not installed.
    """
    if content.startswith(png.MAGIC):
        return png.read(content)
    for magic, kind in _BY_LIBRARY:
        if content.startswith(magic) and (kind != "WEBP" or content[8:12] == b"WEBP"):
            return _by_library(content, kind)
    raise MalformedRequest(f"a picture that begins with {content[:4]!r} is of no kind that is known: send PNG")


def _by_library(content: bytes, kind: str) -> Pixels:
    try:
        library: Any = import_module("PIL.Image")
    except ImportError as error:
        raise Untranslatable(f"{kind} is read where outlast[pictures] is installed; here, send PNG") from error
    try:
        with library.open(io.BytesIO(content), formats=(kind,)) as opened:
            width, height = opened.size
            if width * height > png.MOST_PIXELS:
                raise RequestTooLarge(png.too_large(width, height))
            return np.array(opened.convert("RGB"), np.uint8)
    except (OSError, ValueError, SyntaxError, EOFError, library.DecompressionBombError) as error:
        raise MalformedRequest(f"this {kind} is broken and cannot be read: save it again, or send PNG") from error
