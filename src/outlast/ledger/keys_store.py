"""Keys made, changed, rotated and revoked in the ledger's database, beside a gateway that runs or before one ever did.

It knows transactions and what each change may not do. It does not know how keys look as rows (``ledger.keys``)
nor who asks (``cli``). Of a secret it keeps the digest and the visible start; the secret itself it gives away once.
"""

import difflib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import msgspec

from outlast.errors import LedgerUnavailable, SettingsInvalid, UnknownKey
from outlast.keys.key import Key, Secret
from outlast.keys.secret import MARK, digest_of, new_secret, prefix_of
from outlast.ledger.database import open_for_reading, open_for_writing
from outlast.ledger.denied import why
from outlast.ledger.keys import KEY_QUERIES, read_keys

PATIENCE: Final = 10.0
"""Seconds to wait for the database: a gateway writes into it four times a second, and others may create keys."""
MOST_PICO_USD: Final = 2**63 - 1
"""What a column holds: a little more than nine million dollars."""


class KeyStore:
    """The keys of one database file. Each call opens it anew."""

    def __init__(self, path: Path, *, unix_ns: Callable[[], int], entropy: Callable[[int], bytes]) -> None:
        """Open nothing yet.

        Args:
            path: the file; made with its first key.
            unix_ns: real time.
            entropy: gives so many random bytes.
        """
        self._path = path
        self._now = unix_ns
        self._entropy = entropy

    def keys(self) -> tuple[Key, ...]:
        """Every key that was ever created, by name; none where there is no file.

        Raises:
            LedgerUnavailable: the file cannot be read.
        """
        if not self._path.exists():
            return ()
        with self._refusals("read"), closing(open_for_reading(self._path)) as connection:
            return read_keys(connection, self._path)

    def key(self, name: str) -> Key:
        """The key of a name, as it was created; case makes no difference.

        Raises:
            UnknownKey: there is none, or it was revoked.
            LedgerUnavailable: the file cannot be read.
        """
        return _holding(self.keys(), name)

    def create(self, key: Key) -> tuple[Key, str]:
        """Keep a new key (its secrets and times are made here); returns it and its secret, which is kept nowhere.

        Raises:
            SettingsInvalid: the name is taken.
            LedgerUnavailable: the file cannot be written.
        """
        with self._changing() as connection:
            known = _named(read_keys(connection, self._path), key.name)
            if known is not None:
                advice = (
                    "names are not used twice, because records carry them"
                    if known.revoked_ns is not None
                    else f"`outlast keys change {known.name}` changes it, `outlast keys rotate {known.name}` gives it "
                    "a new secret"
                )
                raise SettingsInvalid(f"a key {known.name!r} was created already; {advice}")
            now = self._now()
            connection.execute(KEY_QUERIES["insert_key"], (*_columns(key), now, key.name))
            secret = self._add_secret(connection, key.name, now)
            return self._one(connection, key.name), secret

    def change(self, name: str, edit: Callable[[Key], Key]) -> Key:
        """Put ``edit(key)`` in a key's place: whom it belongs to, what it may do, its end. Returns what is kept.

        Raises:
            UnknownKey: no key of this name holds.
            LedgerUnavailable: the file cannot be written.
        """
        with self._changing() as connection:
            known = self._one(connection, name)
            connection.execute(KEY_QUERIES["update_key"], (*_columns(edit(known)), known.name))
            return self._one(connection, known.name)

    def rotate(self, name: str, *, overlap_ns: int, edit: Callable[[Key], Key] = lambda key: key) -> tuple[Key, str]:
        """Give a key a new secret; its earlier ones open it for ``overlap_ns`` more, where they do not end before.

        Raises:
            UnknownKey: no key of this name holds.
            SettingsInvalid: the key has expired, so that a new secret would open nothing.
            LedgerUnavailable: the file cannot be written.
        """
        with self._changing() as connection:
            known = edit(self._one(connection, name))
            now = self._now()
            if known.expires_ns is not None and known.expires_ns <= now:
                raise SettingsInvalid(f"the key {known.name!r} has expired; `--expires 90d` gives it a new end")
            connection.execute(KEY_QUERIES["update_key"], (*_columns(known), known.name))
            connection.execute(KEY_QUERIES["end_secrets"], (now + overlap_ns, known.name))
            secret = self._add_secret(connection, known.name, now)
            return self._one(connection, known.name), secret

    def revoke(self, named: str) -> tuple[Key, Secret | None]:
        """End a key for good by its name, or one of its secrets by what the secret begins with.

        Returns the key, and the secret where only that was revoked. Revoking twice is revoking once.

        Raises:
            UnknownKey: neither a key nor a secret.
            LedgerUnavailable: the file cannot be written.
        """
        with self._changing() as connection:
            keys = read_keys(connection, self._path)
            if not named.startswith(MARK):
                known = _named(keys, named)
                if known is None:
                    raise _unknown(keys, named)
                if known.revoked_ns is None:
                    connection.execute(KEY_QUERIES["revoke_key"], (self._now(), known.name))
                return self._any(connection, known.name), None
            prefix = prefix_of(named)  # a whole secret, found where it should not be, is as good
            found = [(key, secret) for key in keys for secret in key.secrets if secret.prefix == prefix]
            if not found:
                raise UnknownKey(f"no secret begins with {prefix}; `outlast keys list` shows how each begins")
            [(key, secret)] = found
            connection.execute(KEY_QUERIES["revoke_secret"], (self._now(), secret.digest))
            return self._any(connection, key.name), secret

    def _add_secret(self, connection: sqlite3.Connection, name: str, now: int) -> str:
        secret = new_secret(self._entropy)
        connection.execute(KEY_QUERIES["insert_secret"], (name, digest_of(secret), prefix_of(secret), now))
        return secret

    def _any(self, connection: sqlite3.Connection, name: str) -> Key:
        keys = read_keys(connection, self._path)
        known = _named(keys, name)
        if known is None:
            raise _unknown(keys, name)
        return known

    def _one(self, connection: sqlite3.Connection, name: str) -> Key:
        """The key of this name that was not revoked."""
        return _holding(read_keys(connection, self._path), name)

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that moves the version with whatever it changes."""
        with self._refusals("written"):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(open_for_writing(self._path, patience=PATIENCE)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.execute(KEY_QUERIES["moved"])
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise

    @contextmanager
    def _refusals(self, what: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, msgspec.MsgspecError) as error:
            raise LedgerUnavailable(f"the keys in {self._path} cannot be {what}: {why(error, self._path)}") from error


def _columns(key: Key) -> tuple[str | int | None, ...]:
    """What ``insert_key`` and ``update_key`` begin with."""
    may = key.allowance
    return (
        key.owner,
        key.team,
        msgspec.json.encode(key.tags).decode(),
        msgspec.json.encode(key.models).decode(),
        may.requests_per_minute,
        may.tokens_per_minute,
        may.concurrent,
        may.day_pico_usd,
        may.month_pico_usd,
        key.expires_ns,
        key.plan,
    )


def _named(keys: tuple[Key, ...], name: str) -> Key | None:
    """The key of a name; case makes no difference, as in the database."""
    return next((key for key in keys if key.name.lower() == name.lower()), None)


def _holding(keys: tuple[Key, ...], name: str) -> Key:
    """The key of a name that was not revoked."""
    known = _named(keys, name)
    if known is None:
        raise _unknown(keys, name)
    if known.revoked_ns is not None:
        raise UnknownKey(f"the key {known.name!r} was revoked, for good; create one of another name")
    return known


def _unknown(keys: tuple[Key, ...], name: str) -> UnknownKey:
    if name.startswith(MARK):  # a secret may have been given for a name, and messages end up in logs
        return UnknownKey(f"{prefix_of(name)}… begins a secret; say the key's name, which `outlast keys list` shows")
    near = difflib.get_close_matches(name, [key.name for key in keys], 3, 0.5)
    if near:
        hint = f"closest: {', '.join(near)}"
    elif keys:
        hint = "`outlast keys list` shows every key"
    else:
        hint = f"none was ever created; `outlast keys create {name}` makes one"
    return UnknownKey(f"no key {name!r} is known; {hint}")
