"""What a file is, by its bytes, and the text of one that is text; a name without anything that was a path.

It knows a few signatures and three encodings. It does not know PDF (``web.files``) nor where files are kept. What a
browser says of a file's type is not looked at.
"""

from typing import Final

from outlast.errors import MalformedRequest, RequestTooLarge

PDF: Final = "application/pdf"
TEXT: Final = "text/plain"
MOST_TAKEN: Final = 200_000
"""Characters of one file that a model is shown."""
WAV: Final = "audio/wav"
TAKEN: Final = "PNG, JPEG, GIF and WebP images, WAV sound, PDF and plain text are taken"
LONGEST_NAME: Final = 120
_IMAGES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_HEAD: Final = 1_024
"""Within so many bytes a PDF says that it is one."""
_CONTROL: Final = frozenset(chr(each) for each in range(32)) - set("\t\n\r\f\x1b")


def kind_of(data: bytes) -> str:
    """The media type.

    Raises:
        MalformedRequest: it is none of those that are taken.
    """
    for signature, kind in _IMAGES:
        if data.startswith(signature):
            return kind
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    if data.startswith(b"RIFF") and data[8:12] == b"WAVE":
        return WAV
    if b"%PDF-" in data[:_HEAD]:
        return PDF
    if text_in(data) is not None:
        return TEXT
    raise MalformedRequest(f"this kind of file cannot be read; {TAKEN}")


def text_in(data: bytes) -> str | None:
    """The text that a file is; None: it is not text in UTF-8, or in UTF-16 with a mark."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL & set(text) else text.replace("\r\n", "\n").replace("\r", "\n")


def taken(text: str) -> tuple[str, str]:
    """What a model is shown of a text, and what is left out, in a sentence."""
    if len(text) <= MOST_TAKEN:
        return text, ""
    return text[:MOST_TAKEN], f"Only the first {MOST_TAKEN:,} of {len(text):,} characters were taken."


def plain_name(name: str) -> str:
    """The last part of a path, on one line, without what other systems read into a name."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(each if each.isprintable() and each not in '<>:"|?*' else "_" for each in last).strip(" .")
    stem, dot, end = shown.rpartition(".")
    if len(shown) > LONGEST_NAME:
        shown = f"{stem[: LONGEST_NAME - 12]}{dot}{end[:11]}" if dot and len(end) < 12 else shown[:LONGEST_NAME]
    return shown or "file"


def check_size(name: str, data: bytes, most: int) -> None:
    """Whether a file is taken at all.

    Raises:
        RequestTooLarge: it is larger than ``most`` bytes. ``MalformedRequest``: it is empty.
    """
    if not data:
        raise MalformedRequest(f"{plain_name(name)} is empty")
    if len(data) > most:
        raise RequestTooLarge(f"{plain_name(name)} has {len(data):,} bytes; at most {most >> 20} MiB are taken")
