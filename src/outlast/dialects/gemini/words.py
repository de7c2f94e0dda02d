"""Google's words beside those of the canonical conversation: how answers end, kinds of media, tool modes, efforts.

It knows tables and nothing else.
"""

import re

from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import MediaKind
from outlast.dialects.conversation.reply import End, Finish

NAME = "gemini"

ENDS: dict[str, End] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "MODEL_ARMOR": "content_filter",
    "JAILBREAK": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "IMAGE_PROHIBITED_CONTENT": "content_filter",
    "IMAGE_RECITATION": "content_filter",
    "MALFORMED_FUNCTION_CALL": "malformed",
    "MALFORMED_RESPONSE": "malformed",
    "UNEXPECTED_TOOL_CALL": "malformed",
    "TOO_MANY_TOOL_CALLS": "malformed",
    "MISSING_THOUGHT_SIGNATURE": "malformed",
    "CONTINUATION": "pause",
}
"""Every other word is ``other``."""
_ANSWERED: dict[End, str] = {
    "stop": "STOP",
    "tool_calls": "STOP",
    "length": "MAX_TOKENS",
    "context": "MAX_TOKENS",
    "content_filter": "SAFETY",
    "refusal": "SAFETY",
    "malformed": "MALFORMED_FUNCTION_CALL",
}
_ONLY_FOR_PROMPTS = ("JAILBREAK",)
UNSPECIFIED = "FINISH_REASON_UNSPECIFIED"

EFFORTS_DOWN = {"max": "xhigh"}
"""Efforts that Google has no word for, and the nearest."""

_OWN_FILE = re.compile(r"gs://|files/|https://[^/]+/(?:upload/)?v1[a-z0-9]*/files/")
"""An address that only Google can read."""
_FILMS = ("https://www.youtube.com/", "https://youtube.com/", "https://youtu.be/")
_FAMILIES: dict[str, MediaKind] = {"image": "image", "audio": "audio", "video": "video"}
_DEFAULT_MIME: dict[MediaKind, str] = {
    "image": "image/png",
    "audio": "audio/wav",
    "video": "video/mp4",
    "document": "application/pdf",
}


def finish_of(said: str, *, calls: bool) -> Finish:
    """How an answer ended; one that stops with calls of tools waits for their results."""
    end = ENDS.get(said, "other")
    return Finish("tool_calls" if calls and end == "stop" else end, said)


def finish_reason(finish: Finish, losses: Losses) -> str:
    """Google's word for an end; its own word comes back where it still fits. One without a word is noted."""
    if finish.stop_sequence:
        losses.drop("stop_sequence")
    own = ENDS.get(finish.said)
    fits = own == finish.end or (own == "stop" and finish.end == "tool_calls")
    if fits and finish.said not in _ONLY_FOR_PROMPTS:
        return finish.said
    word = _ANSWERED.get(finish.end, "OTHER")
    if finish_of(word, calls=finish.end == "tool_calls").end != finish.end:
        losses.drop("finish_reason", f"said as {word}")
    return word


def kind_of(mime: str, address: str = "") -> MediaKind:
    """What a medium is, by its type, or by its address where no type is given."""
    found = _FAMILIES.get(mime.partition("/")[0])
    return found or ("video" if not mime and address.startswith(_FILMS) else "document")


def mime_of(mime: str, kind: MediaKind) -> str:
    """Google refuses bytes without a type: the commonest of the kind stands in."""
    return mime or _DEFAULT_MIME[kind]


def is_own_file(address: str) -> bool:
    """Whether this address can be read by Google alone."""
    return _OWN_FILE.match(address) is not None
