"""One key as one process sees it: its page, what runs here, and what is still to be told to the others.

It knows what this process did. It does not decide anything.
"""

import hashlib
from dataclasses import dataclass, field

from outlast.keys.key import NO_LIMITS, Allowance
from outlast.limits.money import Period
from outlast.limits.page import DAY, LAST, REQUESTS, TOKENS, Page, State, private_page
from outlast.limits.refusing import Most, most_of


@dataclass(slots=True)
class Owed:
    """What was counted while the shared memory was away."""

    requests: int = 0
    tokens: int = 0
    money: dict[Period, int] = field(default_factory=dict)


class Account:
    """What this process knows of a key."""

    __slots__ = (
        "allowance", "digest", "fresh", "held", "home", "most", "name", "now", "owed", "page", "private",
        "reserved", "running", "state", "turn", "unlimited",
    )  # fmt: skip

    def __init__(self, name: str) -> None:
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
        self.name = name
        self.digest = (int.from_bytes(digest[:8], "little") | 1, int.from_bytes(digest[8:16], "little"))
        """As the page has it; never that of a free page."""
        self.allowance: Allowance = NO_LIMITS
        self.most: Most = most_of(NO_LIMITS)
        self.unlimited = True
        self.page: Page | None = None
        """Where all processes count."""
        self.home: object = None
        """The shared memory that it lies in."""
        self.fresh = False
        """That page was begun here, and holds nothing yet of what this process knows."""
        self.private: Page | None = None
        """Where this process counts while it has no shared memory."""
        self.running = self.reserved = 0
        """Calls of this process, and the tokens that they hold."""
        self.state: State | None = None
        """As last seen, in the page's ``turn``."""
        self.turn = -1
        """Below 0: whatever the page's turn is, its state has not been seen."""
        self.now = 0
        """When that was: monotonic ns."""
        self.held = 0
        """Tokens that running calls held then, in all processes."""
        self.owed: Owed | None = None

    def move_to(self, home: object, page: Page, *, fresh: bool) -> None:
        """Count there from now on."""
        self.home, self.page, self.fresh, self.turn = home, page, fresh, -1

    def allow(self, allowance: Allowance) -> None:
        """Hold the key to another allowance from now on."""
        self.allowance, self.most, self.unlimited = allowance, most_of(allowance), allowance == NO_LIMITS

    def keep(self, state: State, turn: int, held: int) -> None:
        """Remember what the page has now."""
        self.state, self.turn, self.held = state, turn, held

    def owe(self, requests: int, tokens: int, period: Period, pico_usd: int) -> None:
        """Remember what the others could not be told."""
        owed = self.owed
        if owed is None:
            owed = self.owed = Owed()
        owed.requests += requests
        owed.tokens += tokens
        if pico_usd:
            owed.money[period] = owed.money.get(period, 0) + pico_usd


def own_page(account: Account) -> Page:
    """Where this process counts alone; it begins with what was last seen, as if that had all been just then."""
    page = account.private
    if page is None:
        page = account.private = private_page()
        account.turn = -1
        page.digest[0], page.digest[1] = account.digest
        seen = account.state
        if seen is not None:
            last, requests, tokens = seen[LAST], seen[REQUESTS], seen[TOKENS]
            page.write([last, last, requests, tokens, requests, tokens, 0, 0, 0, *seen[DAY:]])
    return page
