import msgspec

from outlast.exchange import AttemptRecord, Exchange, Usage
from outlast.ledger.queries import QUERIES
from outlast.ledger.rows import MOST_PICO_USD, MOST_TOKENS, bounded, exchange_row

V1_FIELDS = (
    *("id", "started_ns", "requested", "virtual", "served", "answered", "reason", "key", "path", "streamed", "status"),
    *("outcome", "error", "usage", "cost_pico_usd", "priced_as", "first_byte_us", "total_us", "finish", "adapted"),
    *("signals", "attempts", "keep", "request_body", "response_body", "estimated"),
)
PLAIN = Exchange(id="req_1", started_ns=1, requested="gpt-4o", virtual=True)


def test_a_journal_that_an_older_version_left_can_be_read() -> None:
    """Exchanges are written as arrays: fields may be added at the end, and never moved or removed."""
    assert Exchange.__struct_fields__[: len(V1_FIELDS)] == V1_FIELDS
    oldest = msgspec.msgpack.encode(["req_1", 1, "gpt-4o", True])
    assert msgspec.msgpack.decode(oldest, type=Exchange) == PLAIN


def test_a_row_has_a_value_for_each_column() -> None:
    full = msgspec.structs.replace(PLAIN, usage=Usage(1, 2, 3, 4, 5, 6, 7), adapted=("a",))
    assert len(exchange_row(PLAIN)) == len(exchange_row(full)) == QUERIES["insert_exchanges"].count("?")
    assert exchange_row(full)[-7:] == (1, 2, 3, 4, 5, 6, 7)
    assert exchange_row(PLAIN)[-7:] == (None,) * 7


def test_what_no_upstream_can_mean_is_brought_within_bounds() -> None:
    liar = msgspec.structs.replace(PLAIN, usage=Usage(10**30, -5, 0, MOST_TOKENS), cost_pico_usd=10**40)
    kept = bounded(liar)
    assert (kept.usage, kept.cost_pico_usd) == (Usage(MOST_TOKENS, 0, 0, MOST_TOKENS), MOST_PICO_USD)


def test_text_that_is_no_utf_8_becomes_text_that_is() -> None:
    attempt = AttemptRecord(target="a/\ud800", reason="target", status=0, error="\udc00")
    odd = msgspec.structs.replace(
        PLAIN, requested="gpt-\ud800", answered="fine ü", attempts=(attempt,), adapted=("\ud801",)
    )
    kept = bounded(odd)
    assert (kept.requested, kept.answered, kept.adapted) == ("gpt-?", "fine ü", ("?",))
    assert (kept.attempts[0].target, kept.attempts[0].error) == ("a/?", "?")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(kept), type=Exchange) == kept


def test_what_is_within_bounds_stays_as_it_is() -> None:
    usual = msgspec.structs.replace(PLAIN, usage=Usage(5, 4, 3, 2, 1), cost_pico_usd=7, signals=("redirected",))
    assert bounded(usual) == usual
