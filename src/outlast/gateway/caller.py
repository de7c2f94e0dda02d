"""Who calls: from the headers of a call to a public name for its key.

It knows where OpenAI's clients put a key, and whether one is required. It does not know limits or budgets.
"""

import hashlib
import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from outlast.errors import KeyRequired

REMEMBERED = 4096
"""Names are worked out once per presented key; past this many the memory starts anew."""

_SHOWN = 100  # characters of an origin that an error repeats


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

        Any web page can make the browser of somebody on this machine send a call to loopback; such a call would
        spend the operator's money, so it needs a key even where others need none.

        Raises:
            KeyRequired: a key is required and none that is known came.
        """
        presented = headers.get("authorization", "")
        if self._required:
            raise KeyRequired(
                "a key is required, because this gateway listens beyond loopback, and this version cannot create one; "
                "listen on 127.0.0.1 and put a proxy with an authentication of its own before it"
            )
        if "origin" in headers and is_foreign_page(headers["origin"]):
            raise KeyRequired(
                f"a key is required of web pages, and none has been created yet: this call comes from a page of "
                f"{headers['origin'][:_SHOWN]!r}"
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
