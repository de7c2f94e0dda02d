"""A request of the Responses API read into the canonical conversation.

It knows every member that has a meaning elsewhere; the others are kept under ``responses:NAME`` and written back by
this dialect alone. It does not know items (``items_in``) nor tools (``tools``). State is not its business: a
``previous_response_id`` was replaced by the items it stands for before (``kept``), or passes as it came.
"""

from typing import Any

import msgspec

from outlast.dialects.conversation.parts import Extra, Text
from outlast.dialects.conversation.request import Format, Message, Reasoning, Request, Sampling
from outlast.dialects.dialect import Asked
from outlast.dialects.responses.items_in import read_turns
from outlast.dialects.responses.tools import read_choice, read_tools
from outlast.dialects.responses.wire import (
    NAME,
    UNREADABLE,
    Members,
    is_null,
    kept,
    listed,
    members,
    needed,
    take,
    take_text,
    wrong,
)

LOGPROBS = "message.output_text.logprobs"
"""What ``include`` says where log-probabilities are wanted."""
SIGNATURES = "reasoning.encrypted_content"
"""What ``include`` says where thoughts are wanted with their signature."""


def decode_request(body: bytes, asked: Asked) -> Request:
    """The canonical request.

    Raises:
        MalformedRequest: a member cannot be read; ``param`` names it.
    """
    fields = dict(asked.envelope.fields) if asked.envelope.body is body else members(body, "the body")
    for name in ("model", "stream"):
        fields.pop(name, None)
    include = take(fields, "include", "", list[str]) or []
    words = fields.pop("text", None)
    form, verbosity, extra_text = _words(words)
    thoughts, extra_thoughts = _thoughts(fields.pop("reasoning", None))
    instructed = _instructions(fields)
    request = Request(
        model=asked.model,
        messages=(*instructed, *_input(fields.pop("input", None))),
        stream=asked.stream,
        sampling=_sampling(fields, include),
        tools=read_tools(_given(fields.pop("tools", None))),
        tool_choice=read_choice(_given(fields.pop("tool_choice", None))),
        parallel_tool_calls=take(fields, "parallel_tool_calls", "", bool),
        format=form,
        reasoning=thoughts,
        verbosity=verbosity,
        user=take_text(fields, "user", ""),
        service_tier=take_text(fields, "service_tier", ""),
    )
    extra = {**kept({name: each for name, each in fields.items() if not is_null(each)}), **extra_text, **extra_thoughts}
    others = [each for each in include if each not in (LOGPROBS, SIGNATURES)]
    if others:
        extra[f"{NAME}:include"] = msgspec.json.encode(others)
    if SIGNATURES in include:
        extra[f"{NAME}:signatures"] = b"true"
    if instructed:
        extra[f"{NAME}:instructed"] = b"true"
    return msgspec.structs.replace(request, extra=extra)


def _given(value: msgspec.Raw | None) -> bytes | None:
    return None if value is None or is_null(value) else bytes(value)


def _instructions(fields: Members) -> tuple[Message, ...]:
    text = take_text(fields, "instructions", "")
    return (Message("system", (Text(text),)),) if text else ()


def _input(value: msgspec.Raw | None) -> tuple[Message, ...]:
    if value is None or is_null(value):
        return ()
    if bytes(memoryview(value)[:1]) == b'"':
        try:
            return (Message("user", (Text(msgspec.json.decode(value, type=str)),)),)
        except UNREADABLE:
            raise wrong(value, "input", "a string or an array of items") from None
    return read_turns(listed(value, "input"), "input")


def _sampling(fields: Members, include: list[str]) -> Sampling:
    return Sampling(
        max_tokens=take(fields, "max_output_tokens", "", int),
        temperature=take(fields, "temperature", "", float),
        top_p=take(fields, "top_p", "", float),
        presence_penalty=take(fields, "presence_penalty", "", float),
        frequency_penalty=take(fields, "frequency_penalty", "", float),
        logprobs=True if LOGPROBS in include else None,
        top_logprobs=take(fields, "top_logprobs", "", int),
    )


def _words(value: msgspec.Raw | None) -> tuple[Format | None, str, Extra]:
    if value is None or is_null(value):
        return None, "", {}
    fields = members(value, "text")
    form, verbosity = fields.pop("format", None), take_text(fields, "verbosity", "text.")
    return _format(form), verbosity, _below("text", fields)


def _format(value: msgspec.Raw | None) -> Format | None:
    if value is None or is_null(value):
        return None
    fields, where = members(value, "text.format"), "text.format."
    kind = needed(fields, "type", where)
    if kind == "text":
        return Format(kind="text")
    if kind == "json_object":
        return Format(kind="json")
    if kind != "json_schema":
        raise wrong(msgspec.Raw(msgspec.json.encode(kind)), f"{where}type", "text, json_object or json_schema")
    schema = fields.pop("schema", None)
    if schema is None or is_null(schema):
        raise wrong(schema, f"{where}schema", "a JSON schema")
    return Format(
        kind="schema",
        schema=bytes(schema),
        name=needed(fields, "name", where),
        description=take_text(fields, "description", where),
        strict=take(fields, "strict", where, bool),
    )


def _thoughts(value: msgspec.Raw | None) -> tuple[Reasoning | None, Extra]:
    if value is None or is_null(value):
        return None, {}
    fields, where = members(value, "reasoning"), "reasoning."
    effort, old = take_text(fields, "effort", where), take_text(fields, "generate_summary", where)
    summary = take_text(fields, "summary", where) or old
    thoughts = Reasoning(effort=effort, summary=summary, shown=True if summary else None)
    return (thoughts if effort or summary else None), _below("reasoning", fields)


def _below(name: str, fields: dict[str, Any]) -> Extra:
    return {f"{NAME}:{name}.{key}": bytes(value) for key, value in fields.items() if not is_null(value)}
