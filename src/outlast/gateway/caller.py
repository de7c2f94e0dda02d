"""Who calls: from the headers of a call to the key behind it, or to a public name where none is required.

It knows where clients put a key, and when one is required. It does not know what a key has used
(``limits``) nor how keys are kept (``ledger``).
"""

import hashlib
import ipaddress
import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import msgspec

from outlast.dialects.dialect import Asked
from outlast.errors import KeyRequired, ModelNotAllowed
from outlast.keys.key import Key, KeyRing, Secret
from outlast.keys.secret import MARK, digest_of

REMEMBERED = 4096
"""Callers are worked out once per presented key; past this many the memory starts anew."""
LONGEST_REMEMBERED = 256
"""Characters; strangers choose what they present, and may not fill the memory with it."""

OTHER_HEADERS = ("x-api-key", "api-key", "x-goog-api-key")
"""Where the clients of other vendors put a key, which OpenAI's put into ``authorization``."""
OTHER_MODELS = ("models", "fallback_models", "fallbacks", "route")
"""Members by which some providers (OpenRouter among them) let a request choose further models."""
_BEARER = re.compile(r"bearer(?:[ \t]+|$)", re.IGNORECASE)
_SHOWN = 100  # characters of an origin that an error repeats
_CREATE = "`outlast keys create NAME` makes one"


class Caller(msgspec.Struct, frozen=True, gc=False):
    """Who calls."""

    name: str
    """What records say: a key's name, the start of a foreign key's digest, or nothing."""
    key: Key | None = None
    secret: Secret | None = None
    """The one of the key's secrets that came."""

    def allow(self, asked: Asked) -> None:
        """Hold the caller to its key's models.

        Raises:
            ModelNotAllowed: the key may not use the model, or the request names others that may be taken instead.
        """
        if self.key is None or not self.key.models:
            return
        if not self.key.may_use(asked.model):
            raise ModelNotAllowed(f"the key {self.name!r} may not use the model {asked.model!r}", param="model")
        more = next((name for name in OTHER_MODELS if name in asked.envelope.fields), None)
        if more is not None:
            raise ModelNotAllowed(
                f"the key {self.name!r} may use certain models only, and {more!r} names others beside them", param=more
            )


NOBODY = Caller("")


class Callers:
    """Names the caller of each call.

    Where no key is required any presented key is accepted; it is named by the start of its SHA-256, so that
    usage can be told apart by application without keeping anything that could be used as a key. A secret that was
    made here is held to its word everywhere: an unknown, expired or revoked one never passes as a foreign key.

    Secrets are found by their SHA-256 in a dictionary, and remembered by what was presented. Neither look leaks a
    secret by the time it takes: Python compares keys of a dictionary only where their whole hashes are the same,
    those of text are seeded anew in each process, and nobody can choose digests that begin as a stored one does.
    """

    def __init__(self, ring: Callable[[], KeyRing], *, required: bool | None, unix_ns: Callable[[], int]) -> None:
        """Listen to a ring that may be replaced at any time.

        Args:
            ring: the keys of this moment.
            required: whether a key is needed; None: as soon as one was ever created.
            unix_ns: real time, for expiry.
        """
        self._ring = ring
        self._required = required
        self._now = unix_ns
        self._known = ring()
        self._callers: dict[str, Caller] = {}

    def identify(self, headers: Mapping[str, str]) -> Caller:
        """The caller behind the presented key; ``NOBODY`` where none came and none is required.

        Any web page can make the browser of somebody on this machine send a call to loopback; such a call would
        spend the operator's money, so it needs a key even where others need none.

        Raises:
            KeyRequired: a key is required and none that is known came, or one that has ended.
        """
        presented = headers.get("authorization", "")
        if "x-api-key" in headers or "api-key" in headers or "x-goog-api-key" in headers:
            presented = _the_one(headers)
        ring = self._ring()
        if ring is not self._known:
            self._known = ring
            self._callers = {}
        caller = self._callers.get(presented)
        if caller is None:
            caller = self._worked_out(presented, ring)
        if caller.secret is not None:
            now = self._now()
            if not caller.secret.usable(now):
                raise KeyRequired(_ended(caller.secret, now))
            return caller
        required = not ring.empty if self._required is None else self._required
        if required:
            raise KeyRequired(
                f"no key came with this call, and this gateway requires one; {_CREATE}"
                if caller is NOBODY
                else f"the key of this call is not known here; {_CREATE}"
            )
        if "origin" in headers and is_foreign_page(headers["origin"]):
            raise KeyRequired(
                f"a key is required of web pages: this call comes from a page of {headers['origin'][:_SHOWN]!r}; "
                f"{_CREATE}"
            )
        return caller

    def _worked_out(self, presented: str, ring: KeyRing) -> Caller:
        secret = _secret_in(presented)
        if not secret:
            return NOBODY
        known = ring.by_digest.get(digest_of(secret))
        if known is not None:
            caller = Caller(known[0].name, *known)
        elif secret.startswith(MARK):
            raise KeyRequired(f"the key of this call is not known here; {_CREATE}")
        else:
            caller = Caller("key:" + hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()[:8])
        if len(presented) <= LONGEST_REMEMBERED:
            if len(self._callers) >= REMEMBERED:
                self._callers.clear()
            self._callers[presented] = caller
        return caller


def _secret_in(presented: str) -> str:
    """A header's value without ``Bearer``; of another scheme, all of it."""
    return _BEARER.sub("", presented.strip(), count=1)


def _the_one(headers: Mapping[str, str]) -> str:
    """The key of a call that may carry several.

    Raises:
        KeyRequired: they disagree, and whichever were taken, another reader of the call might take the other.
    """
    present = [name for name in ("authorization", *OTHER_HEADERS) if name in headers]
    if len(present) == 1:
        return headers[present[0]]
    found = {name: _secret_in(headers[name]) for name in present}
    secrets = {secret for secret in found.values() if secret}
    if len(secrets) > 1:
        names = ", ".join(name for name, secret in found.items() if secret)
        raise KeyRequired(f"this call carries different keys in {names}; send one of them")
    return next((headers[name] for name, secret in found.items() if secret), "")


def _ended(secret: Secret, now_ns: int) -> str:
    if secret.revoked_ns is not None:
        return f"the key {secret.prefix}… was revoked; `outlast keys list` shows those that hold"
    assert secret.expires_ns is not None  # noqa: S101 - a secret is unusable for one of two reasons
    return f"the key {secret.prefix}… has expired {(now_ns - secret.expires_ns) // 10**9} seconds ago; {_CREATE}"


def is_foreign_page(origin: str) -> bool:
    """Whether an ``Origin`` is that of a web page from elsewhere; an application has a scheme of its own."""
    try:
        url = urlsplit(origin)
        host = url.hostname or ""
        if origin == "null":
            return True
        if url.scheme not in ("http", "https") or host == "localhost" or host.endswith(".localhost"):
            return False
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True
