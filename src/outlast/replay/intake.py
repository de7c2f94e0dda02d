"""Requests on their way into the evidence: which may be kept, redacted, and by whom they were asked.

It knows which exchanges and records are fit to be asked again. It does not know where they come from (the ledger,
``sources``) nor where they are kept.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from outlast.checks.draw import Draw, Item
from outlast.errors import MalformedRequest
from outlast.exchange import Exchange
from outlast.replay.items import make_item
from outlast.replay.media import has_media
from outlast.replay.redaction import Redaction
from outlast.replay.sources.shape import UNREADABLE, Object, decoded, words

CHAT = "/v1/chat/completions"
MEDIA = "it carries a picture, sound or file, which nobody can redact (--keep-media keeps it as it is)"
_PEOPLE = ("user", "safety_identifier", "prompt_cache_key")
"""Members that name who asked. They become the cluster, as a digest, and are not kept."""
_LOGGED = ("metadata", "store")
"""Members for the provider's own records."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A request that may be kept."""

    item: Item
    redacted: bool
    """Something was taken out of it: an answer to the whole request is no answer to this one."""
    answer: Draw | None = None
    """What was answered then, redacted with the same marks."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that is not kept, and why."""

    reason: str


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of everything that was read."""

    read: int = 0
    kept: int = 0
    """New in the evidence."""
    left_out: dict[str, tuple[int, str]] = field(default_factory=dict)
    """By reason: how many, and where the first of them stands."""
    duplicates: int = 0
    """Of what was kept before, or twice in what was read."""

    def leave_out(self, reason: str, where: str) -> None:
        """Count one that is not kept."""
        count, first = self.left_out.get(reason, (0, where))
        self.left_out[reason] = (count + 1, first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """Takes requests as they were sent, and gives items."""

    redaction: Redaction
    language: Callable[[str], str]
    keep_media: bool = False

    def take(
        self,
        request: Object,
        *,
        cluster: str = "",
        application: str = "",
        expected: str = "",
        answer: Draw | None = None,
    ) -> Taken | Refused:
        """One request in OpenAI's dialect."""
        if not self.keep_media and has_media(request):
            return Refused(MEDIA)
        who = cluster or next((f"{name} {value}" for name in _PEOPLE if (value := words(request.get(name)))), "")
        asked = {name: value for name, value in request.items() if name not in (*_PEOPLE, *_LOGGED)}
        redactor = self.redaction.redactor()
        kept = redactor.value(asked)
        try:
            item = make_item(
                msgspec.json.encode(kept),
                cluster=_digest(who) if who else "",
                application=redactor.text(application),
            )
        except MalformedRequest as error:
            return Refused(str(error))
        if not item.turn or not (item.prompt or item.last_user):
            return Refused("nobody says anything in it")
        item = msgspec.structs.replace(item, language=self.language(item.last_user), expected=redactor.text(expected))
        return Taken(item, kept != asked, None if answer is None else redactor.draw(answer))


def items_of(exchanges: Iterable[Exchange], *, model: str, sieve: Sieve, tally: Tally) -> Iterator[Item]:
    """The chat requests under one name whose bodies were recorded and that got an answer, redacted."""
    for exchange in exchanges:
        if exchange.requested != model or exchange.path != CHAT or exchange.outcome != "answered":
            continue
        if exchange.request_body is None:
            continue
        tally.read += 1
        try:
            request = decoded(exchange.request_body)
        except UNREADABLE:
            request = None
        if not isinstance(request, dict):
            tally.leave_out("no JSON object", exchange.id)
            continue
        taken = sieve.take(request, application=exchange.key)
        if isinstance(taken, Refused):
            tally.leave_out(taken.reason, exchange.id)
        else:
            yield msgspec.structs.replace(taken.item, recorded=exchange.usage)


def _digest(who: str) -> str:
    return hashlib.sha256(who.encode("utf-8", "surrogatepass")).hexdigest()[:16]
