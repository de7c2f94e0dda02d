"""Keys that were made here: where they may come, what they open, until when."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.dialects.chat.asked import peek
from outlast.errors import KeyRequired, ModelNotAllowed
from outlast.gateway.caller import LONGEST_REMEMBERED, NOBODY, OTHER_HEADERS, OTHER_MODELS, REMEMBERED, Caller, Callers
from outlast.keys.key import NO_KEYS, Key, KeyRing, Secret, ring_of
from outlast.keys.secret import digest_of, new_secret, prefix_of
from outlast.testing.gateway import HandClock, keyless

HOUR = 3_600 * 10**9


def secret_of(number: int) -> str:
    return new_secret(lambda size: bytes([number]) * size)


GOOD, TWIN, OLD, REVOKED, UNKNOWN = map(secret_of, range(1, 6))


def kept(secret: str, expires_ns: int | None = None, revoked_ns: int | None = None) -> Secret:
    return Secret(
        digest=digest_of(secret), prefix=prefix_of(secret), created_ns=0, expires_ns=expires_ns, revoked_ns=revoked_ns
    )


HAND = HandClock()
RING = ring_of(
    [
        Key(name="support", secrets=(kept(GOOD), kept(TWIN))),
        Key(name="old", secrets=(kept(OLD, HAND.unix + HOUR),)),
        Key(name="gone", secrets=(kept(REVOKED, revoked_ns=1),), revoked_ns=1),
    ]
)


def callers(*, ring: KeyRing = RING, required: bool | None = None, hand: HandClock | None = None) -> Callers:
    hand = hand or HandClock()
    return Callers(lambda: ring, required=required, unix_ns=lambda: hand.unix)


def named(headers: dict[str, str], *, required: bool | None = None) -> str:
    return callers(required=required).identify(headers).name


@pytest.mark.parametrize("secret", [GOOD, TWIN])
@pytest.mark.parametrize("header", ["authorization", *OTHER_HEADERS])
def test_a_key_is_known_wherever_a_client_puts_it(header: str, secret: str) -> None:
    for value in (secret, f"Bearer {secret}", f"bearer  {secret}", f"BEARER\t{secret} "):
        assert named({header: value}) == "support"


@pytest.mark.parametrize("required", [None, True, False])
@pytest.mark.parametrize(("secret", "said"), [(UNKNOWN, "not known here"), (REVOKED, "was revoked")])
def test_a_secret_of_ours_that_opens_nothing_never_passes_for_a_foreign_key(
    secret: str, said: str, *, required: bool | None
) -> None:
    with pytest.raises(KeyRequired, match=said) as raised:
        named({"authorization": f"Bearer {secret}"}, required=required)
    assert secret not in str(raised.value)


def test_a_key_expires_by_the_clock_and_is_told_so() -> None:
    hand = HandClock()
    asked = callers(hand=hand)
    assert asked.identify({"x-api-key": OLD}).name == "old"
    hand.move(3599)
    assert asked.identify({"x-api-key": OLD}).name == "old"
    hand.move(1)
    with pytest.raises(KeyRequired, match=rf"{prefix_of(OLD)}… has expired 0 seconds ago"):
        asked.identify({"x-api-key": OLD})


def test_a_ring_that_is_replaced_counts_from_the_next_call() -> None:
    rings = [RING]
    asked = Callers(lambda: rings[0], required=None, unix_ns=lambda: 0)
    assert asked.identify({"authorization": GOOD}).name == "support"
    rings[0] = ring_of([Key(name="support", secrets=(kept(GOOD, revoked_ns=5),))])
    with pytest.raises(KeyRequired, match="revoked"):
        asked.identify({"authorization": GOOD})


@pytest.mark.parametrize(
    ("ring", "required", "open_"),
    [
        (NO_KEYS, None, True),
        (NO_KEYS, True, False),
        (NO_KEYS, False, True),
        (RING, None, False),
        (RING, True, False),
        (RING, False, True),
        (ring_of([Key(name="gone", secrets=(kept(REVOKED, revoked_ns=1),), revoked_ns=1)]), None, False),
    ],
)
def test_a_key_is_needed_as_the_operator_says_or_as_soon_as_one_was_ever_created(
    ring: KeyRing, *, required: bool | None, open_: bool
) -> None:
    for headers in ({}, {"authorization": "Bearer"}, {"authorization": ""}, {"x-api-key": " "}):
        if open_:
            assert callers(ring=ring, required=required).identify(headers) is NOBODY
        else:
            with pytest.raises(KeyRequired, match="no key came"):
                callers(ring=ring, required=required).identify(headers)
    foreign = {"authorization": "Bearer sk-foreign"}
    if open_:
        assert re.fullmatch("key:[0-9a-f]{8}", callers(ring=ring, required=required).identify(foreign).name)
    else:
        with pytest.raises(KeyRequired, match="not known here"):
            callers(ring=ring, required=required).identify(foreign)


PAIRS = list(itertools.combinations(("authorization", *OTHER_HEADERS), 2))


@pytest.mark.parametrize("pair", PAIRS)
def test_headers_that_carry_different_keys_are_refused_and_named(pair: tuple[str, str]) -> None:
    one, other = pair
    for required in (None, False):
        for first, second in ((GOOD, TWIN), (GOOD, "sk-foreign"), ("sk-foreign", GOOD), (GOOD, GOOD + "x")):
            with pytest.raises(KeyRequired, match=f"different keys in {one}, {other}"):
                named({one: first, other: second}, required=required)
        assert named({one: GOOD, other: f"Bearer {GOOD}"}, required=required) == "support"
        assert named({one: GOOD, other: ""}, required=required) == "support"


def test_a_page_from_elsewhere_may_call_with_a_key_of_ours() -> None:
    page = {"origin": "https://elsewhere.example"}
    assert named(page | {"authorization": GOOD}, required=False) == "support"
    with pytest.raises(KeyRequired, match="web pages"):
        named(page | {"authorization": "sk-foreign"}, required=False)


VALUES = st.one_of(
    st.text(st.characters(max_codepoint=0xFF), max_size=80),
    st.builds(
        lambda scheme, gap, secret, end: f"{scheme}{gap}{secret}{end}",
        st.sampled_from(["", "Bearer", "bearer", "Bearer Bearer", "Basic", "Bearer\x00", "earer"]),
        st.sampled_from(["", " ", "\t", "\xa0", "\x85", ", "]),
        st.sampled_from([GOOD, GOOD.upper(), GOOD[:-1], GOOD + "=", f"{GOOD}, {GOOD}", REVOKED, UNKNOWN, "x" * 70_000]),
        st.sampled_from(["", " ", "\x00", ", Bearer x", "\xff", "\u00ad"]),
    ),
)
HEADERS = st.dictionaries(st.sampled_from(["authorization", *OTHER_HEADERS]), VALUES)


@given(HEADERS, st.sampled_from([None, True, False]))
def test_whatever_headers_hold_a_key_opens_by_its_exact_letters_alone(
    headers: dict[str, str],
    required: bool | None,  # noqa: FBT001 - hypothesis passes by position
) -> None:
    asked = callers(required=required)
    try:
        caller = asked.identify(headers)
    except KeyRequired:
        return
    bare = {re.sub(r"^bearer([ \t]+|$)", "", value.strip(), flags=re.IGNORECASE) for value in headers.values()} - {""}
    if caller.secret is not None:
        assert bare == {GOOD}
        assert caller.name == "support"
    else:
        assert required is False
        assert GOOD not in bare
        assert caller.name == "" or re.fullmatch("key:[0-9a-f]{8}", caller.name)
    assert asked.identify(headers) == caller


def test_strangers_cannot_fill_the_memory_with_what_they_present() -> None:
    asked = keyless()
    for number in range(REMEMBERED + 10):
        asked.identify({"authorization": f"Bearer {number}"})
    asked.identify({"authorization": "Bearer " + "x" * 60_000})
    assert len(asked._callers) <= REMEMBERED
    assert max(map(len, asked._callers)) <= LONGEST_REMEMBERED


def test_a_key_of_certain_models_may_not_name_others_beside_the_one_it_may_use() -> None:
    caller = Caller("limited", Key(name="limited", secrets=(), models=("openai/*",)))
    caller.allow(peek(b'{"model":"openai/gpt-4o","messages":[]}'))
    with pytest.raises(ModelNotAllowed, match="may not use the model"):
        caller.allow(peek(b'{"model":"other/x","messages":[]}'))
    for more in OTHER_MODELS:
        with pytest.raises(ModelNotAllowed, match=f"'{more}' names others"):
            caller.allow(peek(b'{"model":"openai/gpt-4o","messages":[],"%b":["dear/x"]}' % more.encode()))
    Caller("free", Key(name="free", secrets=())).allow(peek(b'{"model":"m","messages":[],"models":["n"]}'))
