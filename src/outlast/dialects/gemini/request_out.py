"""A canonical request as the body of ``generateContent``.

It knows Google's places for turns, tools and configuration, and notes what has none. It does not know single parts
(``parts_out``), nor what a model refuses. The model stands in the path, not in the body.
"""

import re

import msgspec

from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Part, ToolCall, ToolResult
from outlast.dialects.conversation.request import (
    Format,
    Message,
    NativeTool,
    Reasoning,
    Request,
    Sampling,
    Tool,
    ToolChoice,
    Voice,
)
from outlast.dialects.gemini.foreign import PLACEHOLDER
from outlast.dialects.gemini.parts_out import Wire, place, write_part
from outlast.dialects.gemini.words import EFFORTS_DOWN, NAME
from outlast.errors import Untranslatable

_TIERS = ("flex", "priority")
_COMMON_TIERS = ("", "auto", "default")
"""What Google does unasked; Vertex takes no word for it in the body."""
_MODES = {"auto": "AUTO", "none": "NONE", "any": "ANY", "one": "ANY"}
_SIGNING = re.compile(r"(?:.*/)?gemini-(\d+)")
_FIRST_SIGNING = 3
"""Gemini 3 and later refuse calls in the history that carry no thought signature."""


def encode_request(request: Request, losses: Losses) -> bytes:
    """The body; what Google cannot be told is noted. Raises ``Untranslatable`` when nobody but the system speaks."""
    wire = write_request(request, losses)
    if not wire["contents"]:
        raise Untranslatable("Google's models need a turn beside the system's, and this request has none")
    return msgspec.json.encode(wire)


def write_request(request: Request, losses: Losses) -> Wire:
    """The members of the body."""
    wire: Wire = {"contents": _contents(request, losses)}
    if system := _system(request, losses):
        wire["systemInstruction"] = system
    if tools := _tools(request, losses):
        wire["tools"] = tools
    if request.tool_choice is not None:
        _tool_choice(request.tool_choice, wire, losses)
    if config := _config(request, losses):
        wire["generationConfig"] = config
    if request.service_tier in _TIERS:
        wire["serviceTier"] = request.service_tier
    elif request.service_tier not in _COMMON_TIERS:
        losses.drop("service_tier")
    if request.parallel_tool_calls is False:
        losses.drop("parallel_tool_calls", "Google's models may always call several")
    for name, value in (("user", request.user), ("verbosity", request.verbosity)):
        if value:
            losses.drop(name)
    place(wire, request.extra, losses)
    return wire


def _system(request: Request, losses: Losses) -> Wire:
    """All instructions, wherever they stand: Google has one place for them."""
    system: Wire = {}
    parts: list[Wire | msgspec.Raw] = []
    spoken = False
    for message in request.messages:
        if message.role not in ("system", "developer"):
            spoken = True
            continue
        if spoken:
            losses.drop("messages.system.position", "moved to the systemInstruction")
        parts += _parts(message.parts, losses)
        place(system, message.extra, losses, "messages")
    if parts:
        system["parts"] = parts
    return system if parts else {}


def _contents(request: Request, losses: Losses) -> list[Wire]:
    contents: list[Wire] = []
    names: dict[str, str] = {}
    answering: list[Wire | msgspec.Raw] | None = None
    for message in request.messages:
        if message.role in ("system", "developer"):
            continue
        if message.name:
            losses.drop("messages.name")
        names |= {part.id: part.name for part in message.parts if isinstance(part, ToolCall)}
        results = tuple(_named(part, names) for part in message.parts if isinstance(part, ToolResult))
        others = tuple(part for part in message.parts if not isinstance(part, ToolResult))
        # Google wants all results of a turn of calls in the one turn right after it, with nothing else in it.
        if results and answering is not None and not message.extra:
            answering += _parts(results, losses)
        elif results:
            contents.append(_turn(message, answering := _parts(results, losses), losses))
        if written := _parts(others, losses):
            contents.append(_turn(message, written, losses))
            answering = None
    _sign(request.model, contents)
    return contents


def _named(result: ToolResult, names: dict[str, str]) -> ToolResult:
    """A result must say its tool's name; where the call is not there either, its id stands in."""
    name = result.name or names.get(result.call_id) or result.call_id or "unknown"
    return msgspec.structs.replace(result, name=name)


def _turn(message: Message, parts: list[Wire | msgspec.Raw], losses: Losses) -> Wire:
    turn: Wire = {"role": "model" if message.role == "assistant" else "user", "parts": parts}
    place(turn, message.extra, losses, "messages")
    return turn


def _parts(parts: tuple[Part, ...], losses: Losses) -> list[Wire | msgspec.Raw]:
    if any(isinstance(part, ToolCall) and part.custom for part in parts):
        losses.drop("messages.tool_calls.custom", "written as a function's call")
    written = (write_part(part, losses) for part in parts)
    return [wire for wire in written if wire is not None]


def _sign(model: str, contents: list[Wire]) -> None:
    """The first call of each turn needs a signature; a call that another model made has none."""
    found = _SIGNING.match(model)
    if found is None or int(found[1][:4]) < _FIRST_SIGNING:
        return
    for turn in contents:
        parts = turn["parts"]
        listed = parts if isinstance(parts, list) else []
        calls = [part for part in listed if isinstance(part, dict) and "functionCall" in part]
        if calls:
            calls[0].setdefault("thoughtSignature", PLACEHOLDER)


def _tools(request: Request, losses: Losses) -> list[Wire]:
    """Functions stand together, in the place of the first one."""
    tools: list[Wire] = []
    functions: list[Wire] = []
    for tool in request.tools:
        if isinstance(tool, NativeTool):
            if tool.dialect == NAME:
                tools.append({tool.what: msgspec.Raw(tool.wire)})
            else:
                losses.drop(f"tools.{tool.what}")
        elif tool.custom:
            losses.drop("tools.custom")
        else:
            if not functions:
                tools.append({"functionDeclarations": functions})
            functions.append(_function(tool, losses))
    return tools


def _function(tool: Tool, losses: Losses) -> Wire:
    function: Wire = {"name": tool.name}
    if tool.description:
        function["description"] = tool.description
    if tool.parameters:
        function["parametersJsonSchema"] = msgspec.Raw(tool.parameters)
    if tool.strict:
        losses.drop("tools.strict")
    place(function, tool.extra, losses, "tools")
    return function


def _tool_choice(choice: ToolChoice, wire: Wire, losses: Losses) -> None:
    if choice.wire:
        losses.drop("tool_choice", "a tool of another provider")
        return
    # Names are only taken with ANY and VALIDATED; the latter leaves the model free to answer in words.
    mode = "VALIDATED" if choice.mode == "auto" and choice.names else _MODES[choice.mode]
    calling: Wire = {"mode": mode}
    names = choice.names[:1] if choice.mode == "one" else choice.names
    if names and choice.mode != "none":
        calling["allowedFunctionNames"] = names
    wire["toolConfig"] = {"functionCallingConfig": calling}


def _config(request: Request, losses: Losses) -> Wire:
    config = _sampling(request.sampling)
    if request.format is not None:
        config |= _format(request.format, losses)
    if request.reasoning is not None and (thinking := _thinking(request.reasoning, losses)):
        config["thinkingConfig"] = thinking
    if request.modalities:
        config["responseModalities"] = [word.upper() for word in request.modalities]
    if request.voice is not None:
        config |= _speech(request.voice, losses)
    return config


def _sampling(sampling: Sampling) -> Wire:
    members: Wire = {
        "maxOutputTokens": sampling.max_tokens,
        "temperature": sampling.temperature,
        "topP": sampling.top_p,
        "topK": sampling.top_k,
        "presencePenalty": sampling.presence_penalty,
        "frequencyPenalty": sampling.frequency_penalty,
        "seed": sampling.seed,
        "stopSequences": sampling.stop or None,
        "candidateCount": sampling.n,
        "responseLogprobs": sampling.logprobs,
        "logprobs": sampling.top_logprobs,
    }
    return {name: value for name, value in members.items() if value is not None}


def _format(form: Format, losses: Losses) -> Wire:
    if form.kind == "text":
        return {"responseMimeType": "text/plain"}
    for name in ("name", "description"):
        if getattr(form, name):
            losses.drop(f"response_format.{name}")
    if form.strict is False:
        losses.drop("response_format.strict", "Google always keeps to the schema")
    wire: Wire = {"responseMimeType": "application/json"}
    if form.schema:
        wire["responseJsonSchema"] = msgspec.Raw(form.schema)
    return wire


def _thinking(reasoning: Reasoning, losses: Losses) -> Wire:
    thinking: Wire = {}
    effort = EFFORTS_DOWN.get(reasoning.effort, reasoning.effort)
    if effort != reasoning.effort:
        losses.drop("reasoning_effort", f"the nearest is {effort}")
    budget = reasoning.budget
    if budget is None and (reasoning.off or effort == "none"):
        budget = 0
    elif budget is None and reasoning.adaptive:
        budget = -1
    if budget is not None:
        thinking["thinkingBudget"] = budget
    elif effort:
        thinking["thinkingLevel"] = effort.upper()
    if budget is not None and effort not in ("", "none"):
        losses.drop("reasoning_effort", "Google takes a budget or a level, not both")
    shown = True if reasoning.summary and reasoning.shown is None else reasoning.shown
    if reasoning.summary not in ("", "auto"):
        losses.drop("reasoning.summary", "thoughts are shown as they are")
    if shown is not None:
        thinking["includeThoughts"] = shown
    return thinking


def _speech(voice: Voice, losses: Losses) -> Wire:
    if voice.format:
        losses.drop("audio.format")
    if not voice.voice.startswith(b'"'):
        if voice.voice:
            losses.drop("audio.voice")
        return {}
    named = {"voiceName": msgspec.Raw(voice.voice)}
    return {"speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": named}}}
