"""What is counted of a call, and under which name."""

import pytest

from outlast.exchange import Exchange, Usage
from outlast.gateway.counters import BUCKETS_US, Counters, Tally


def counted(*exchanges: Exchange) -> dict[tuple[str, str], Tally]:
    counters = Counters()
    for exchange in exchanges:
        counters.count(exchange)
    return dict(counters.tallies)


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
