"""What is counted of a call, and under which name."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlast.exchange import AttemptRecord, Exchange, Usage
from outlast.gateway.counters import BUCKETS_US, Counters, Counts, Tally


def counted(*exchanges: Exchange) -> dict[tuple[str, str], Tally]:
    counters = Counters()
    for exchange in exchanges:
        counters.count(exchange)
    return counters.counts.calls


def call(**facts: object) -> Exchange:
    known: dict[str, object] = {
        "id": "req_1", "started_ns": 0, "requested": "support", "virtual": True, "served": "openai/gpt-4o",
        "status": 200,
    }  # fmt: skip
    return Exchange(**{**known, **facts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("exchange", "key"),
    [
        (call(), ("support", "openai/gpt-4o")),
        (call(served=""), ("support", "")),
        (call(virtual=False, requested="openai/anything", served="openai/anything"), ("direct", "openai")),
        (call(virtual=False, requested="no such name", served=""), ("other", "")),
    ],
)
def test_only_configured_names_become_labels(exchange: Exchange, key: tuple[str, str]) -> None:
    assert list(counted(exchange)) == [key]


def test_names_that_callers_invent_share_one_tally() -> None:
    tallies = counted(*(call(virtual=False, requested=f"x{n}", served="", status=404) for n in range(100)))
    assert {key: tally.ended for key, tally in tallies.items()} == {("other", ""): {(404, "answered"): 100}}


def test_usage_and_cost_add_up_and_a_missing_price_is_no_zero() -> None:
    usage = Usage(100, 40, 5, 30, 10)
    (tally,) = counted(call(usage=usage, cost_pico_usd=7), call(usage=usage, cost_pico_usd=None), call()).values()
    assert (tally.input_tokens, tally.cached_tokens, tally.cache_write_tokens) == (200, 80, 10)
    assert (tally.output_tokens, tally.reasoning_tokens) == (60, 20)
    assert (tally.cost_pico_usd, tally.unpriced) == (7, 1)
    assert tally.ended == {(200, "answered"): 3}


def test_a_duration_at_a_bound_belongs_to_its_bucket() -> None:
    (tally,) = counted(*(call(total_us=us) for us in (0, BUCKETS_US[0], BUCKETS_US[0] + 1, 10**12))).values()
    assert (tally.total.buckets[0], tally.total.buckets[1], tally.total.buckets[-1]) == (2, 1, 1)
    assert tally.total.sum_us == 2 * BUCKETS_US[0] + 1 + 10**12


def test_a_call_that_no_upstream_answered_has_no_first_byte() -> None:
    (tally,) = counted(call(first_byte_us=0), call(first_byte_us=1)).values()
    assert sum(tally.first_byte.buckets) == 1


def test_signals_are_counted_each() -> None:
    (tally,) = counted(call(signals=("redirected", "soft_gone")), call(signals=("redirected",))).values()
    assert tally.signals == {"redirected": 2, "soft_gone": 1}


def test_attempts_are_counted_by_target_and_by_what_came_of_them() -> None:
    counters = Counters()
    tried = (
        AttemptRecord("openai/gpt-4o", "target", 503, "refused"),
        AttemptRecord("openai/gpt-4o", "target", 503, "refused"),
        AttemptRecord("acme/old", "fallback", 200),
    )
    counters.count(call(attempts=tried))
    counters.count(call(virtual=False, served="openai/invented", attempts=(AttemptRecord("openai/invented", "target", 200),)))  # fmt: skip  # noqa: E501
    assert counters.counts.attempts == {("openai/gpt-4o", "refused"): 2, ("acme/old", ""): 1, ("openai", ""): 1}
    assert counters.counts.retries == {"openai/gpt-4o": 1}


def test_what_went_wrong_is_counted_by_its_code() -> None:
    (tally,) = counted(call(error="rate_limit_exceeded"), call(error="rate_limit_exceeded"), call()).values()
    assert tally.errors == {"rate_limit_exceeded": 2}


exchanges = st.lists(
    st.builds(
        Exchange,
        id=st.just("r"),
        started_ns=st.just(0),
        requested=st.sampled_from(("a", "b")),
        virtual=st.booleans(),
        served=st.sampled_from(("", "p/a", "q/b")),
        status=st.sampled_from((0, 200, 404)),
        error=st.sampled_from(("", "x")),
        usage=st.none() | st.builds(Usage, *[st.integers(0, 9)] * 5),
        cost_pico_usd=st.none() | st.integers(0, 9),
        first_byte_us=st.integers(0, 10**7),
        total_us=st.integers(0, 10**9),
        signals=st.sampled_from(((), ("redirected",))),
        attempts=st.lists(
            st.sampled_from((AttemptRecord("p/a", "target", 500, "x"), AttemptRecord("p/a", "target", 200)))
        ).map(tuple),
    ),
    max_size=6,
)


@settings(max_examples=40)
@given(exchanges, exchanges)
def test_two_processes_that_are_added_have_counted_as_one(ours: list[Exchange], theirs: list[Exchange]) -> None:
    one, other, both = Counters(), Counters(), Counters()
    for exchange in ours:
        one.count(exchange)
        both.count(exchange)
    for exchange in theirs:
        other.count(exchange)
        both.count(exchange)
    sent = msgspec.msgpack.decode(msgspec.msgpack.encode(other.counts), type=Counts)
    assert sent == other.counts
    one.counts.merge(sent)
    assert one.counts == both.counts
