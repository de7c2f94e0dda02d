"""The keys of a running gateway, whatever happens to the database meanwhile."""

import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import local

import msgspec
import pytest
from tests.unit.ledger.test_keys_store import Kept

from outlast.errors import LedgerUnavailable
from outlast.keys.key import Key, KeyRing
from outlast.keys.secret import digest_of
from outlast.ledger.database import open_for_writing
from outlast.ledger.keys_store import KeyStore
from outlast.ledger.keys_watch import KeyWatch
from outlast.ledger.lookout import Look, Looked, Lookout, Mark


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def made(kept: Kept, name: str = "k") -> str:
    return kept.store.create(Key(name=name, secrets=()))[1]


def watching(kept: Kept) -> KeyWatch:
    """A watch whose looks are made as the worker makes them, but in the thread that asks."""
    own = local()

    def look(known: Mark) -> Looked:
        if not hasattr(own, "lookout"):
            own.lookout = Lookout(kept.path)
        looked: Looked = own.lookout.look(Look(known))
        return looked

    return KeyWatch(kept.path, elsewhere=look)


def knows(ring: KeyRing, secret: str) -> bool:
    return digest_of(secret) in ring.by_digest


def test_the_ring_is_the_same_object_until_a_key_changes(kept: Kept) -> None:
    secret = made(kept)
    watch = watching(kept)
    ring = watch()
    assert knows(ring, secret)
    watch.look()
    assert watch() is ring
    kept.store.change("k", lambda key: msgspec.structs.replace(key, owner="ana"))
    assert watch() is ring
    watch.look()
    assert watch() is not ring
    assert watch().by_digest[digest_of(secret)][0].owner == "ana"
    assert ring.by_digest[digest_of(secret)][0].owner == "", "a ring that was taken never changes"
    watch.close()


def test_a_thread_swaps_the_ring_within_a_second_of_a_change(kept: Kept) -> None:
    open_for_writing(kept.path).close()
    watch = watching(kept)
    assert watch().empty
    watch.start()
    try:
        secret = made(kept)
        deadline = time.monotonic() + 1.0
        while not knows(watch(), secret):
            assert time.monotonic() < deadline
    finally:
        watch.close()


def test_every_process_that_watches_sees_a_change(kept: Kept) -> None:
    made(kept)
    watches = [watching(kept) for _ in range(3)]
    secret = made(kept, "another")
    for watch in watches:
        watch.look()
        assert knows(watch(), secret)
        watch.close()


def gone(path: Path) -> None:
    path.unlink()


def garbage(path: Path) -> None:
    path.unlink()
    path.write_bytes(b"no database at all, " * 500)


def emptied(path: Path) -> None:
    path.unlink()
    open_for_writing(path).close()


@pytest.mark.parametrize("trouble", [gone, garbage, emptied])
def test_the_keys_that_were_known_hold_while_the_database_is_away(kept: Kept, trouble: Callable[[Path], None]) -> None:
    secret = made(kept)
    watch = watching(kept)
    watch.look()  # as its thread does: with a connection that it keeps
    ring = watch()
    aside = kept.path.with_name("aside")
    shutil.copy(kept.path, aside)
    trouble(kept.path)
    for _ in range(3):
        watch.look()
        assert watch() is ring
        assert watch.trouble
    aside.replace(kept.path)
    watch.look()
    assert not watch.trouble
    assert knows(watch(), secret)
    watch.close()


def test_the_keys_that_were_known_hold_while_the_database_is_locked(kept: Kept) -> None:
    made(kept)
    with closing(sqlite3.connect(kept.path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")  # under WAL no lock keeps a reader out
    watch = watching(kept)
    ring = watch()
    with closing(sqlite3.connect(kept.path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        watch.look()
        assert watch() is ring
        assert "locked" in watch.trouble
    watch.look()
    assert not watch.trouble
    watch.close()


def test_a_database_that_is_put_back_from_a_copy_is_read_again(kept: Kept) -> None:
    early = made(kept)
    copy = kept.path.with_name("copy")
    shutil.copy(kept.path, copy)
    late = made(kept, "late")
    watch = watching(kept)
    watch.look()
    assert knows(watch(), late)
    copy.replace(kept.path)
    watch.look()
    assert (knows(watch(), early), knows(watch(), late)) == (True, False)
    watch.close()


@pytest.mark.parametrize("broken", ["UPDATE keys SET models = '{}'", "UPDATE key_secrets SET digest = 'text'", None])
def test_keys_that_cannot_be_read_at_the_beginning_are_no_reason_to_let_everybody_in(
    kept: Kept, broken: str | None
) -> None:
    made(kept)
    if broken is None:
        kept.path.unlink()
    else:
        with closing(sqlite3.connect(kept.path, isolation_level=None)) as connection:
            connection.execute(broken)
    with pytest.raises(LedgerUnavailable, match="nobody can be let in"):
        watching(kept)


def test_a_look_at_keys_that_did_not_change_reads_none_of_them(kept: Kept) -> None:
    made(kept)
    watch = watching(kept)
    watch.look()
    with closing(sqlite3.connect(kept.path, isolation_level=None)) as connection:
        connection.execute("UPDATE keys SET models = 'broken behind the version'")
    watch.look()
    assert not watch.trouble
    watch.close()


def test_a_store_beside_a_watch_waits_for_nobody(kept: Kept) -> None:
    made(kept)
    watch = watching(kept)
    watch.look()  # holds its connection open
    KeyStore(kept.path, unix_ns=lambda: 1, entropy=lambda size: b"\x01" * size).create(Key(name="x", secrets=()))
    watch.close()
