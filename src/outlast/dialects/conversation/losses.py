"""What a translation could not carry over, by name.

It knows names of members, not their values: they stand in a header, in the record and in an error.
"""

import re
from dataclasses import dataclass, field

MOST_NAMED = 24
"""Names that are said; whoever sends more learns that there are more."""
LONGEST_NAME = 80
"""Characters of one. Callers choose names of members, and a header is no place for what they write."""
_ODD = re.compile(r"[^A-Za-z0-9_.:$@/ -]")
UNMISSED = frozenset(
    f"responses:{name}"
    for name in (
        "id",
        "status",
        "phase",
        "type",
        "summary",
        "content",
        "signatures",
        "instructed",
        "store",
        "previous_response_id",
        "metadata",
    )
) | {"chat:member"}
"""Members whose loss takes nothing from the caller: names and states of a dialect's own items, forms of words that are
carried over as words, and what the gateway itself answers to."""


@dataclass(slots=True)
class Losses:
    """Collects, in order, each name once."""

    names: dict[str, str] = field(default_factory=dict)
    """Name to the reason in a few words: ``logit_bias``, ``messages.audio``, ``tools.web_search``."""

    def drop(self, name: str, why: str = "no counterpart") -> None:
        """Note that a member is left out. ``name`` has no values and no indices: ``messages.thinking``."""
        name = _ODD.sub("?", name[:LONGEST_NAME])
        if name not in self.names and len(self.names) < MOST_NAMED:
            self.names[name] = why

    def drop_extra(self, extra: "dict[str, bytes]", dialect: str, place: str = "") -> None:
        """Note every member of ``extra`` that ``dialect`` does not have."""
        for key in extra:
            whose, _, member = key.partition(":")
            if whose != dialect and key not in UNMISSED:
                self.drop(f"{place}.{member}" if place else member)

    def __bool__(self) -> bool:
        return bool(self.names)

    def __str__(self) -> str:
        return ",".join(self.names)
