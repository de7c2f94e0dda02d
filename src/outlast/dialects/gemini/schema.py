"""Google's older schemas, a subset of OpenAPI's, as JSON Schema.

It knows ``parameters`` and ``responseSchema``: types in capitals, ``nullable``, ``snake_case`` keywords. What is
already JSON Schema comes back the same. It does not check schemas: that is the provider's to do.
"""

import msgspec

from outlast.dialects.conversation.parts import Json
from outlast.dialects.gemini.members import camel

_SAME = ("properties", "$defs", "definitions", "patternProperties")
"""Keywords whose keys are names of the caller's own."""
_DATA = ("default", "example", "examples", "enum", "const", "required", "propertyOrdering")
"""Keywords whose values are no schemas."""
_NUMBERS = ("minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties")


def json_schema(raw: bytes | msgspec.Raw) -> Json:
    """The same schema as JSON Schema; what is no object comes back as it is."""
    try:
        schema = msgspec.json.decode(raw)
        return msgspec.json.encode(_schema(schema)) if isinstance(schema, dict) else bytes(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return bytes(raw)


def _schema(schema: object) -> object:
    if isinstance(schema, list):
        return [_schema(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    written: dict[str, object] = {}
    for key, value in schema.items():
        name = camel(key)
        if name in _SAME and isinstance(value, dict):
            written[name] = {own: _schema(each) for own, each in value.items()}
        elif name == "type" and isinstance(value, str):
            written[name] = value.lower()
        elif name in _NUMBERS and isinstance(value, str) and value.isdecimal():
            written[name] = int(value)  # Protocol buffers write 64-bit numbers as texts.
        else:
            written[name] = value if name in _DATA else _schema(value)
    return _with_null(written) if written.pop("nullable", False) is True else written


def _with_null(schema: dict[str, object]) -> dict[str, object]:
    kind = schema.get("type")
    if isinstance(kind, str):
        choices = schema.get("enum")
        more = {"enum": [*choices, None]} if isinstance(choices, list) and None not in choices else {}
        return {**schema, "type": [kind, "null"], **more}
    options = schema.get("anyOf")
    if isinstance(options, list):
        return {**schema, "anyOf": [*options, {"type": "null"}]}
    return schema
