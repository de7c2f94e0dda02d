"""How requests reach the evidence of a configuration: from its record, and from files.

It knows which class stands behind each part. It asks no model, and needs no provider's key.
"""

import functools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

import msgspec

from outlast.catalog.prices import cost, rates_of
from outlast.catalog.reference import reference
from outlast.checks.draw import Draw
from outlast.dialects.identity import same_model
from outlast.errors import EvidenceInvalid
from outlast.evidence.store import EvidenceStore
from outlast.exchange import ExchangeQuery
from outlast.replay.bring import Bringing, Keeping, Wish
from outlast.replay.intake import Sieve, Tally, items_of
from outlast.replay.redaction import redaction_of
from outlast.settings import Settings
from outlast.tone.language import language_of
from outlast.wiring.reading import open_knowledge, open_record


def sieve_of(settings: Settings, *, keep_media: bool = False) -> Sieve:
    """The sieve that this configuration wants."""
    wanted = settings.redaction
    return Sieve(redaction=redaction_of(wanted.patterns, wanted.names), language=language_of, keep_media=keep_media)


def take_record(settings: Settings, evidence: EvidenceStore, name: str, *, keep_media: bool = False) -> Tally:
    """Bring the recorded requests of a name into the evidence, redacted."""
    tally = Tally()
    exchanges = open_record(settings).exchanges(ExchangeQuery(requested=name, outcome="answered", bodies=True))
    keeping = Keeping(evidence, name, "record", tally)
    for item in items_of(exchanges, model=name, sieve=sieve_of(settings, keep_media=keep_media), tally=tally):
        keeping.add(item)
    keeping.flush()
    return tally


def bring_files(
    settings: Settings,
    files: Iterable[Path],
    wish: Wish,
    *,
    evidence: EvidenceStore | None,
    keep_media: bool,
    tell: Callable[[int], None],
) -> Bringing:
    """Bring files into the evidence; without it, count what would be kept.

    Raises:
        EvidenceInvalid: a file cannot be opened.
    """
    knowledge = open_knowledge(settings)
    behind = reference(wish.incumbent, settings.providers, None)
    entry = knowledge.find(behind.ref)
    asked = wish.incumbent.partition("/")[2]

    @functools.lru_cache(maxsize=1024)
    def is_incumbent(answered: str) -> bool:
        return bool(answered) and same_model(
            asked, answered, points_to=entry.points_to if entry else None, aliases=entry.aliases if entry else ()
        )

    def priced(draw: Draw) -> Draw:
        rates = rates_of(entry.price) if entry else None
        known = cost(draw.usage, rates) if draw.usage and rates else None
        return msgspec.structs.replace(draw, cost_pico_usd=known)

    bringing = Bringing(
        wish=wish,
        sieve=sieve_of(settings, keep_media=keep_media),
        shelf=evidence,
        is_incumbent=is_incumbent,
        priced=priced,
        tell=tell,
    )
    bringing.read([str(path) for path in files], _opened)
    return bringing


def _opened(name: str) -> BinaryIO:
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise EvidenceInvalid(f"{name} cannot be read: {error.strerror}") from error
