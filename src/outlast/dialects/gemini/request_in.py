"""A ``generateContent`` request, read into the canonical conversation.

It knows turns, tools and the configuration of an answer. It does not know single parts (``parts_in``). Members without
a canonical place are kept under ``gemini:<path>``.
"""

import msgspec

from outlast.dialects.conversation.parts import Extra
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
from outlast.dialects.dialect import Asked
from outlast.dialects.gemini.members import PREFIX, Members, refuse
from outlast.dialects.gemini.parts_in import CallIds, read_part
from outlast.dialects.gemini.schema import json_schema
from outlast.dialects.gemini.words import NAME
from outlast.errors import MalformedRequest

CONFIG, CALLING = "generationConfig", "toolConfig.functionCallingConfig"
_ROLES = ("user", "model", "function")
_TIERS = {"standard": "default"}
_JSON, _TEXT = "application/json", "text/plain"


def decode_request(body: bytes, asked: Asked) -> Request:
    """The whole request. Raises ``MalformedRequest`` with ``param``."""
    return read_request(Members(body), asked.model, stream=asked.stream)


def read_request(members: Members, model: str, *, stream: bool = False) -> Request:
    """A request out of its members; ``countTokens`` has one inside."""
    ids = CallIds()
    members.take("model")  # The path says it.
    system = members.object("systemInstruction")
    turns = [_message(content, ids) for content in members.objects("contents")]
    if not turns:
        raise MalformedRequest(f"{members.at('contents')!r} must be an array of turns", param=members.at("contents"))
    if system is not None:
        turns.insert(0, _system(system))
    extra: Extra = {}
    choice = _tool_choice(members.object("toolConfig"), extra)
    tools = tuple(tool for each in members.objects("tools") for tool in _tools(each))
    config = members.object(CONFIG)
    tier = (members.text("serviceTier") or "").lower()
    settings = _settings(config, extra) if config is not None else Request(model=model, messages=())
    return msgspec.structs.replace(
        settings,
        model=model,
        messages=tuple(turns),
        stream=stream,
        tools=tools,
        tool_choice=choice,
        service_tier=_TIERS.get(tier, tier),
        extra={**members.rest(), **extra},
    )


def _message(content: Members, ids: CallIds) -> Message:
    role = content.text("role") or "user"
    if role not in _ROLES:
        raise MalformedRequest(
            f"{content.at('role')!r} must be user or model, not {role[:60]!r}", param=content.at("role")
        )
    parts = tuple(read_part(part, ids) for part in content.objects("parts"))
    return Message("assistant" if role == "model" else "user", parts, extra=content.rest())


def _system(content: Members) -> Message:
    content.take("role")
    ids = CallIds()
    return Message("system", tuple(read_part(part, ids) for part in content.objects("parts")), extra=content.rest())


def _tools(members: Members) -> list[Tool | NativeTool]:
    tools: list[Tool | NativeTool] = [_tool(each) for each in members.objects("functionDeclarations")]
    for name in members.names():
        wire = members.take(name)
        if wire is not None:
            tools.append(NativeTool(NAME, name, bytes(wire)))
    return tools


def _tool(members: Members) -> Tool:
    name, description = members.text("name"), members.text("description") or ""
    if not name:
        raise MalformedRequest(f"{members.at('name')!r} must be the name of a function", param=members.at("name"))
    newer, older = members.take("parametersJsonSchema"), members.take("parameters")
    schema = bytes(newer) if newer is not None else json_schema(older) if older is not None else b""
    return Tool(name=name, description=description, parameters=schema, extra=members.rest())


def _tool_choice(members: Members | None, extra: Extra) -> ToolChoice | None:
    if members is None:
        return None
    calling = members.object("functionCallingConfig")
    extra.update(members.rest("toolConfig"))
    if calling is None:
        return None
    mode, names = (calling.text("mode") or "").upper(), calling.texts("allowedFunctionNames") or ()
    extra.update(calling.rest(CALLING))
    if mode == "VALIDATED" and not names:
        extra[f"{PREFIX}{CALLING}.mode"] = b'"VALIDATED"'
    match mode:
        case "ANY":
            return ToolChoice(mode="one" if len(names) == 1 else "any", names=names)
        case "NONE":
            return ToolChoice(mode="none")
        case "AUTO" | "VALIDATED":
            return ToolChoice(mode="auto", names=names)
        case "" | "MODE_UNSPECIFIED":
            return None
    path = calling.at("mode")
    raise MalformedRequest(f"{path!r} must be AUTO, ANY, NONE or VALIDATED, not {mode[:60]!r}", param=path)


def _settings(config: Members, extra: Extra) -> Request:
    """Everything of ``generationConfig``; what has no place goes to ``extra``."""
    read = Request(
        model="",
        messages=(),
        sampling=_sampling(config),
        format=_format(config, extra),
        reasoning=_reasoning(config.object("thinkingConfig"), extra),
        modalities=tuple(word.lower() for word in config.texts("responseModalities") or ()),
        voice=_voice(config, extra),
    )
    extra.update(config.rest(CONFIG))
    return read


def _sampling(config: Members) -> Sampling:
    return Sampling(
        max_tokens=config.whole("maxOutputTokens"),
        temperature=config.number("temperature"),
        top_p=config.number("topP"),
        top_k=config.whole("topK"),
        presence_penalty=config.number("presencePenalty"),
        frequency_penalty=config.number("frequencyPenalty"),
        seed=config.whole("seed"),
        stop=config.texts("stopSequences") or (),
        n=config.whole("candidateCount"),
        logprobs=config.flag("responseLogprobs"),
        top_logprobs=config.whole("logprobs"),
    )


def _format(config: Members, extra: Extra) -> Format | None:
    mime = config.text("responseMimeType") or ""
    newer, older = (
        config.take("responseJsonSchema") or config.take("_responseJsonSchema"),
        config.take("responseSchema"),
    )
    if mime not in ("", _JSON, _TEXT):
        extra[f"{PREFIX}{CONFIG}.responseMimeType"] = msgspec.json.encode(mime)
    if newer is not None or older is not None:
        return Format(kind="schema", schema=bytes(newer) if newer is not None else json_schema(older or b"{}"))
    if mime == _JSON:
        return Format(kind="json")
    return Format(kind="text") if mime == _TEXT else None


def _reasoning(thinking: Members | None, extra: Extra) -> Reasoning | None:
    if thinking is None:
        return None
    level = (thinking.text("thinkingLevel") or "").lower()
    read = Reasoning(
        effort="" if level == "thinking_level_unspecified" else level,
        budget=thinking.whole("thinkingBudget"),
        shown=thinking.flag("includeThoughts"),
    )
    extra.update(thinking.rest(f"{CONFIG}.thinkingConfig"))
    return None if read == Reasoning() else read


class _Prebuilt(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    voice_name: str


class _VoiceConfig(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    prebuilt_voice_config: _Prebuilt


class _Speech(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    voice_config: _VoiceConfig


def _voice(config: Members, extra: Extra) -> Voice | None:
    """A voice by name alone; anything more is kept as it came."""
    raw = config.take("speechConfig")
    if raw is None:
        return None
    try:
        name = msgspec.json.decode(raw, type=_Speech).voice_config.prebuilt_voice_config.voice_name
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        if not bytes(raw).startswith(b"{"):
            refuse(config.at("speechConfig"), "an object", raw)
        extra[f"{PREFIX}{CONFIG}.speechConfig"] = bytes(raw)
        return None
    return Voice(voice=msgspec.json.encode(name))
