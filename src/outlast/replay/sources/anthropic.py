"""Anthropic's messages as OpenAI's: text, system, tools and pictures; what has no counterpart is refused by name.

It knows Anthropic's members. It does not know how they are told from others' (``chat``).
"""

from typing import Final

from outlast.checks.draw import Draw, Said, ToolCall
from outlast.exchange import Usage
from outlast.replay.sources.shape import Json, Object, Untranslatable, as_text, members, objects, words

_SAME: Final = ("model", "max_tokens", "temperature", "top_p", "stream")
_UNHEARD: Final = frozenset(
    {"metadata", "service_tier", "cache_control", "betas", "anthropic_version", "inference_geo"}
)
"""Members that change what is billed or logged, not what is said."""
_CHOICES: Final = {"auto": "auto", "any": "required", "none": "none"}
_ENDS: Final = {
    "end_turn": "stop", "stop_sequence": "stop", "max_tokens": "length", "tool_use": "tool_calls",
    "refusal": "content_filter",
}  # fmt: skip


def chat_of_anthropic(request: Object) -> Object:
    """The request in OpenAI's dialect; the user id becomes ``user``.

    Raises:
        Untranslatable: it says what OpenAI's dialect cannot say.
    """
    chat: Object = {name: request[name] for name in _SAME if name in request}
    known = {
        *_SAME,
        *_UNHEARD,
        "messages",
        "system",
        "tools",
        "tool_choice",
        "stop_sequences",
        "thinking",
        "output_config",
    }
    if strange := sorted(request.keys() - known):
        raise Untranslatable(f"Anthropic's {strange[0]} has no counterpart")
    if words(members(request.get("thinking")).get("type")) not in ("", "disabled"):
        raise Untranslatable("Anthropic's thinking has no counterpart")
    messages: list[Json] = [{"role": "system", "content": text}] if (text := _texts(request.get("system"))) else []
    for message in objects(request.get("messages")):
        messages.extend(_message(message))
    chat["messages"] = messages
    if request.get("tools"):
        chat["tools"] = [_tool(tool) for tool in objects(request["tools"])]
    chat |= _choice(members(request.get("tool_choice"))) | _output(members(request.get("output_config")))
    if request.get("stop_sequences"):
        chat["stop"] = request["stop_sequences"]
    if user := words(members(request.get("metadata")).get("user_id")):
        chat["user"] = user
    return chat


def answer_of_anthropic(message: Json) -> Draw | None:
    """A whole message of Anthropic's as a draw; None where it is an error or says nothing."""
    found = members(message)
    if found.get("type") != "message":
        return None
    texts, calls = [], []
    for block in objects(found.get("content")):
        match block.get("type"):
            case "text":
                texts.append(words(block.get("text")))
            case "tool_use":
                calls.append(ToolCall(words(block.get("name")), as_text(block.get("input"))))
    if not texts and not calls:
        return None
    finish = _ENDS.get(words(found.get("stop_reason")), "")
    said = Said(text="".join(texts), tool_calls=tuple(calls), finish=finish)
    return Draw(said=said, answered=words(found.get("model")), usage=_usage(members(found.get("usage"))))


def _usage(found: Object) -> Usage | None:
    def count(name: str) -> int:
        value = found.get(name)
        return value if isinstance(value, int) and 0 <= value <= 2**53 else 0

    if "input_tokens" not in found:
        return None
    cached, written = count("cache_read_input_tokens"), count("cache_creation_input_tokens")
    return Usage(
        input_tokens=count("input_tokens") + cached + written,
        cached_tokens=cached,
        cache_write_tokens=written,
        output_tokens=count("output_tokens"),
    )


def _texts(content: Json) -> str:
    """A system prompt, or a tool's result: a text, or blocks of text."""
    if isinstance(content, str):
        return content
    for block in objects(content):
        if block.get("type") != "text":
            raise Untranslatable(f"a {words(block.get('type'))} where OpenAI's dialect has text alone")
    return "\n".join(words(block.get("text")) for block in objects(content))


def _message(message: Object) -> list[Json]:
    """One message of Anthropic's: results of tools are messages of their own in OpenAI's dialect."""
    role, content = words(message.get("role")), message.get("content")
    if isinstance(content, str):
        return [{"role": role, "content": content}]
    said: list[Json] = []
    calls: list[Json] = []
    results: list[Json] = []
    for block in objects(content):
        match block.get("type"):
            case "text":
                said.append({"type": "text", "text": words(block.get("text"))})
            case "image":
                said.append(_picture(members(block.get("source"))))
            case "tool_use" if role == "assistant":
                function: Object = {"name": block.get("name"), "arguments": as_text(block.get("input"))}
                calls.append({"id": block.get("id"), "type": "function", "function": function})
            case "tool_result":
                if block.get("is_error"):
                    raise Untranslatable("a tool's result marked as an error has no counterpart")
                results.append(
                    {"role": "tool", "tool_call_id": block.get("tool_use_id"), "content": _texts(block.get("content"))}
                )
            case kind:
                raise Untranslatable(f"Anthropic's block {words(kind)} has no counterpart")
    if role == "assistant":
        text = "".join(words(members(part).get("text")) for part in said)
        return [{"role": role, "content": text or None} | ({"tool_calls": calls} if calls else {})]
    return [*results, {"role": role, "content": said}] if said else results


def _picture(source: Object) -> Object:
    match source.get("type"):
        case "base64":
            url = f"data:{words(source.get('media_type'))};base64,{words(source.get('data'))}"
        case "url":
            url = words(source.get("url"))
        case kind:
            raise Untranslatable(f"a picture as {words(kind)} has no counterpart")
    return {"type": "image_url", "image_url": {"url": url}}


def _tool(tool: Object) -> Object:
    if words(tool.get("type")) not in ("", "custom"):
        raise Untranslatable(f"Anthropic's own tool {words(tool.get('type'))} has no counterpart")
    function: Object = {"name": tool.get("name"), "parameters": tool.get("input_schema")}
    if tool.get("description"):
        function["description"] = tool["description"]
    if "strict" in tool:
        function["strict"] = tool["strict"]
    return {"type": "function", "function": function}


def _choice(choice: Object) -> Object:
    kind = words(choice.get("type"))
    chosen: Object = {}
    if kind == "tool":
        chosen["tool_choice"] = {"type": "function", "function": {"name": choice.get("name")}}
    elif kind in _CHOICES:
        chosen["tool_choice"] = _CHOICES[kind]
    elif kind:
        raise Untranslatable(f"Anthropic's tool_choice {kind} has no counterpart")
    if choice.get("disable_parallel_tool_use"):
        chosen["parallel_tool_calls"] = False
    return chosen


def _output(output: Object) -> Object:
    if strange := sorted(output.keys() - {"format", "effort"}):
        raise Untranslatable(f"Anthropic's output_config.{strange[0]} has no counterpart")
    made: Object = {}
    form = members(output.get("format"))
    if form.get("type") == "json_schema":
        schema: Object = {"name": "output", "schema": form.get("schema"), "strict": True}
        made["response_format"] = {"type": "json_schema", "json_schema": schema}
    if effort := words(output.get("effort")):
        made["reasoning_effort"] = effort
    return made
