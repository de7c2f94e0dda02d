"""What models of any maker refuse: a limit that is too high, an effort, a picture, tools.

It knows how these rules are carried out, given the places where a dialect says them. It does not know dialects.
"""

import msgspec

from outlast.catalog.models import Model
from outlast.dialects.adaptation.draft import Draft, Place, Watch, integer, items, quoted, text
from outlast.dialects.adaptation.rules import everyone, openai
from outlast.dialects.adaptation.traits.efforts import nearest_effort
from outlast.dialects.adaptation.traits.limits import largest_output

NO_PICTURES = "it reads no pictures: leave them out, or ask another model"
NO_TOOLS = "it takes no tools: leave them out, or ask another model"


def capped(model: Model, *places: Place) -> Watch | None:
    """No limit above the model's own; None where nobody stated one."""
    most = largest_output(model)
    if most is None:
        return None

    digits = len(str(most))

    def step(draft: Draft) -> None:
        for place in places:
            said = draft.value(*place) if place[0] in draft.came or draft.changes else None
            if said is None or len(said) < digits:
                continue
            limit = integer(said)
            if limit is not None and limit > most:
                draft.change(place, b"%d" % most, everyone.MAX_CAPPED)

    return Watch(tuple(place[0] for place in places), step)


def without_images(model: Model, member: str, marks: tuple[bytes, ...]) -> Watch | None:
    """No picture to a model that reads none; ``marks`` are the JSON strings that stand for one."""
    if model.abilities.get("vision") is not False:
        return None

    def step(draft: Draft) -> None:
        value = draft.value(member)
        if value is not None and any(mark in value for mark in marks) and _has_image(value, marks):
            draft.refuse(everyone.IMAGES_REFUSED, NO_PICTURES)

    return Watch((member,), step)


def without_tools(members: tuple[str, ...], why: str) -> Watch:
    """No tools to a model that takes none; a call that asks for none of them is left alone."""

    def step(draft: Draft) -> None:
        if b'"none"' in (draft.value("tool_choice") or b""):
            return
        if any(items(draft.value(member)) for member in members):
            draft.refuse(openai.TOOLS_REFUSED, why)

    return Watch(members, step)


def with_nearest_effort(efforts: tuple[str, ...], place: Place) -> Watch:
    """An effort that the model has."""
    return Watch((place[0],), lambda draft: nearest(draft, place, efforts))


def nearest(draft: Draft, place: Place, efforts: tuple[str, ...]) -> None:
    """The nearest effort of those that a model has, in the spelling that came: Gemini's may be in capitals."""
    said = text(draft.value(*place))
    instead = None if said is None else nearest_effort(said.lower(), efforts)
    if said is not None and instead is not None and instead != said.lower():
        draft.change(place, quoted(instead.upper() if said.isupper() else instead), openai.EFFORT_NEAREST)


def _has_image(value: bytes, marks: tuple[bytes, ...]) -> bool:
    """Whether a block says that it is a picture; the marks' words may stand in a text, too."""
    types = {mark.strip(b'"').decode() for mark in marks}
    waiting: list[object] = [msgspec.json.decode(value)]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            if item.get("type") in types:
                return True
            waiting.extend(item.values())
    return False
