"""JSON whose shape others decided: looked into without trusting it.

It knows that any member may be missing or of another kind. It does not know any format.
"""

from collections.abc import Iterator
from typing import TypeAlias

import msgspec

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
Object: TypeAlias = dict[str, Json]

UNREADABLE = (msgspec.MsgspecError, UnicodeError, RecursionError)
_VALUE = msgspec.json.Decoder()


class Untranslatable(ValueError):
    """A request that cannot be put into OpenAI's dialect without losing some of what is asked; the text says what."""


def decoded(data: bytes | str) -> Json:
    """A JSON document; raises one of ``UNREADABLE``."""
    value: Json = _VALUE.decode(data)
    return value


def decoded_text(value: Json) -> Json:
    """JSON that stands in a string, as exports like to have it; anything else as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return decoded(value)
        except UNREADABLE:
            return value
    return value


def members(value: Json) -> Object:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def listed(value: Json) -> list[Json]:
    """A list, or an empty one."""
    return value if isinstance(value, list) else []


def objects(value: Json) -> Iterator[Object]:
    """Every object of a list."""
    return (item for item in listed(value) if isinstance(item, dict))


def words(value: Json) -> str:
    """A text, a number as text, or nothing."""
    if isinstance(value, bool):
        return ""
    return str(value) if isinstance(value, str | int | float) else ""


def one_of(value: Json, *names: str) -> Json:
    """The first member of these names that says something."""
    found = members(value)
    return next((found[name] for name in names if found.get(name) not in (None, "", [], {})), None)


def at(value: Json, *path: str) -> Json:
    """What stands at the end of a path of members."""
    for name in path:
        value = members(value).get(name)
    return value


def as_text(value: Json) -> str:
    """A text as it is, anything else as JSON text."""
    return value if isinstance(value, str) else "" if value is None else msgspec.json.encode(value).decode()
