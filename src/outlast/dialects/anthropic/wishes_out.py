"""How a caller wants the answer, in Anthropic's words: thinking, form, which tools.

It knows the members. It does not know which model takes which of them: the adaptation does.
"""

import msgspec

from outlast.dialects.anthropic.blocks_out import Block
from outlast.dialects.anthropic.members import NAME, PREFIX
from outlast.dialects.anthropic.wishes_in import OUTPUT, THINKING
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.request import Request

_EFFORTS = {"minimal": "low"}
"""OpenAI's words that Anthropic does not have, and the nearest that it has."""


def write_thinking(request: Request) -> Block:
    """``thinking``: on with a budget, as the model sees fit, or off."""
    if THINKING in request.extra:
        return {"thinking": msgspec.Raw(request.extra[THINKING])}
    wish = request.reasoning
    if wish is None:
        return {}
    if wish.off or wish.budget == 0 or wish.effort == "none":
        return {"thinking": {"type": "disabled"}}
    shown: Block = {}
    if wish.shown is not None:
        shown = {"display": "summarized" if wish.shown else "omitted"}
    elif wish.summary:
        shown = {"display": "summarized"}
    if wish.budget is not None and wish.budget > 0:
        return {"thinking": {"type": "enabled", "budget_tokens": wish.budget} | shown}
    if wish.adaptive or wish.budget == -1 or wish.shown or wish.summary:
        return {"thinking": {"type": "adaptive"} | shown}
    return {}


def write_output(request: Request, losses: Losses) -> Block:
    """``output_config``: effort and the form of the answer."""
    kept = request.extra.get(OUTPUT)
    config: Block = dict(msgspec.json.decode(kept, type=dict[str, msgspec.Raw])) if kept else {}
    if request.reasoning is not None and request.reasoning.effort not in {"", "none"}:
        effort = request.reasoning.effort
        config["effort"] = _EFFORTS.get(effort, effort)
        if effort in _EFFORTS:
            losses.drop("reasoning_effort", f"the nearest is {_EFFORTS[effort]}")
    if request.reasoning is not None and request.reasoning.summary not in {"", "auto"}:
        losses.drop("reasoning.summary", "thoughts are summed up in Anthropic's own way")
    form = request.format
    if form is not None and form.kind == "schema":
        config["format"] = {"type": "json_schema", "schema": msgspec.Raw(form.schema or b"{}")}
        for name in ("name", "description"):
            if getattr(form, name):
                losses.drop(f"response_format.{name}")
        if form.strict is False:
            losses.drop("response_format.strict", "Anthropic always keeps to the schema")
    elif form is not None and form.kind == "json":
        losses.drop("response_format.json_object", "Anthropic takes a schema or nothing")
    if f"{OUTPUT}.format" in request.extra:
        config["format"] = msgspec.Raw(request.extra[f"{OUTPUT}.format"])
    return {"output_config": config} if config else {}


def write_choice(request: Request, tools: bool, losses: Losses) -> Block:  # noqa: FBT001  one flag, named at the call
    """``tool_choice``, with which Anthropic says whether calls may be parallel, too."""
    choice, parallel = request.tool_choice, request.parallel_tool_calls
    if choice is not None and choice.wire:
        if choice.dialect == NAME:
            return {"tool_choice": msgspec.Raw(choice.wire)}
        losses.drop("tool_choice", "a choice of another vendor's")
        choice = None
    forced = choice is not None and choice.mode in {"any", "one"}
    if not (tools or forced or f"{PREFIX}mcp_servers" in request.extra):
        if parallel is not None:
            losses.drop("parallel_tool_calls", "there are no tools")
        return {}
    wire: Block = {}
    match choice.mode if choice is not None else None:
        case "one" if choice is not None and choice.names:
            wire = {"type": "tool", "name": choice.names[0]}
        case "auto" | "any" | "none" as mode:
            wire = {"type": mode}
        case _ if parallel is not None:
            wire = {"type": "auto"}
        case _:
            return {}
    if parallel is not None and wire["type"] != "none":
        wire["disable_parallel_tool_use"] = not parallel
    return {"tool_choice": wire}
