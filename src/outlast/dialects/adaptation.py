"""What must change in a request so that a model of OpenAI's family takes it.

It knows how to carry out the rules of ``rulebook`` on one request. It does not know the catalogue: a model's
abilities are given, and an ability that nobody stated breaks nothing. What no rule names is not touched.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from outlast.catalog.models import Model
from outlast.dialects import family, rulebook
from outlast.dialects.chat.asked import ChatRequest
from outlast.dialects.envelope import Envelope
from outlast.dialects.rulebook import Rule

_NO_TOOLS = re.compile(rb"\[\s*\]")
_NONE = b'"none"'
_SAMPLING: tuple[tuple[str, Rule, float | None], ...] = (
    ("temperature", rulebook.SAMPLING, 1.0),
    ("top_p", rulebook.SAMPLING, 1.0),
    ("presence_penalty", rulebook.PENALTIES, 0.0),
    ("frequency_penalty", rulebook.PENALTIES, 0.0),
    ("logprobs", rulebook.LOGPROBS, None),
    ("top_logprobs", rulebook.LOGPROBS, None),
    ("logit_bias", rulebook.LOGIT_BIAS, None),
)
"""Member, its rule, and the number that may always be said."""


class Adaptation(NamedTuple):
    """The changes to a request's top level, and the ids of the rules that asked for them."""

    changes: Mapping[str, bytes | None]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """One model's abilities, as far as rules need them; made once, used by every call."""

    steps: tuple["Step", ...] = ()
    """What can break at this model, in the order of the rules."""
    watched: frozenset[str] = frozenset()
    """The members that any step looks at: a request without them needs no adaptation."""
    efforts: Mapping[bytes, bytes] = field(default_factory=dict)
    """Each value of effort that the model does not have, and the nearest that it has; both as JSON."""
    default_effort: bytes | None = None
    sampling_with_none: bool = False
    """With effort ``none``, sampling parameters are taken."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """Refused roles, and what to say instead."""


Step = Callable[["Draft", Profile], None]
NOTHING = Adaptation(MappingProxyType({}), ())


def profile(model: Model | None) -> Profile:
    """What can break at this model; nothing outside OpenAI's family."""
    if model is None or model.provider not in family.PROVIDERS:
        return Profile()
    steps = [(step, members) for step, members, applies in _STEPS if applies(model)]
    return Profile(
        steps=tuple(step for step, _ in steps),
        watched=frozenset(member for _, members in steps for member in members),
        efforts=family.nearest_efforts(model),
        default_effort=_json(model.abilities.get("default_reasoning_effort")),
        sampling_with_none=family.sampling_rule(model) == "only_with_effort_none",
        roles=family.roles_instead(model),
    )


def adapt(request: ChatRequest, model: Model | Profile | None) -> Adaptation:
    """The changes that this model needs; empty for most requests.

    Raises:
        MalformedRequest: a role has to change in a message that names a member twice.
    """
    known = model if isinstance(model, Profile) else profile(model)
    if known.watched.isdisjoint(request.envelope.fields):
        return NOTHING
    draft = Draft(request.envelope)
    for step in known.steps:
        step(draft, known)
    return Adaptation(draft.changes, tuple(draft.rules)) if draft.changes else NOTHING


class Draft:
    """A request with the changes so far."""

    __slots__ = ("_envelope", "changes", "rules")

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self.changes: dict[str, bytes | None] = {}
        self.rules: list[str] = []

    def value(self, member: str) -> bytes | None:
        """A member's JSON as it would go upstream now; None when missing or null."""
        return self.changes[member] if member in self.changes else self._envelope.text(member)

    def change(self, member: str, value: bytes | None, rule: Rule) -> None:
        """Set a member, or remove it (None)."""
        self.changes[member] = value
        if rule.id not in self.rules:
            self.rules.append(rule.id)


def _rename_max_tokens(draft: Draft, _: Profile) -> None:
    _rename(draft, "max_tokens", "max_completion_tokens", rulebook.MAX_TOKENS)


def _rename_max_completion_tokens(draft: Draft, _: Profile) -> None:
    _rename(draft, "max_completion_tokens", "max_tokens", rulebook.MAX_COMPLETION_TOKENS)


def _rename(draft: Draft, refused: str, taken: str, rule: Rule) -> None:
    value = draft.value(refused)
    if value is None:
        return
    draft.change(refused, None, rule)
    if draft.value(taken) is None:
        draft.change(taken, value, rule)


def _drop_effort(draft: Draft, _: Profile) -> None:
    if draft.value("reasoning_effort") is not None:
        draft.change("reasoning_effort", None, rulebook.EFFORT_DROPPED)


def _nearest_effort(draft: Draft, known: Profile) -> None:
    nearest = known.efforts.get(draft.value("reasoning_effort") or b"")
    if nearest is not None:
        draft.change("reasoning_effort", nearest, rulebook.EFFORT_NEAREST)


def _tools_without_effort(draft: Draft, known: Profile) -> None:
    tools = draft.value("tools") or draft.value("functions")
    if tools is None or _NO_TOOLS.fullmatch(tools) or _effort(draft, known) == _NONE:
        return
    draft.change("reasoning_effort", _NONE, rulebook.TOOLS_EFFORT)


def _drop_sampling(draft: Draft, known: Profile) -> None:
    if known.sampling_with_none and _effort(draft, known) == _NONE:
        return
    for member, rule, neutral in _SAMPLING:
        value = draft.value(member)
        if value is not None and not _is_neutral(value, neutral):
            draft.change(member, None, rule)


def _drop_stop(draft: Draft, _: Profile) -> None:
    if draft.value("stop") is not None:
        draft.change("stop", None, rulebook.STOP)


def _drop_verbosity(draft: Draft, _: Profile) -> None:
    if draft.value("verbosity") not in (None, b'"medium"'):
        draft.change("verbosity", None, rulebook.VERBOSITY)


def _rename_roles(draft: Draft, known: Profile) -> None:
    messages = draft.value("messages") or b"[]"
    pieces, position = list[bytes](), 0
    for raw in msgspec.json.decode(messages, type=list[msgspec.Raw]):
        message = bytes(raw)
        start = messages.index(message, position)
        pieces += (messages[position:start], _with_role(message, known.roles))
        position = start + len(message)
    changed = b"".join((*pieces, messages[position:]))
    if changed != messages:
        draft.change("messages", changed, rulebook.ROLES)


def _with_role(message: bytes, roles: Mapping[str, str]) -> bytes:
    if not message.startswith(b"{") or not any(role.encode() in message for role in roles):
        return message
    envelope = Envelope.parse(message)
    role = envelope.text("role")
    instead = roles.get(role[1:-1].decode()) if role is not None else None
    return message if instead is None else envelope.edit({"role": msgspec.json.encode(instead)})


def _effort(draft: Draft, known: Profile) -> bytes | None:
    return draft.value("reasoning_effort") or known.default_effort


def _is_neutral(value: bytes, neutral: float | None) -> bool:
    """Whether the value says no more than leaving it out."""
    if value in (b"false", b"{}"):
        return True
    try:
        return neutral is not None and float(value) == neutral
    except ValueError:
        return False


def _json(value: object) -> bytes | None:
    return msgspec.json.encode(value) if isinstance(value, str) else None


_STEPS: tuple[tuple[Step, tuple[str, ...], Callable[[Model], bool]], ...] = (
    (_rename_max_tokens, ("max_tokens",), family.refuses_max_tokens),
    (_rename_max_completion_tokens, ("max_completion_tokens",), family.refuses_max_completion_tokens),
    (_drop_effort, ("reasoning_effort",), family.never_reasons),
    (_nearest_effort, ("reasoning_effort",), lambda model: bool(family.nearest_efforts(model))),
    (_tools_without_effort, ("tools", "functions"), family.refuses_tools_with_effort),
    (_drop_sampling, tuple(member for member, _, _ in _SAMPLING), family.refuses_sampling),
    (_drop_stop, ("stop",), family.ignores_stop),
    (_drop_verbosity, ("verbosity",), family.refuses_verbosity),
    (_rename_roles, ("messages",), lambda model: bool(family.roles_instead(model))),
)
"""What is done, the members that call for it, and the models that need it; effort is settled before its users."""
