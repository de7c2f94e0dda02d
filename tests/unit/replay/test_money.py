"""The sample's cost and tokens: only what both sides reported, each side under its own terms."""

from decimal import Decimal

from outlast.catalog.caching import CacheTerms
from outlast.catalog.models import Price
from outlast.catalog.prices import rates_of
from outlast.checks.check import Pair
from outlast.checks.draw import Draw, Item, Said
from outlast.exchange import Usage
from outlast.replay.money import money_of, tokens_of

TERMS = {
    "a/a": CacheTerms(rates=rates_of(Price(input=Decimal(1), cached_input=Decimal("0.5"), output=Decimal(4)))),
    "b/b": CacheTerms(rates=rates_of(Price(input=Decimal(1), cached_input=Decimal("0.1"), output=Decimal(4)))),
}


def pair(ours: Usage | None, theirs: Usage | None, *, recorded: Usage | None = None, answered: bool = True) -> Pair:
    item = Item(id="1", cluster="1", request=b"{}", recorded=recorded)
    candidate = Draw(said=Said(text="x"), usage=theirs) if answered else Draw(error="status 500", usage=theirs)
    return Pair(item=item, incumbent=Draw(said=Said(text="x"), usage=ours), candidate=candidate)


SENT = Usage(input_tokens=1_000_000)
KEPT = Usage(input_tokens=1_000_000, cached_tokens=500_000)


def test_three_rates_are_shown_where_production_was_recorded() -> None:
    money = money_of([pair(SENT, KEPT, recorded=KEPT)], "a/a", "b/b", TERMS)
    shown = {each.rate: (each.incumbent, each.candidate) for each in money}
    assert shown == {
        "recorded": (750 * 10**9, 550 * 10**9),
        "zero": (10**12, 10**12),
        "replay": (10**12, 550 * 10**9),
    }


def test_nothing_is_made_up_for_requests_that_production_did_not_record() -> None:
    money = money_of([pair(SENT, SENT, recorded=SENT), pair(SENT, SENT)], "a/a", "b/b", TERMS)
    assert [each.rate for each in money] == ["zero", "replay"]


def test_pairs_that_one_side_did_not_report_count_for_neither() -> None:
    pairs = [pair(SENT, SENT), pair(None, SENT), pair(SENT, None), pair(SENT, SENT, answered=False)]
    assert {each.n for each in money_of(pairs, "a/a", "b/b", TERMS)} == {1}
    assert tokens_of(pairs) == tokens_of(pairs[:1])
    assert money_of(pairs[1:], "a/a", "b/b", TERMS) == ()
    assert tokens_of(pairs[1:]) is None


def test_an_unknown_price_is_not_zero() -> None:
    assert {each.candidate for each in money_of([pair(SENT, SENT)], "a/a", "c/c", TERMS)} == {None}
