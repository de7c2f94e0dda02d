"""Kept responses and owned ids in memory: the gateway's ports ``Responses`` and ``Ownership``, for tests.

It knows the rules of keeping, written plainly; the contract suite holds it and SQLite to the same answers.
"""

from collections.abc import Callable, Collection

import msgspec

from outlast.dialects.responses.kept import MOST_BYTES, MOST_TURNS, Kept, total
from outlast.errors import LedgerUnavailable, MalformedRequest, PreviousNotFound


class MemoryResponses:
    """Keeps responses in a dictionary."""

    def __init__(self, *, unix_s: Callable[[], int]) -> None:
        self.kept: dict[tuple[str, str], Kept] = {}
        self._now = unix_s

    async def keep(self, kept: Kept) -> None:
        """Keep one; those before it last as long."""
        if kept.size > MOST_BYTES:
            raise LedgerUnavailable(f"the response has {kept.size:,} bytes, and at most {MOST_BYTES:,} are kept of one")
        self.kept[kept.owner, kept.id] = kept
        at = kept.previous
        for _ in range(MOST_TURNS):
            before = self.kept.get((kept.owner, at))
            if before is None:
                return
            later = max(before.expires, kept.expires)
            self.kept[kept.owner, at] = msgspec.structs.replace(before, expires=later)
            at = before.previous

    async def find(self, known: str, owner: str) -> Kept | None:
        """One response of its owner that has not expired."""
        kept = self.kept.get((owner, known))
        return kept if kept is not None and kept.expires > self._now() else None

    async def chain(self, known: str, owner: str) -> tuple[Kept, ...]:
        """It and all that it went on from, oldest first."""
        found: list[Kept] = []
        at = known
        while at:
            kept = await self.find(at, owner)
            if kept is None:
                raise PreviousNotFound(f"Previous response with id {at!r} not found.", param="previous_response_id")
            found.append(kept)
            if total(found) > MOST_BYTES or len(found) > MOST_TURNS:
                raise MalformedRequest("the conversation is too large to go on from", param="previous_response_id")
            at = kept.previous
        return tuple(reversed(found))

    async def delete(self, known: str, owner: str) -> bool:
        """Forget one."""
        there = await self.find(known, owner) is not None
        if there:
            del self.kept[owner, known]
        return there


class MemoryOwnership:
    """Keeps owners of ids in a dictionary."""

    def __init__(self) -> None:
        self.owned: dict[tuple[str, str], str] = {}

    async def claim(self, provider: str, ids: Collection[str], owner: str) -> None:
        """Whoever is first stays."""
        for each in ids:
            self.owned.setdefault((provider, each), owner)

    async def owners(self, provider: str, ids: Collection[str]) -> dict[str, str]:
        """Those that have one."""
        return {each: self.owned[provider, each] for each in ids if (provider, each) in self.owned}

    async def disown(self, provider: str, known: str, owner: str) -> None:
        """Its owner's alone."""
        if self.owned.get((provider, known)) == owner:
            del self.owned[provider, known]
