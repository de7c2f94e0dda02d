"""Keys take turns, a key that was told off rests, and there is always one to use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.providers.rotation import LIMITED_REST_S, LONGEST_REST_S, REFUSED_REST_S, Rotation, rest_seconds


@given(count=st.integers(1, 6), rounds=st.integers(1, 5))
def test_keys_that_are_well_take_turns(count: int, rounds: int) -> None:
    rotation = Rotation(count)
    assert [rotation.take(0.0) for _ in range(count * rounds)] == list(range(count)) * rounds


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0.1, 99), st.floats(0, 20)), max_size=30))
def test_a_resting_key_is_used_only_when_all_rest_and_then_the_first_to_wake(
    story: list[tuple[int, float, float]],
) -> None:
    rotation, now, until = Rotation(4), 0.0, [0.0] * 4
    for place, seconds, passes in story:
        rotation.rest(place, 429, seconds, now)
        until[place] = now + seconds
        now += passes
        taken = rotation.take(now)
        awake = [each for each in range(4) if until[each] <= now]
        assert taken in awake if awake else until[taken] == min(until)
        assert rotation.awake(now) == bool(awake)


def test_the_others_still_take_turns_around_a_resting_key() -> None:
    rotation = Rotation(3)
    rotation.rest(1, 401, 60, 0.0)
    assert [rotation.take(0.0) for _ in range(4)] == [0, 2, 0, 2]
    assert rotation.in_words(0.0) == "key 2 of 3 rests for 60 s more after a 401"
    assert [rotation.take(60.0) for _ in range(3)] == [0, 1, 2]
    assert rotation.in_words(60.0) == ""


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, (("retry-after", "7"),), 7),
        (429, (("retry-after-ms", "1500"),), 1.5),
        (401, (("retry-after", "3"),), 3),
        (429, (), LIMITED_REST_S),
        (403, (), REFUSED_REST_S),
        (429, (("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"),), LIMITED_REST_S),
        (429, (("retry-after", "nan"),), LIMITED_REST_S),
        (429, (("retry-after", "-1"),), LIMITED_REST_S),
    ],
)
def test_a_key_rests_as_long_as_it_is_told_else_a_stated_time(
    status: int, headers: tuple[tuple[str, str], ...], seconds: float
) -> None:
    assert rest_seconds(status, headers) == seconds


def test_no_answer_makes_a_key_rest_for_ever() -> None:
    rotation = Rotation(2)
    rotation.rest(0, 429, rest_seconds(429, (("retry-after", "inf"),)), 0.0)
    assert rotation.take(LONGEST_REST_S) == 0
