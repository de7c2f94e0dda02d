"""Anthropic's messages: what can break at a model, in the order in which it is mended.

It knows this dialect's parameters; what happens inside its turns stands in ``steps.anthropic_turns``, and how much a
model thinks in ``steps.anthropic_thinking``. It does not know other dialects.
"""

from collections.abc import Iterator

from outlast.catalog.models import Model
from outlast.dialects.adaptation.draft import Draft, Watch, number, text
from outlast.dialects.adaptation.rules import anthropic
from outlast.dialects.adaptation.steps import anthropic_thinking, anthropic_turns, shared
from outlast.dialects.adaptation.traits import claude as traits

_LEAST_TOP_P = 0.95
"""Beside thinking."""
_AUTO = b'"auto"'


def watches(model: Model) -> Iterator[Watch]:
    """What can break; turns before thinking, thinking before what it bars."""
    if model.provider != traits.PROVIDER:
        return
    if (limit := shared.capped(model, ("max_tokens",))) is not None:
        yield limit
    if model.abilities.get("tools") is False:
        yield shared.without_tools(("tools",), shared.NO_TOOLS)
    if (images := shared.without_images(model, "messages", (b'"image"',))) is not None:
        yield images
    yield from anthropic_turns.watches(model)
    yield from anthropic_thinking.watches(model)
    if model.abilities.get("forced_tool_use") is False:
        yield Watch(("tool_choice",), _unforced)
    yield Watch(("tool_choice",), _thinking_gives_way)
    yield from _sampling(model)
    yield Watch(("tools", "system", "messages"), anthropic_turns.limit_breakpoints)


def _unforced(draft: Draft) -> None:
    if _is_forced(draft):
        draft.change(("tool_choice", "name"), None, anthropic.FORCED_TOOL)
        draft.change(("tool_choice", "type"), _AUTO, anthropic.FORCED_TOOL)


def _thinking_gives_way(draft: Draft) -> None:
    if _is_forced(draft) and text(draft.value("thinking", "type")) == "enabled":
        draft.change(("thinking",), None, anthropic.FORCED_THINKING)


def _is_forced(draft: Draft) -> bool:
    return text(draft.value("tool_choice", "type")) in ("any", "tool")


def _sampling(model: Model) -> Iterator[Watch]:
    stated = model.abilities.get("sampling_params")
    if stated is False:
        yield Watch(("temperature", "top_p", "top_k"), _drop_sampling)
        return
    if traits.thinks(model) != "never":
        yield Watch(("thinking",), _drop_beside_thinking)
    if stated == "temperature_or_top_p_not_both":
        yield Watch(("top_p",), _only_one)


def _drop_sampling(draft: Draft) -> None:
    if number(draft.value("temperature")) not in (None, 1.0):
        draft.change(("temperature",), None, anthropic.SAMPLING)
    for member in ("top_p", "top_k"):
        if draft.value(member) is not None:
            draft.change((member,), None, anthropic.SAMPLING)


def _drop_beside_thinking(draft: Draft) -> None:
    if text(draft.value("thinking", "type")) not in ("enabled", "adaptive"):
        return
    temperature, top_p = number(draft.value("temperature")), number(draft.value("top_p"))
    if temperature not in (None, 1.0):
        draft.change(("temperature",), None, anthropic.THINKING_SAMPLING)
    if top_p is not None and top_p < _LEAST_TOP_P:
        draft.change(("top_p",), None, anthropic.THINKING_SAMPLING)
    if draft.value("top_k") is not None:
        draft.change(("top_k",), None, anthropic.THINKING_SAMPLING)


def _only_one(draft: Draft) -> None:
    temperature = draft.value("temperature")
    if temperature is None or draft.value("top_p") is None:
        return
    gone = "temperature" if number(temperature) == 1 else "top_p"
    draft.change((gone,), None, anthropic.ONE_SAMPLING)
