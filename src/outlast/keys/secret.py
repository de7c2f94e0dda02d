"""What a secret looks like, and the two things that may be kept of it: its digest and its visible start.

It knows the form. It does not know who owns one.
"""

import base64
import hashlib
from collections.abc import Callable

MARK = "ol-"
"""What every secret made here starts with, so that a scanner of leaked secrets and an unknown key are told apart."""
_PREFIX_LENGTH = len(MARK) + 8
_RANDOM_BYTES = 35  # 56 characters: 8 that are shown, and 48 (240 bits) that are not


def new_secret(entropy: Callable[[int], bytes]) -> str:
    """A secret nobody can guess; ``entropy`` gives so many random bytes."""
    return MARK + base64.b32encode(entropy(_RANDOM_BYTES)).decode("ascii").lower()


def digest_of(secret: str) -> bytes:
    """What is stored instead of the secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def prefix_of(secret: str) -> str:
    """The part that lists and messages may show."""
    return secret[:_PREFIX_LENGTH]
