"""What the operator and the gateway add to an entry: claims of ``outlast.toml``, which win, and observed facts.

It knows how an addition stands beside what it overrides: both stay visible. It does not know how entries are
stored, nor what a status is.
"""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import get_args

from outlast.catalog.claims import Claim, Event, Precision
from outlast.catalog.entries import day_of
from outlast.catalog.models import Ability, FieldConflict, Model, Price, Recommendation
from outlast.errors import SettingsInvalid
from outlast.exchange import Observation
from outlast.settings import CatalogSettings, UserClaim, UserModel

OWN_WORD = "outlast.toml"
PRICE_WORDS = frozenset(f.name for f in dataclasses.fields(Price)) - {"above", "above_tokens", "other", "per_unit"}
EVENTS: dict[str, Event] = {word: word for word in get_args(Event)}
PRECISIONS: dict[str, Precision] = {word: word for word in get_args(Precision)}


@dataclass(frozen=True, slots=True)
class Addition:
    """Everything that is added to one model."""

    claims: tuple[Claim, ...] = ()
    own: UserModel | None = None

    def to(self, model: Model) -> Model:
        """The model with the additions; what they override is kept and marked."""
        claims = (*(self._beside(claim) for claim in model.claims), *self.claims)
        changed = dataclasses.replace(model, claims=claims)
        return _with_own_words(changed, self.own) if self.own else changed

    def _beside(self, claim: Claim) -> Claim:
        overridden = any(
            mine.origin == "user" and (mine.event, mine.surface) == (claim.event, claim.surface) for mine in self.claims
        )
        return dataclasses.replace(claim, overtaken=True) if overridden else claim


@dataclass(slots=True)
class _Draft:
    claims: list[Claim] = field(default_factory=list)
    own: UserModel | None = None


def additions(user: CatalogSettings, observations: Iterable[Observation], *, day: dt.date) -> dict[str, Addition]:
    """Additions by ``provider/id``; observations come oldest first.

    ``day`` is the catalogue's own: a claim of the operator's is as new as that.

    Raises:
        SettingsInvalid: a claim or model of the configuration uses a word that the catalogue does not have.
    """
    drafts: dict[str, _Draft] = defaultdict(_Draft)
    for claim in user.claims:
        drafts[_ref(claim.model)].claims.append(_own_claim(claim, day))
    for ref, own in user.models.items():
        if unknown := sorted(set(own.price) - PRICE_WORDS):
            raise SettingsInvalid(
                f'catalog.models."{ref}".price has {unknown[0]!r}; it can have {", ".join(sorted(PRICE_WORDS))}'
            )
        drafts[_ref(ref)].own = own
    for observation in observations:
        draft = drafts[observation.target]
        if observation.event == "answered":
            draft.claims = [_withdrawn(claim, observation.surface) for claim in draft.claims]
        draft.claims.append(_observed(observation))
    return {ref: Addition(tuple(draft.claims), draft.own) for ref, draft in drafts.items()}


def _ref(text: str) -> str:
    provider, slash, model_id = text.partition("/")
    if not (provider and slash and model_id):
        raise SettingsInvalid(f"catalog: {text!r} is no model; write it like 'openai/gpt-4o'")
    return text


def _own_claim(claim: UserClaim, day: dt.date) -> Claim:
    event, precision = EVENTS.get(claim.event), PRECISIONS.get(claim.precision)
    if event is None:
        raise SettingsInvalid(f"catalog.claims: event {claim.event!r} is none of {', '.join(EVENTS)}")
    if precision is None:
        raise SettingsInvalid(f"catalog.claims: precision {claim.precision!r} is none of {', '.join(PRECISIONS)}")
    return Claim(
        model=claim.model,
        surface=claim.surface,
        event=event,
        date=day_of(f"{claim.date:%Y-%m}") if precision == "month" else claim.date,
        precision=precision,
        month_only=precision == "month",
        source=claim.source,
        seen=day,
        origin="user",
    )


def _observed(observation: Observation) -> Claim:
    """What a gateway saw, as a claim that is shown and decides nothing: an outage can look like an end."""
    seen = dt.datetime.fromtimestamp(observation.seen_ns / 1e9, dt.UTC).date()
    return Claim(
        model=observation.target,
        surface=observation.surface,
        event="retired" if observation.event == "gone" else "restored",
        date=seen,
        precision="derived",
        source="observed by this gateway",
        seen=seen,
        origin="observed",
        note=observation.evidence,
    )


def _withdrawn(claim: Claim, surface: str) -> Claim:
    """An observed end is void once the model answers again, on the same day too."""
    void = claim.origin == "observed" and claim.event == "retired" and claim.surface == surface
    return dataclasses.replace(claim, overtaken=True) if void else claim


def _with_own_words(model: Model, own: UserModel) -> Model:
    """Price, context window and successor of the operator's, with what they override kept as conflicts."""
    if own.price:
        old, new = model.price or Price(), {word: Decimal(repr(amount)) for word, amount in own.price.items()}
        overridden = [_overridden(f"price.{word}", amount, getattr(old, word)) for word, amount in new.items()]
        model = dataclasses.replace(model, price=_own_price(old, new), conflicts=(*model.conflicts, *overridden))
    if own.context_window is not None:
        conflict = _overridden("context_window", own.context_window, model.context_window)
        model = dataclasses.replace(model, context_window=own.context_window, conflicts=(*model.conflicts, conflict))
    if own.successor is not None:
        mine = Recommendation(model=own.successor, surface=model.home, source=OWN_WORD, origin="user")
        model = dataclasses.replace(model, recommendations=(mine, *model.recommendations))
    return model


def _own_price(old: Price, new: dict[str, Decimal]) -> Price:
    return Price(
        **{word: new.get(word, getattr(old, word)) for word in PRICE_WORDS},
        above_tokens=old.above_tokens,
        above=old.above,
        other=old.other,
        per_unit=old.per_unit,
    )


def _overridden(name: str, kept: object, other: object) -> FieldConflict:
    return FieldConflict(
        field=name, kept=_word(kept), other=_word(other), source="catalogue", reason=f"{OWN_WORD} wins"
    )


def _word(value: object) -> Ability:
    return value if isinstance(value, int) else "unknown" if value is None else str(value)
