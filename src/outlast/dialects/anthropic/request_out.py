"""A conversation as a request of Anthropic's.

It knows the order and the form that Anthropic wants: turns by turns, a tool's results first, no empty words, systems at
the top. What it cannot say is noted. What one model takes and another refuses is the adaptation's affair, but for turns
of the system (``turns_out``).
"""

import msgspec

from outlast.dialects.anthropic.blocks_out import Block, own
from outlast.dialects.anthropic.members import NAME
from outlast.dialects.anthropic.turns_out import turns
from outlast.dialects.anthropic.wishes_out import write_choice, write_output, write_thinking
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.request import NativeTool, Request, Sampling, Tool
from outlast.errors import Untranslatable

DEFAULT_MAX_TOKENS = 8192
"""Where nobody says ``max_tokens``, which Anthropic needs: what every model since Claude 3.5 can write in one answer.
With a thinking budget it comes on top of it."""
_ANY_OBJECT = msgspec.Raw(b'{"type":"object"}')
_TIERS = {"auto": "auto", "default": "standard_only"}
_NOT_SAID = ("presence_penalty", "frequency_penalty", "seed", "top_logprobs")


def encode_request(request: Request, losses: Losses) -> bytes:
    """Write the body; what Anthropic cannot be told is noted in ``losses``.

    Raises:
        Untranslatable: nobody but the system says anything.
    """
    system, messages = turns(request, losses)
    if not messages:
        raise Untranslatable("Anthropic's models need a turn beside the system's that is not empty; this has none")
    body: Block = {"model": request.model}
    body["max_tokens"] = _max_tokens(request)
    if system:
        body["system"] = _shortened(system)
    body["messages"] = [{"role": turn.role, "content": _shortened(turn.blocks)} | own(turn.extra) for turn in messages]
    body |= _sampling(request.sampling, losses)
    tools = _tools(request, losses)
    if tools:
        body["tools"] = tools
    body |= write_choice(request, bool(tools), losses) | write_thinking(request) | write_output(request, losses)
    body |= _around(request, losses)
    if request.stream:
        body["stream"] = True
    return msgspec.json.encode(body)


def _shortened(blocks: list[object]) -> object:
    """One block of plain words as a string: what every version of the interface takes."""
    if len(blocks) == 1 and isinstance(block := blocks[0], dict) and block.keys() == {"type", "text"}:
        return block["text"]
    return blocks


def _max_tokens(request: Request) -> int:
    given = request.sampling.max_tokens
    if given is not None:
        return given
    budget = request.reasoning.budget if request.reasoning is not None else None
    return DEFAULT_MAX_TOKENS + max(0, budget or 0)


def _sampling(sampling: Sampling, losses: Losses) -> Block:
    body: Block = {}
    for name in ("temperature", "top_p", "top_k"):
        value = getattr(sampling, name)
        if value is not None:
            body[name] = value
    stops = [stop for stop in sampling.stop if stop.strip()]
    if len(stops) < len(sampling.stop):
        losses.drop("stop", "Anthropic takes none of blanks only")
    if stops:
        body["stop_sequences"] = stops
    for name in _NOT_SAID:
        if getattr(sampling, name) is not None:
            losses.drop(name)
    if sampling.logprobs:
        losses.drop("logprobs")
    if sampling.n is not None and sampling.n > 1:
        losses.drop("n", "one answer a call")
    return body


def _tools(request: Request, losses: Losses) -> list[object]:
    """The tools; a choice of some of them is made by sending only those."""
    choice = request.tool_choice
    only = set(choice.names) if choice is not None and choice.mode in {"auto", "any"} else set()
    tools: list[object] = []
    for tool in request.tools:
        if isinstance(tool, NativeTool):
            if tool.dialect == NAME:
                tools.append(msgspec.Raw(tool.wire))
            else:
                losses.drop(f"tools.{tool.what}", "a tool of another vendor's")
        elif tool.custom:
            losses.drop("tools.custom", "Anthropic's tools take JSON")
        elif not only or tool.name in only:
            tools.append(_tool(tool, losses))
    return tools


def _tool(tool: Tool, losses: Losses) -> Block:
    wire: Block = {"name": tool.name}
    if tool.description:
        wire["description"] = tool.description
    wire["input_schema"] = msgspec.Raw(tool.parameters) if tool.parameters else _ANY_OBJECT
    if tool.strict is not None:
        wire["strict"] = tool.strict
    losses.drop_extra(tool.extra, NAME, "tools")
    return wire | own(tool.extra)


def _around(request: Request, losses: Losses) -> Block:
    """Everything else: who asks, at which tier, and members that only this dialect has."""
    losses.drop_extra(request.extra, NAME)
    body = {name: value for name, value in own(request.extra).items() if not name.startswith("output_config")}
    body.pop("thinking", None)
    if request.user:
        body["metadata"] = _metadata(request)
    if request.service_tier in _TIERS:
        body["service_tier"] = _TIERS[request.service_tier]
    elif request.service_tier:
        losses.drop("service_tier", "no such tier")
    if request.verbosity:
        losses.drop("verbosity")
    if set(request.modalities) - {"text"} or request.voice is not None:
        losses.drop("modalities", "answers are words")
    if request.voice is not None:
        losses.drop("audio", "answers are words")
    return body


def _metadata(request: Request) -> Block:
    kept = request.extra.get(f"{NAME}:metadata")
    members: Block = dict(msgspec.json.decode(kept, type=dict[str, msgspec.Raw])) if kept else {}
    return members | {"user_id": request.user}
