"""What models of OpenAI's family refuse on both of their endpoints, given the places where each says it.

It knows how the rules of ``rules.openai`` are carried out. It does not know which endpoint is asked.
"""

from collections.abc import Callable

from outlast.catalog.models import Model
from outlast.dialects.adaptation.draft import Draft, Place, Watch, edit_items, number, quoted, text
from outlast.dialects.adaptation.rule import Rule
from outlast.dialects.adaptation.rules import openai
from outlast.dialects.adaptation.traits import openai as traits
from outlast.dialects.envelope import Envelope

_NONE = b'"none"'
Sampled = tuple[str, Rule, float | None]
"""Member, its rule, and the number that may always be said."""


def without(place: Place, rule: Rule, *, but: tuple[bytes, ...] = ()) -> Watch:
    """A member that the model refuses goes, unless it says one of ``but``."""

    def step(draft: Draft) -> None:
        value = draft.value(*place)
        if value is not None and value not in but:
            draft.change(place, None, rule)

    return Watch((place[0],), step)


def sampling(model: Model, members: tuple[Sampled, ...], effort: Place) -> Watch:
    """Sampling parameters that say more than leaving them out go, unless this call's effort allows them."""
    barred = sampling_barred(model, effort)

    def step(draft: Draft) -> None:
        if not barred(draft):
            return
        came = draft.came
        for member, rule, neutral in members:
            value = draft.value(member) if member in came else None
            if value is not None and not _is_neutral(value, neutral):
                draft.change((member,), None, rule)

    return Watch(tuple(member for member, _, _ in members), step)


def sampling_barred(model: Model, effort: Place) -> Callable[[Draft], bool]:
    """Whether a call's effort, said or by default, bars sampling parameters at a model that refuses them."""
    allowed_with_none = traits.sampling_rule(model) == "only_with_effort_none"
    default = traits.default_effort(model)
    standing = None if default is None else quoted(default)
    return lambda draft: not (allowed_with_none and (draft.value(*effort) or standing) == _NONE)


def roles(model: Model, member: str) -> Watch:
    """Roles that the model refuses, renamed in place."""
    instead = traits.roles_instead(model)
    refused = [role.encode() for role in instead]

    def renamed(message: bytes) -> bytes:
        if not message.startswith(b"{") or not any(role in message for role in refused):
            return message
        envelope = Envelope.parse(message)
        role = instead.get(text(envelope.text("role")) or "")
        return message if role is None else envelope.edit({"role": quoted(role)})

    def step(draft: Draft) -> None:
        messages = draft.value(member)
        if messages is not None and (changed := edit_items(messages, renamed)) != messages:
            draft.change((member,), changed, openai.ROLES)

    return Watch((member,), step)


def _is_neutral(value: bytes, neutral: float | None) -> bool:
    """Whether the value says no more than leaving it out."""
    return value in (b"false", b"{}") or (neutral is not None and number(value) == neutral)
