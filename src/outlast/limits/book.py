"""The limiter: what each key may still use, over all processes of a gateway.

It knows the order of things: bring the key's page up to now, decide, count. It does not know what the bytes look
like (``page``), how time and money pass (``window``, ``money``), what is too much (``refusing``) nor whose memory it
is (``sharing``).
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from outlast.gateway.ports import Clock, Headers
from outlast.keys.key import Key
from outlast.limits import window
from outlast.limits.account import Account
from outlast.limits.money import NS_PER_DAY, Period, period_of, restore, spend, turn
from outlast.limits.page import DAY, DAY_SPENT, LAST, MONTH, MONTH_SPENT, REQUESTS, TOKENS, Page, State
from outlast.limits.refusing import Running, may_begin, refusal
from outlast.limits.said import headers
from outlast.limits.sharing import Sharing

MOST_TOKENS: Final = 10**12
"""Of one call; an upstream that reports more does not mean it."""
_DAMAGE: Final = (struct.error, ValueError, OverflowError)
"""What bytes that nobody of ours wrote lead to."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What keys had spent when the gateway started, as the record has it: pico-USD of a day and its month."""

    period: Period
    by_key: Mapping[str, tuple[int, int]]


class Ticket:
    """A ``Permit``: one admitted call."""

    __slots__ = ("_book", "_open", "account", "period", "requests", "reserved")

    def __init__(self, book: "Book", account: Account, reserved: int, period: Period, requests: int) -> None:
        self._book = book
        self._open = True
        self.account = account
        self.reserved = reserved
        """Tokens that it holds."""
        self.period = period
        """When it began."""
        self.requests = requests
        """1: that it began is counted when it ends."""

    @property
    def said(self) -> Headers:
        """What is left, as last seen by this process."""
        account = self.account
        return () if account.state is None else headers(account.allowance, account.state, account.held, account.now)

    def settle(self, tokens: int, cost_pico_usd: int) -> None:
        """Count what was used and give the place back; only the first time."""
        if self._open:
            self._open = False
            used = tokens if 0 <= tokens <= MOST_TOKENS else _bounded(tokens)
            self._book.settle(self, used, cost_pico_usd)


class Book:
    """A ``Limiter``. Belongs to one thread, the event loop's."""

    def __init__(self, sharing: Sharing, clock: Clock, spent: Spent) -> None:
        self._sharing = sharing
        self._monotonic = clock.monotonic_ns
        self._unix = clock.unix_ns
        self._spent = spent
        self._period = Period(-1, -1)
        self._midnight = self._next_midnight = 0
        self._accounts: dict[str, Account] = {}

    def says(self) -> str:
        """For an operator: how the limits are counted."""
        return self._sharing.says()

    def close(self) -> None:
        """Count for this process alone from now on, and let the others go on."""
        self._sharing.close()

    def admit(self, key: Key, tokens: int) -> Ticket:
        """Let a call begin. See ``Limiter``.

        A key without limits is counted too, when its calls end: it may get some later.
        """
        account = self._accounts.get(key.name)
        if account is None:
            account = self._accounts[key.name] = Account(key.name)
        if account.allowance is not key.allowance:
            account.allow(key.allowance)
        reserved = tokens if 0 <= tokens <= MOST_TOKENS else _bounded(tokens)
        if account.unlimited:
            account.running += 1
            account.reserved += reserved
            return Ticket(self, account, reserved, self._today(), 1)
        sharing = self._sharing
        page = sharing.enter(account)
        try:
            return self._begin(page, account, reserved)
        except _DAMAGE:
            _repair(page, account)
            return self._begin(page, account, reserved)
        finally:
            sharing.leave()

    def settle(self, ticket: Ticket, tokens: int, pico_usd: int) -> None:
        """Count the end of an admitted call."""
        account = ticket.account
        account.running -= 1
        account.reserved -= ticket.reserved
        account.held -= ticket.reserved
        sharing = self._sharing
        page = sharing.enter(account)
        try:
            self._end(page, ticket, tokens, pico_usd)
        except _DAMAGE:
            _repair(page, account)
            self._end(page, ticket, tokens, pico_usd)
        finally:
            sharing.leave()

    def _begin(self, page: Page, account: Account, reserved: int) -> Ticket:
        state = self._brought_up(page, account)
        running = self._running(page, account)
        if not may_begin(account.most, state, running):
            if self._sharing.take_back(page):
                running = self._running(page, account)
            if not may_begin(account.most, state, running):
                account.keep(state, page.write(state), running[1])
                raise refusal(account, page, state, running, unix_ns=self._unix())
        window.count(state, account.now, 1, 0)
        account.keep(state, page.write(state), running[1] + reserved)
        account.running += 1
        account.reserved += reserved
        # Written behind the state: a process that is killed in between has nothing running.
        seat = self._sharing.seat
        page.running[seat], page.reserved[seat] = account.running, account.reserved
        period = self._period
        if state[DAY] != period.day or state[MONTH] != period.month:
            period = Period(state[DAY], state[MONTH])
        if not self._sharing.shared:
            account.owe(1, 0, period, 0)
        return Ticket(self, account, reserved, period, 0)

    def _end(self, page: Page, ticket: Ticket, tokens: int, pico_usd: int) -> None:
        account, requests = ticket.account, ticket.requests
        state = self._brought_up(page, account)
        if tokens or requests:
            window.count(state, account.now, requests, tokens)
        if pico_usd > 0:
            spend(state, ticket.period, pico_usd)
        account.keep(state, page.write(state), account.held)
        seat = self._sharing.seat
        page.running[seat], page.reserved[seat] = account.running, account.reserved
        if not self._sharing.shared:
            account.owe(requests, tokens, ticket.period, pico_usd)

    def _brought_up(self, page: Page, account: Account) -> State:
        """The page's state as of now; ``account.now`` is the time to count by."""
        state = account.state
        if state is None or account.turn != page.turn[0] or account.private is not None:
            state = page.read()
        account.turn = -1  # until it is kept, nobody may go on with it
        today = self._today()
        if state[DAY] != today.day:
            if not state[MONTH]:
                self._restore(state, account, today)
            turn(state, today)
        account.now = window.forward(page, state, self._monotonic())
        if (account.fresh or account.private is not None) and self._sharing.shared:
            _take_over(account, state)
        return state

    def _today(self) -> Period:
        unix = self._unix()
        if not self._midnight <= unix < self._next_midnight:
            day = max(0, unix // NS_PER_DAY)
            self._period = period_of(day)
            self._midnight, self._next_midnight = day * NS_PER_DAY, (day + 1) * NS_PER_DAY
        return self._period

    def _running(self, page: Page, account: Account) -> Running:
        """What runs: this process's own calls as it knows them, the others' as they say."""
        sharing = self._sharing
        tables = sharing.tables()
        if tables == 1:
            return account.running, account.reserved
        seat = sharing.seat
        running, reserved = page.running[:tables].tolist(), page.reserved[:tables].tolist()
        running[seat], reserved[seat] = account.running, account.reserved
        return sum(running), sum(reserved)

    def _restore(self, state: State, account: Account, today: Period) -> None:
        """A page that knows of no money yet: what was spent is in the record, or was seen here since."""
        spent = self._spent
        day, month = spent.by_key.get(account.name, (0, 0))
        restore(state, spent.period, today, day, month)
        seen = account.state
        if seen is not None:
            restore(state, Period(seen[DAY], seen[MONTH]), today, seen[DAY_SPENT], seen[MONTH_SPENT])


def _bounded(tokens: int) -> int:
    return max(0, min(tokens, MOST_TOKENS))


def _take_over(account: Account, state: State) -> None:
    """Tell the shared page what only this process knows: what it owes, or, where that page is new, what was there."""
    seen, owed, now = account.state, account.owed, account.now
    if account.fresh:
        if seen is not None and 0 <= now - seen[LAST] < window.WINDOW_NS:
            window.count(state, now, seen[REQUESTS], seen[TOKENS])
    elif owed is not None:
        window.count(state, now, owed.requests, owed.tokens)
        for period, pico_usd in owed.money.items():
            spend(state, period, pico_usd)
    account.private = account.owed = None
    account.fresh = False


def _repair(page: Page, account: Account) -> None:
    """Begin a damaged page anew: with what this process saw last of the money, and nothing of the minute."""
    page.forget_usage()
    account.turn = -1
