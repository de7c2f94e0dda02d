"""A key as it is known after it was created: its names, whom it belongs to and what it may do.

It knows values. It does not know how a secret is made (``keys.secret``), what may be written into a key
(``keys.rules``), where keys are kept (``ledger``) nor what has been used (``limits``).
"""

from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Literal

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

State = Literal["active", "expired", "revoked", "no secret"]
"""no secret: the key itself holds, but each of its secrets was revoked or has ended; a rotation gives it another."""


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """One secret of a key; a rotation leaves two for a while."""

    digest: bytes
    """SHA-256 of the whole secret: 256 random bits need no slower hash."""
    prefix: str
    """Its visible start; too short to be of use to anybody else."""
    created_ns: int
    expires_ns: int | None = None
    """Its own end or its key's, whichever comes first."""
    revoked_ns: int | None = None
    """The same of its revocation."""

    def usable(self, now_ns: int) -> bool:
        """Whether it opens anything at this instant (Unix nanoseconds)."""
        return self.revoked_ns is None and (self.expires_ns is None or now_ns < self.expires_ns)


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """One key: the name that records carry stays through every rotation."""

    name: str
    secrets: tuple[Secret, ...]
    owner: str = ""
    team: str = ""
    plan: str = ""
    """What its holder has booked: rollouts reach keys plan by plan."""
    tags: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    """Patterns of requested names (``openai/*``); none: every name."""
    allowance: Allowance = NO_LIMITS
    created_ns: int = 0
    expires_ns: int | None = None
    """The end of the key as a whole."""
    revoked_ns: int | None = None
    """When the key as a whole was revoked; that is for good."""

    def may_use(self, model: str) -> bool:
        """Whether the key may ask for this name: compared as it was sent, letter by letter.

        Patterns only ever allow, and no name is folded, trimmed or decoded before it is looked up. So another
        spelling of a name outside the patterns is outside them too.
        """
        return not self.models or _allowed(self.models, model)

    def state(self, now_ns: int) -> State:
        """What the key is good for at this instant (Unix nanoseconds)."""
        if self.revoked_ns is not None:
            return "revoked"
        if self.expires_ns is not None and now_ns >= self.expires_ns:
            return "expired"
        return "active" if any(secret.usable(now_ns) for secret in self.secrets) else "no secret"


@lru_cache(maxsize=4096)  # the same names come again and again; a look costs a tenth of a match
def _allowed(patterns: tuple[str, ...], model: str) -> bool:
    return any(fnmatchcase(model, pattern) for pattern in patterns)


class KeyRing(msgspec.Struct, frozen=True):
    """Every key at one moment: an immutable snapshot, replaced as a whole when a key changes.

    A secret is looked up by its SHA-256. How long a look takes tells nothing of value: whoever guesses cannot
    choose digests that share their start with a stored one, and the table compares all of a digest or none of it.
    """

    by_digest: Mapping[bytes, tuple[Key, Secret]] = {}
    created: int = 0
    """How many keys there are, those included that no secret opens any more."""

    @property
    def empty(self) -> bool:
        """No key was ever created here."""
        return not (self.created or self.by_digest)


NO_KEYS = KeyRing()


def ring_of(keys: Collection[Key]) -> KeyRing:
    """The snapshot of these keys; ended and revoked secrets are in it, so that their callers are told so."""
    return KeyRing({secret.digest: (key, secret) for key in keys for secret in key.secrets}, len(keys))
