"""Keys in a real database file, by a hand clock."""

import hashlib
import itertools
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outlast.errors import LedgerUnavailable, SettingsInvalid, UnknownKey
from outlast.keys.key import Allowance, Key, ring_of
from outlast.keys.secret import digest_of
from outlast.ledger.database import migrations, open_for_writing
from outlast.ledger.keys import KEY_QUERIES, PLANS_SINCE, read_version
from outlast.ledger.keys_store import MOST_PICO_USD, KeyStore
from outlast.testing.gateway import HandClock

HOUR = 3_600 * 10**9
FULL = Key(
    name="Support",
    secrets=(),
    owner="ana@example.com",
    team="Service & Söhne",
    plan="plus",
    tags=("night", "batch"),
    models=("openai/*", "support"),
    allowance=Allowance(
        requests_per_minute=60,
        tokens_per_minute=20_000,
        concurrent=3,
        day_pico_usd=5 * 10**12,
        month_pico_usd=MOST_PICO_USD,
    ),
    expires_ns=1_780_000_000 * 10**9,
)


def counted() -> Callable[[int], bytes]:
    """Random bytes that are none: one number after the other."""
    numbers = itertools.count(1)
    return lambda size: hashlib.sha512(str(next(numbers)).encode()).digest()[:size]


class Kept:
    """A store on a file of its own, with its clock."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "kept.db"
        self.hand = HandClock()
        self.store = KeyStore(self.path, unix_ns=lambda: self.hand.unix, entropy=counted())

    @property
    def version(self) -> int:
        with closing(sqlite3.connect(self.path)) as connection:
            return read_version(connection)

    def state(self, name: str) -> str:
        [key] = filter(lambda key: key.name == name, self.store.keys())
        return key.state(self.hand.unix)

    def usable(self, secret: str) -> bool:
        _, found = ring_of(self.store.keys()).by_digest[digest_of(secret)]
        return found.usable(self.hand.unix)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


@pytest.mark.parametrize("name", sorted(KEY_QUERIES))
def test_every_named_query_fits_the_schema(tmp_path: Path, name: str) -> None:
    statement = KEY_QUERIES[name]
    parameters = (None,) * (2 if "?1" in statement else statement.count("?"))
    with closing(open_for_writing(tmp_path / "a.db")) as connection:
        assert connection.execute(f"EXPLAIN {statement}", parameters).fetchall()


def test_where_there_is_no_file_there_are_no_keys_and_none_is_made_by_looking(kept: Kept) -> None:
    assert kept.store.keys() == ()
    assert not kept.path.exists()


def test_a_file_from_before_there_were_keys_has_none(kept: Kept) -> None:
    with closing(sqlite3.connect(kept.path)) as old:
        old.execute("PRAGMA user_version = 1")
    assert kept.store.keys() == ()


def test_keys_of_an_earlier_version_are_read_as_they_lie_and_get_plans_with_the_next_change(kept: Kept) -> None:
    with closing(sqlite3.connect(kept.path)) as file:
        for statement in "".join(migrations()[: PLANS_SINCE - 1]).split(";\n"):
            file.execute(statement)
        file.execute(
            "INSERT INTO keys (name, owner, team, tags, models, created_ns) VALUES ('old', 'ana', '', '[]', '[]', 1)"
        )
        file.execute(f"PRAGMA user_version = {PLANS_SINCE - 1}")
        file.commit()
    [old] = kept.store.keys()
    assert (old.name, old.owner, old.plan) == ("old", "ana", "")
    kept.store.change("old", lambda key: msgspec.structs.replace(key, plan="free"))
    [new] = kept.store.keys()
    assert (new.owner, new.plan) == ("ana", "free")


def test_a_key_is_kept_as_it_was_made(kept: Kept) -> None:
    key, secret = kept.store.create(FULL)
    assert kept.store.keys() == (key,)
    [only] = key.secrets
    assert (only.digest, only.created_ns) == (digest_of(secret), kept.hand.unix)
    assert secret.startswith(only.prefix)
    assert msgspec.structs.replace(key, secrets=(), created_ns=0) == FULL
    assert only.expires_ns == FULL.expires_ns


def test_the_secret_is_nowhere_in_the_files(kept: Kept) -> None:
    _, secret = kept.store.create(FULL)
    files = b"".join(path.read_bytes() for path in kept.path.parent.iterdir())
    assert digest_of(secret) in files
    assert secret[11:].encode() not in files


@pytest.mark.parametrize("name", ["Support", "support", "SUPPORT"])
def test_a_name_is_used_once_whatever_its_case(kept: Kept, name: str) -> None:
    kept.store.create(FULL)
    before = kept.version
    with pytest.raises(SettingsInvalid, match="keys rotate Support"):
        kept.store.create(Key(name=name, secrets=()))
    assert kept.version == before
    kept.store.revoke("Support")
    with pytest.raises(SettingsInvalid, match="not used twice"):
        kept.store.create(Key(name=name, secrets=()))
    with (
        closing(sqlite3.connect(kept.path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="UNIQUE"),
    ):
        connection.execute("INSERT INTO keys SELECT ?, '', '', '[]', '[]', 1, 1, 1, 1, 1, 0, 1, 1, ''", (name,))


def test_every_change_moves_the_version_that_gateways_watch(kept: Kept) -> None:
    seen = []
    kept.store.create(FULL)
    seen.append(kept.version)
    kept.store.change("Support", lambda key: msgspec.structs.replace(key, team=""))
    seen.append(kept.version)
    key, _ = kept.store.rotate("Support", overlap_ns=HOUR)
    seen.append(kept.version)
    kept.store.revoke(key.secrets[0].prefix)
    seen.append(kept.version)
    kept.store.revoke("Support")
    seen.append(kept.version)
    assert seen == [1, 2, 3, 4, 5]


def test_a_change_that_fails_leaves_everything_as_it_was(kept: Kept) -> None:
    key, _ = kept.store.create(FULL)

    def fails(_: Key) -> Key:
        raise SettingsInvalid

    with pytest.raises(SettingsInvalid):
        kept.store.change("support", fails)
    with pytest.raises(SettingsInvalid):
        kept.store.rotate("support", overlap_ns=0, edit=fails)
    assert kept.store.keys() == (key,)
    assert kept.version == 1


def test_a_change_finds_its_key_in_any_case_and_keeps_its_name(kept: Kept) -> None:
    kept.store.create(FULL)
    changed = kept.store.change("sUPPORT", lambda key: msgspec.structs.replace(key, owner="ben", models=()))
    assert (changed.name, changed.owner, changed.models) == ("Support", "ben", ())
    assert kept.store.keys() == (changed,)


def test_a_key_ends_with_its_hour_and_a_change_of_its_end_revives_it(kept: Kept) -> None:
    _, secret = kept.store.create(Key(name="k", secrets=(), expires_ns=kept.hand.unix + HOUR))
    kept.hand.move(3599)
    assert (kept.state("k"), kept.usable(secret)) == ("active", True)
    kept.hand.move(1)
    assert (kept.state("k"), kept.usable(secret)) == ("expired", False)
    kept.store.change("k", lambda key: msgspec.structs.replace(key, expires_ns=None))
    assert (kept.state("k"), kept.usable(secret)) == ("active", True)


def test_a_rotation_ends_earlier_secrets_with_the_overlap_and_no_later(kept: Kept) -> None:
    _, first = kept.store.create(Key(name="k", secrets=()))
    _, second = kept.store.rotate("k", overlap_ns=2 * HOUR)
    _, third = kept.store.rotate("k", overlap_ns=24 * HOUR)
    kept.hand.move(2 * 3600 - 1)
    assert [kept.usable(each) for each in (first, second, third)] == [True, True, True]
    kept.hand.move(1)
    assert [kept.usable(each) for each in (first, second, third)] == [False, True, True]
    kept.hand.move(22 * 3600)
    assert [kept.usable(each) for each in (first, second, third)] == [False, False, True]


def test_a_rotation_without_overlap_ends_the_old_secret_at_once(kept: Kept) -> None:
    _, first = kept.store.create(Key(name="k", secrets=()))
    _, second = kept.store.rotate("k", overlap_ns=0)
    assert (kept.usable(first), kept.usable(second)) == (False, True)


def test_an_expired_key_is_rotated_only_with_a_new_end(kept: Kept) -> None:
    kept.store.create(Key(name="k", secrets=(), expires_ns=kept.hand.unix + HOUR))
    kept.hand.move(3600)
    with pytest.raises(SettingsInvalid, match="--expires"):
        kept.store.rotate("k", overlap_ns=0)
    end = kept.hand.unix + HOUR
    _, secret = kept.store.rotate("k", overlap_ns=0, edit=lambda key: msgspec.structs.replace(key, expires_ns=end))
    assert kept.usable(secret)


def test_a_secret_is_revoked_by_how_it_begins_and_its_key_can_have_another(kept: Kept) -> None:
    key, first = kept.store.create(Key(name="k", secrets=()))
    revoked, which = kept.store.revoke(key.secrets[0].prefix)
    assert which == key.secrets[0]
    assert revoked.state(kept.hand.unix) == "no secret"
    assert not kept.usable(first)
    _, second = kept.store.rotate("k", overlap_ns=0)
    assert (kept.state("k"), kept.usable(first), kept.usable(second)) == ("active", False, True)


def test_a_whole_secret_found_where_it_should_not_be_is_revoked_by_itself(kept: Kept) -> None:
    _, secret = kept.store.create(Key(name="k", secrets=()))
    kept.store.revoke(secret)
    assert not kept.usable(secret)


def test_a_revoked_key_stays_revoked(kept: Kept) -> None:
    _, secret = kept.store.create(Key(name="k", secrets=()))
    revoked, which = kept.store.revoke("K")
    assert (which, revoked.revoked_ns) == (None, kept.hand.unix)
    kept.hand.move(60)
    assert kept.store.revoke("k") == (revoked, None)
    for attempt in (
        lambda: kept.store.rotate("k", overlap_ns=0),
        lambda: kept.store.change("k", lambda key: msgspec.structs.replace(key, expires_ns=None)),
    ):
        with pytest.raises(UnknownKey, match="for good"):
            attempt()
    assert not kept.usable(secret)


@pytest.mark.parametrize(
    ("asked", "said"),
    [("suport", "closest: Support"), ("zzz", "keys list"), ("ol-unknown-secret", "no secret begins with ol-unknown-")],
)
def test_an_unknown_key_is_told_with_the_nearest_names(kept: Kept, asked: str, said: str) -> None:
    kept.store.create(FULL)
    with pytest.raises(UnknownKey, match=said) as raised:
        kept.store.revoke(asked)
    assert "unknown-secret" not in str(raised.value)
    for attempt in (lambda: kept.store.rotate(asked, overlap_ns=0), lambda: kept.store.change(asked, lambda key: key)):
        with pytest.raises(UnknownKey) as raised:
            attempt()
        assert "unknown-secret" not in str(raised.value)


def test_before_the_first_key_the_way_to_it_is_told(kept: Kept) -> None:
    with pytest.raises(UnknownKey, match="keys create k"):
        kept.store.rotate("k", overlap_ns=0)


def test_a_file_that_is_no_database_is_told_so(kept: Kept) -> None:
    kept.path.write_text("no database, but long enough to be taken for one" * 100)
    with pytest.raises(LedgerUnavailable, match="read"):
        kept.store.keys()
    with pytest.raises(LedgerUnavailable, match="written"):
        kept.store.create(FULL)


def test_keys_made_at_once_are_all_kept_and_a_name_goes_to_one(kept: Kept) -> None:
    results: list[str] = []

    def make(number: int) -> None:
        try:
            results.append(kept.store.create(Key(name=f"k{number % 6}", secrets=()))[1])
        except SettingsInvalid:
            results.append("")

    threads = [threading.Thread(target=make, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = [secret for secret in results if secret]
    assert (len(results), len(made), len(set(made))) == (8, 6, 6)
    assert set(ring_of(kept.store.keys()).by_digest) == {digest_of(secret) for secret in made}
    assert kept.version == 6


COUNTS = st.none() | st.integers(1, MOST_PICO_USD)
WORDS = st.text(st.characters(codec="utf-8"), max_size=20)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    owner=WORDS,
    tags=st.lists(WORDS, max_size=3),
    allowance=st.builds(
        Allowance,
        requests_per_minute=COUNTS,
        tokens_per_minute=COUNTS,
        concurrent=COUNTS,
        day_pico_usd=COUNTS,
        month_pico_usd=COUNTS,
    ),
    ends=st.none() | st.integers(0, 2**63 - 1),
)
def test_whatever_a_key_holds_comes_back(
    kept: Kept, owner: str, tags: list[str], allowance: Allowance, ends: int | None
) -> None:
    if not kept.store.keys():
        kept.store.create(Key(name="k", secrets=()))
    kept.store.change(
        "k",
        lambda key: msgspec.structs.replace(
            key, owner=owner, tags=tuple(tags), models=tuple(tags), allowance=allowance, expires_ns=ends
        ),
    )
    [key] = kept.store.keys()
    assert (key.owner, key.tags, key.models) == (owner, tuple(tags), tuple(tags))
    assert (key.allowance, key.expires_ns) == (allowance, ends)


def test_a_lock_that_is_held_too_long_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outlast.ledger.keys_store.PATIENCE", 0.05)
    path = tmp_path / "outlast.db"
    store = KeyStore(path, unix_ns=lambda: 0, entropy=counted())
    store.create(Key(name="first", secrets=()))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerUnavailable, match=r"another process has held it locked .*; try again in a moment"):
            store.create(Key(name="second", secrets=()))
