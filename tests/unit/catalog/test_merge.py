"""What a feed may change without a word, what only the operator's word lets in, and that both are kept for good."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from outlast.catalog.feed import Feed, FeedClaim, Listing, Quote, Successor, joined
from outlast.catalog.merge import Changes, merge
from outlast.catalog.models import Model
from outlast.catalog.store import Catalog, open_catalog
from outlast.catalog.supplement import encode_supplement, parse_supplement, read_supplement, write_supplement
from outlast.errors import CatalogInvalid, MachineError
from outlast.settings import CatalogSettings, UserClaim

REF = "openai/gpt-4o"
"""Ends on 2027-01-14, exactly."""
DAY = dt.date(2026, 12, 1)
LATER = dt.date(2026, 12, 8)


def ends(date: str, *, model: str = REF, seen: dt.date = DAY, **changed: Any) -> FeedClaim:
    said = {"surface": "api", "event": "retired", "source": "feed.json", **changed}
    return FeedClaim(model=model, date=date, seen=seen, **said)


def after(*claims: FeedClaim, accept: bool = True) -> tuple[Changes, Catalog]:
    """Take over one feed a claim, in order; what the last one changed and what is known then."""
    kept = Feed()
    changes = Changes()
    for claim in claims:
        changes = merge(Feed(claims=(claim,)), open_catalog(supplement=kept))
        kept = joined((kept, changes.addition(accept_moved=accept)))
    return changes, open_catalog(supplement=kept)


def entry(catalog: Catalog, ref: str = REF) -> Model:
    found = catalog.find(ref)
    assert found is not None
    return found


def test_a_date_that_is_known_is_nothing_new(catalog: Catalog) -> None:
    changes = merge(Feed(claims=(ends("2027-01-14"),)), catalog)
    assert len(changes.addition(accept_moved=True)) == 0


def test_a_date_that_moves_is_not_added_until_the_operator_says_so(catalog: Catalog) -> None:
    changes = merge(Feed(claims=(ends("2027-03-01"),)), catalog)
    [move] = changes.moves
    assert (move.old.said, move.new.date) == ("2027-01-14", "2027-03-01")
    assert len(changes.addition(accept_moved=False)) == 0
    assert changes.addition(accept_moved=True).claims == (ends("2027-03-01"),)


def test_an_accepted_date_is_followed_and_the_old_one_stays_in_sight() -> None:
    _, known = after(ends("2027-03-01"))
    found = known.standing(REF, "api", DAY)
    assert (found.ends, found.switches) == (dt.date(2027, 3, 1), True)
    told = {c.said: c.overtaken for c in entry(known).claims if (c.event, c.surface) == ("retired", "api")}
    assert told["2027-01-14"]
    assert not told["2027-03-01"]


def test_a_date_may_move_back_and_forth_and_every_word_is_kept() -> None:
    moves = ["2027-03-01", "2027-01-14", "2027-02-01"]
    _, known = after(*(ends(date, seen=DAY + dt.timedelta(days=n)) for n, date in enumerate(moves)))
    assert known.standing(REF, "api", DAY).ends == dt.date(2027, 2, 1)
    told = [c.said for c in entry(known).claims if (c.event, c.surface, c.source) == ("retired", "api", "feed.json")]
    assert told == moves


def test_the_same_day_of_two_feeds_on_one_day_follows_the_one_accepted_last() -> None:
    _, known = after(ends("2027-03-01"), ends("2027-02-01", source="other.json"))
    assert known.standing(REF, "api", DAY).ends == dt.date(2027, 2, 1)


def test_what_was_taken_over_is_nothing_new_the_second_time() -> None:
    for date in ("2027-03-01", "2027-01-14"):
        changes, _ = after(ends(date), ends(date, seen=LATER))
        assert len(changes.addition(accept_moved=True)) == 0


def test_a_feed_older_than_what_is_known_moves_nothing(catalog: Catalog) -> None:
    changes = merge(Feed(claims=(ends("2027-03-01", seen=dt.date(2026, 8, 1)),)), catalog)
    assert (changes.moves, changes.older) == ([], 1)
    assert len(changes.addition(accept_moved=True)) == 0


def test_an_aggregators_vague_date_never_takes_an_exact_ones_place() -> None:
    """A gateway switches on exact dates only: following the vague one would fail every caller on the real day."""
    changes, known = after(ends("2027-03-01", precision="unspecified"))
    assert [move.weaker for move in changes.moves] == [True]
    found = known.standing(REF, "api", DAY)
    assert (found.ends, found.switches) == (dt.date(2027, 1, 14), True)
    assert [c.said for c in entry(known).claims if c.disputed and c.source == "feed.json"] == ["2027-03-01"]
    again = merge(Feed(claims=(ends("2027-03-01", precision="unspecified", seen=LATER),)), known)
    assert (again.moves, len(again.addition(accept_moved=True))) == ([], 0)


def test_the_same_day_said_exactly_is_taken_without_asking() -> None:
    vague = ends("2027-05-01", model="house/llama", precision="unspecified")
    changes, known = after(vague, ends("2027-05-01", model="house/llama"), accept=False)
    assert [claim.precision for claim in changes.claims] == ["exact"]
    assert known.standing("house/llama", "api", DAY).switches


def test_a_day_within_a_known_month_is_sharper_and_a_month_around_a_known_day_is_nothing_new() -> None:
    month = ends("2027-05", model="house/llama", precision="month")
    changes, known = after(month, ends("2027-05-10", model="house/llama"), accept=False)
    assert (len(changes.claims), changes.moves) == (1, [])
    assert known.standing("house/llama", "api", DAY).ends == dt.date(2027, 5, 10)
    assert len(merge(Feed(claims=(month,)), known).addition(accept_moved=True)) == 0


def test_a_day_worked_out_from_something_else_fills_a_gap_and_contradicts_nobody(catalog: Catalog) -> None:
    near = ends("2024-05-10", event="released", precision="derived")
    assert len(merge(Feed(claims=(near,)), catalog).addition(accept_moved=True)) == 0
    new = ends("2024-05-10", event="released", precision="derived", model="house/llama")
    assert merge(Feed(claims=(new,)), catalog).taken.claims == (new,)


def test_another_surface_has_a_clock_of_its_own(catalog: Catalog) -> None:
    changes = merge(Feed(claims=(ends("2027-03-01", surface="openrouter"),)), catalog)
    assert (changes.moves, len(changes.claims)) == ([], 1)


def test_what_is_said_of_another_name_is_passed_over(catalog: Catalog) -> None:
    """``grok-4`` is a name of grok-4-0709 today, and of something else tomorrow."""
    changes = merge(Feed(claims=(ends("2027-03-01", model="xai/grok-4"),)), catalog)
    assert len(changes.addition(accept_moved=True)) == 0
    assert "another name of xai/grok-4-0709" in changes.passed_over[0]


def test_a_document_that_contradicts_itself_is_not_believed(catalog: Catalog) -> None:
    said = Feed(claims=(ends("2027-03-01", model="house/llama"), ends("2027-04-01", model="house/llama")))
    changes = merge(said, catalog)
    assert changes.taken.claims == ()
    assert "2027-03-01, 2027-04-01" in changes.passed_over[0]


def test_the_operators_own_claim_wins_over_a_later_feed() -> None:
    own = UserClaim(model=REF, event="retired", date=dt.date(2026, 12, 24))
    changes = merge(Feed(claims=(ends("2027-03-01"),)), open_catalog())
    known = open_catalog(CatalogSettings(claims=(own,)), supplement=changes.addition(accept_moved=True))
    assert known.standing(REF, "api", DAY).ends == dt.date(2026, 12, 24)


# Prices, successors, new models.


def quote(ref: str = REF, seen: dt.date = DAY, **price: str) -> Quote:
    return Quote(model=ref, price={w: Decimal(a) for w, a in price.items()}, source="prices.json", seen=seen)


def test_only_the_words_of_a_price_that_change_are_kept(catalog: Catalog) -> None:
    changes = merge(Feed(quotes=(quote(input="2.25", output="10"),)), catalog)
    assert [(r.word, r.old, r.new) for r in changes.repricings] == [("input", Decimal("2.5"), Decimal("2.25"))]
    known = open_catalog(supplement=changes.taken)
    price = entry(known).price
    assert price is not None
    assert (price.input, price.cached_input, price.output) == (Decimal("2.25"), Decimal("1.25"), Decimal(10))
    assert [(c.field, c.kept, c.other) for c in entry(known).conflicts if c.source == "prices.json"] == [
        ("price.input", "2.25", "2.5")
    ]
    assert len(merge(Feed(quotes=(quote(input="2.25", output="10", seen=LATER),)), known).taken) == 0


def test_an_older_price_does_not_come_back() -> None:
    known = open_catalog(supplement=Feed(quotes=(quote(input="2.25", seen=LATER),)))
    assert merge(Feed(quotes=(quote(input="2.5", seen=DAY),)), known).taken.quotes == ()


def test_a_tier_is_compared_word_by_word(catalog: Catalog) -> None:
    tier = {"above_tokens": 200_000, "above": {"input": Decimal("2.5"), "output": Decimal(16)}}
    said = Quote(model="google/gemini-2.5-pro", price={"input": Decimal("1.25")}, source="p", seen=DAY, **tier)  # type: ignore[arg-type]
    changes = merge(Feed(quotes=(said,)), catalog)
    assert [(r.word, r.old, r.new) for r in changes.repricings] == [("over 200000: output", Decimal(15), Decimal(16))]
    price = entry(open_catalog(supplement=changes.taken), said.model).price
    assert price is not None
    assert price.above is not None
    assert (price.above.input, price.above.output) == (Decimal("2.5"), Decimal(16))


def test_a_new_model_is_known_with_all_that_was_said_of_it(catalog: Catalog) -> None:
    ref = "house/llama"
    said = Feed(
        listings=(Listing(model=ref, kind="chat", context_window=8_000, source="s", seen=DAY),),
        claims=(ends("2027-05-01", model=ref),),
        successors=(Successor(model=ref, successor=REF, source="s", seen=DAY),),
        quotes=(quote(ref, input="1"),),
    )
    changes = merge(said, catalog)
    assert changes.models == [ref]
    known = open_catalog(supplement=changes.taken)
    assert (entry(known, ref).context_window, entry(known, ref).kind) == (8_000, "chat")
    assert known.chain(ref, "api", DAY).living == REF
    assert merge(said, known).models == []


def test_a_listing_fills_gaps_and_overrides_nothing(catalog: Catalog) -> None:
    known = entry(catalog).context_window
    listing = Listing(model=REF, context_window=1, source="s", seen=DAY)
    assert merge(Feed(listings=(listing,)), catalog).taken.listings == ()
    assert entry(open_catalog(supplement=Feed(listings=(listing,)))).context_window == known


def test_another_successor_is_followed_and_the_earlier_one_is_kept_as_earlier(catalog: Catalog) -> None:
    said = Successor(model=REF, successor="openai/gpt-5.1", source="s", seen=DAY)
    changes = merge(Feed(successors=(said,)), catalog)
    [each] = changes.successions
    assert (each.old, each.new.successor) == ("openai/gpt-6-luna", "openai/gpt-5.1")
    known = open_catalog(supplement=changes.taken)
    assert known.chain(REF, "api", DAY).steps[0].model == "openai/gpt-5.1"
    assert "openai/gpt-6-luna" in [r.model for r in entry(known).recommendations if not r.current]
    assert merge(Feed(successors=(said,)), known).taken.successors == ()


# The file.


def test_a_file_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert read_supplement(tmp_path / "none.json") == Feed()


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    feed = Feed(claims=(ends("2027-03-01", note="ünïcode"),), quotes=(quote(input="0.000000000001"),))
    write_supplement(tmp_path / "c.json", feed)
    assert read_supplement(tmp_path / "c.json") == feed
    assert [path.name for path in tmp_path.iterdir()] == ["c.json"]


def test_a_folder_that_refuses_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    write_supplement(path, Feed(claims=(ends("2027-03-01"),)))
    before = path.read_bytes()
    (tmp_path / "sub").mkdir()
    with pytest.raises(MachineError, match="untouched"):
        write_supplement(tmp_path / "nowhere" / "c.json", Feed())
    with pytest.raises(MachineError, match="untouched"):
        write_supplement(tmp_path / "sub", Feed())  # a folder is in the place of the file
    assert path.read_bytes() == before
    assert {each.name for each in tmp_path.iterdir()} == {"c.json", "sub"}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"{", "truncated"),
        (b'{"format": "outlast-catalogue/1", "claims": [{"model": "a/b"}]}', r"claims\[0\]"),
        (b'{"format": "outlast-catalogue/1", "listings": [{"model": "x", "source": "s", "seen": "2026-12-01"}]}', "x"),
        (b'{"format": "outlast-catalogue/9"}', "outlast-catalogue/9"),
        (b"[]", "array"),
    ],
)  # fmt: skip
def test_a_broken_file_is_named_with_its_entry(tmp_path: Path, raw: bytes, said: str) -> None:
    path = tmp_path / "c.json"
    path.write_bytes(raw)
    with pytest.raises(CatalogInvalid, match=said) as caught:
        read_supplement(path)
    assert str(path) in str(caught.value)


def test_every_cut_of_a_file_is_the_whole_or_an_error() -> None:
    """A file is replaced as a whole; if it is cut all the same, nothing of it is believed."""
    raw = encode_supplement(Feed(claims=(ends("2027-03-01"), ends("2027-04-01"))))
    for length in range(len(raw) - 1):
        with pytest.raises(CatalogInvalid):
            parse_supplement(raw[:length], "c.json")
