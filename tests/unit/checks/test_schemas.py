"""Schemas and patterns: what is judged, and what nobody may make long."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.checks.patterns import bounded, cheap
from outlast.checks.schemas import TOO_COSTLY, is_schema, misses_schema, not_json

CITY = b'{"type": "object", "required": ["city"], "properties": {"city": {"type": "string", "pattern": "^[A-Z]"}}}'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"city": "Rome"}', ""),
        ('{"city": "rome"}', "schema: pattern"),
        ('{"town": "Rome"}', "schema: required"),
        ('{"city": 1}', "schema: type"),
        ("[]", "schema: type"),
        ('```json\n{"city": "Rome"}\n```', "in a code fence"),
        ("Rome", "not JSON"),
        ("", "not JSON"),
    ],
)
def test_a_text_meets_a_schema_or_says_why_not(text: str, reason: str) -> None:
    assert misses_schema(text, CITY) == reason


def test_names_under_other_keywords_are_judged_as_the_standard_says() -> None:
    schema = b'{"patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": false}'
    assert [misses_schema(text, schema) for text in ('{"x1": 1}', '{"x1": "a"}', '{"y": 1}')] == [
        "",
        "schema: type",
        "schema: additionalProperties",
    ]
    assert misses_schema('[{"a": 1, "b": 2}, {"b": 2, "a": 1}]', b'{"uniqueItems": true}') == "schema: uniqueItems"


@pytest.mark.parametrize(
    "schema", [b'{"$ref": "https://schemas.example/x"}', b'{"type": 5}', b"not JSON", b'{"$ref": "#/$defs/none"}']
)
def test_a_schema_that_is_none_or_elsewhere_binds_nobody_and_nothing_is_fetched(schema: bytes) -> None:
    assert misses_schema('{"a": 1}', schema) == ""


def test_what_is_a_schema() -> None:
    assert is_schema(CITY)
    assert not is_schema(b'{"type": 5}')


def _doubling(levels: int) -> bytes:
    defs: dict[str, object] = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(levels)}
    return json.dumps({"$defs": {**defs, f"d{levels}": {}}, "$ref": "#/$defs/d0"}).encode()


@pytest.mark.parametrize(
    ("text", "schema", "reason"),
    [
        ("1", b'{"$ref": "#"}', TOO_COSTLY),
        ("1", _doubling(40), TOO_COSTLY),
        ("[" + "1," * 200_000 + "1]", b'{"items": {"type": "integer"}}', TOO_COSTLY),
        ('"' + "a" * 40 + '"', b'{"pattern": "(a+)+$"}', ""),
        ('"' + "a" * 100_000 + '"', b'{"pattern": "a*a*b"}', TOO_COSTLY),
        ('{"' + "a" * 100_000 + '": 1}', b'{"patternProperties": {"a*a*b": {}}}', TOO_COSTLY),
        ("[" * 100_000, b"{}", "not JSON"),
        ("[" + "{}," * 100_000 + "1]", b'{"uniqueItems": true}', "schema: uniqueItems"),
        ('"' + "a" * 10_000_000 + '"', b'{"type": "string"}', TOO_COSTLY),
    ],
)
def test_no_schema_and_no_answer_takes_long(text: str, schema: bytes, reason: str) -> None:
    since = time.perf_counter()
    assert misses_schema(text, schema) == reason
    assert time.perf_counter() - since < 5


@pytest.mark.parametrize(
    "pattern", ["^a+$", "^[A-Z]{2}\\d{4}$", "(a|b)*c", "(ab?){3}", r"^\d{4}-\d{2}-\d{2}T.*Z$", "(?=a+)b"]
)
def test_plain_patterns_are_bounded(pattern: str) -> None:
    assert bounded(pattern)
    assert cheap(pattern, 100)


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|aa)+$", "(?:a{1,20}){1,20}x", "(x+x+)+y", "(.*a){20}", "[", "a" * 2_000]
)
def test_what_backtracks_without_bound_is_told(pattern: str) -> None:
    assert not bounded(pattern)


def test_many_repetitions_beside_each_other_are_for_short_texts() -> None:
    assert cheap("a*a*b", 100)
    assert not cheap("a*a*b", 1_000)


@given(st.text(max_size=50))
def test_any_pattern_is_told(pattern: str) -> None:
    assert bounded(pattern) in {True, False}


@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=4)))
def test_json_is_json(value: object) -> None:
    assert not_json(json.dumps(value)) == ""
