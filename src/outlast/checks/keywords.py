"""JSON Schema's keywords by ``jsonschema``, each application counted, patterns only those that cannot run away.

It knows schemas that nobody trusts: cycles, schemas that double at each level, patterns that backtrack. It does not
know where a schema or a value comes from. Nothing that a schema refers to is fetched.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Final

import jsonschema
import msgspec
import referencing

from outlast.checks.patterns import bounded, cheap

STEPS: Final = 20_000
"""Applications of a subschema, of one answer."""

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
_Errors = Iterator[jsonschema.ValidationError]
_Keyword = Callable[[jsonschema.protocols.Validator, Json, Json, Mapping[str, Json]], _Errors | None]


class TooCostly(Exception):
    """The budget of one answer is spent."""


class _Budget:
    left = STEPS

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise TooCostly


_BUDGET = _Budget()
"""Of the answer that is being checked; checks run one after the other in a process."""


def missed(schema: bytes, value: Json) -> str:
    """The keyword of a schema that a value does not meet; empty: it does, or the schema is none.

    Raises:
        TooCostly: Nobody knows within ``STEPS``.
    """
    validator = _validator(schema)
    if validator is None:
        return ""  # a schema that is none binds nobody
    _BUDGET.left = STEPS
    try:
        error = next(validator.iter_errors(value), None)
    except referencing.exceptions.Unresolvable:
        return ""
    except RecursionError:
        raise TooCostly from None
    return "" if error is None else str(error.validator)


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
            raise TooCostly
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
                raise TooCostly
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
