"""A chat completion's request, read into the canonical one.

It knows the members of the top level; turns are read by ``messages_in``, tools by ``tools``. A member that no other
dialect has stays in ``extra``. A value of the wrong type is the caller's error, named by its place.
"""

import msgspec

from outlast.dialects.chat.asked import ChatRequest, peek
from outlast.dialects.chat.members import UNREADABLE, Members, is_string, wrong
from outlast.dialects.chat.messages_in import decode_messages
from outlast.dialects.chat.tools import decode_choice, decode_function, decode_tool
from outlast.dialects.conversation.parts import Extra
from outlast.dialects.conversation.request import (
    Format,
    NativeTool,
    Reasoning,
    Request,
    Sampling,
    Tool,
    ToolChoice,
    Voice,
)
from outlast.dialects.dialect import Asked

_STRING = msgspec.json.Decoder(str)
_STRINGS = msgspec.json.Decoder(tuple[str, ...])


def decode_request(body: bytes, asked: Asked) -> Request:
    """The canonical request.

    Raises:
        MalformedRequest: a member cannot be read (``param``).
    """
    if not isinstance(asked, ChatRequest):
        asked = peek(body)
    top = Members(asked.envelope.fields)
    for known in ("model", "stream"):
        top.raw(known)
    kept: Extra = {}
    tools = _tools(top)
    request = Request(
        model=asked.model,
        messages=decode_messages(top.items("messages")),
        stream=asked.stream,
        include_usage=asked.include_usage or not asked.stream,
        sampling=read_sampling(top),
        tools=tools,
        tool_choice=_choice(top),
        parallel_tool_calls=top.flag("parallel_tool_calls"),
        format=_format(top, kept),
        reasoning=_reasoning(top, kept),
        verbosity=top.text("verbosity"),
        modalities=_strings(top, "modalities"),
        voice=_voice(top, kept),
        user=top.text("user"),
        service_tier=top.text("service_tier"),
    )
    options = top.inner("stream_options")
    if options is not None:
        options.flag("include_usage")
        keep(kept, "stream_options", options.rest())
    return msgspec.structs.replace(request, extra={**top.rest(), **kept})


def read_sampling(top: Members) -> Sampling:
    """How tokens are drawn; the newer name of the limit goes first."""
    older, newer = top.whole("max_tokens"), top.whole("max_completion_tokens")
    return Sampling(
        max_tokens=older if newer is None else newer,
        temperature=top.number("temperature"),
        top_p=top.number("top_p"),
        top_k=top.whole("top_k"),
        presence_penalty=top.number("presence_penalty"),
        frequency_penalty=top.number("frequency_penalty"),
        seed=top.whole("seed"),
        stop=_stop(top),
        n=top.whole("n"),
        logprobs=top.flag("logprobs"),
        top_logprobs=top.whole("top_logprobs"),
    )


def keep(kept: Extra, name: str, rest: Extra) -> None:
    """Keep what is left of an object, if anything is, under the object's own name."""
    if rest:
        inner = {key.partition(":")[2]: msgspec.Raw(value) for key, value in rest.items()}
        kept[f"chat:{name}"] = msgspec.json.encode(inner)


def _tools(top: Members) -> tuple[Tool | NativeTool, ...]:
    tools = [decode_tool(raw, f"tools[{place}]") for place, raw in enumerate(top.items("tools"))]
    tools += [decode_function(raw, f"functions[{place}]") for place, raw in enumerate(top.items("functions"))]
    return tuple(tools)


def _choice(top: Members) -> ToolChoice | None:
    older, newer = top.raw("function_call"), top.raw("tool_choice")
    if newer is not None:
        return decode_choice(newer)
    return None if older is None else decode_choice(older, "function_call")


def _stop(top: Members) -> tuple[str, ...]:
    raw = top.raw("stop")
    if raw is None:
        return ()
    try:
        return (_STRING.decode(raw),) if is_string(raw) else _STRINGS.decode(raw)
    except UNREADABLE:
        wrong("stop", "a string or an array of strings", raw)


def _strings(top: Members, name: str) -> tuple[str, ...]:
    raw = top.raw(name)
    try:
        return () if raw is None else _STRINGS.decode(raw)
    except UNREADABLE:
        wrong(name, "an array of strings", raw)


def _format(top: Members, kept: Extra) -> Format | None:
    raw = top.raw("response_format")
    if raw is None:
        return None
    members = Members.of(raw, "response_format")
    kind = members.needed("type")
    if kind == "text":
        return Format(kind="text")
    if kind == "json_object":
        return Format(kind="json")
    if kind != "json_schema":
        kept["chat:response_format"] = bytes(raw)
        return None
    inner = members.inner_needed("json_schema")
    schema = inner.raw("schema") or inner.raw("schema_definition")  # Mistral's older name
    return Format(
        kind="schema",
        schema=bytes(schema or b""),
        name=inner.text("name"),
        description=inner.text("description"),
        strict=inner.flag("strict"),
    )


def _reasoning(top: Members, kept: Extra) -> Reasoning | None:
    """OpenAI's effort, OpenRouter's object, and the ``thinking`` of DeepSeek and z.ai.

    The objects say more than an effort, in words of their own: they are read here and kept as they came.
    """
    effort, thinking, router = top.text("reasoning_effort"), top.raw("thinking"), top.raw("reasoning")
    said = Reasoning(effort=effort)
    if thinking is not None:
        kept["chat:thinking"] = bytes(thinking)
        members = Members.of(thinking, "thinking")
        said = msgspec.structs.replace(said, off=members.text("type") == "disabled")
    if router is not None:
        said = _router(Members.of(router, "reasoning"), said)
        if said.budget is not None or said.off or said.adaptive or said.shown is not None or not said.effort:
            kept["chat:reasoning"] = bytes(router)
    return None if effort == "" and thinking is None and router is None else said


def _router(members: Members, said: Reasoning) -> Reasoning:
    enabled, hidden = members.flag("enabled"), members.flag("exclude")
    return msgspec.structs.replace(
        said,
        effort=members.text("effort") or said.effort,
        budget=members.whole("max_tokens"),
        adaptive=enabled is True,
        off=enabled is False,
        shown=None if hidden is None else not hidden,
        summary=members.text("summary"),
    )


def _voice(top: Members, kept: Extra) -> Voice | None:
    members = top.inner("audio")
    if members is None:
        return None
    voice, form = members.raw("voice"), members.text("format")
    keep(kept, "audio", members.rest())
    return Voice(voice=bytes(voice or b""), format=form)
