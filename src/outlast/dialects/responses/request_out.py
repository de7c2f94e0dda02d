"""The canonical conversation written as a request of the Responses API.

It knows which members this dialect has, and what is said in other words there. A translated request asks the provider
to store nothing (the state of a conversation is the gateway's) and, where the model is to think, for the signatures of
its thoughts, which are of no use to it otherwise.
"""

from collections.abc import Iterator

import msgspec

from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Extra, Native, Part, Text, ToolCall, ToolResult
from outlast.dialects.conversation.request import Format, Message, Reasoning, Request
from outlast.dialects.responses.items_out import content_parts, past_items
from outlast.dialects.responses.request_in import LOGPROBS, SIGNATURES
from outlast.dialects.responses.tools import write_choice, write_tools
from outlast.dialects.responses.wire import NAME, Wire, own, raw

_SHARED = ("prompt_cache_key", "prompt_cache_retention", "safety_identifier", "metadata")
"""Members that OpenAI's chat completions have under the same name and with the same meaning."""
_LITTLE, _SOME = 2_048, 16_384
"""Tokens of a thinking budget up to which it is called a low and a medium effort; nobody states an exact relation."""


def encode_request(request: Request, losses: Losses) -> bytes:
    """The body; what cannot be said is noted in ``losses``."""
    instructions, messages = instructions_of(request.messages)
    wire: Wire = {"model": request.model}
    if instructions:
        wire["instructions"] = instructions
    customs = _customs(messages)
    wire["input"] = [item for message in messages for item in _items(message, customs, losses)]
    if request.stream:
        wire["stream"] = True
    wire |= settings(request, losses)
    wire["store"] = False
    include = [SIGNATURES] if _thinks(request.reasoning) or f"{NAME}:signatures" in request.extra else []
    if request.sampling.logprobs:
        include.append(LOGPROBS)
    wire |= _rest(request.extra, include, losses)
    return msgspec.json.encode(wire)


def settings(request: Request, losses: Losses, *, echo: bool = False) -> Wire:
    """Everything but turns and model: what a request asks, and what its answer repeats."""
    wire: Wire = {}
    if request.tools:
        wire["tools"] = write_tools(request.tools, losses, echo=echo)
    if request.tool_choice is not None:
        choice = write_choice(request.tool_choice, request.tools, losses)
        if choice is not None:
            wire["tool_choice"] = choice
    if request.parallel_tool_calls is not None:
        wire["parallel_tool_calls"] = request.parallel_tool_calls
    text = _text(request)
    if text:
        wire["text"] = text
    thoughts = _reasoning(request.reasoning, losses) | _below(request.extra, "reasoning")
    if thoughts:
        wire["reasoning"] = thoughts
    wire |= {name: value for name, value in _plain(request).items() if value is not None and value != ""}
    _unsaid(request, losses)
    return wire


def _plain(request: Request) -> Wire:
    sampling = request.sampling
    return {
        "max_output_tokens": sampling.max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_logprobs": sampling.top_logprobs,
        "user": request.user,
        "service_tier": request.service_tier,
    }


def _unsaid(request: Request, losses: Losses) -> None:
    sampling = request.sampling
    for name, there in (
        ("top_k", sampling.top_k is not None),
        ("seed", sampling.seed is not None),
        ("stop", bool(sampling.stop)),
        ("n", (sampling.n or 1) > 1),
        # Answers repeat both, but OpenAI's own surface takes neither; 0 is what leaving them out means.
        ("presence_penalty", bool(sampling.presence_penalty)),
        ("frequency_penalty", bool(sampling.frequency_penalty)),
        ("modalities", any(each != "text" for each in request.modalities)),
        ("audio", request.voice is not None),
    ):
        if there:
            losses.drop(name)


def _rest(extra: Extra, include: list[str], losses: Losses) -> Wire:
    """The members that only this dialect has, and those that it shares with another."""
    wire = {
        name: value
        for name, value in own(extra, but=("include", "signatures", "instructed")).items()
        if "." not in name
    }
    for name in _SHARED:
        value = extra.get(f"chat:{name}")
        if value is not None:
            wire.setdefault(name, raw(value))
    losses.drop_extra({key: value for key, value in extra.items() if key.partition(":")[2] not in _SHARED}, NAME)
    others = extra.get(f"{NAME}:include")
    include = [*include, *(msgspec.json.decode(others, type=list[str]) if others else ())]
    if include:
        wire["include"] = include
    return wire


def instructions_of(messages: tuple[Message, ...]) -> tuple[str, tuple[Message, ...]]:
    """The words that come before the conversation: a first system turn that is one text."""
    first = messages[0] if messages else None
    if first is not None and first.role == "system" and not first.extra and len(first.parts) == 1:
        part = first.parts[0]
        if isinstance(part, Text) and not part.extra and not part.citations:
            return part.text, messages[1:]
    return "", messages


def _customs(messages: tuple[Message, ...]) -> frozenset[str]:
    return frozenset(
        part.id for message in messages for part in message.parts if isinstance(part, ToolCall) and part.custom
    )


def _items(message: Message, customs: frozenset[str], losses: Losses) -> Iterator[Wire | msgspec.Raw]:
    """The items of one turn: results of tools first, then what was said."""
    losses.drop_extra(message.extra, NAME, "messages")
    if message.name:
        losses.drop("messages.name")
    if message.role == "assistant":
        yield from past_items(message.parts, losses)
        return
    said: list[Part] = []
    for part in message.parts:
        if isinstance(part, ToolResult):
            yield _result(part, customs, losses)
        elif isinstance(part, Native) and part.dialect == NAME and not part.what.startswith("content."):
            yield raw(part.wire)
        else:
            said.append(part)
    content = content_parts(said, losses)
    if content:
        plain = len(said) == 1 and isinstance(said[0], Text) and not own(said[0].extra)
        yield {
            "type": "message",
            "role": message.role,
            "content": content[0]["text"] if plain and not isinstance(content[0], msgspec.Raw) else content,
            **own(message.extra),
        }


def _result(part: ToolResult, customs: frozenset[str], losses: Losses) -> Wire:
    losses.drop_extra(part.extra, NAME, "messages.tool")
    if part.failed:
        losses.drop("messages.tool.failed")
    custom = part.call_id in customs or f"{NAME}:type" in part.extra
    content = content_parts(part.parts, losses)
    plain = len(part.parts) == 1 and isinstance(part.parts[0], Text) and not own(part.parts[0].extra)
    return {
        "type": "custom_tool_call_output" if custom else "function_call_output",
        "call_id": part.call_id,
        "output": "" if not content else content[0]["text"] if plain else content,  # type: ignore[call-overload]  # plain: one text
        **own(part.extra, but=("type",)),
    }


def _text(request: Request) -> Wire:
    wire: Wire = {}
    if request.format is not None:
        wire["format"] = _format(request.format)
    if request.verbosity:
        wire["verbosity"] = request.verbosity
    return wire | _below(request.extra, "text")


def _format(form: Format) -> Wire:
    if form.kind != "schema":
        return {"type": "text" if form.kind == "text" else "json_object"}
    wire: Wire = {"type": "json_schema", "name": form.name or "answer", "schema": raw(form.schema or b"{}")}
    if form.description:
        wire["description"] = form.description
    if form.strict is not None:
        wire["strict"] = form.strict
    return wire


def _reasoning(thoughts: Reasoning | None, losses: Losses) -> Wire:
    if thoughts is None:
        return {}
    wire: Wire = {}
    effort = thoughts.effort
    if not effort and (thoughts.off or thoughts.budget == 0):
        effort = "none"
    elif not effort and thoughts.budget is not None and thoughts.budget > 0:
        effort = "low" if thoughts.budget <= _LITTLE else "medium" if thoughts.budget <= _SOME else "high"
        losses.drop("reasoning.budget", f"said as an effort: {effort}")
    if effort:
        wire["effort"] = effort
    elif thoughts.adaptive or thoughts.budget == -1:
        losses.drop("reasoning.adaptive", "the model's own default")
    if thoughts.summary or thoughts.shown:
        wire["summary"] = thoughts.summary or "auto"
    return wire


def _thinks(thoughts: Reasoning | None) -> bool:
    if thoughts is None or thoughts.off:
        return False
    return bool((thoughts.effort and thoughts.effort != "none") or thoughts.budget or thoughts.adaptive)


def _below(extra: Extra, name: str) -> Wire:
    """The members of an object inside that only this dialect has."""
    begin = f"{NAME}:{name}."
    return {key[len(begin) :]: raw(value) for key, value in extra.items() if key.startswith(begin)}
