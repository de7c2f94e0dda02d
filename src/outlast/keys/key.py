"""A key as it is known after it was created: its names, whom it belongs to and what it may do.

It knows values. It does not know how a secret is made (``keys.secret``), where keys are kept (``ledger``) nor
what has been used (``limits``).
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase

import msgspec


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """How much a key may use; None: as much as it likes."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    """Input and output together, as the upstream reported them; of an answer that was cut, as estimated."""
    concurrent: int | None = None
    """Calls that run at the same time."""
    day_pico_usd: int | None = None
    """A UTC day's money."""
    month_pico_usd: int | None = None
    """A UTC calendar month's money."""


NO_LIMITS = Allowance()


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """One secret of a key; a rotation leaves two for a while."""

    digest: bytes
    """SHA-256 of the whole secret: 256 random bits need no slower hash."""
    prefix: str
    """Its visible start; too short to be of use to anybody else."""
    created_ns: int
    expires_ns: int | None = None
    revoked_ns: int | None = None

    def usable(self, now_ns: int) -> bool:
        """Whether it opens anything at this instant (Unix nanoseconds)."""
        return self.revoked_ns is None and (self.expires_ns is None or now_ns < self.expires_ns)


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """One key: the name that records carry stays through every rotation."""

    name: str
    secrets: tuple[Secret, ...]
    owner: str = ""
    team: str = ""
    tags: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    """Patterns of requested names (``openai/*``); none: every name."""
    allowance: Allowance = NO_LIMITS

    def may_use(self, model: str) -> bool:
        """Whether the key may ask for this name."""
        return not self.models or any(fnmatchcase(model, pattern) for pattern in self.models)


class KeyRing(msgspec.Struct, frozen=True):
    """Every key at one moment: an immutable snapshot, replaced as a whole when a key changes."""

    by_digest: Mapping[bytes, tuple[Key, Secret]] = {}

    @property
    def empty(self) -> bool:
        """No key was ever created here."""
        return not self.by_digest


NO_KEYS = KeyRing()
