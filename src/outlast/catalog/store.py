"""The catalogue: the package's data and everything that was learnt since, as one.

That is what was taken over from feeds, what ``outlast.toml`` says and what a gateway observed. It knows which entry a
name means and keeps what it has worked out. It does not know the rules: status, chains and names each have a file.
"""

import copy
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Self

from outlast.catalog.chain import follow
from outlast.catalog.claims import Standing
from outlast.catalog.entries import EntryReader
from outlast.catalog.feed import Feed
from outlast.catalog.foresight import known_on, promised_on, told_on
from outlast.catalog.models import Model, Policy
from outlast.catalog.names import Name, Names
from outlast.catalog.notice import ObservedNotice, observed
from outlast.catalog.overlay import Addition, additions
from outlast.catalog.port import Chain
from outlast.catalog.records import AboutFile, ModelRecord, ProviderFile, read_about, read_providers
from outlast.catalog.status import is_preview, standing
from outlast.catalog.supplied import supplies
from outlast.exchange import Observation
from outlast.settings import CatalogSettings

KEPT_STANDINGS = 10_000
UNKNOWN = Standing(status="unknown")


class Catalog:
    """Answers ``Knowledge``. Entries are built when first asked for: a gateway needs few of them."""

    def __init__(
        self,
        about: AboutFile,
        providers: Sequence[ProviderFile],
        added: dict[str, Addition] | None = None,
        supplement: Feed | None = None,
    ) -> None:
        self._reader = EntryReader(about)
        self._about = about
        self._records = {f"{p.provider}/{record.id}": record for p in providers for record in p.models}
        self._names = Names(Name(ref, record.aliases, record.channel_ids) for ref, record in self._records.items())
        # An addition may go by an alias; a ref that nobody knows becomes an entry of its own.
        self._added = {self._names.resolve(ref) or ref: addition for ref, addition in (added or {}).items()}
        self.supplement = supplement or Feed()
        """What was taken over from feeds."""
        self._supplied = {self._names.resolve(ref) or ref: said for ref, said in supplies(self.supplement).items()}
        new = [ref for ref in {**self._added, **self._supplied} if ref not in self._records]
        if new:
            self._names = Names(
                [*(Name(r, e.aliases, e.channel_ids) for r, e in self._records.items()), *map(Name, new)]
            )
        self._order = sorted({*self._records, *new}, key=lambda ref: ref.partition("/")[::2])
        self._models: dict[str, Model] = {}
        self._played: Callable[[], dt.date] | None = None
        self._seen_from: dt.date | None = None
        self._as_known: dict[str, Model] = {}
        self._standings: dict[tuple[str, str, dt.date], Standing] = {}

    def as_known_on(self, played: Callable[[], dt.date]) -> Self:
        """The same catalogue without foresight: it says what could be known on the day that is played."""
        return self._view(played)

    @property
    def whole(self) -> Self:
        """Everything known, whatever day is played: for whoever tells the story itself."""
        return self if self._played is None else self._view(None)

    def _view(self, played: Callable[[], dt.date] | None) -> Self:
        view = copy.copy(self)
        view._played = played  # noqa: SLF001 - it is a copy of this one, and shares what was read
        view._as_known, view._standings = {}, {}  # noqa: SLF001 - the same
        return view

    @property
    def day(self) -> dt.date:
        """As of which day the package's data speaks."""
        return self._about.day

    def price_day(self, ref: str) -> dt.date:
        """As of which day a model's prices speak: the data's, or a later feed's."""
        supply = self._supplied.get(ref)
        return max([self.day, *(quote.seen for quote in supply.quotes)]) if supply else self.day

    @property
    def caveats(self) -> tuple[str, ...]:
        """What to bear in mind about the data."""
        return self._about.caveats

    def find(self, ref: str) -> Model | None:
        """The model of this ``provider/id``, alias or id on another surface; None where it is none or more than one."""
        known = self._names.resolve(ref)
        return self._entry(known) if known else None

    def with_id(self, model_id: str) -> tuple[str, ...]:
        """The refs of every model with this id, whoever its provider is."""
        return self._names.with_id(model_id)

    def named(self, ref: str) -> Model | None:
        """The model that a recommendation means. A marketplace recommends other makers' models by their ids."""
        known = self._names.resolve(ref)
        others = self._names.with_id(ref.partition("/")[2]) if known is None else ()
        return self._entry(others[0]) if len(others) == 1 else self.find(ref)

    def standing(self, ref: str, surface: str, day: dt.date) -> Standing:
        """Status and end on a surface and day; ``unknown`` for what nobody has claims about."""
        model = self.find(ref)
        if model is None:
            return UNKNOWN
        key = (model.ref, surface, day)
        if key not in self._standings:
            if len(self._standings) >= KEPT_STANDINGS:
                self._standings.clear()
            # An alias borrows nothing from the snapshot that it points to, for it may move to another one; where
            # the two are known to share a date, the data gives the alias a claim of its own and says so (``basis``).
            claims = [claim for claim in model.claims if claim.surface == surface]
            self._standings[key] = standing(claims, day, preview=is_preview(model.id))
        return self._standings[key]

    def chain(self, ref: str, surface: str, day: dt.date) -> Chain:
        """The recommended successors, followed to a living model or to the statement that none is known."""
        model = self.find(ref)
        if model is None:
            return Chain((), None, f"{ref} is not in the catalogue")
        return follow(model, self, surface, day)

    def closest(self, ref: str, limit: int = 3) -> tuple[str, ...]:
        """The known names most like this one, best first."""
        return self._names.closest(ref, limit)

    def models(self) -> Iterator[Model]:
        """Every model, ordered by provider and id."""
        return (self._entry(ref) for ref in self._order)

    def policies(self, provider: str) -> tuple[Policy, ...]:
        """What a provider promises about notice."""
        found = tuple(policy for policy in self._reader.policies(self._about) if policy.provider == provider)
        return found if self._played is None else promised_on(found, self._played())

    def observed_notice(self, provider: str) -> tuple[ObservedNotice, ...]:
        """What a provider's notices came to, per surface."""
        return observed(self._entry(ref) for ref in self._order if ref.startswith(f"{provider}/"))

    def _entry(self, ref: str) -> Model:
        return self._whole(ref) if self._played is None else self._known(ref, self._played())

    def _known(self, ref: str, day: dt.date) -> Model:
        if self._seen_from != day:
            self._as_known, self._standings, self._seen_from = {}, {}, day
        if ref not in self._as_known:
            model = self._whole(ref)
            heirs = {each.model for each in model.recommendations}
            self._as_known[ref] = known_on(model, day, {heir for heir in heirs if self._there(heir, day)})
        return self._as_known[ref]

    def _there(self, ref: str, day: dt.date) -> bool:
        """Whether a model was released by a day; one whose release nobody dates is taken to have been."""
        named = self._names.resolve(ref)
        others = self._names.with_id(ref.partition("/")[2]) if named is None else ()
        known = named or (others[0] if len(others) == 1 else None)
        claims = self._whole(known).claims if known else ()
        days = [told_on(claim, claims) for claim in claims if claim.event == "released"]
        return min(days, default=day) <= day

    def _whole(self, ref: str) -> Model:
        if ref not in self._models:
            provider, _, model_id = ref.partition("/")
            record = self._records.get(ref) or ModelRecord(id=model_id)
            model = self._reader.model(provider, record)
            for source in (self._supplied.get(ref), self._added.get(ref)):
                model = source.to(model) if source else model
            self._models[ref] = model
        return self._models[ref]


def open_catalog(
    user: CatalogSettings | None = None, observations: Sequence[Observation] = (), supplement: Feed | None = None
) -> Catalog:
    """The package's data, what feeds said, the operator's claims (they win, visibly), and observations (shown only).

    Raises:
        SettingsInvalid: ``[catalog]`` uses a word that the catalogue does not have.
    """
    about = read_about()
    added = additions(user or CatalogSettings(), observations, day=about.day)
    return Catalog(about, read_providers(), added, supplement)
