"""One request, one model: which rules act, in which order, and what comes of it.

It knows the steps of each dialect and calls those that the model needs. It does not know the catalogue: a model's
abilities are given, and an ability that nobody stated breaks nothing. What no rule names is not touched.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from outlast.catalog.models import Model
from outlast.dialects.adaptation.draft import Adaptation, Draft, Step, Watch
from outlast.dialects.adaptation.steps import anthropic, chat, embeddings, gemini, responses
from outlast.dialects.envelope import Envelope

NOTHING = Adaptation(MappingProxyType({}), ())
WATCHES: Mapping[str, Callable[[Model], Iterator[Watch]]] = {
    "chat": chat.watches,
    "responses": responses.watches,
    "anthropic": anthropic.watches,
    "gemini": gemini.watches,
    "embeddings": embeddings.watches,
}
"""For each dialect, what can break at a model."""


class Asks(Protocol):
    """A request, sliced at its top level."""

    @property
    def envelope(self) -> Envelope:
        """The body."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What can break at one model in one dialect, in the order of the rules."""

    steps: tuple[tuple[frozenset[str], Step], ...] = ()
    """Each with the members that call for it."""
    watched: frozenset[str] = frozenset()
    """The members of all of them: a request without any needs no adaptation."""


_EMPTY = Plan()


@dataclass(frozen=True, slots=True)
class Profile:
    """What can break at one model; made once, used by every call."""

    plans: Mapping[str, Plan] = field(default_factory=dict)
    """By dialect; what is not there breaks nothing."""


def profile(model: Model | None) -> Profile:
    """What can break at this model, in every dialect that it may be asked in."""
    if model is None:
        return Profile()
    found = {dialect: list(watches(model)) for dialect, watches in WATCHES.items()}
    return Profile(
        {
            dialect: Plan(
                tuple((frozenset(watch.members), watch.step) for watch in watches),
                frozenset(member for watch in watches for member in watch.members),
            )
            for dialect, watches in found.items()
            if watches
        }
    )


def adapt(asked: Asks, model: Model | Profile | None, dialect: str = "chat") -> Adaptation:
    """The changes that this model needs, or why it cannot be asked; nothing for most requests.

    Args:
        asked: the body in the target's dialect, as it would be sent.
        model: the target, or what is known of it.
        dialect: whose body it is.

    Raises:
        MalformedRequest: something has to change in an object that names a member twice.
    """
    known = model if isinstance(model, Profile) else profile(model)
    plan = known.plans.get(dialect, _EMPTY)
    envelope = asked.envelope
    if plan.watched.isdisjoint(envelope.fields):
        return NOTHING
    present = plan.watched.intersection(envelope.fields)
    draft = Draft(envelope)
    for members, step in plan.steps:
        if members.isdisjoint(present):
            continue
        step(draft)
        if draft.refusal is not None:
            return Adaptation({}, tuple(draft.rules[-1:]), draft.refusal)
    return Adaptation(draft.changes, tuple(draft.rules)) if draft.changes else NOTHING
