import msgspec

from outlast.exchange import AttemptRecord, Exchange, Usage
from outlast.ledger.bounds import MOST_PICO_USD, MOST_TOKENS, bounded

PLAIN = Exchange(id="req_1", started_ns=1, requested="gpt-4o", virtual=True)


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
    assert msgspec.json.decode(msgspec.json.encode(kept), type=Exchange) == kept


def test_what_is_within_bounds_stays_as_it_is() -> None:
    usual = msgspec.structs.replace(PLAIN, usage=Usage(5, 4, 3, 2, 1), cost_pico_usd=7, signals=("redirected",))
    assert bounded(usual) == usual
