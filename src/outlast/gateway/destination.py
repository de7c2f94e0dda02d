"""One target made ready for the request path: where it goes, what adapts to it, what its answers cost.

It knows a target's upstream, catalogue entry, adaptation profile and rates. It does not know who asks for it
(``gateway.routes``) nor in which order (``gateway.plan``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from outlast.catalog.models import Model
from outlast.catalog.port import Knowledge
from outlast.catalog.prices import Rates, rates_of
from outlast.catalog.reference import Reference, reference
from outlast.dialects.adaptation import Profile, profile
from outlast.dialects.dialect import Dialect
from outlast.dialects.embedding import CROSSED
from outlast.dialects.identity import same_model
from outlast.dialects.registry import DIALECTS
from outlast.errors import Untranslatable
from outlast.exchange import Signal
from outlast.gateway.ports import Patience, Upstream
from outlast.settings import ProviderSettings, TargetSettings
from outlast.settings.vendors import serves, speaks

REMEMBERED_ANSWERS = 64
"""Model words that one target answered with; an upstream that invents more is worked out anew each time."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """What an answer costs by, given the model that it says it came from."""

    rates: Rates | None
    priced_as: str
    signals: tuple[Signal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A target: one provider's model."""

    target: str
    provider: str
    model: str
    upstream: Upstream
    retries: int
    patience: Patience | None
    """Where the target says more than its provider about how long to wait."""
    reference: Reference
    entry: Model | None
    profile: Profile
    tariff: Tariff
    """For an answer that names the model that was asked for, or none."""
    knowledge: Knowledge
    dialects: tuple[Dialect, ...]
    """In which it can be asked; at least one."""
    serves: frozenset[str] = frozenset()
    """First segments of the endpoints beside conversations that its vendor has."""
    answered: dict[str, Tariff] = field(default_factory=dict)

    def dialect_for(self, caller: Dialect) -> Dialect:
        """The caller's own where the target speaks it, else the target's first; of embeddings, the other vendor's.

        Raises:
            Untranslatable: it is an endpoint that the target's vendor does not have.
        """
        dialects = self.dialects
        if caller in dialects or caller.name.partition("/")[0] in self.serves:
            return caller
        if caller.conversation:
            return dialects[0]
        crossed = CROSSED.get(caller.name)
        if crossed is not None and crossed.name in self.serves:
            return crossed
        raise Untranslatable(f"{self.target} cannot be asked this: its vendor has no /{caller.name}")

    def tariff_for(self, answered: str) -> Tariff:
        """The tariff of an answer whose ``model`` field says ``answered``."""
        if not answered or answered == self.model:
            return self.tariff
        known = self.answered.get(answered)
        if known is None:
            known = self._work_out(answered)
            if len(self.answered) < REMEMBERED_ANSWERS:
                self.answered[answered] = known
        return known

    def _work_out(self, answered: str) -> Tariff:
        provider = self.reference.ref.partition("/")[0]
        entry = self.knowledge.find(f"{provider}/{answered}") or self.knowledge.find(answered)
        asked = self.entry
        same = same_model(
            self.model if asked is None else asked.id,
            answered,
            points_to=asked.points_to if asked else None,
            aliases=asked.aliases if asked else (),
        )
        signals: tuple[Signal, ...] = () if same or answered == self.model else ("redirected",)
        rates = rates_of(entry.price) if entry else None
        if entry is not None and rates is not None:
            return Tariff(rates, entry.ref, signals)
        # A snapshot costs what its alias costs; what another model costs is not known.
        return Tariff(None, "", signals) if signals else self.tariff


@dataclass(frozen=True, slots=True, kw_only=True)
class Destinations:
    """Makes destinations from targets; the expensive part of a route, done once."""

    providers: Mapping[str, ProviderSettings]
    upstreams: Mapping[str, Upstream]
    knowledge: Knowledge

    def open(self, target: str, catalog_model: str | None = None, own: TargetSettings | None = None) -> Destination:
        """The destination of ``provider table/model id``; the table exists in the configuration.

        ``own`` is what the target says of itself where its provider says it too.
        """
        provider, _, model = target.partition("/")
        settings = self.providers[provider]
        behind = reference(target, self.providers, catalog_model)
        entry = self.knowledge.find(behind.ref)
        rates = rates_of(entry.price) if entry else None
        return Destination(
            target=target,
            provider=provider,
            model=model,
            upstream=self.upstreams[provider],
            retries=settings.retries if own is None or own.retries is None else own.retries,
            patience=None if own is None else _patience(own, settings),
            reference=behind,
            entry=entry,
            profile=profile(entry),
            tariff=Tariff(rates, entry.ref if entry and rates else ""),
            knowledge=self.knowledge,
            dialects=tuple(DIALECTS[each] for each in speaks(settings)),
            serves=serves(settings, model),
        )


def _patience(own: TargetSettings, provider: ProviderSettings) -> Patience | None:
    """A target's own waits, each else its provider's; None where it says nothing of its own."""
    if (own.connect_timeout, own.first_byte_timeout, own.idle_timeout) == (None, None, None):
        return None
    return Patience(
        connect=own.connect_timeout or provider.connect_timeout,
        first_byte=own.first_byte_timeout or provider.first_byte_timeout,
        idle=own.idle_timeout or provider.idle_timeout,
    )
