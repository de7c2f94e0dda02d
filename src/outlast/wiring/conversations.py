"""Whose conversation a call belongs to, and what is known of it before anybody is asked: for rollouts.

It knows what a request has to be read for, and reads no more of it: a body is read whole only where its beginning is
more than plain words. It does not know who is assigned what (``wiring.rollouts``).
"""

import hashlib
from typing import Final

from outlast.dialects.conversation.parts import Text
from outlast.dialects.conversation.request import Message, Request
from outlast.dialects.opening import Opening, opening
from outlast.errors import OutlastError
from outlast.gateway.meter import Meter
from outlast.rollout.assignment import Who
from outlast.rollout.fingerprint import began, fingerprint

REMEMBERED: Final = 20_000
"""Beginnings whose conversation is known; past so many the memory starts anew."""
_SHORT: Final = 512
"""Bytes of a beginning that is remembered as it came; of a longer one a digest is."""


class Beginnings:
    """Conversations that are known by how they begin, remembered: the same bytes are not read twice."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._known: dict[tuple[str, str, bytes], str] = {}

    def conversation(self, meter: Meter, header: str | None) -> str:
        """A digest: of what its caller calls it, or of how it begins; of a call without turns, of its body."""
        key = meter.caller.name
        if header:
            return named(header, key)
        if meter.dialect.conversation:
            seen = _opening(meter)
            if seen is not None:
                return self._of(meter, seen, key)
            try:
                return fingerprint(meter.canonical(), key)
            except OutlastError:  # the provider may be able to read it; if not, it says so itself
                pass
        return _of_body(meter, key)

    def _of(self, meter: Meter, seen: Opening, key: str) -> str:
        wire = seen.wire
        place = (meter.dialect.name, key, wire if len(wire) <= _SHORT else hashlib.sha256(wire).digest())
        known = self._known.get(place)
        if known is not None:
            return known
        try:
            found = fingerprint(_plain(seen) or meter.canonical(), key)
        except OutlastError:  # as above
            return _of_body(meter, key)
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[place] = found
        return found


def named(conversation: str, key: str) -> str:
    """The digest of what a key's callers call a conversation."""
    return digest(f"named {len(key)}:{key}{conversation}")


def digest(text: str) -> str:
    """SHA-256, as letters."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def has_begun(meter: Meter) -> bool:
    """Whether the request has earlier answers in it."""
    if not meter.dialect.conversation:
        return False
    seen = _opening(meter)
    if seen is not None:
        return seen.answered()
    try:
        return began(meter.canonical())
    except OutlastError:  # the provider may be able to read it; if not, it says so itself
        return False


def with_user(meter: Meter, who: Who) -> Who:
    """The same with the user whom the request names; its body is read for it."""
    if not meter.dialect.conversation:
        return who
    try:
        user = meter.canonical().user
    except OutlastError:  # as above
        return who
    return Who(key=who.key, user=user, plan=who.plan, conversation=who.conversation)


def _opening(meter: Meter) -> Opening | None:
    return None if meter.request is None else opening(meter.dialect, meter.request)


def _plain(seen: Opening) -> Request | None:
    """The beginning as a request of its own, where it is plain words."""
    said = seen.plain()
    if said is None:
        return None
    # A role that is not one of these has no opening.
    turns = tuple(Message(role, (Text(text),)) for role, text in said)  # type: ignore[arg-type]
    return Request(model="", messages=turns)


def _of_body(meter: Meter, key: str) -> str:
    return hashlib.sha256(b"%b\0%b" % (key.encode(errors="replace"), meter.call.body)).hexdigest()
