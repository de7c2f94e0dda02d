"""What a key has spent in this UTC day and this UTC month.

It knows periods and whole pico-dollars. A clock that steps back by one period stays in the later one, so that
a correction around midnight gives nothing away; one that steps back further is followed, and what was spent goes
along. It does not know budgets.
"""

import datetime as dt
from typing import Final, NamedTuple

from outlast.limits.page import DAY, DAY_SPENT, MONTH, MONTH_SPENT, MOST, State

NS_PER_DAY: Final = 86_400 * 10**9
_EPOCH: Final = dt.date(1970, 1, 1)


class Period(NamedTuple):
    """A day and its month, each as a number since 1970."""

    day: int
    month: int


def period_of(day: int) -> Period:
    """A day with its month."""
    date = _EPOCH + dt.timedelta(days=day)
    return Period(day, (date.year - 1970) * 12 + date.month - 1)


def first_day(month: int) -> int:
    """The first day of a month, both as numbers since 1970."""
    return (dt.date(1970 + month // 12, month % 12 + 1, 1) - _EPOCH).days


def turn(state: State, period: Period) -> None:
    """Begin what has begun since the state was written."""
    if state[DAY] != period.day:
        _turn(state, DAY, period.day)
    if state[MONTH] != period.month:
        _turn(state, MONTH, period.month)


def spend(state: State, period: Period, pico_usd: int) -> None:
    """Add what a call of ``period`` cost; what has ended by now is not added to any more."""
    day, month = period
    if day >= state[DAY]:
        total = state[DAY_SPENT] + pico_usd
        state[DAY_SPENT] = min(MOST, total)
    if month >= state[MONTH]:
        total = state[MONTH_SPENT] + pico_usd
        state[MONTH_SPENT] = min(MOST, total)


def restore(state: State, then: Period, now: Period, day_pico_usd: int, month_pico_usd: int) -> None:
    """Take what was spent in ``then`` from elsewhere, where that is more than the state knows and still counts."""
    turn(state, now)
    if then.day == state[DAY]:
        state[DAY_SPENT] = min(max(day_pico_usd, state[DAY_SPENT]), MOST)
    if then.month == state[MONTH]:
        state[MONTH_SPENT] = min(max(month_pico_usd, state[MONTH_SPENT]), MOST)


def _turn(state: State, place: int, now: int) -> None:
    then = state[place]
    if now == then - 1:
        return
    state[place] = now
    if now > then:
        state[place + 1] = 0
