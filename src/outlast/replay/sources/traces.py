"""Exports of Langfuse and LangSmith: generations and runs, and the traces that hold them.

It knows the members of their exports in both spellings. It does not know messages (``messages``).
"""

from collections.abc import Iterator
from typing import Final

from outlast.checks.draw import Draw
from outlast.replay.sources.answers import of_completion, of_message
from outlast.replay.sources.brought import Brought, LeftOut, Read
from outlast.replay.sources.messages import message_of, messages_of, settings_of, tools_of
from outlast.replay.sources.shape import (
    Json,
    Object,
    Untranslatable,
    as_text,
    at,
    decoded_text,
    listed,
    members,
    objects,
    one_of,
    words,
)

_MODEL: Final = ("model", "providedModelName", "provided_model_name")
_TRACE_ROW: Final = frozenset({"timestamp", "sessionId", "input", "output", "tags"})
"""Columns of the table of traces, which names no model."""
_UNREADABLE_TOOLS: Final = "tools whose definitions cannot be read"
_CONVERSATION = ("sessionId", "session_id", "userId", "user_id", "threadId", "thread_id", "conversation_id")


def holds_langfuse(record: Object) -> bool:
    """Whether it is an observation, or a trace with its observations."""
    traced = ("traceId" in record or "trace_id" in record) and "attributes" not in record and "run_type" not in record
    named = any(name in record for name in _MODEL)
    return (
        (traced and ("type" in record or ("input" in record and named)))
        or isinstance(record.get("observations"), list)
        or record.keys() >= _TRACE_ROW
    )


def read_langfuse(record: Object) -> Iterator[Read]:
    """Generations of a trace, or one observation."""
    observations = list(objects(record.get("observations")))
    if not observations and ("observations" in record or record.keys() >= _TRACE_ROW):
        yield LeftOut("a trace whose observations are not in the file")
        return
    for observation in observations or [record]:
        kind = words(observation.get("type", "GENERATION")).upper()  # the table of generations does not say so
        if kind != "GENERATION":
            yield LeftOut(f"an observation of the kind {kind.lower() or 'unknown'}, no model call")
            continue
        try:
            yield _generation(observation, record)
        except Untranslatable as error:
            yield LeftOut(str(error))


def _generation(found: Object, trace: Object) -> Read:
    if words(found.get("level")).upper() == "ERROR":
        return LeftOut("a model call that failed")
    given = decoded_text(found.get("input"))
    messages = messages_of(given)
    if not messages:
        return LeftOut("a model call whose content was not recorded")
    model = words(one_of(found, *_MODEL))
    settings = members(decoded_text(one_of(found, "modelParameters", "model_parameters")))
    request: Object = {"model": model, "messages": messages, **settings_of(settings)}
    tools = members(given).get("tools") or settings.get("tools")
    offered = tools_of(tools) if tools else _defined(one_of(found, "tool_definitions", "toolDefinitions"))
    if offered:
        request["tools"] = offered
    usage = members(decoded_text(one_of(found, "usageDetails", "usage_details", "usage")))
    counts: Object = {
        "prompt_tokens": one_of(usage, "input", "promptTokens") or _count(found.get("promptTokens")),
        "completion_tokens": one_of(usage, "output", "completionTokens") or _count(found.get("completionTokens")),
    }
    return Brought(
        request=request,
        cluster=words(one_of(trace, *_CONVERSATION) or one_of(found, *_CONVERSATION, "traceId", "trace_id")),
        application=words(
            one_of(trace, "name", "traceName") if trace is not found else one_of(found, "traceName", "trace_name")
        ),
        expected=as_text(one_of(trace, "expectedOutput", "expected_output") or found.get("expectedOutput")),
        answer=_answer(decoded_text(found.get("output")), model, counts),
    )


def _defined(value: Json) -> list[Json]:
    """Tools by name, each with its definition as JSON text; without them the request would be another one."""
    tools: list[Json] = []
    for name, definition in members(decoded_text(value)).items():
        found = members(decoded_text(definition))
        if not isinstance(decoded_text(one_of(found, "parameters", "input_schema")), dict):
            raise Untranslatable(_UNREADABLE_TOOLS)
        tools += tools_of([{**found, "name": name}])
    return tools


def _count(value: Json) -> Json:
    text = words(value)
    return int(text) if text.isdecimal() and len(text) < 10 else None


def holds_langsmith(record: Object) -> bool:
    """Whether it is a run, or an example of a dataset."""
    return "run_type" in record or (isinstance(record.get("inputs"), dict) and "outputs" in record)


def read_langsmith(record: Object) -> Iterator[Read]:
    """One run, or one example of a dataset with its right answer."""
    kind = words(record.get("run_type"))
    if kind not in ("", "llm"):
        yield LeftOut(f"a run of the kind {kind}, no model call")
        return
    if record.get("error"):
        yield LeftOut("a model call that failed")
        return
    inputs = members(record.get("inputs"))
    messages = messages_of(one_of(inputs, "messages", "input", "question", "prompt", "prompts"))
    if not messages:
        yield LeftOut("a model call whose content was not recorded")
        return
    given = members(at(record, "extra", "invocation_params"))
    about = members(at(record, "extra", "metadata")) | members(record.get("metadata"))
    model = words(one_of(given, "model", "model_name") or one_of(about, "ls_model_name") or inputs.get("model"))
    request: Object = {"model": model, "messages": messages, **settings_of(given or inputs)}
    if tools := one_of(given, "tools") or inputs.get("tools"):
        request["tools"] = tools_of(tools)
    outputs = members(record.get("outputs"))
    yield Brought(
        request=request,
        cluster=words(one_of(about, *_CONVERSATION) or one_of(record, "trace_id", "thread_id")),
        application=words(one_of(record, "session_name", "project_name")),
        expected=""
        if kind
        else as_text(one_of(outputs, "answer", "output", "expected", "reference") or _text(outputs)),
        answer=_run_answer(outputs, model) if kind else None,
    )


def _text(outputs: Object) -> Json:
    return members(outputs.get("message")).get("content")


def _run_answer(outputs: Object, model: str) -> Draw | None:
    if outputs.get("choices"):
        return of_completion(outputs)
    generation = listed(outputs.get("generations"))
    while generation and isinstance(generation[0], list):
        generation = generation[0]
    first = members(generation[0]) if generation else {}
    llm = members(outputs.get("llm_output"))
    named = words(one_of(llm, "model_name", "model")) or model
    said = first.get("message") or outputs.get("message") or outputs.get("output") or first.get("text")
    return _answer(said, named, members(llm.get("token_usage")))


def _answer(said: Json, model: str, usage: Object) -> Draw | None:
    """An answer as a trace notes it: a text, a message, or the provider's whole document."""
    if isinstance(said, dict) and said.get("choices"):
        return of_completion(said)
    if isinstance(said, list):
        said = said[0] if len(said) == 1 else None
    if isinstance(said, str):
        return of_message({"role": "assistant", "content": said}, model=model, usage=usage)
    try:
        message = message_of({"role": "assistant", **said}) if isinstance(said, dict) else {}
    except Untranslatable:
        return None
    return of_message(message, model=model, usage=usage) if message else None
