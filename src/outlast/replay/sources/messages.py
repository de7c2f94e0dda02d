"""Messages as traces keep them, as messages of OpenAI's dialect: LangChain's, OpenTelemetry's and Inspect's.

It knows their roles and parts. It does not know where in a file they stand.
"""

from typing import Final

from outlast.replay.sources.shape import (
    Json,
    Object,
    Untranslatable,
    as_text,
    decoded_text,
    listed,
    members,
    objects,
    one_of,
    words,
)

_ROLES: Final = {
    "human": "user", "HumanMessage": "user", "HumanMessageChunk": "user", "ai": "assistant", "AIMessage": "assistant",
    "AIMessageChunk": "assistant", "SystemMessage": "system", "ToolMessage": "tool", "model": "assistant",
    "system": "system", "user": "user", "assistant": "assistant", "tool": "tool", "developer": "developer",
}  # fmt: skip


def messages_of(value: Json) -> list[Json]:
    """A list of messages in any of the forms; a text is one user's message.

    Raises:
        Untranslatable: a message has a part without counterpart.
    """
    value = decoded_text(value)
    if isinstance(value, str):
        return [{"role": "user", "content": value}] if value.strip() else []
    if isinstance(value, dict):
        return messages_of(value["messages"]) if "messages" in value else [message_of(value)]
    if len(listed(value)) == 1 and isinstance(listed(value)[0], list):
        value = listed(value)[0]  # LangChain's batches of one
    return [message for each in objects(value) for message in _split(each)]


def message_of(value: Object) -> Object:
    """One message.

    Raises:
        Untranslatable: it has a part without counterpart.
    """
    found = _split(value)
    if len(found) != 1:
        raise Untranslatable("several results of tools in one message")
    return members(found[0])


def _split(value: Object) -> list[Json]:
    role, inner = _role(value), members(one_of(value, "kwargs", "data")) or value
    parts = inner.get("parts")
    if isinstance(parts, list):
        return _of_parts(role, list(objects(parts)))
    made: Object = {"role": role, "content": _content(inner.get("content"))}
    calls = listed(inner.get("tool_calls")) or listed(members(inner.get("additional_kwargs")).get("tool_calls"))
    if calls:
        made["tool_calls"] = [_call(call) for call in objects(calls)]
        made["content"] = made["content"] or None
    if role == "tool":
        made["tool_call_id"] = inner.get("tool_call_id")
        made["content"] = as_text(made["content"])
    return [made]


def _role(value: Object) -> str:
    named = words(one_of(value, "role", "type"))
    path = listed(value.get("id"))
    if named == "constructor" and path:
        named = words(path[-1])
    if named not in _ROLES:
        raise Untranslatable(f"a message of the role {named or 'nobody'}")
    return _ROLES[named]


def _content(content: Json) -> Json:
    if not isinstance(content, list):
        return content if isinstance(content, str) else None
    parts: list[Json] = []
    for part in content:
        if isinstance(part, str):
            parts.append({"type": "text", "text": part})
            continue
        found = members(part)
        match found.get("type"):
            case "text" | "input_text" | "output_text":
                parts.append({"type": "text", "text": words(one_of(found, "text", "content"))})
            case "image_url" | "input_audio" | "file":
                parts.append(found)
            case "image" if isinstance(found.get("image"), str):
                parts.append({"type": "image_url", "image_url": {"url": found["image"]}})
            case "tool_use" | "function_call" | "tool_call":
                continue  # said again in the message's own tool_calls
            case kind:
                raise Untranslatable(f"a message's part {words(kind) or 'without a kind'} has no counterpart")
    return parts


def _of_parts(role: str, parts: list[Object]) -> list[Json]:
    """OpenTelemetry's parts: a result of a tool is a message of its own in OpenAI's dialect."""
    texts: list[Json] = []
    calls: list[Json] = []
    results: list[Json] = []
    for part in parts:
        match part.get("type"):
            case "text":
                texts.append({"type": "text", "text": words(one_of(part, "content", "text"))})
            case "tool_call":
                calls.append(_call(part))
            case "tool_call_response":
                answer = as_text(one_of(part, "response", "result", "content"))
                results.append({"role": "tool", "tool_call_id": words(part.get("id")), "content": answer})
            case kind:
                raise Untranslatable(f"OpenTelemetry's part {words(kind)} has no counterpart")
    if not texts and not calls:
        return results
    text = "\n".join(words(members(each).get("text")) for each in texts)
    made: Object = {"role": role, "content": text or None}
    return [*results, made | ({"tool_calls": calls} if calls else {})]


def _call(call: Object) -> Object:
    inner = members(call.get("function"))
    name = words(inner.get("name")) or words(call.get("function")) or words(call.get("name"))
    arguments = inner.get("arguments") if inner else one_of(call, "arguments", "args")
    function: Object = {"name": name, "arguments": as_text(arguments if arguments is not None else {})}
    return {"id": words(call.get("id")), "type": "function", "function": function}


def tools_of(value: Json) -> list[Json]:
    """Tools in OpenAI's form, or named directly with their schema."""
    tools: list[Json] = []
    for tool in map(members, map(decoded_text, listed(decoded_text(value)))):
        inner = members(tool.get("function")) or tool
        if not words(inner.get("name")):
            raise Untranslatable("a tool without a name")
        schema = decoded_text(one_of(inner, "parameters", "input_schema"))
        function: Object = {"name": inner["name"], "parameters": schema or {"type": "object", "properties": {}}}
        if inner.get("description"):
            function["description"] = inner["description"]
        tools.append({"type": "function", "function": function})
    return tools


_NUMBERS: Final = {
    "temperature": float, "top_p": float, "max_tokens": int, "max_completion_tokens": int, "frequency_penalty": float,
    "presence_penalty": float, "seed": int,
}  # fmt: skip


def settings_of(found: Object) -> Object:
    """A request's settings as traces note them: numbers may be texts, and what is not set is left away."""
    made: Object = {}
    for name, kind in _NUMBERS.items():
        value = found.get(name)
        try:
            if isinstance(value, str | int | float) and not isinstance(value, bool) and words(value) not in ("", "inf"):
                made[name] = kind(value)
        except ValueError:
            continue
    for name in ("stop", "tool_choice", "response_format", "reasoning_effort", "parallel_tool_calls"):
        value = decoded_text(found.get(name))
        if value not in (None, "", "None", []):
            made[name] = value
    return made
