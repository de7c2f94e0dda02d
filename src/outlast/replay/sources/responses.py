"""Requests of OpenAI's Responses API as chat requests; what has no counterpart is refused by name.

It knows the Responses API's members. It does not know how they are told from others' (``chat``).
"""

from typing import Final

from outlast.checks.draw import Draw, Said, ToolCall
from outlast.dialects.usage import lenient_usage, usage_of
from outlast.replay.sources.shape import Json, Object, Untranslatable, as_text, members, objects, words

_SAME: Final = (
    "model", "temperature", "top_p", "stream", "parallel_tool_calls", "user", "safety_identifier", "metadata",
    "service_tier", "prompt_cache_key",
)  # fmt: skip
_UNHEARD: Final = frozenset({"include", "store", "background", "stream_options", "truncation", "moderation"})
"""Members that change where an answer is kept or what is reported of it, not what is said."""


def chat_of_responses(request: Object) -> Object:
    """The request as a chat.

    Raises:
        Untranslatable: it says what a chat request cannot say.
    """
    known = {
        *_SAME,
        *_UNHEARD,
        "input",
        "instructions",
        "tools",
        "tool_choice",
        "text",
        "reasoning",
        "max_output_tokens",
    }
    if strange := sorted(name for name in request.keys() - known if request[name] is not None):
        raise Untranslatable(f"the Responses API's {strange[0]} has no counterpart")
    chat: Object = {name: request[name] for name in _SAME if request.get(name) is not None}
    messages: list[Json] = []
    if instructions := words(request.get("instructions")):
        messages.append({"role": "system", "content": instructions})
    given = request.get("input")
    if isinstance(given, str):
        messages.append({"role": "user", "content": given})
    for entry in objects(given):
        _add(messages, entry)
    chat["messages"] = messages
    if request.get("tools"):
        chat["tools"] = [_tool(tool) for tool in objects(request["tools"])]
    if request.get("max_output_tokens") is not None:
        chat["max_completion_tokens"] = request["max_output_tokens"]
    if effort := words(members(request.get("reasoning")).get("effort")):
        chat["reasoning_effort"] = effort
    return chat | _choice(request.get("tool_choice")) | _form(members(request.get("text")))


def answer_of_responses(response: Json) -> Draw | None:
    """A whole response as a draw; None where it failed or says nothing."""
    found = members(response)
    if found.get("object") != "response" or found.get("error"):
        return None
    texts, refusals, calls = [], [], []
    for entry in objects(found.get("output")):
        if entry.get("type") == "function_call":
            calls.append(ToolCall(words(entry.get("name")), words(entry.get("arguments"))))
        for part in objects(entry.get("content")) if entry.get("type") == "message" else ():
            texts.append(words(part.get("text")))
            refusals.append(words(part.get("refusal")))
    said = Said(text="".join(texts), refusal="".join(refusals), tool_calls=tuple(calls), finish=_finish(found, calls))
    if not (said.text or said.refusal or said.tool_calls):
        return None
    usage = usage_of(lenient_usage(as_text(found.get("usage")).encode())) if found.get("usage") else None
    return Draw(said=said, answered=words(found.get("model")), usage=usage)


def _finish(found: Object, calls: list[ToolCall]) -> str:
    reason = words(members(found.get("incomplete_details")).get("reason"))
    if reason:
        return {"max_output_tokens": "length"}.get(reason, reason)
    return "tool_calls" if calls else "stop"


def _add(messages: list[Json], entry: Object) -> None:
    """One entry of the input; calls of one turn share a message."""
    kind = words(entry.get("type")) or "message"
    if kind == "message":
        messages.append({"role": words(entry.get("role")), "content": _content(entry.get("content"))})
    elif kind == "function_call":
        function: Object = {"name": entry.get("name"), "arguments": entry.get("arguments")}
        call: Object = {"id": entry.get("call_id"), "type": "function", "function": function}
        last = members(messages[-1]) if messages else {}
        if last.get("role") == "assistant":
            calls = last.setdefault("tool_calls", [])
            assert isinstance(calls, list)  # noqa: S101 - made a few lines below, by us
            calls.append(call)
        else:
            messages.append({"role": "assistant", "content": None, "tool_calls": [call]})
    elif kind == "function_call_output":
        output = entry.get("output")
        text = output if isinstance(output, str) else _plain(_content(output))
        messages.append({"role": "tool", "tool_call_id": entry.get("call_id"), "content": text})
    else:
        raise Untranslatable(f"the Responses API's {kind} has no counterpart")


def _content(content: Json) -> Json:
    if isinstance(content, str):
        return content
    parts: list[Json] = []
    for part in objects(content):
        match part.get("type"):
            case "input_text" | "output_text" | "text":
                parts.append({"type": "text", "text": words(part.get("text"))})
            case "refusal":
                parts.append({"type": "refusal", "refusal": words(part.get("refusal"))})
            case "input_image" if part.get("image_url"):
                parts.append({"type": "image_url", "image_url": {"url": part["image_url"]}})
            case kind:
                raise Untranslatable(f"the Responses API's {words(kind)} has no counterpart")
    return parts


def _plain(parts: Json) -> str:
    texts = [words(part.get("text")) for part in objects(parts) if part.get("type") == "text"]
    if isinstance(parts, list) and len(texts) != len(parts):
        raise Untranslatable("a tool's result that is not only text")
    return "\n".join(texts)


def _tool(tool: Object) -> Object:
    if tool.get("type") != "function":
        raise Untranslatable(f"OpenAI's own tool {words(tool.get('type'))} has no counterpart")
    function: Object = {name: tool[name] for name in ("name", "description", "parameters", "strict") if name in tool}
    return {"type": "function", "function": function}


def _choice(choice: Json) -> Object:
    if isinstance(choice, str):
        return {"tool_choice": choice}
    found = members(choice)
    if not found:
        return {}
    if found.get("type") != "function":
        raise Untranslatable(f"the Responses API's tool_choice {words(found.get('type'))} has no counterpart")
    return {"tool_choice": {"type": "function", "function": {"name": found.get("name")}}}


def _form(text: Object) -> Object:
    made: Object = {"verbosity": text["verbosity"]} if text.get("verbosity") else {}
    form = members(text.get("format"))
    match form.get("type"):
        case "json_schema":
            schema: Object = {name: form[name] for name in ("name", "schema", "strict", "description") if name in form}
            made["response_format"] = {"type": "json_schema", "json_schema": schema}
        case "json_object":
            made["response_format"] = {"type": "json_object"}
    return made
