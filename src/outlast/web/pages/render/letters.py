"""Characters that are not what they seem: what cannot be seen, and what turns the order of the others around.

It knows which characters are never shown as they are. It does not know Markdown or HTML.
"""

import re
from typing import Final

SHOWN: Final = "\N{REPLACEMENT CHARACTER}"
"""What stands in their place: that something was there is part of the truth."""

_UNSEEN: Final = re.compile(
    "\U0001f3f4[\U000e0061-\U000e007a]{1,6}\U000e007f"  # the flags of England, Scotland and Wales are written with tags
    "|[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls: terminal escapes begin with one
    "\u202a-\u202e\u2066-\u2069"  # directions that are switched or isolated
    "\u200b\u2060-\u2064\ufeff\ufff9-\ufffb"  # widths of nothing
    "\U000e0000-\U000e007f"  # tags: whole sentences that nobody sees
    "\ud800-\udfff]"  # halves of characters
)


def plain(text: str) -> str:
    """The same text with such characters shown."""
    return _UNSEEN.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    return found[0] if len(found[0]) > 1 else SHOWN
