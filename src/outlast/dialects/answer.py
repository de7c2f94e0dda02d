"""What the record needs of an answer, in any dialect.

It knows four facts. It does not know where a dialect says them (``facts`` of each does).
"""

import msgspec

from outlast.exchange import Usage

TEXT_LIMIT = 500
"""Characters of the first choice that are kept: enough to see whether it only says that the model is gone."""


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What the record needs of an answer."""

    model: str = ""
    """The upstream's own word; empty when it said none."""
    usage: Usage | None = None
    finish: str = ""
    text: str = ""
    """At most ``TEXT_LIMIT`` characters of the first choice; in an error that came as a 200, its message."""
