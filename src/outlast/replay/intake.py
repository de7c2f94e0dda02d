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
from outlast.replay.sources.chat import chat_of, converses
from outlast.replay.sources.shape import UNREADABLE, Object, Untranslatable, decoded, words
from outlast.replay.sources.translated import Chat

MEDIA = "it carries a picture, sound or file, which nobody can redact (--keep-media keeps it as it is)"
_PEOPLE = ("user", "safety_identifier", "prompt_cache_key")
"""Members that name who asked. They become the cluster, as a digest, and are not kept."""
_LOGGED = ("metadata", "store")
"""Members for the provider's own records."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A request that may be kept."""

    item: Item
    whole: bool
    """It is asked again as it was. Where something was redacted or left behind, an answer of then answers another
    request."""
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
    lost: dict[str, int] = field(default_factory=dict)
    """By what was left behind in a translation: of how many that may be kept."""
    duplicates: int = 0
    """Of what was kept before, or twice in what was read."""

    def leave_out(self, reason: str, where: str) -> None:
        """Count one that is not kept."""
        count, first = self.left_out.get(reason, (0, where))
        self.left_out[reason] = (count + 1, first)

    def lose(self, names: Iterable[str]) -> None:
        """Count one that is kept without something."""
        for name in names:
            self.lost[name] = self.lost.get(name, 0) + 1


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
        lost: tuple[str, ...] = (),
    ) -> Taken | Refused:
        """One request as a chat; ``lost`` is what a chat could not say of it."""
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
        language, key = self.language(item.last_user), redactor.text(expected)
        item = msgspec.structs.replace(item, language=language, expected=key, lost=lost)
        whole = kept == asked and not lost
        return Taken(item, whole, None if answer is None else redactor.draw(answer))


def items_of(exchanges: Iterable[Exchange], *, model: str, sieve: Sieve, tally: Tally) -> Iterator[Item]:
    """The conversations under one name whose bodies were recorded and that got an answer, redacted."""
    for exchange in exchanges:
        if exchange.requested != model or exchange.outcome != "answered" or exchange.request_body is None:
            continue
        tally.read += 1
        try:
            chat = _chat(exchange.path, exchange.request_body)
        except Untranslatable as error:
            tally.leave_out(str(error), exchange.id)
            continue
        taken = sieve.take(chat.request, application=exchange.key, lost=chat.lost)
        if isinstance(taken, Refused):
            tally.leave_out(taken.reason, exchange.id)
        else:
            tally.lose(chat.lost)
            yield msgspec.structs.replace(taken.item, recorded=exchange.usage)


def _chat(path: str, body: bytes) -> Chat:
    """A recorded body as a chat; raises ``Untranslatable``."""
    if not converses(path):
        raise Untranslatable(f"no conversation: it was sent to {path}")
    try:
        request = decoded(body)
    except UNREADABLE:
        request = None
    if not isinstance(request, dict):
        raise Untranslatable("no JSON object")
    return chat_of(request, path)


def _digest(who: str) -> str:
    return hashlib.sha256(who.encode("utf-8", "surrogatepass")).hexdigest()[:16]
