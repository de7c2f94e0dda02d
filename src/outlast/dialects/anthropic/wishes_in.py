"""How a caller wants the answer: how much thinking, in which form, with which tools.

It knows Anthropic's ``thinking``, ``output_config`` and ``tool_choice``. What a conversation cannot say of them exactly
is kept as it came, for this dialect.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from outlast.dialects.anthropic.members import NAME, PREFIX, Members
from outlast.dialects.conversation.parts import Extra
from outlast.dialects.conversation.request import Format, Reasoning, ToolChoice

_MODES: Mapping[str, Literal["auto", "none", "any", "one"]] = {
    "auto": "auto",
    "any": "any",
    "none": "none",
    "tool": "one",
}
_SHOWN = {"summarized": True, "omitted": False}
THINKING = f"{PREFIX}thinking"
OUTPUT = f"{PREFIX}output_config"


class Wishes(NamedTuple):
    """What was read of them."""

    reasoning: Reasoning | None
    format: Format | None
    extra: Extra


def read_wishes(top: Members) -> Wishes:
    """Take thinking and the form of the answer out of a request. Raises ``MalformedRequest``."""
    extra: Extra = {}
    thinking = _thinking(top.object("thinking"), extra)
    output = top.object("output_config")
    effort, form = "", _format(top.object("output_format"), extra)
    if output is not None:
        effort = output.text("effort") or ""
        form = _format(output.object("format"), extra) or form
        left = output.left()
        if left is not None:
            extra[OUTPUT] = left
    if effort:
        thinking = Reasoning(
            effort=effort,
            budget=thinking.budget if thinking else None,
            adaptive=thinking.adaptive if thinking else False,
            off=thinking.off if thinking else False,
            shown=thinking.shown if thinking else None,
        )
    return Wishes(thinking, form, extra)


def read_choice(choice: Members | None) -> tuple[ToolChoice | None, bool | None]:
    """Which tools may be called, and whether several at once."""
    if choice is None:
        return None, None
    single = choice.flag("disable_parallel_tool_use")
    parallel = None if single is None else not single
    kind = choice.needed("type")
    mode = _MODES.get(kind)
    names = (choice.needed("name"),) if mode == "one" else ()
    if mode is None or choice.left():
        return ToolChoice(mode=mode or "auto", names=names, wire=choice.raw, dialect=NAME), parallel
    return ToolChoice(mode=mode, names=names), parallel


def _thinking(thinking: Members | None, extra: Extra) -> Reasoning | None:
    if thinking is None:
        return None
    kind = thinking.needed("type")
    shown, display = None, thinking.text("display")
    if display is not None:
        shown = _SHOWN.get(display)
    budget = thinking.whole("budget_tokens") if kind == "enabled" else None
    exact = kind in {"enabled", "adaptive", "disabled"} and thinking.left() is None
    if not exact or (display is not None and shown is None):
        extra[THINKING] = thinking.raw
    if kind == "disabled":
        return Reasoning(off=True, shown=shown)
    if kind == "enabled" and budget is not None:
        return Reasoning(budget=budget, shown=shown)
    return Reasoning(adaptive=True, shown=shown)


def _format(form: Members | None, extra: Extra) -> Format | None:
    if form is None:
        return None
    schema = form.take("schema")
    if form.needed("type") != "json_schema" or schema is None or form.left():
        extra[f"{OUTPUT}.format"] = form.raw
        return None
    return Format(kind="schema", schema=schema)
