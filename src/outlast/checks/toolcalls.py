"""Whether two answers ask for the same tool calls: same tools, same arguments as the tool's schema reads them.

It knows canonical arguments: order of keys, spelling of numbers, defaults that may be left out, order of parallel
calls. It does not know what a tool does. Each disagreement has a class.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal

import msgspec

from outlast.checks.draw import Tool, ToolCall

Difference = Literal[
    "same",
    "no call",
    "needless call",
    "other tool",
    "other number of calls",
    "unknown tool",
    "arguments are no JSON",
    "argument missing",
    "argument added",
    "argument differs",
    "wording differs",
]
"""From the incumbent's side: ``no call`` is a call that the candidate does not make. ``wording differs``: all that
differs is free text of several words, which nothing here can tell to mean the same."""

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
_NUMBER_DIGITS = 12
_LARGEST_WHOLE = 1e15
_DEEPEST = 64
_SPACES_OF_PROSE = 2


class _Property(msgspec.Struct, gc=False):
    default: msgspec.Raw = msgspec.Raw()
    type: str | list[str] | None = None
    items: msgspec.Raw = msgspec.Raw()
    properties: dict[str, msgspec.Raw] = {}
    unique_items: bool = msgspec.field(default=False, name="uniqueItems")


_PROPERTY = msgspec.json.Decoder(_Property)


def compare_calls(incumbent: Sequence[ToolCall], candidate: Sequence[ToolCall], tools: Sequence[Tool]) -> Difference:
    """The first class of disagreement that is found; ``same`` where there is none."""
    offered = {tool.name: tool.parameters for tool in tools}
    return _shape(incumbent, candidate, offered) or _arguments(incumbent, candidate, offered)


def _shape(
    incumbent: Sequence[ToolCall], candidate: Sequence[ToolCall], offered: Mapping[str, bytes]
) -> Difference | None:
    """What differs before any argument is read; None: which tools are called agrees."""
    wanted, given = sorted(call.name for call in incumbent), sorted(call.name for call in candidate)
    if wanted and not given:
        return "no call"
    if given and not wanted:
        return "needless call"
    # Requests that load their tools later do not list them all: what the incumbent calls is known, too.
    if offered and not offered.keys() | set(wanted) >= set(given):
        return "unknown tool"
    if wanted == given:
        return None
    missing, added = Counter(wanted) - Counter(given), Counter(given) - Counter(wanted)
    if missing and added:
        return "other tool"
    return "other number of calls" if missing or added else None


def canonical(arguments: str, schema: bytes = b"") -> Json:
    """Arguments as the schema reads them, comparable by equality.

    Raises:
        ValueError: they are no JSON.
    """
    try:
        value: Json = msgspec.json.decode(arguments or "{}")
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    return _canonical(value, schema, 0)


def _arguments(
    incumbent: Sequence[ToolCall], candidate: Sequence[ToolCall], offered: Mapping[str, bytes]
) -> Difference:
    """Calls are matched as a bag: order says nothing."""
    try:
        left = [(call.name, canonical(call.arguments, offered.get(call.name, b""))) for call in candidate]
    except ValueError:
        return "arguments are no JSON"
    given = Counter((name, _text(arguments)) for name, arguments in left)
    unmatched: list[tuple[str, Json]] = []
    for call in incumbent:
        try:
            arguments = canonical(call.arguments, offered.get(call.name, b""))
        except ValueError:
            arguments = call.arguments
        if given[call.name, _text(arguments)] > 0:
            given[call.name, _text(arguments)] -= 1
        else:
            unmatched.append((call.name, arguments))
    if not unmatched:
        return "same"
    name, wanted = unmatched[0]
    other = next((each for each_name, each in left if each_name == name and given[name, _text(each)] > 0), None)
    return _kind(wanted, other)


def _kind(wanted: Json, given: Json) -> Difference:
    if isinstance(wanted, dict) and isinstance(given, dict):
        if wanted.keys() - given.keys():
            return "argument missing"
        if given.keys() - wanted.keys():
            return "argument added"
    return "wording differs" if _same_but_words(wanted, given, 0) else "argument differs"


def _same_but_words(wanted: Json, given: Json, depth: int) -> bool:
    if isinstance(wanted, str) and isinstance(given, str):
        return wanted == given or min(wanted.count(" "), given.count(" ")) >= _SPACES_OF_PROSE
    if depth < _DEEPEST and isinstance(wanted, dict) and isinstance(given, dict) and wanted.keys() == given.keys():
        return all(_same_but_words(value, given[name], depth + 1) for name, value in wanted.items())
    if depth < _DEEPEST and isinstance(wanted, list) and isinstance(given, list) and len(wanted) == len(given):
        return all(_same_but_words(one, other, depth + 1) for one, other in zip(wanted, given, strict=True))
    return type(wanted) is type(given) and wanted == given  # true is not 1


def _canonical(value: Json, schema: bytes, depth: int) -> Json:
    if depth > _DEEPEST:
        return value
    rule = _property(schema)
    if isinstance(value, dict):
        members = {
            name: _canonical(item, bytes(rule.properties.get(name, b"")), depth + 1) for name, item in value.items()
        }
        return {name: item for name, item in sorted(members.items()) if not _is_default(item, name, rule, depth)}
    if isinstance(value, list):
        items = [_canonical(item, bytes(rule.items), depth + 1) for item in value]
        # A set by its schema: JSON has no other word for it.
        return sorted(items, key=_text) if rule.unique_items else items
    return _scalar(value, rule)


def _scalar(value: str | float | bool | None, rule: _Property) -> Json:  # noqa: FBT001 - any value of JSON
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        kinds = (rule.type,) if isinstance(rule.type, str) else tuple(rule.type or ())
        if "string" not in kinds and ("integer" in kinds or "number" in kinds):
            return _number_in(value)
        return value.strip()
    return _number(value)


def _number_in(text: str) -> Json:
    """A number that was written as a string although the schema asks for a number: providers accept both."""
    try:
        return _number(float(text))
    except ValueError:
        return text.strip()


def _number(value: float) -> Json:
    if isinstance(value, int):
        return value
    if value.is_integer() and abs(value) < _LARGEST_WHOLE:
        return int(value)
    return float(f"{value:.{_NUMBER_DIGITS}g}")


def _is_default(item: Json, name: str, rule: _Property, depth: int) -> bool:
    """An argument that says what leaving it out says: the schema's default, or null where there is none."""
    raw = rule.properties.get(name)
    if raw is None:
        return False
    given = bytes(_property(bytes(raw)).default)
    if not given:
        return item is None
    return item == _canonical(msgspec.json.decode(given), bytes(raw), depth + 1)


@lru_cache(maxsize=256)
def _property(schema: bytes) -> _Property:
    try:
        return _PROPERTY.decode(schema) if schema else _Property()
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _Property()


def _text(value: Json) -> bytes:
    return msgspec.json.encode(value, order="sorted")
