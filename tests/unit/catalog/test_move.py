"""What a move shows, and every assumption that its figures rest on."""

import datetime as dt
from decimal import Decimal

from outlast.catalog.mix import Mix
from outlast.catalog.models import Model, Price, Statement
from outlast.catalog.move import move
from outlast.exchange import Usage

DAY = dt.date(2026, 11, 21)
MIX = Mix(usage=Usage(input_tokens=4_000_000, cached_tokens=1_000_000, output_tokens=1_000_000), origin="as stated")
OLD = Model(
    provider="acme",
    id="old",
    name="old",
    kind="chat",
    price=Price(input=Decimal(4), output=Decimal(8)),
    abilities={"reasoning": False},
    sources=("price list",),
)
NEW = Model(
    provider="acme",
    id="new",
    name="new",
    kind="chat",
    price=Price(input=Decimal(2), cached_input=Decimal("0.2"), output=Decimal(8)),
    abilities={"reasoning": True, "tokenizer": "counts more"},
    statements=(
        Statement(kind="statement", says="liked", source="press", date="2025-11", surface="api"),
        Statement(kind="statement", says="overtaken word", source="press", surface="api", overtaken_by="later"),
        Statement(
            kind="statement",
            says="no full substitute",
            source="press",
            surface="api",
            limits_substitution_of="acme/old",
        ),
    ),
)


def test_sums_of_a_month_and_their_difference_are_exact() -> None:
    made = move(OLD, NEW, MIX, as_of=DAY)
    assert (made.old_usd, made.new_usd, made.difference_usd) == (Decimal(24), Decimal("14.2"), Decimal("-9.8"))


def test_without_a_mix_or_a_price_sums_are_unknown_and_say_so() -> None:
    made = move(OLD, NEW, as_of=DAY)
    assert (made.old_usd, made.new_usd, made.difference_usd) == (None, None, None)
    assert any("no token mix" in text for text in made.assumptions)
    unpriced = Model(provider="acme", id="free", name="free", kind="chat")
    made = move(OLD, unpriced, MIX, as_of=DAY)
    assert made.old_usd == 24
    assert (made.new_usd, made.difference_usd) == (None, None)
    assert any("acme/free: no token price is known" in text for text in made.assumptions)


def test_parts_say_both_prices_and_their_ratio() -> None:
    parts = {part.name: part for part in move(OLD, NEW, as_of=DAY).parts}
    assert list(parts) == ["input", "cached_input", "cache_write", "output", "reasoning_output"]
    assert (parts["input"].old, parts["input"].new, parts["input"].ratio) == (Decimal(4), Decimal(2), Decimal("0.5"))
    assert (parts["cached_input"].old, parts["cached_input"].ratio) == (None, None)


def test_rarer_parts_appear_where_either_model_prices_them() -> None:
    long = Price(
        input=Decimal(1),
        output=Decimal(2),
        audio_input=Decimal(9),
        above_tokens=10,
        above=Price(input=Decimal(2), output=Decimal(3)),
    )
    tiered = Model(provider="acme", id="long", name="long", kind="chat", price=long)
    made = move(OLD, tiered, MIX, as_of=DAY)
    assert [part.name for part in made.parts[5:]] == ["audio_input", "long_context_input", "long_context_output"]
    assert any("calls over 10 input tokens cost more" in text for text in made.assumptions)


def test_every_assumption_is_listed() -> None:
    assumptions = " | ".join(move(OLD, NEW, MIX, as_of=DAY).assumptions)
    for expected in (
        "list prices known on 2026-11-21, standard tier",
        "acme/old: no price for cached input is published; cached tokens cost as input",
        "acme/new: reasoning tokens cost as output",
        "another tokenizer may count the same text differently",
        "acme/new: tokenizer counts more",
        "acme/new can reason and its default effort is not known",
        "a month has 30 days; mix: as stated",
    ):
        assert expected in assumptions
    assert "cache writes" not in assumptions


def test_cache_writes_without_a_price_are_an_assumption_once_there_are_any() -> None:
    mix = Mix(usage=Usage(input_tokens=10, cache_write_tokens=5))
    assert any("no price for cache writes" in text for text in move(OLD, NEW, mix, as_of=DAY).assumptions)


def test_what_limits_the_exchange_is_said_first_and_overtaken_words_not_at_all() -> None:
    said = move(OLD, NEW, as_of=DAY).said
    assert [text.split(": ")[1].split(" [")[0] for text in said] == ["no full substitute", "liked"]
    assert "2025-11" in said[1]


def test_nothing_that_was_said_is_an_assumption() -> None:
    made = move(OLD, NEW, MIX, as_of=DAY)
    assert made.said
    assert not any(said in assumption for said in made.said for assumption in made.assumptions)
    assert len(set(made.assumptions)) == len(made.assumptions)
