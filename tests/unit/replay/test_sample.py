"""Samples: each kind of request by its share, conversations before their second turns, the same for the same seed."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from outlast.checks.draw import Item
from outlast.replay.sample import LONG, SHORT, draw_sample, stratum

TEXTS = ("Hello there.", "Write a poem.", "Translate this into French.", "What is rain?")


@st.composite
def traffic(draw: st.DrawFn) -> list[Item]:
    """Requests of a few kinds, rare and frequent, in a few conversations."""
    kinds = draw(st.lists(st.tuples(st.sampled_from(["shop", "mail"]), st.sampled_from(TEXTS)), max_size=5))
    talks = [
        (application, text, draw(st.integers(0, 3)))
        for application, text in kinds
        for _ in range(draw(st.sampled_from([1, 2, 5, 25])))
    ]
    return [
        Item(
            id=f"r{number}", cluster=f"c{talk}", request=b"{}", prompt=text, last_user=text, application=application
        )
        for number, (application, text, talk) in enumerate(talks)
    ]  # fmt: skip


SIZES = st.integers(1, 70)


@settings(max_examples=40, deadline=None)
@given(traffic(), SIZES, st.integers(0, 3))
def test_a_sample_is_as_large_as_was_asked_without_anything_twice(items: list[Item], size: int, seed: int) -> None:
    chosen = draw_sample(items, size, seed=seed)
    assert len(chosen) == min(size, len(items))
    assert len({item.id for item in chosen}) == len(chosen)
    assert set(chosen) <= set(items)


@settings(max_examples=40, deadline=None)
@given(traffic(), SIZES, st.integers(0, 3), st.randoms(use_true_random=False))
def test_the_seed_alone_decides_and_not_the_order_of_the_record(
    items: list[Item], size: int, seed: int, random: object
) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis gives a random.Random
    assert draw_sample(shuffled, size, seed=seed) == draw_sample(items, size, seed=seed)


@settings(max_examples=40, deadline=None)
@given(traffic(), SIZES)
def test_every_kind_has_its_share_within_one_and_at_least_one_while_there_is_room(items: list[Item], size: int) -> None:
    kinds, chosen = Counter(map(stratum, items)), Counter(map(stratum, draw_sample(items, size, seed=0)))
    if len(kinds) <= size:
        assert set(chosen) == set(kinds)
    fair = {kind: count * min(size, len(items)) / len(items) for kind, count in kinds.items()}
    if all(share >= 1 for share in fair.values()):
        assert all(abs(chosen[kind] - share) < 1 for kind, share in fair.items())


@settings(max_examples=40, deadline=None)
@given(traffic(), SIZES, st.integers(0, 3))
def test_no_conversation_gives_a_second_request_of_a_kind_before_every_other_gave_one(
    items: list[Item], size: int, seed: int
) -> None:
    chosen = draw_sample(items, size, seed=seed)
    for kind in set(map(stratum, chosen)):
        there = Counter(item.cluster for item in items if stratum(item) == kind)
        given_ = Counter(item.cluster for item in chosen if stratum(item) == kind)
        most = max(given_.values())
        assert all(given_[talk] >= min(count, most - 1) for talk, count in there.items())


def test_a_sample_that_is_cut_short_has_all_kinds_side_by_side() -> None:
    items = [
        Item(id=f"{text}{number}", cluster=f"{text}{number}", request=b"{}", prompt=text, last_user=text)
        for text in TEXTS
        for number in range(25)
    ]
    first = draw_sample(items, 80, seed=1)[:20]
    assert Counter(stratum(item) for item in first) == Counter({stratum(item): 5 for item in first})
    assert len({stratum(item) for item in first}) == 4


def test_a_kind_is_application_language_length_and_use_and_nothing_that_was_answered() -> None:
    text = "Write a poem."
    kinds = [
        stratum(Item(id="", cluster="", request=b"", prompt="x" * size, last_user=text, application="a", language="en"))
        for size in (SHORT - 1, SHORT, LONG, LONG + 1)
    ]
    assert [kind[2] for kind in kinds] == ["short", "medium", "medium", "long"]
    assert kinds[0] == ("a", "en", "short", "creative")
