"""What a key may ask for, and until when."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.keys.key import NO_KEYS, Key, Secret, State, ring_of
from outlast.keys.rules import checked_name, checked_pattern, checked_plan, checked_word
from outlast.keys.secret import MARK, digest_of, new_secret, prefix_of

TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)


def secret(number: int = 1, expires_ns: int | None = None, revoked_ns: int | None = None) -> Secret:
    return Secret(
        digest=bytes([number]) * 32,
        prefix=f"ol-{number}",
        created_ns=0,
        expires_ns=expires_ns,
        revoked_ns=revoked_ns,
    )


def test_a_key_without_patterns_may_ask_for_everything() -> None:
    assert Key(name="k", secrets=()).may_use("anything/at all")


@pytest.mark.parametrize(
    ("pattern", "allowed", "refused"),
    [
        ("support", ("support",), ("Support", "support ", "support\n", "xsupport", "", "supporter")),
        ("openai/*", ("openai/gpt-5", "openai/a/b"), ("OpenAI/gpt-5", "openai", " openai/x", "azure/openai/x")),
        ("gpt-[45]?", ("gpt-4o", "gpt-5x"), ("gpt-6o", "gpt-4", "gpt-4oo")),
        ("a.c", ("a.c",), ("abc",)),
    ],
)
def test_a_pattern_allows_what_it_spells(pattern: str, allowed: tuple[str, ...], refused: tuple[str, ...]) -> None:
    key = Key(name="k", secrets=(), models=("other", pattern))
    assert all(key.may_use(name) for name in allowed)
    assert not any(key.may_use(name) for name in refused)


@given(TEXTS, TEXTS)
def test_a_pattern_without_wildcards_allows_one_name_alone(pattern: str, name: str) -> None:
    literal = "".join(sign for sign in pattern if sign not in "*?[")
    assert Key(name="k", secrets=(), models=(literal,)).may_use(name) == (name == literal)


@given(st.text("ab/*", max_size=12), st.text("ab/", max_size=12))
def test_a_star_stands_for_any_text(pattern: str, name: str) -> None:
    """Against a matcher that tries every way to cut the name."""

    def matches(pattern: str, name: str) -> bool:
        if not pattern:
            return not name
        if pattern[0] == "*":
            return matches(pattern[1:], name) or (bool(name) and matches(pattern, name[1:]))
        return bool(name) and name[0] == pattern[0] and matches(pattern[1:], name[1:])

    assert Key(name="k", secrets=(), models=(pattern,)).may_use(name) == matches(pattern, name)


@pytest.mark.parametrize(("now", "usable"), [(99, True), (100, False), (101, False)])
def test_a_secret_ends_with_its_last_nanosecond(now: int, *, usable: bool) -> None:
    assert secret(expires_ns=100).usable(now) is usable


@pytest.mark.parametrize(
    ("key", "state"),
    [
        (Key(name="k", secrets=(secret(),)), "active"),
        (Key(name="k", secrets=(secret(expires_ns=10), secret(2))), "active"),
        (Key(name="k", secrets=(secret(expires_ns=10),), expires_ns=10), "expired"),
        (Key(name="k", secrets=(secret(revoked_ns=5),)), "no secret"),
        (Key(name="k", secrets=(secret(revoked_ns=5),), revoked_ns=5), "revoked"),
        (Key(name="k", secrets=(secret(),), expires_ns=10, revoked_ns=5), "revoked"),
    ],
)
def test_a_key_says_what_it_is_good_for(key: Key, state: State) -> None:
    assert key.state(10) == state


def test_a_ring_knows_ended_secrets_too_and_is_empty_only_before_the_first_key() -> None:
    key = Key(name="k", secrets=(secret(1, revoked_ns=1), secret(2)), revoked_ns=1)
    ring = ring_of([key])
    assert ring.by_digest == {one.digest: (key, one) for one in key.secrets}
    assert not ring.empty
    assert not ring_of([Key(name="without a secret", secrets=())]).empty
    assert NO_KEYS.empty


def test_a_secret_is_240_hidden_bits_behind_a_mark_and_a_visible_start() -> None:
    made = new_secret(os.urandom)
    assert made.startswith(MARK)
    assert len(made) == 59
    assert len(made) - len(prefix_of(made)) == 48  # of 5 bits each
    assert made.isascii()
    assert made == made.lower()
    assert len(digest_of(made)) == 32
    assert new_secret(os.urandom) != made


@given(st.binary(min_size=35, max_size=35), st.binary(min_size=35, max_size=35))
def test_every_bit_of_the_randomness_is_in_the_secret(one: bytes, other: bytes) -> None:
    assert (new_secret(lambda _: one) == new_secret(lambda _: other)) == (one == other)


@pytest.mark.parametrize("name", ["a", "Support-Bot", "ana@example.com", "x" * 64, "0", "a.b_c+d"])
def test_a_name_is_kept_as_it_was_given(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize("name", ["", " ", "a b", "key:12ab", "ä", "x" * 65, "-a", ".a", "a\n", "a/b", "\u0430na"])
def test_what_could_be_taken_for_another_name_is_none(name: str) -> None:
    with pytest.raises(ValueError, match="no name of a key"):
        checked_name(name)


def test_a_secret_given_for_a_name_is_refused_without_repeating_it() -> None:
    made = new_secret(os.urandom)
    with pytest.raises(ValueError, match="secrets do") as raised:
        checked_name(made)
    assert made not in str(raised.value)


@given(TEXTS)
def test_words_and_patterns_are_printable_or_refused(text: str) -> None:
    for rule in (checked_word, checked_pattern):
        try:
            kept = rule(text)
        except ValueError:
            continue
        assert kept
        assert kept.isprintable()
        assert kept == kept.strip()


@pytest.mark.parametrize("text", ["", "Free", "free:1", "a,b", "none plan", "x" * 65, "-x", "frée"])
def test_a_plan_holds_no_sign_that_separates_where_plans_are_listed(text: str) -> None:
    with pytest.raises(ValueError, match="is no name of a plan"):
        checked_plan(text)
    assert checked_plan("free-2.0_x") == "free-2.0_x"
