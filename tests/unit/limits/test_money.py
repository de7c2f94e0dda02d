"""Budgets: exact pico-dollars of UTC days and months, whatever the clock does."""

import datetime as dt

import pytest
from tests.unit.limits.house import SECOND, House, admitted, key, refused

from outlast.errors import BudgetSpent
from outlast.keys.key import Key
from outlast.limits.book import Book, Spent
from outlast.limits.money import NS_PER_DAY, Period, first_day, period_of

DAY = 24 * 3600
DOLLAR = 10**12


def unix(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp()) * SECOND


def spend(book: Book, app: Key, cost: int) -> bool:
    ticket = admitted(book, app)
    if ticket:
        ticket.settle(0, cost)
    return ticket is not None


def test_a_day_ends_at_midnight_utc_and_a_month_with_its_last_day(house: House) -> None:
    house.time.unix = unix("2026-02-27T23:59:00")
    book, app = house.book(), key(day_pico_usd=5, month_pico_usd=12)
    assert spend(book, app, 5)
    error = refused(book, app)
    assert isinstance(error, BudgetSpent)
    assert error.retry_after_s == 60
    house.time.move(60)
    assert spend(book, app, 7)
    assert refused(book, app).retry_after_s == DAY
    house.time.move(DAY)
    assert spend(book, app, 1)


def test_a_spent_month_is_told_until_its_end(house: House) -> None:
    house.time.unix = unix("2026-12-30T00:00:00")
    book, app = house.book(), key(day_pico_usd=1, month_pico_usd=1)
    assert spend(book, app, 1)
    error = refused(book, app)
    assert error.retry_after_s == 2 * DAY
    assert "month" in str(error)
    house.time.move(2 * DAY)
    assert spend(book, app, 1)


def test_the_last_pico_dollar_counts(house: House) -> None:
    book, app = house.book(), key(day_pico_usd=10**19 + 1)
    assert spend(book, app, 10**19)
    assert spend(book, app, 1)
    assert not spend(book, app, 1)


def test_more_than_can_be_counted_stays_the_most(house: House) -> None:
    book, app = house.book(), key(month_pico_usd=18_000_000 * DOLLAR)
    assert spend(book, app, 10**30)
    assert not spend(book, app, 1)


def test_a_call_belongs_to_the_day_on_which_it_began(house: House) -> None:
    house.time.unix = unix("2026-02-27T23:59:59")
    book, app = house.book(), key(day_pico_usd=5, month_pico_usd=100)
    ticket = admitted(book, app)
    assert ticket
    house.time.move(2)
    assert spend(book, app, 4)
    ticket.settle(0, 50)
    assert spend(book, app, 1)
    assert not spend(book, app, 1)
    house.time.move(DAY)
    house.time.move(DAY)
    assert house.today.month == period_of(unix("2026-03-01T00:00:00") // NS_PER_DAY).month


@pytest.mark.parametrize("step", [-1, -3600, -DAY])
def test_a_clock_that_steps_back_over_midnight_gives_nothing_away(house: House, step: int) -> None:
    house.time.unix = unix("2026-02-17T00:00:00.5")
    book, app = house.book(), key(day_pico_usd=5)
    assert spend(book, app, 5)
    house.time.unix += step * SECOND
    assert not admitted(book, app)
    house.time.unix -= step * SECOND
    assert not admitted(book, app)


def test_after_a_jump_far_ahead_and_back_what_was_spent_stays_spent_and_days_go_on(house: House) -> None:
    house.time.unix = unix("2026-02-17T12:00:00")
    book, app = house.book(), key(day_pico_usd=5, month_pico_usd=100)
    assert spend(book, app, 4)
    house.time.unix = unix("2038-01-19T12:00:00")
    assert spend(book, app, 5)
    house.time.unix = unix("2026-02-17T13:00:00")
    assert not admitted(book, app)
    house.time.move(DAY)
    assert spend(book, app, 5)


def test_a_new_book_begins_with_what_the_record_says(house: House) -> None:
    spent = Spent(house.today, {"app": (4, 40), "other": (0, 0)})
    book = house.book(spent)
    assert spend(book, key(day_pico_usd=5), 1)
    assert not admitted(book, key(day_pico_usd=5))
    assert admitted(book, key(month_pico_usd=42))
    assert not admitted(book, key(month_pico_usd=41))
    assert admitted(book, key("other", day_pico_usd=1))
    assert admitted(book, key("unknown", day_pico_usd=1))


def test_what_the_record_says_of_an_earlier_day_or_month_is_over(house: House) -> None:
    book = house.book(Spent(house.today, {"app": (4, 40)}))
    house.time.move(DAY)
    assert admitted(book, key(day_pico_usd=1))
    assert not admitted(book, key(month_pico_usd=40))
    house.time.move(40 * DAY)
    assert admitted(book, key(month_pico_usd=1))


def test_a_gateway_that_starts_again_takes_the_records_word_for_money(house: House) -> None:
    before = house.book()
    assert spend(before, key(), 7)
    before.close()
    after = house.book(Spent(house.today, {"app": (3, 3)}))
    assert not admitted(after, key(day_pico_usd=3))
    assert admitted(after, key(day_pico_usd=4))


def test_money_is_counted_while_no_budget_is_set(house: House) -> None:
    book = house.book()
    assert spend(book, key(), 7)
    assert not admitted(book, key(day_pico_usd=7))


@pytest.mark.parametrize("day", [0, 1, 58, 59, 60, 20_000, 20_483, 80_000])
def test_periods_are_those_of_the_calendar(day: int) -> None:
    date = dt.date(1970, 1, 1) + dt.timedelta(days=day)
    period = period_of(day)
    assert period == Period(day, (date.year - 1970) * 12 + date.month - 1)
    assert dt.date(1970, 1, 1) + dt.timedelta(days=first_day(period.month)) == date.replace(day=1)
