"""Everything that capture, replay and probe work with, opened and connected.

It knows which class stands behind each protocol of ``replay``. It does not know what is drawn or decided.
"""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from outlast.catalog.caching import CacheTerms, terms_of
from outlast.catalog.reference import reference
from outlast.catalog.store import Catalog
from outlast.errors import UnknownModel
from outlast.evidence.store import EvidenceStore
from outlast.gateway.ports import Clock
from outlast.replay.intake import Tally
from outlast.replay.plan import Plan
from outlast.settings import Settings
from outlast.tone.persona import instructions
from outlast.wiring.asking import DirectAsker, evidence_path, open_asker
from outlast.wiring.bringing import take_record
from outlast.wiring.reading import open_knowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One configuration's evidence, and the models that can be asked."""

    settings: Settings
    evidence: EvidenceStore
    asker: DirectAsker
    knowledge: Catalog
    today: dt.date

    def target_of(self, name: str) -> str:
        """The incumbent behind a virtual model's name, or the direct name itself.

        Raises:
            UnknownModel: neither a virtual model nor a provider has this name.
        """
        return incumbent_of(self.settings, name)

    def adapts(self, name: str) -> bool:
        """Whether requests under this name are adapted, as the gateway would."""
        model = self.settings.models.get(name)
        return model is None or model.adapt

    def voice(self, name: str) -> tuple[str, str]:
        """The persona of a virtual model and its text; empty where it has none."""
        model = self.settings.models.get(name)
        persona = None if model is None or model.persona is None else self.settings.personas.get(model.persona)
        return ("", "") if model is None or persona is None else (model.persona or "", instructions(persona))

    def take_in(self, name: str, *, keep_media: bool = False) -> Tally:
        """Bring the recorded requests of a name into the evidence, redacted."""
        return take_record(self.settings, self.evidence, name, keep_media=keep_media)

    def terms(self, plan: Plan) -> dict[str, CacheTerms]:
        """Prices and rules for caches of every model in a plan."""
        return terms_in(self.settings, self.knowledge, plan)

    def countdown(self, target: str) -> Iterator[str]:
        """What the catalogue says of the time that is left."""
        behind = reference(target, self.settings.providers, None)
        standing = self.knowledge.standing(behind.ref, behind.surface, self.today)
        if standing.ends is not None:
            days = (standing.ends - self.today).days
            if days >= 0:
                yield f"{behind.ref} ends on {standing.ends} ({behind.surface}): {days} days are left to ask it"
            else:
                yield f"{behind.ref} ended on {standing.ends} ({behind.surface}): it may not answer any more"


def terms_in(settings: Settings, knowledge: Catalog, plan: Plan) -> dict[str, CacheTerms]:
    """Prices and rules for caches of every model in a plan; no provider has to be there for it."""
    return {
        target: terms_of(knowledge.find(reference(target, settings.providers, None).ref))
        for target in (plan.incumbent, *plan.candidates)
    }


def incumbent_of(settings: Settings, name: str) -> str:
    """The target behind a virtual model's name, or the direct name itself.

    Raises:
        UnknownModel: neither a virtual model nor a provider has this name.
    """
    model = settings.models.get(name)
    if model is not None:
        return model.target
    provider, slash, rest = name.partition("/")
    if slash and rest and provider in settings.providers:
        return name
    known = ", ".join([*settings.models, *(f"{table}/MODEL" for table in settings.providers)])
    raise UnknownModel(f"{name!r} is no virtual model and no provider/model here; known: {known or 'none'}")


@contextmanager
def open_bench(settings: Settings, *, today: dt.date | None = None) -> Iterator[Bench]:
    """Open the evidence beside the ledger, and every provider; the store is given back at the end."""
    day = today or dt.datetime.now(dt.UTC).date()
    clock = Clock(unix_ns=time.time_ns, monotonic_ns=time.monotonic_ns)
    evidence = EvidenceStore(evidence_path(settings))
    try:
        asker = open_asker(settings, clock=clock, today=lambda: day)
        knowledge = open_knowledge(settings)
        yield Bench(settings=settings, evidence=evidence, asker=asker, knowledge=knowledge, today=day)
    finally:
        evidence.close()
