"""OpenTelemetry spans of model calls: the conventions for generative models, old and new, and OpenInference's.

It knows attribute names, and both ways to write attributes: OTLP's list of keys and values, and a plain object. It
does not know messages (``messages``).
"""

import re
from collections.abc import Iterator
from typing import Final

from outlast.checks.draw import Draw
from outlast.replay.sources.answers import of_message
from outlast.replay.sources.brought import Brought, LeftOut, Read
from outlast.replay.sources.messages import messages_of, settings_of, tools_of
from outlast.replay.sources.shape import (
    Json,
    Object,
    Untranslatable,
    decoded_text,
    listed,
    members,
    objects,
    one_of,
    words,
)

_CONVERSATION: Final = (
    "gen_ai.conversation.id", "session.id", "langfuse.session.id", "traceloop.association.properties.session_id",
    "user.id",
    "langfuse.user.id", "enduser.id", "gen_ai.openai.thread.id",
)  # fmt: skip
_MODEL_CALLS: Final = frozenset({"", "chat", "generate_content", "text_completion", "LLM", "llm"})
_MOST_MESSAGES: Final = 10_000
_INDEX: Final = re.compile(r"\.(\d{1,5})(?:\.|$)")
_EVENT: Final = re.compile(r"gen_ai\.(system|user|assistant|tool)\.message|gen_ai\.(choice)")


def holds_spans(record: Object) -> bool:
    """Whether it is a span, or a bundle of spans as collectors write them."""
    return "resourceSpans" in record or "scopeSpans" in record or ("attributes" in record and "name" in record)


def read_spans(record: Object) -> Iterator[Read]:
    """Every model call in it."""
    for span, application in _spans(record):
        try:
            yield _of_span(span, application)
        except Untranslatable as error:
            yield LeftOut(str(error))


def _spans(record: Object) -> Iterator[tuple[Object, str]]:
    if "resourceSpans" not in record and "scopeSpans" not in record:
        yield record, words(_attributes(members(record.get("resource")).get("attributes")).get("service.name"))
        return
    for bundle in objects(record.get("resourceSpans")) if "resourceSpans" in record else [record]:
        application = words(_attributes(members(bundle.get("resource")).get("attributes")).get("service.name"))
        for scope in objects(one_of(bundle, "scopeSpans", "instrumentationLibrarySpans")):
            yield from ((span, application) for span in objects(scope.get("spans")))


def _attributes(value: Json) -> Object:
    """Attributes by name, whichever way they are written."""
    if isinstance(value, dict):
        return value
    return {words(each.get("key")): _plain(each.get("value")) for each in objects(value)}


def _plain(value: Json) -> Json:
    """OTLP's ``{"stringValue": …}`` as the value itself."""
    found = members(value)
    if "arrayValue" in found:
        return [_plain(each) for each in listed(members(found["arrayValue"]).get("values"))]
    if "kvlistValue" in found:
        return _attributes(members(found["kvlistValue"]).get("values"))
    if "intValue" in found:
        number = words(found["intValue"])
        return int(number) if re.fullmatch(r"-?\d{1,18}", number) else number
    return next(iter(found.values()), None)


def _of_span(span: Object, application: str) -> Read:
    said = _attributes(span.get("attributes"))
    for event in objects(span.get("events")):
        inner = _attributes(event.get("attributes"))
        said |= {name: value for name, value in inner.items() if name.startswith("gen_ai.") and name not in said}
    kind = words(
        one_of(said, "gen_ai.operation.name", "openinference.span.kind", "traceloop.span.kind", "llm.request.type")
    )
    if not any(name.startswith(("gen_ai.", "llm.")) for name in said) or kind not in _MODEL_CALLS:
        return LeftOut("a span of no model call")
    if words(members(span.get("status")).get("code")) in ("2", "STATUS_CODE_ERROR", "ERROR"):
        return LeftOut("a model call that failed")
    events = list(_events(span))
    messages = _given(said) or [message for name, message in events if name != "choice"]
    if not messages:
        return LeftOut("a model call whose content was not recorded")
    return Brought(
        request=_request(said, messages),
        cluster=words(one_of(said, *_CONVERSATION)) or words(one_of(span, "traceId", "trace_id") or _trace(span)),
        application=application,
        answer=_answer(said, [message for name, message in events if name == "choice"]),
    )


def _trace(span: Object) -> Json:
    return one_of(members(span.get("context")), "trace_id", "traceId")


def _request(said: Object, messages: list[Json]) -> Object:
    asked: Object = {
        name.rpartition(".")[2]: value for name, value in said.items() if name.startswith("gen_ai.request.")
    }
    asked["stop"] = asked.pop("stop_sequences", None)
    given = members(decoded_text(one_of(said, "llm.invocation_parameters"))) | asked
    model = words(one_of(said, "gen_ai.request.model", "llm.model_name"))
    request: Object = {"model": model, "messages": messages, **settings_of(given)}
    tools = (
        said.get("gen_ai.tool.definitions")
        or said.get("gen_ai.request.tools")
        or _indexed(said, "llm.request.functions")
    )
    listed_tools = tools_of(tools) if tools else tools_of(_schemas(said)) or tools_of(given.get("tools"))
    if listed_tools:
        request["tools"] = listed_tools
    return request


def _schemas(said: Object) -> list[Json]:
    return [
        one_of(members(one_of(each, "tool")) or each, "json_schema", "tool.json_schema")
        for each in objects(_indexed(said, "llm.tools"))
    ]


def _given(said: Object) -> list[Json]:
    """Messages of the request, in whichever convention they stand."""
    messages: list[Json] = []
    instructions = decoded_text(said.get("gen_ai.system_instructions"))
    if instructions:
        text = (
            instructions
            if isinstance(instructions, str)
            else "\n".join(words(one_of(part, "content", "text")) for part in objects(instructions))
        )
        messages.append({"role": "system", "content": text})
    given = one_of(said, "gen_ai.input.messages", "gen_ai.prompt", "gen_ai.request.messages")
    if given is not None:
        return [*messages, *messages_of(given)]
    for front in ("gen_ai.prompt", "llm.prompts"):
        if found := _indexed(said, front):
            return [*messages, *messages_of(found)]
    return [*messages, *messages_of([_inference(each) for each in objects(_indexed(said, "llm.input_messages"))])]


def _answer(said: Object, choices: list[Json]) -> Draw | None:
    model = words(one_of(said, "gen_ai.response.model", "llm.model_name", "gen_ai.request.model"))
    usage: Object = {
        "prompt_tokens": one_of(
            said, "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt"
        ),
        "completion_tokens": one_of(
            said, "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion"
        ),
    }
    given = one_of(said, "gen_ai.output.messages", "gen_ai.completion")
    found = decoded_text(given) if given is not None else _indexed(said, "gen_ai.completion")
    if not found:
        found = [_inference(each) for each in objects(_indexed(said, "llm.output_messages"))] or choices
    if isinstance(found, str):
        found = [{"role": "assistant", "content": found}]
    try:
        messages = messages_of([{"role": "assistant", **each} for each in objects(found)])
    except Untranslatable:
        return None
    finish = words(members(next(objects(found), {})).get("finish_reason"))
    reasons = listed(said.get("gen_ai.response.finish_reasons"))
    finish = finish or words(reasons[0] if reasons else "")
    return of_message(members(messages[0]), model=model, usage=usage, finish=finish) if messages else None


def _events(span: Object) -> Iterator[tuple[str, Json]]:
    """Messages as events of their own."""
    for event in objects(span.get("events")):
        named = _EVENT.fullmatch(words(one_of(event, "name", "event.name")))
        if named is None:
            continue
        inner = _attributes(event.get("attributes"))
        body = members(decoded_text(one_of(inner, "gen_ai.event.content", "event_body") or event.get("body")))
        found: Object = dict(body or inner)
        found |= members(decoded_text(found.get("message")))
        found |= {"role": named[1] or "assistant", "tool_calls": decoded_text(found.get("tool_calls"))}
        if named[1] == "tool":
            found["tool_call_id"] = words(one_of(found, "id", "tool_call_id"))
        yield from ((named[2] or "message", message) for message in messages_of([found]))


def _indexed(said: Object, front: str) -> list[Json]:
    """``front.0.role``, ``front.0.content`` … as a list of objects; deeper indexes become lists as well."""
    found: dict[int, Object] = {}
    for name, value in said.items():
        if not name.startswith(f"{front}."):
            continue
        number, _, rest = name[len(front) + 1 :].partition(".")
        if not number.isdecimal() or int(number) >= _MOST_MESSAGES:
            continue
        found.setdefault(int(number), {})[rest or "text"] = value
    return [_deeper(found[number]) for number in sorted(found)]


def _deeper(flat: Object) -> Object:
    """Members that are lists themselves: ``tool_calls.0.name``."""
    fronts = {name[: hit.start()] for name in flat if (hit := _INDEX.search(name))}
    made: Object = {name: value for name, value in flat.items() if _INDEX.search(name) is None}
    for front in fronts:
        made[front] = _indexed(flat, front)
    return made


def _inference(found: Object) -> Object:
    """OpenInference writes ``message.role`` inside a message, and ``tool_call.function.name`` inside a call."""
    plain: Object = {name.removeprefix("message."): value for name, value in found.items()}
    calls: list[Json] = []
    for call in objects(plain.get("tool_calls")):
        inner: Object = {name.removeprefix("tool_call."): value for name, value in call.items()}
        function: Object = {"name": inner.get("function.name"), "arguments": inner.get("function.arguments")}
        calls.append({"id": inner.get("id"), "function": function})
    if calls:
        plain["tool_calls"] = calls
    parts = [
        {name.removeprefix("message_content."): value for name, value in part.items()}
        for part in objects(plain.get("contents"))
    ]
    if parts:
        plain["content"] = list[Json](parts)
    return plain
