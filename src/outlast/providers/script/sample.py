"""A value for a JSON schema, always the same one: tool arguments and structured answers.

It knows the keywords that decide a value's shape. It does not validate, and a schema that refers to itself ends
at a depth, not in a loop.
"""

from collections.abc import Mapping

from outlast.providers.script.request import Json

_DEEPEST = 12


def sample(schema: Json, words: str = "simulated") -> Json:
    """A value that the schema allows; strings without a rule of their own are ``words``."""
    return _value(schema, schema, words, 0)


def _value(schema: Json, root: Json, words: str, depth: int) -> Json:
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return None
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    if "$ref" in schema:
        return _value(_resolve(str(schema["$ref"]), root), root, words, depth + 1)
    for union in ("anyOf", "oneOf", "allOf"):
        if schema.get(union):
            return _value(schema[union][0], root, words, depth + 1)
    return _typed(schema, root, words, depth)


def _typed(schema: Mapping[str, Json], root: Json, words: str, depth: int) -> Json:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = kind[0] if kind else "null"
    if kind == "object":
        members = schema.get("properties") or {}
        return {name: _value(member, root, words, depth + 1) for name, member in members.items()}
    if kind == "array":
        least = max(1, int(schema.get("minItems", 1)))
        return [_value(schema.get("items", {}), root, words, depth + 1)] * min(least, _DEEPEST)
    if kind in ("integer", "number"):
        return _number(schema, kind)
    if kind == "boolean":
        return True
    return _string(schema, words) if kind == "string" else None


def _number(schema: Mapping[str, Json], kind: str) -> int | float:
    least, most = schema.get("minimum"), schema.get("maximum")
    value = least if isinstance(least, int | float) else 1
    if isinstance(most, int | float) and value > most:
        value = most
    return int(value) if kind == "integer" else value


def _string(schema: Mapping[str, Json], words: str) -> str:
    formats = {"date": "2026-01-01", "date-time": "2026-01-01T00:00:00Z", "email": "simulated@example.org"}
    text = formats.get(str(schema.get("format")), words)
    least, most = schema.get("minLength"), schema.get("maxLength")
    if isinstance(least, int):
        text = text.ljust(min(least, 10_000), ".")
    return text[:most] if isinstance(most, int) else text


def _resolve(reference: str, root: Json) -> Json:
    found = root
    for name in reference.removeprefix("#").strip("/").split("/"):
        if not name:
            continue
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
