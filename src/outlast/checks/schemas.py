"""An answer against a JSON Schema, in bounded time: neither the schema nor the answer is to be trusted.

It knows JSON, JSON Schema and what makes them costly: cycles, schemas that double at each level, patterns that
backtrack. It does not know whose schema it is. Nothing that a schema refers to is fetched.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Final

import jsonschema
import msgspec
import referencing

from outlast.checks.patterns import bounded, cheap

LONGEST: Final = 2_000_000
"""Characters of an answer that is looked at."""
STEPS: Final = 20_000
"""Applications of a subschema, of one answer."""
TOO_COSTLY: Final = "schema: too costly to check"

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
_Errors = Iterator[jsonschema.ValidationError]
_Keyword = Callable[[jsonschema.protocols.Validator, Json, Json, Mapping[str, Json]], _Errors | None]


class _TooCostly(Exception):
    """The budget of one answer is spent."""


class _Budget:
    left = STEPS

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise _TooCostly


_BUDGET = _Budget()
"""Of the answer that is being checked; checks run one after the other in a process."""


def not_json(text: str) -> str:
    """Why a text is no JSON; empty: it is."""
    try:
        msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return "in a code fence" if text.lstrip().startswith("```") else "not JSON"
    return ""


def misses_schema(text: str, schema: bytes) -> str:
    """Why a text does not meet a schema; empty: it does, or the schema is none."""
    if failed := not_json(text):
        return failed
    validator = _validator(schema)
    if validator is None:
        return ""  # a schema that is none binds nobody
    if len(text) > LONGEST:
        return TOO_COSTLY
    _BUDGET.left = STEPS
    try:
        error = next(validator.iter_errors(msgspec.json.decode(text)), None)
    except referencing.exceptions.Unresolvable:
        return ""
    except (_TooCostly, RecursionError):
        return TOO_COSTLY
    return "" if error is None else f"schema: {error.validator}"


def is_schema(schema: bytes) -> bool:
    """Whether this is a JSON Schema at all."""
    return _validator(schema) is not None


def _counted(keyword: _Keyword) -> _Keyword:
    def applied(
        validator: jsonschema.protocols.Validator, value: Json, instance: Json, schema: Mapping[str, Json]
    ) -> _Errors:
        _BUDGET.spend()
        yield from keyword(validator, value, instance, schema) or ()

    return applied


def _pattern(
    _validator: jsonschema.protocols.Validator, value: Json, instance: Json, _schema: Mapping[str, Json]
) -> _Errors:
    if isinstance(value, str) and isinstance(instance, str):
        if not bounded(value):
            return  # a pattern that nobody may try binds nobody
        if not cheap(value, len(instance)):
            raise _TooCostly
        if re.search(value, instance) is None:
            yield jsonschema.ValidationError("the text does not match its pattern")


def _unique(
    _validator: jsonschema.protocols.Validator, value: Json, instance: Json, _schema: Mapping[str, Json]
) -> _Errors:
    if value is True and isinstance(instance, list):
        seen = {msgspec.json.encode(each, order="sorted") for each in instance}
        if len(seen) < len(instance):
            yield jsonschema.ValidationError("two of its items are the same")


def _guarded(keyword: _Keyword) -> _Keyword:
    """``patternProperties`` and what else looks for patterns in names."""

    def applied(
        validator: jsonschema.protocols.Validator, value: Json, instance: Json, schema: Mapping[str, Json]
    ) -> _Errors:
        patterns = schema.get("patternProperties")
        if isinstance(patterns, dict) and isinstance(instance, dict):
            longest = max(map(len, instance), default=0)
            if not all(cheap(pattern, longest) for pattern in patterns):
                raise _TooCostly
            for _ in instance:
                _BUDGET.spend()
        yield from keyword(validator, value, instance, schema) or ()

    return applied


_DRAFT = jsonschema.Draft202012Validator
_Bounded = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
    _DRAFT,
    {name: _counted(keyword) for name, keyword in _DRAFT.VALIDATORS.items()}
    | {
        name: _counted(_guarded(_DRAFT.VALIDATORS[name]))
        for name in ("patternProperties", "additionalProperties", "unevaluatedProperties")
    }
    | {"pattern": _counted(_pattern), "uniqueItems": _counted(_unique)},
)


@lru_cache(maxsize=256)
def _validator(schema: bytes) -> jsonschema.protocols.Validator | None:
    """Nothing that a schema refers to is fetched: an empty registry resolves no address."""
    try:
        document = msgspec.json.decode(schema)
        _DRAFT.check_schema(document)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, jsonschema.SchemaError):
        return None
    validator: jsonschema.protocols.Validator = _Bounded(document, registry=referencing.Registry())
    return validator
