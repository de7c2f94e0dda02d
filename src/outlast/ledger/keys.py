"""Keys as they lie in the ledger's database: rows into values.

It knows the two tables and what one read of them gives. It does not know how keys are changed
(``ledger.keys_store``) nor when a gateway looks again (``ledger.keys_watch``).
"""

import sqlite3
from collections import defaultdict
from importlib.resources import files
from pathlib import Path
from typing import Final

import msgspec

from outlast.keys.key import Allowance, Key, Secret
from outlast.ledger.database import version_of
from outlast.ledger.queries import parse_queries

KEY_QUERIES: Final = parse_queries(files("outlast.ledger").joinpath("keys.sql").read_text("utf-8"))
SINCE: Final = 2
"""The migration that brought the tables; in a file with fewer nobody has created a key."""
PLANS_SINCE: Final = 5
"""The migration that brought plans; who only reads does not bring it."""

_words = msgspec.json.Decoder(tuple[str, ...])


class KeyRow(msgspec.Struct, frozen=True, array_like=True):
    """One row of ``keys``, in the order of the query; checked, because anybody may have written the file."""

    name: str
    owner: str
    team: str
    tags: str
    models: str
    requests_per_minute: int | None
    tokens_per_minute: int | None
    concurrent: int | None
    day_pico_usd: int | None
    month_pico_usd: int | None
    created_ns: int
    expires_ns: int | None
    revoked_ns: int | None
    plan: str = ""

    def key(self, secrets: list["SecretRow"]) -> Key:
        """The value; an end of the key is one of each of its secrets."""
        return Key(
            name=self.name,
            secrets=tuple(row.secret(self) for row in secrets),
            owner=self.owner,
            team=self.team,
            plan=self.plan,
            tags=_words.decode(self.tags),
            models=_words.decode(self.models),
            allowance=Allowance(
                requests_per_minute=self.requests_per_minute,
                tokens_per_minute=self.tokens_per_minute,
                concurrent=self.concurrent,
                day_pico_usd=self.day_pico_usd,
                month_pico_usd=self.month_pico_usd,
            ),
            created_ns=self.created_ns,
            expires_ns=self.expires_ns,
            revoked_ns=self.revoked_ns,
        )


class SecretRow(msgspec.Struct, frozen=True, array_like=True):
    """One row of ``key_secrets``, in the order of the query."""

    key: str
    digest: bytes
    prefix: str
    created_ns: int
    expires_ns: int | None
    revoked_ns: int | None

    def secret(self, key: KeyRow) -> Secret:
        """The value, ended by whatever ends it first."""
        return Secret(
            digest=self.digest,
            prefix=self.prefix,
            created_ns=self.created_ns,
            expires_ns=_earlier(self.expires_ns, key.expires_ns),
            revoked_ns=_earlier(self.revoked_ns, key.revoked_ns),
        )


def _earlier(one: int | None, other: int | None) -> int | None:
    ends = [each for each in (one, other) if each is not None]
    return min(ends, default=None)


def read_keys(connection: sqlite3.Connection, path: Path) -> tuple[Key, ...]:
    """Every key that was ever created, by name, as of one moment.

    Raises:
        sqlite3.Error, msgspec.ValidationError, msgspec.DecodeError: the file cannot be read, or holds what
            Outlast never wrote.
        LedgerUnavailable: a newer version of Outlast made it.
    """
    version = version_of(connection, path)
    if version < SINCE:
        return ()
    query = "keys" if version >= PLANS_SINCE else "keys_without_plans"
    own = not connection.in_transaction
    if own:
        connection.execute("BEGIN")  # both tables at one moment
    try:
        secrets: defaultdict[str, list[SecretRow]] = defaultdict(list)
        for found in connection.execute(KEY_QUERIES["secrets"]):
            row = msgspec.convert(found, SecretRow, builtin_types=(bytes,))
            secrets[row.key].append(row)
        rows = [msgspec.convert(found, KeyRow) for found in connection.execute(KEY_QUERIES[query])]
    finally:
        if own:
            connection.execute("ROLLBACK")
    return tuple(row.key(secrets[row.name]) for row in rows)


def read_version(connection: sqlite3.Connection) -> int:
    """A number that moves when a key is changed. Raises as ``read_keys`` does."""
    (version,) = connection.execute(KEY_QUERIES["version"]).fetchone()
    return int(version)
