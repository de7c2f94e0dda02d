"""Whether a call may begin, and what its caller is told where it may not.

It knows what a key is allowed beside what it has used. It does not know where that is counted.

Tokens: a call begins while what was used in the window and what running calls hold is below the limit; its own size
is not asked, so that a large call is never kept out by small ones for ever.
"""

from typing import Final, NamedTuple, Protocol

from outlast.errors import BudgetSpent, LimitReached
from outlast.exchange import PICO_PER_USD
from outlast.keys.key import Allowance
from outlast.limits import said, window
from outlast.limits.money import NS_PER_DAY, first_day
from outlast.limits.page import DAY, DAY_SPENT, MONTH, MONTH_SPENT, MOST, REQUESTS, TOKENS, Page, State

_NS: Final = 10**9
_NO_BOUND: Final = MOST << 8
_SOON_NS: Final = _NS
"""When a running call ends is not known; it is worth asking again after this."""


Running = tuple[int, int]
"""A key's calls that run now, in all processes, and the tokens that they hold: the estimates of what they may use."""


Told = tuple[str, int]
"""A message, and nanoseconds that belong to it."""


class Refused(Protocol):
    """Who may not begin a call."""

    name: str
    allowance: Allowance
    now: int
    """The time by which the state was brought forward, monotonic ns."""


class Most(NamedTuple):
    """An allowance without gaps: what is not limited has a bound that no count reaches."""

    requests: int
    tokens: int
    calls: int
    day_pico_usd: int
    month_pico_usd: int


def most_of(allowance: Allowance) -> Most:
    """The bounds of an allowance."""
    bounds = (
        allowance.requests_per_minute,
        allowance.tokens_per_minute,
        allowance.concurrent,
        allowance.day_pico_usd,
        allowance.month_pico_usd,
    )
    return Most(*(_NO_BOUND if bound is None else bound for bound in bounds))


def may_begin(most: Most, state: State, running: Running) -> bool:
    """Whether one more call may begin."""
    requests, tokens, calls, day, month = most
    return (
        state[REQUESTS] < requests
        and state[DAY_SPENT] < day
        and state[MONTH_SPENT] < month
        and running[0] < calls
        and state[TOKENS] + running[1] < tokens
    )


def refusal(who: Refused, page: Page, state: State, running: Running, *, unix_ns: int) -> LimitReached:
    """Why one more call may not begin, and when it may."""
    name, allowance, now = who.name, who.allowance, who.now
    headers = said.headers(allowance, state, running[1], now)
    spent = _budget(name, allowance, state)
    if spent is not None:
        message, ends_ns = spent
        return BudgetSpent(message, retry_after_s=max(1, ends_ns - unix_ns) / _NS, said=headers)
    waits = (
        _requests_wait(name, allowance, page, state, now=now),
        _tokens_wait(name, allowance, page, state, now=now, held=running[1]),
        _places_wait(name, allowance, running[0]),
    )
    message, wait = max((each for each in waits if each is not None), key=lambda each: each[1])
    return LimitReached(message, retry_after_s=max(1, wait) / _NS, said=headers)


def _budget(name: str, allowance: Allowance, state: State) -> Told | None:
    """What is spent, and the Unix time at which the next period begins; the longer period before the shorter."""
    remedy = "`outlast keys change` raises it"
    month, day = allowance.month_pico_usd, allowance.day_pico_usd
    if month is not None and state[MONTH_SPENT] >= month:
        told = f"the key {name!r} has spent its {_usd(month)} of this month (UTC); {remedy}"
        return told, first_day(state[MONTH] + 1) * NS_PER_DAY
    if day is not None and state[DAY_SPENT] >= day:
        return f"the key {name!r} has spent its {_usd(day)} of this day (UTC); {remedy}", (state[DAY] + 1) * NS_PER_DAY
    return None


def _requests_wait(name: str, allowance: Allowance, page: Page, state: State, *, now: int) -> Told | None:
    most = allowance.requests_per_minute
    if most is None or state[REQUESTS] < most:
        return None
    wait = window.wait_ns(page, state, now, column=REQUESTS, excess=state[REQUESTS] - most + 1)
    return f"the key {name!r} has made its {most} requests of this minute; {_again(wait)}", wait


def _tokens_wait(name: str, allowance: Allowance, page: Page, state: State, *, now: int, held: int) -> Told | None:
    most, used = allowance.tokens_per_minute, state[TOKENS]
    if most is None or used + held < most:
        return None
    excess = used + held - most + 1
    wait = window.wait_ns(page, state, now, column=TOKENS, excess=excess) if excess <= used else _SOON_NS
    told = f"the key {name!r} may use {most} tokens a minute: {used} are used, and running calls may use {held}"
    return f"{told}; {_again(wait)}", wait


def _places_wait(name: str, allowance: Allowance, running: int) -> Told | None:
    most = allowance.concurrent
    if most is None or running < most:
        return None
    told = f"the key {name!r} may run {most} calls at the same time, and {running} run; try again when one has ended"
    return told, _SOON_NS


def _again(wait_ns: int) -> str:
    return f"try again in {max(1, -(-wait_ns // _NS))} s"


def _usd(pico_usd: int) -> str:
    whole, part = divmod(pico_usd, PICO_PER_USD)
    cents = f"{part:012d}".rstrip("0").ljust(2, "0")
    return f"${whole}.{cents}"
