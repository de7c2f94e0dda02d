"""Gemini's requests as OpenAI's: text, system and functions; what has no counterpart is refused by name.

It knows Gemini's members in the spelling of its JSON. It does not know how they are told from others' (``chat``).
"""

import re
from typing import Final

from outlast.checks.draw import Draw, Said, ToolCall
from outlast.exchange import Usage
from outlast.replay.sources.shape import Json, Object, Untranslatable, as_text, listed, members, objects, one_of, words

_SETTINGS: Final = {
    "temperature": "temperature", "topP": "top_p", "maxOutputTokens": "max_tokens", "stopSequences": "stop",
    "seed": "seed", "presencePenalty": "presence_penalty", "frequencyPenalty": "frequency_penalty",
}  # fmt: skip
_MODES: Final = {"AUTO": "auto", "ANY": "required", "NONE": "none"}
_ENDS: Final = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
}
_SNAKE: Final = re.compile(r"_([a-z])")
_MODEL: Final = re.compile(r"models/([^/:?]+)")


def chat_of_gemini(request: Object, address: str = "") -> Object:
    """The request in OpenAI's dialect; the model stands in its address.

    Raises:
        Untranslatable: it says what OpenAI's dialect cannot say.
    """
    request = _plain_names(request)
    known = {
        "contents",
        "systemInstruction",
        "tools",
        "toolConfig",
        "generationConfig",
        "safetySettings",
        "labels",
        "model",
    }
    if strange := sorted(request.keys() - known):
        raise Untranslatable(f"Gemini's {strange[0]} has no counterpart")
    named = _MODEL.search(address) or _MODEL.search(words(request.get("model")))
    system = "\n".join(_text(part) for part in objects(members(request.get("systemInstruction")).get("parts")))
    messages: list[Json] = [{"role": "system", "content": system}] if system else []
    turns = _Turns()
    for content in objects(request.get("contents")):
        messages.extend(turns.messages(content))
    chat: Object = {"model": named[1] if named else "", "messages": messages}
    tools: list[Json] = [_function(each) for tool in objects(request.get("tools")) for each in _declared(tool)]
    if tools:
        chat["tools"] = tools
    if address.endswith("streamGenerateContent"):
        chat["stream"] = True
    return chat | _mode(members(request.get("toolConfig"))) | _generation(members(request.get("generationConfig")))


def answer_of_gemini(response: Json) -> Draw | None:
    """A whole answer of Gemini's as a draw; None where it is an error or says nothing."""
    found = members(response)
    candidate = next(objects(found.get("candidates")), {})
    texts, calls = [], []
    for part in objects(members(candidate.get("content")).get("parts")):
        if isinstance(part.get("text"), str) and not part.get("thought"):
            texts.append(words(part["text"]))
        elif call := members(part.get("functionCall")):
            calls.append(ToolCall(words(call.get("name")), as_text(call.get("args") or {})))
    if not texts and not calls:
        return None
    finish = "tool_calls" if calls else _ENDS.get(words(candidate.get("finishReason")), "")
    said = Said(text="".join(texts), tool_calls=tuple(calls), finish=finish)
    return Draw(said=said, answered=words(found.get("modelVersion")), usage=_usage(members(found.get("usageMetadata"))))


def _usage(found: Object) -> Usage | None:
    def count(name: str) -> int:
        value = found.get(name)
        return value if isinstance(value, int) and 0 <= value <= 2**53 else 0

    if "promptTokenCount" not in found:
        return None
    thought = count("thoughtsTokenCount")
    return Usage(
        input_tokens=count("promptTokenCount"),
        cached_tokens=count("cachedContentTokenCount"),
        output_tokens=count("candidatesTokenCount") + thought,
        reasoning_tokens=thought,
    )


def _plain_names(found: Object) -> Object:
    """Members as Gemini's JSON spells them: its Python library writes ``function_call``."""
    return {_SNAKE.sub(lambda hit: hit[1].upper(), name): value for name, value in found.items()}


def _text(part: Object) -> str:
    if part.get("thought") or not isinstance(part.get("text"), str):
        kind = "thought" if part.get("thought") else next(iter(part), "empty part")
        raise Untranslatable(f"Gemini's {kind} has no counterpart")
    return words(part["text"])


class _Turns:
    """Contents as messages. Gemini joins a result to its call by name and order, OpenAI by an id."""

    def __init__(self) -> None:
        self._count = 0
        self._waiting: list[tuple[str, str]] = []

    def messages(self, content: Object) -> list[Json]:
        """The messages of one content."""
        said: list[Json] = []
        calls: list[Json] = []
        results: list[Json] = []
        for part in map(_plain_names, objects(content.get("parts"))):
            if call := members(part.get("functionCall")):
                calls.append(self._call(call))
            elif result := members(part.get("functionResponse")):
                results.append(self._result(result))
            elif picture := members(part.get("inlineData")):
                said.append(_picture(_plain_names(picture)))
            else:
                said.append({"type": "text", "text": _text(part)})
        if content.get("role") == "model":
            text = "".join(words(members(part).get("text")) for part in said)
            return [{"role": "assistant", "content": text or None} | ({"tool_calls": calls} if calls else {})]
        return [*results, {"role": "user", "content": said}] if said else results

    def _call(self, call: Object) -> Object:
        self._count += 1
        name = words(call.get("name"))
        number = words(call.get("id")) or f"call_{self._count}"
        self._waiting.append((name, number))
        function: Object = {"name": name, "arguments": as_text(call.get("args") or {})}
        return {"id": number, "type": "function", "function": function}

    def _result(self, result: Object) -> Object:
        name = words(result.get("name"))
        asked = next((each for each in self._waiting if each[0] == name), None)
        if asked is None:
            raise Untranslatable("a function's result without its call")
        self._waiting.remove(asked)
        content = as_text(result.get("response"))
        return {"role": "tool", "tool_call_id": words(result.get("id")) or asked[1], "content": content}


def _picture(data: Object) -> Object:
    kind = words(data.get("mimeType"))
    if not kind.startswith("image/"):
        raise Untranslatable(f"Gemini's data of the kind {kind} has no counterpart")
    return {"type": "image_url", "image_url": {"url": f"data:{kind};base64,{words(data.get('data'))}"}}


def _declared(tool: Object) -> list[Object]:
    tool = _plain_names(tool)
    if strange := sorted(tool.keys() - {"functionDeclarations"}):
        raise Untranslatable(f"Gemini's own tool {strange[0]} has no counterpart")
    return list(objects(tool.get("functionDeclarations")))


def _function(declared: Object) -> Object:
    function: Object = {"name": declared.get("name")}
    if declared.get("description"):
        function["description"] = declared["description"]
    schema = one_of(declared, "parametersJsonSchema", "parameters_json_schema")
    function["parameters"] = schema or _schema(declared.get("parameters")) or {"type": "object", "properties": {}}
    return {"type": "function", "function": function}


def _schema(schema: Json) -> Json:
    """Gemini's schema as JSON Schema: kinds in small letters, ``nullable`` as a second kind."""
    if isinstance(schema, list):
        return [_schema(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made: Object = {}
    for name, value in schema.items():
        if name == "type" and isinstance(value, str):
            made[name] = [value.lower(), "null"] if schema.get("nullable") is True else value.lower()
        elif name == "properties":
            made[name] = {each: _schema(inner) for each, inner in members(value).items()}
        elif name not in ("nullable", "propertyOrdering", "property_ordering"):
            made[name] = _schema(value) if name in ("items", "anyOf") else value
    return made


def _mode(config: Object) -> Object:
    calling = _plain_names(members(_plain_names(config).get("functionCallingConfig")))
    mode, names = words(calling.get("mode")), calling.get("allowedFunctionNames")
    if not mode:
        return {}
    if isinstance(names, list) and len(names) == 1 and mode == "ANY":
        return {"tool_choice": {"type": "function", "function": {"name": names[0]}}}
    if names or mode not in _MODES:
        raise Untranslatable("Gemini's choice of several functions has no counterpart")
    return {"tool_choice": _MODES[mode]}


def _generation(config: Object) -> Object:
    config = _plain_names(config)
    known = {
        *_SETTINGS,
        "responseMimeType",
        "responseSchema",
        "responseJsonSchema",
        "responseModalities",
        "candidateCount",
    }
    if strange := sorted(config.keys() - known):
        raise Untranslatable(f"Gemini's generationConfig.{strange[0]} has no counterpart")
    if any(words(each).upper() != "TEXT" for each in listed(config.get("responseModalities"))):
        raise Untranslatable("an answer that is not only text")
    made: Object = {theirs: config[ours] for ours, theirs in _SETTINGS.items() if config.get(ours) is not None}
    schema = one_of(config, "responseJsonSchema") or _schema(config.get("responseSchema"))
    if schema:
        made["response_format"] = {"type": "json_schema", "json_schema": {"name": "output", "schema": schema}}
    elif config.get("responseMimeType") == "application/json":
        made["response_format"] = {"type": "json_object"}
    return made
