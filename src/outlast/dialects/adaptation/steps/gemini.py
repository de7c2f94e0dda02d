"""Google's generateContent: what can break at a model, in the order in which it is mended.

It knows this dialect's members, in both of their spellings (``thinkingConfig``, ``thinking_config``). It does not
know other dialects.
"""

from collections.abc import Iterator

from outlast.catalog.models import Model
from outlast.dialects.adaptation.draft import (
    Draft,
    Place,
    Step,
    Watch,
    edit_items,
    integer,
    items,
    number,
    quoted,
    text,
)
from outlast.dialects.adaptation.rules import anthropic, everyone, gemini
from outlast.dialects.adaptation.steps import shared
from outlast.dialects.adaptation.traits import gemini as traits
from outlast.dialects.adaptation.traits.efforts import nearest_effort
from outlast.dialects.adaptation.traits.limits import largest_output
from outlast.dialects.envelope import Envelope

SKIPS_SIGNATURE = b'"skip_thought_signature_validator"'
"""Google's own word for a call whose signature is not there."""
_CONFIGS = ("generationConfig", "generation_config")
_THINKING, _BUDGET, _LEVEL = "thinkingConfig", "thinkingBudget", "thinkingLevel"
_BY_LEVEL = {"minimal": 0, "low": 1024, "medium": 8192, "high": 24576}
_DATA = ("inlineData", "inline_data", "fileData", "file_data")
_SNAKE = {
    "generationConfig": "generation_config",
    "thinkingConfig": "thinking_config",
    "thinkingBudget": "thinking_budget",
    "thinkingLevel": "thinking_level",
    "maxOutputTokens": "max_output_tokens",
    "topP": "top_p",
    "topK": "top_k",
}


def watches(model: Model) -> Iterator[Watch]:
    """What can break; the way of thinking is settled before its amount."""
    if model.provider != traits.PROVIDER:
        return
    if model.abilities.get("vision") is False:
        yield Watch(("contents",), _refuse_pictures)
    if (most := largest_output(model)) is not None:
        yield Watch(_CONFIGS, _capped(most))
    yield from _thinking(model)
    if traits.refuses_sampling(model):
        yield Watch(_CONFIGS, _drop_sampling)
    if traits.loops_when_cold(model):
        yield Watch(_CONFIGS, _drop_low_temperature)
    if traits.wants_signatures(model):
        yield Watch(("contents",), _sign)


def _thinking(model: Model) -> Iterator[Watch]:
    levels, budgets = traits.levels(model), traits.budgets(model)
    if traits.never_thinks(model):
        yield Watch(_CONFIGS, _drop_thinking)
    elif levels:
        yield Watch(_CONFIGS, _by_level(levels))
        yield Watch(_CONFIGS, _nearest_level(levels))
    elif budgets is not None:
        yield Watch(_CONFIGS, _by_budget)
        yield Watch(_CONFIGS, _clamped(budgets))


def _place(draft: Draft, *names: str) -> Place:
    """Where a member stands, in the spelling that the request has; camel case where it has none."""
    top = names[0]
    place: Place = (_SNAKE[top] if top not in draft.came and _SNAKE[top] in draft.came else top,)
    for name in names[1:]:
        value, snake = draft.value(*place), _SNAKE.get(name, name)
        other = snake != name and value is not None and snake.encode() in value
        if other and (draft.value(*place, name) is not None or draft.value(*place, snake) is None):
            other = False
        place = (*place, snake if other else name)
    return place


def _config(draft: Draft, name: str) -> Place:
    return _place(draft, "generationConfig", name)


def _capped(most: int) -> Step:
    def step(draft: Draft) -> None:
        place = _config(draft, "maxOutputTokens")
        limit = integer(draft.value(*place))
        if limit is not None and limit > most:
            draft.change(place, b"%d" % most, everyone.MAX_CAPPED)

    return step


def _drop_thinking(draft: Draft) -> None:
    place = _config(draft, _THINKING)
    if draft.value(*place) is not None:
        draft.change(place, None, anthropic.THINKING_DROPPED)


def _said(draft: Draft) -> tuple[Place, int | None, Place, str | None]:
    """Where budget and level stand, and what they say."""
    config = draft.value(*_place(draft, "generationConfig"))
    if config is None or b"hinking" not in config:
        return (), None, (), None
    budget, level = (_place(draft, "generationConfig", _THINKING, name) for name in (_BUDGET, _LEVEL))
    said = text(draft.value(*level))
    return budget, integer(draft.value(*budget)), level, None if said is None else said.lower()


def _by_level(levels: tuple[str, ...]) -> Step:
    def step(draft: Draft) -> None:
        at_budget, budget, at_level, level = _said(draft)
        if budget is None:
            return
        draft.change(at_budget, None, gemini.LEVEL_OR_BUDGET)
        if level is None and budget >= 0:
            word = "none" if budget == 0 else next((w for w in ("low", "medium") if budget <= _BY_LEVEL[w]), "high")
            draft.change(at_level, quoted(nearest_effort(word, levels) or word), gemini.LEVEL_OR_BUDGET)

    return step


def _nearest_level(levels: tuple[str, ...]) -> Step:
    def step(draft: Draft) -> None:
        _, _, place, level = _said(draft)
        if level is not None:
            shared.nearest(draft, place, levels)

    return step


def _by_budget(draft: Draft) -> None:
    at_budget, budget, at_level, level = _said(draft)
    if level is None or level not in _BY_LEVEL:
        return
    draft.change(at_level, None, gemini.LEVEL_OR_BUDGET)
    if budget is None:
        draft.change(at_budget, b"%d" % _BY_LEVEL[level], gemini.LEVEL_OR_BUDGET)


def _clamped(known: traits.Range) -> Step:
    def step(draft: Draft) -> None:
        place, budget, _, _ = _said(draft)
        if budget is None or budget == -1 or (budget == 0 and known.off):
            return
        fitted = min(max(budget, known.least), known.most)
        if fitted != budget:
            draft.change(place, b"%d" % fitted, gemini.BUDGET_CLAMPED)

    return step


def _drop_sampling(draft: Draft) -> None:
    for name in ("temperature", "topP", "topK"):
        place = _config(draft, name)
        if draft.value(*place) is not None:
            draft.change(place, None, gemini.SAMPLING)


def _drop_low_temperature(draft: Draft) -> None:
    place = _config(draft, "temperature")
    said = number(draft.value(*place))
    if said is not None and said < 1:
        draft.change(place, None, gemini.LOW_TEMPERATURE)


def _sign(draft: Draft) -> None:
    contents = draft.value("contents")
    if contents is None or not any(mark in contents for mark in (b'"functionCall"', b'"function_call"')):
        return
    signed = edit_items(contents, _signed_turn)
    if signed != contents:
        draft.change(("contents",), signed, gemini.THOUGHT_SIGNATURE)


def _signed_turn(turn: bytes) -> bytes:
    """A turn whose first call carries a signature; the others of one turn never have one."""
    if not turn.startswith(b"{"):
        return turn
    envelope = Envelope.parse(turn)
    parts = envelope.text("parts")
    first = next((part for part in items(parts) if _is_call(part)), None)
    if parts is None or first is None:
        return turn
    call = Envelope.parse(first)
    if {"thoughtSignature", "thought_signature"} & set(call.fields):
        return turn
    seen = False

    def sign(part: bytes) -> bytes:
        nonlocal seen
        if seen or part != first:
            return part
        seen = True
        return call.edit({"thoughtSignature": SKIPS_SIGNATURE})

    return envelope.edit({"parts": edit_items(parts, sign)})


def _is_call(part: bytes) -> bool:
    if not part.startswith(b"{"):
        return False
    return bool({"functionCall", "function_call"} & set(Envelope.parse(part).fields))


def _refuse_pictures(draft: Draft) -> None:
    contents = draft.value("contents")
    if contents is None or not any(name.encode() in contents for name in _DATA):
        return
    for turn in items(contents):
        if turn.startswith(b"{") and any(map(_is_picture, items(Envelope.parse(turn).text("parts")))):
            draft.refuse(everyone.IMAGES_REFUSED, shared.NO_PICTURES)
            return


def _is_picture(part: bytes) -> bool:
    if not part.startswith(b"{"):
        return False
    for name in _DATA:
        data = Envelope.parse(part).text(name)
        if data is not None and data.startswith(b"{"):
            inner = Envelope.parse(data)
            mime = text(inner.text("mimeType") or inner.text("mime_type"))
            return mime is not None and mime.startswith("image/")
    return False
