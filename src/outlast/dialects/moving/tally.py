"""What a move does to many requests, counted: rule by rule, loss by loss.

It knows counts and the first case of each. It does not keep any request.
"""

from dataclasses import dataclass, field

from outlast.dialects.adaptation.rulebook import BY_ID
from outlast.dialects.moving.request import Moved

UNTRANSLATABLE = "untranslatable"
CANNOT_FIT = "cannot-fit"


@dataclass(slots=True)
class Counted:
    """One thing that happens to requests, and how often."""

    what: str
    """A rule's id, a member's name, or one of this module's words."""
    done: str
    """``changed``, ``refused``, ``lost``."""
    why: str
    """What is done, or the first case's reason."""
    requests: int = 0


@dataclass(slots=True)
class Tally:
    """What happens to all of them."""

    requests: int = 0
    breaking: int = 0
    may_not_fit: int = 0
    unread: int = 0
    first_unread: str = ""
    counted: dict[tuple[str, str], Counted] = field(default_factory=dict)
    routes: dict[tuple[str, str], int] = field(default_factory=dict)
    """From which dialect to which, and how many requests."""

    def add(self, caller: str, moved: Moved) -> None:
        """Count one request that was read."""
        self.requests += 1
        self.breaking += moved.breaks
        self.may_not_fit += moved.fit.verdict == "may not fit"
        route = (caller, moved.dialect)
        self.routes[route] = self.routes.get(route, 0) + 1
        refusal = moved.adaptation.refusal
        for rule in moved.adaptation.rules:
            self._count(rule, "changed" if refusal is None else "refused", refusal or BY_ID[rule].does)
        for member, why in moved.dropped.items():
            self._count(member, "lost", why)
        if moved.untranslatable:
            self._count(UNTRANSLATABLE, "refused", moved.untranslatable)
        if moved.fit.verdict == "cannot fit":
            self._count(CANNOT_FIT, "refused", f"{moved.fit.least:,} tokens at least, {moved.fit.window:,} fit")

    def skip(self, where: str, why: str) -> None:
        """Count one that could not be read."""
        self.unread += 1
        self.first_unread = self.first_unread or f"{where}: {why}"

    def rows(self) -> list[Counted]:
        """Refusals first, then losses, then changes; each by how many requests it meets."""
        order = ("refused", "lost", "changed")
        return sorted(self.counted.values(), key=lambda row: (order.index(row.done), -row.requests, row.what))

    def _count(self, what: str, done: str, why: str) -> None:
        self.counted.setdefault((what, done), Counted(what, done, why)).requests += 1
