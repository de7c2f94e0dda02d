"""What happens on a day of a model's story, in sentences, out of the catalogue's claims.

It knows what stands beside an event: the notice given, what goes with it, what does not change, who takes over, who
says otherwise. It does not know which claims make a story (``chat.rehearsal``).
"""

from collections.abc import Iterator
from typing import Final

from outlast.catalog.claims import Claim
from outlast.catalog.foresight import told_on
from outlast.catalog.models import Model
from outlast.catalog.port import Knowledge
from outlast.catalog.status import GONE
from outlast.chat.clock import SURFACES, day

EVENTS: Final[dict[str, str]] = {
    "released": "{name} is released on {where}",
    "announced": "The end of {name} on {where} is announced",
    "deprecated": "The end of {name} on {where} is announced",
    "legacy": "{name} moves behind the switch for legacy models on {where}",
    "withdrawn": "{name} is taken away on {where}",
    "restored": "{name} comes back on {where}",
    "retired": "{name} is retired on {where}",
}
_NOTICES: Final = frozenset({"announced", "deprecated"})
_API: Final = "api"


def sentences(claim: Claim, knowledge: Knowledge) -> Iterator[str]:
    """The event, then what stands beside it."""
    model = knowledge.find(claim.model)
    beside = () if model is None else tuple(each for each in model.claims if each.surface == claim.surface)
    ends = [each for each in beside if each.event == "retired"]
    end = next((each for each in ends if each.decides), None)
    yield f"{_event(claim)}{_notice(claim, end)}."
    if model is None or end is None or claim.event not in {*_NOTICES, "retired"}:
        return
    if claim.event in _NOTICES:
        yield from _successor(model, claim)
    yield from _together(claim, end, knowledge)
    if claim.event == "retired":
        yield from _elsewhere(claim, knowledge)
    for other in ends:
        if not other.decides and other.date != end.date:
            yield f"Another source says {day(other.date)}."


def _event(claim: Claim) -> str:
    where = SURFACES.get(claim.surface, claim.surface)
    when = f", in {claim.date:%B %Y} (the source names no day)" if claim.month_only else ""
    note = f": {claim.note}" if claim.note else ""
    happens = EVENTS.get(claim.event, f"{{name}} on {{where}}: {claim.event}")
    return f"{happens.format(name=_name(claim.model), where=where)}{when}{note}"


def _notice(claim: Claim, end: Claim | None) -> str:
    if claim.event not in _NOTICES or end is None:
        return ""
    return f" for {day(end.date)}, {(end.date - claim.date).days} days ahead"


def _successor(model: Model, claim: Claim) -> Iterator[str]:
    named = [_name(each.model) for each in model.recommendations if each.surface == claim.surface]
    if named:
        yield f"Named in its place: {', '.join(named)}."


def _together(claim: Claim, end: Claim, knowledge: Knowledge) -> Iterator[str]:
    """Others of the same provider that go on the same day, as far as they were told of by then."""
    provider = claim.model.partition("/")[0]
    others = [
        _name(model.ref)
        for model in knowledge.models()
        if model.provider == provider
        and model.ref != claim.model
        and any(
            (each.surface, each.event, each.date) == (end.surface, "retired", end.date)
            and each.decides
            and told_on(each, model.claims) <= claim.date
            for each in model.claims
        )
    ]
    if others:
        yield f"{'With it go' if claim.event == 'retired' else 'For the same day'}: {', '.join(others)}."


def _elsewhere(claim: Claim, knowledge: Knowledge) -> Iterator[str]:
    if claim.surface == _API:
        return
    there = knowledge.standing(claim.model, _API, claim.date)
    if there.status not in {*GONE, "unknown"}:
        yield f"The API does not change on this day: there {_name(claim.model)} is {there.status}."


def _name(ref: str) -> str:
    return ref.rpartition("/")[2]
