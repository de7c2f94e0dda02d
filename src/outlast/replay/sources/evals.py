"""Results of promptfoo and logs of Inspect: requests that come with the right answer.

It knows the members of their files. It does not know messages (``messages``), nor archives (``documents``).
"""

from collections.abc import Iterator
from typing import Final

from outlast.replay.sources.answers import of_message
from outlast.replay.sources.brought import Brought, LeftOut, Read
from outlast.replay.sources.messages import message_of, messages_of, settings_of, tools_of
from outlast.replay.sources.shape import (
    Json,
    Object,
    Untranslatable,
    as_text,
    at,
    listed,
    members,
    objects,
    one_of,
    words,
)

_KEYS: Final = ("expected", "ideal", "answer", "reference", "target", "expected_output", "__expected")
_EQUAL: Final = frozenset({"equals", "contains", "icontains", "is-json-equal"})
_POOLED: Final = "a model call whose messages stand in a pool of the log"
_ATTACHED: Final = "attachment://"


def holds_promptfoo(record: Object) -> bool:
    """Whether it is one result of a promptfoo run."""
    return isinstance(at(record, "prompt", "raw"), str) and ("provider" in record or "promptIdx" in record)


def read_promptfoo(record: Object) -> Iterator[Read]:
    """One result: a prompt with its variables filled in, and what was answered."""
    provider = record.get("provider")
    named = words(provider) or words(members(provider).get("id"))
    model = named.rpartition(":")[2]
    config = members(members(provider).get("config"))
    request: Object = {"model": model, "messages": messages_of(at(record, "prompt", "raw")), **settings_of(config)}
    if config.get("tools"):
        request["tools"] = tools_of(config["tools"])
    response = members(record.get("response"))
    usage = members(response.get("tokenUsage"))
    counts: Object = {"prompt_tokens": usage.get("prompt"), "completion_tokens": usage.get("completion")}
    output = response.get("output")
    said = isinstance(output, str) and output and not record.get("error")
    yield Brought(
        request=request,
        expected=_expected(record),
        answer=of_message({"role": "assistant", "content": output}, model=model, usage=counts) if said else None,
    )


def _expected(record: Object) -> str:
    """The key among the variables, or what an assertion compares with."""
    keyed = one_of(record.get("vars"), *_KEYS) or one_of(at(record, "testCase", "vars"), *_KEYS)
    if keyed is not None:
        return as_text(keyed)
    for rule in objects(at(record, "testCase", "assert")):
        if rule.get("type") in _EQUAL and isinstance(rule.get("value"), str):
            return words(rule["value"])
    return ""


def holds_inspect(record: Object) -> bool:
    """Whether it is one sample of an Inspect log."""
    return "target" in record and "input" in record and ("epoch" in record or "scores" in record)


def read_inspect(record: Object) -> Iterator[Read]:
    """Every model call of a sample; the key belongs to the last, whose answer was scored."""
    attached = members(record.get("attachments"))
    events = [each for each in objects(record.get("events")) if each.get("event") == "model"]
    calls = [each for each in events if each.get("input")]
    if pooled := len(events) - len(calls):
        yield from (LeftOut(_POOLED) for each in events[:pooled] if each.get("input_refs"))
        if not calls and any(each.get("input_refs") for each in events):
            return  # what was said is in the sample, but not which tools were offered
    if not calls:
        yield from _sample(record, attached)
        return
    for call in calls:
        try:
            yield _call(call, record, attached, key=_key(record) if call is calls[-1] else "")
        except Untranslatable as error:
            yield LeftOut(str(error))


def _key(record: Object) -> str:
    target = record.get("target")
    texts = [words(each) for each in listed(target)] if isinstance(target, list) else [words(target)]
    return texts[0] if len(texts) == 1 else ""


def _sample(record: Object, attached: Object) -> Iterator[Read]:
    """A sample without events: what was said before the last answer."""
    spoken = list(objects(record.get("messages")))
    while spoken and spoken[-1].get("role") != "assistant":
        spoken.pop()
    before: Json = list[Json](spoken[:-1]) if spoken else record.get("input")
    call: Object = {"input": before, "output": record.get("output"), "model": at(record, "output", "model")}
    yield _call(call, record, attached, key=_key(record))


def _call(call: Object, record: Object, attached: Object, *, key: str) -> Read:
    if call.get("error"):
        return LeftOut("a model call that failed")
    model = words(one_of(members(call.get("output")), "model") or call.get("model"))
    given = _whole(call.get("input"), attached)
    request: Object = {"model": model.rpartition("/")[2], "messages": messages_of(given)}
    config = members(call.get("config"))
    request |= settings_of(config | {"stop": config.get("stop_seqs")})
    if tools := tools_of(call.get("tools")):
        request["tools"] = tools
    choice = next(objects(at(call, "output", "choices")), {})
    message = members(_whole(choice.get("message"), attached))
    usage = members(at(call, "output", "usage"))
    counts: Object = {"prompt_tokens": usage.get("input_tokens"), "completion_tokens": usage.get("output_tokens")}
    try:
        said = message_of({"role": "assistant", **message}) if message else {}
    except Untranslatable:
        said = {}
    return Brought(
        request=request,
        cluster=words(record.get("id")),
        expected=key,
        answer=of_message(said, model=model.rpartition("/")[2], usage=counts, finish=words(choice.get("stop_reason")))
        if said
        else None,
    )


def _whole(value: Json, attached: Object) -> Json:
    """Long texts stand apart in a log, under their digest."""
    if isinstance(value, str):
        if not value.startswith(_ATTACHED):
            return value
        found = attached.get(value.removeprefix(_ATTACHED))
        if not isinstance(found, str):
            raise Untranslatable("a text that stands apart from its sample, and is not in the log")
        return found
    if isinstance(value, list):
        return [_whole(each, attached) for each in value]
    if isinstance(value, dict):
        return {name: _whole(each, attached) for name, each in value.items()}
    return value
