"""What answers say of a key's limits, in the words of OpenAI's clients."""

import pytest
from tests.unit.limits.house import SECOND, House, admitted, key, refused

from outlast.dialects.refusals import refusal
from outlast.limits.said import duration


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [(0, "0s"), (1, "1ms"), (120, "120ms"), (1000, "1s"), (8640, "8.64s"), (59_999, "59.999s"), (60_000, "1m0s"),
     (60_001, "1m0.001s"), (360_000, "6m0s")],
)  # fmt: skip
def test_durations_are_written_as_openai_writes_them(milliseconds: int, said: str) -> None:
    assert duration(milliseconds) == said


def test_only_what_is_limited_is_told(house: House) -> None:
    book = house.book()
    for app, told in ((key(), 0), (key(concurrent=9), 0), (key(day_pico_usd=9), 0), (key(requests_per_minute=9), 3)):
        ticket = admitted(book, app)
        assert ticket
        assert len(ticket.said) == told


def test_an_admitted_call_is_told_what_is_left_and_when_all_is_back(house: House) -> None:
    book, app = house.book(), key(requests_per_minute=60, tokens_per_minute=1000)
    ticket = admitted(book, app, 300)
    assert ticket
    assert dict(ticket.said) == {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-reset-requests": "1m0s",
        "x-ratelimit-limit-tokens": "1000",
        "x-ratelimit-remaining-tokens": "700",
        "x-ratelimit-reset-tokens": "1m0s",
    }
    ticket.settle(120, 0)
    assert dict(ticket.said)["x-ratelimit-remaining-tokens"] == "880"


def test_a_refusal_tells_the_wait_in_whole_seconds_and_that_nothing_is_left(house: House) -> None:
    book, app = house.book(), key(requests_per_minute=1)
    assert admitted(book, app)
    house.time.monotonic += 10 * SECOND + SECOND // 4
    said = dict(refusal(refused(book, app), request_id="req_1").headers)
    assert said["retry-after"] == "50"
    assert said["x-ratelimit-remaining-requests"] == "0"
    assert said["x-ratelimit-reset-requests"] == "50s"
    assert "x-should-retry" not in said


def test_a_spent_budget_says_that_trying_again_is_of_no_use(house: House) -> None:
    book, app = house.book(), key(day_pico_usd=1)
    ticket = admitted(book, app)
    assert ticket
    ticket.settle(0, 1)
    answer = refusal(refused(book, app), request_id="req_1")
    assert dict(answer.headers)["x-should-retry"] == "false"
    assert answer.status == 429
    assert b"insufficient_quota" in answer.body
    assert b"$0.000000000001" in answer.body


def test_of_several_limits_the_one_that_lasts_longest_is_told(house: House) -> None:
    book, app = house.book(), key(requests_per_minute=1, concurrent=1)
    assert admitted(book, app)
    error = refused(book, app)
    assert "requests of this minute" in str(error)
    assert error.retry_after_s == 60
