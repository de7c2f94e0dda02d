"""Who calls: from the headers of a call to a public name for its key.

It knows where OpenAI's clients put a key, and whether one is required. It does not know limits or budgets.
"""

import hashlib
from collections.abc import Mapping

from outlast.errors import KeyRequired

REMEMBERED = 4096
"""Names are worked out once per presented key; past this many the memory starts anew."""


class Callers:
    """Names the caller of each call.

    Where no key is required any presented key is accepted; it is named by the start of its SHA-256, so that
    usage can be told apart by application without keeping anything that could be used as a key.
    """

    def __init__(self, *, required: bool) -> None:
        self._required = required
        self._names: dict[str, str] = {}

    def identify(self, headers: Mapping[str, str]) -> str:
        """The public name of the presented key; empty where none came and none is required.

        Raises:
            KeyRequired: a key is required and none that is known came.
        """
        presented = headers.get("authorization", "")
        if self._required:
            raise KeyRequired(
                "a key is required, because this gateway listens beyond loopback; none has been created yet"
            )
        if not presented:
            return ""
        name = self._names.get(presented)
        if name is None:
            name = self._name(presented)
        return name

    def _name(self, presented: str) -> str:
        secret = presented.removeprefix("Bearer ").strip()
        name = "key:" + hashlib.sha256(secret.encode()).hexdigest()[:8]
        if len(self._names) >= REMEMBERED:
            self._names.clear()
        self._names[presented] = name
        return name
