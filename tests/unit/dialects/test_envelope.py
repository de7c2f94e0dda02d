import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.dialects.envelope import Envelope
from outlast.errors import MalformedRequest

REFUSED: list[tuple[bytes, str]] = [
    (b"", "empty"),
    (b" \r\n", "empty"),
    (b"[]", "must be a JSON object, not array"),
    (b"null", "must be a JSON object, not null"),
    (b'"a"', "must be a JSON object, not str"),
    (b"{", "ends too early"),
    (b'{"a":"b', "ends too early"),
    (b'{"a":1,}', "trailing comma in object (byte 7)"),
    (b'{"a":1} {', "trailing characters"),
    (b"{'a':1}", "object keys must be strings (byte 1)"),
    (b'{"a":01}', "invalid number (byte 6)"),
    (b'{"a":[1,{"b":01}]}', "invalid number"),
    (b'{"a":.5}', "invalid character (byte 5)"),
    (b'{"a":NaN}', "invalid character (byte 5)"),
    (b'{"a":[-Infinity]}', "invalid character"),
    (b'{"a":nul}', "invalid character"),
    (b'{"a":"\x00"}', "invalid character (byte 6)"),
    (b'{"a":["\n"]}', "invalid character"),
    (b'{"a":"\\x41"}', "invalid escaped character (byte 7)"),
    (b'{"a":"\\u12g4"}', "invalid character in unicode escape"),
    (b'{"a":"\\ud800"}', "half of a surrogate pair"),
    (b'{"a":"\\udc00 "}', "surrogate pair"),
    (b'{"a":"\xff"}', "not valid UTF-8: byte 6"),
    (b'{"a":["\xed\xa0\x80"]}', "not valid UTF-8"),
    (b'{"\xe2\x82":1}', "not valid UTF-8"),
    (b'{"a":"' + b"x" * (1 << 20) + b'\xe2"}', f"byte {(1 << 20) + 6}"),
    (b'{"a":"' + b"x" * ((1 << 20) - 7) + b'\xe2\x28"}', f"byte {(1 << 20) - 1}"),
    (b"\xef\xbb\xbf{}", "invalid character (byte 0)"),
    (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
]

TWICE: list[tuple[bytes, str]] = [
    (b'{"a":1,"a":2}', "a"),
    (b'{"a":1,"a":1}', "a"),
    (b'{"a":1,"a":12}', "a"),
    (b'{"a":12,"a":1}', "a"),
    (b'{"a": "x", "b": 2, "a": "x"}', "a"),
    (b'{"model":"x","\\u006dodel":"y"}', "model"),
    (b'{"\\u006dodel":"x","model":"x"}', "model"),
    (b'{"b":[],"a":[1],"b":[],"a":[1]}', "b"),
    (b'{"":1,"":1}', ""),
    ('{"é":1,"é":1}'.encode(), "é"),
    # As long as the same members once each, written with blanks.
    (b'{"a":1,"b":2,"c":3,"d":4,"a":1}', "a"),
]


@pytest.mark.parametrize(("body", "says"), REFUSED, ids=lambda value: repr(value)[:30])
def test_what_is_no_json_object_is_refused_with_its_reason(body: bytes, says: str) -> None:
    with pytest.raises(MalformedRequest) as refused:
        Envelope.parse(body)
    assert says in str(refused.value)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(("body", "name"), TWICE)
def test_a_name_that_stands_twice_is_refused_by_name(body: bytes, name: str) -> None:
    with pytest.raises(MalformedRequest, match="twice") as refused:
        Envelope.parse(body)
    assert repr(name) in str(refused.value)
    assert refused.value.param == name


def test_names_deeper_down_are_the_upstream_s_business() -> None:
    body = b'{"a":{"b":1,"b":2}}'
    assert Envelope.parse(body).edit({"c": b"3"}) == b'{"a":{"b":1,"b":2},"c":3}'


EDITS: list[tuple[bytes, dict[str, bytes | None], bytes]] = [
    (b'{"a":1,"b":2}', {}, b'{"a":1,"b":2}'),
    (b'{"a":1,"b":2}', {"c": None}, b'{"a":1,"b":2}'),
    (b'{"a":1,"b":2}', {"a": b"9"}, b'{"a":9,"b":2}'),
    (b'{"a":1,"b":2}', {"b": b"[9]", "a": b"8"}, b'{"a":8,"b":[9]}'),
    (b'{"a":1,"b":2}', {"a": None}, b'{"b":2}'),
    (b'{"a":1,"b":2}', {"b": None}, b'{"a":1}'),
    (b'{"a":1,"b":2}', {"a": None, "b": None}, b"{}"),
    (b'{"a":1,"b":2}', {"a": None, "b": None, "c": b"3"}, b'{"c":3}'),
    (b'{"a":1}', {"b": b"2", "a": b"7"}, b'{"a":7,"b":2}'),
    (b'{"a": 1, "b": 2}', {"c": b"3"}, b'{"a": 1, "b": 2, "c": 3}'),
    (b'{"a": 1, "b": 2, "c": 3}', {"b": None}, b'{"a": 1, "c": 3}'),
    (b"{}", {"a": b"1", "b": b"2"}, b'{"a":1,"b":2}'),
    (b" { } ", {"a": b"1"}, b' {"a":1} '),
    (b'\n{\n  "a" : 1 ,\n  "b" : 2\n}\n', {"a": b"9"}, b'\n{\n  "a" : 9 ,\n  "b" : 2\n}\n'),
    (b'{\n  "a": 1,\n  "b": 2\n}', {"b": None}, b'{\n  "a": 1\n}'),
    (b'{\n  "a": 1,\n  "b": 2\n}', {"a": None}, b'{\n  "b": 2\n}'),
    (b'{\n  "a": 1,\n  "b": 2\n}', {"c": b"3"}, b'{\n  "a": 1,\n  "b": 2,\n  "c":3\n}'),
    ('{"é":"ü","a":1}'.encode(), {"é": b'"o"'}, '{"é":"o","a":1}'.encode()),
    (b'{"\\u0061":1,"b":"\\""}', {"a": b"9"}, b'{"\\u0061":9,"b":"\\""}'),
    (b'{"a":1}', {'q"': b"2"}, b'{"a":1,"q\\"":2}'),
]


@pytest.mark.parametrize(("body", "changes", "after"), EDITS)
def test_an_edit_changes_what_is_named_and_no_other_byte(
    body: bytes, changes: dict[str, bytes | None], after: bytes
) -> None:
    assert Envelope.parse(body).edit(changes) == after


def test_without_a_difference_the_very_bytes_come_back() -> None:
    body = b'{"a": 1}'
    assert Envelope.parse(body).edit({"b": None}) is body


def test_a_value_reads_as_text_and_null_as_none() -> None:
    envelope = Envelope.parse(b'{"a": [1, 2] , "b":null}')
    assert (envelope.text("a"), envelope.text("b"), envelope.text("c")) == (b"[1, 2]", None, None)


NAMES = st.one_of(st.sampled_from(["a", "b", "model", "stream"]), st.text(max_size=4))
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
OBJECTS = st.dictionaries(NAMES, JSON, max_size=5)
STYLES = st.sampled_from(
    [
        {"separators": (",", ":")},
        {},
        {"indent": 2},
        {"separators": (" , ", " : ")},
        {"separators": (",", ":"), "ensure_ascii": False},
        {"ensure_ascii": False},
        {"separators": (", ", ":")},
    ]
)


@given(OBJECTS, STYLES)
def test_parsing_agrees_with_a_full_parse(value: dict[str, Any], style: dict[str, Any]) -> None:
    envelope = Envelope.parse(json.dumps(value, **style).encode())
    assert {name: json.loads(bytes(raw)) for name, raw in envelope.fields.items()} == value


@given(OBJECTS, STYLES, st.dictionaries(NAMES, st.none() | JSON.map(lambda value: [value]), max_size=4))
def test_editing_agrees_with_editing_a_full_parse(
    value: dict[str, Any], style: dict[str, Any], changes: dict[str, Any]
) -> None:
    body = json.dumps(value, **style).encode()
    edits = {name: None if new is None else json.dumps(new).encode() for name, new in changes.items()}
    edited = Envelope.parse(body).edit(edits)
    wanted = {name: kept for name, kept in value.items() if name not in changes}
    assert json.loads(edited) == wanted | {name: new for name, new in changes.items() if new is not None}
    Envelope.parse(edited)


@given(OBJECTS, STYLES)
def test_an_edit_that_says_the_same_gives_the_same_bytes(value: dict[str, Any], style: dict[str, Any]) -> None:
    envelope = Envelope.parse(json.dumps(value, **style).encode())
    assert envelope.edit({name: bytes(raw) for name, raw in envelope.fields.items()}) == envelope.body


@given(st.binary(max_size=60) | st.text('{}[]",:\\u0 ae1\n', max_size=30).map(str.encode))
def test_any_bytes_are_read_or_refused_as_a_full_parse_would(body: bytes) -> None:
    try:
        envelope = Envelope.parse(body)
    except MalformedRequest:
        return
    parsed = json.loads(body, parse_constant=pytest.fail)
    assert list(parsed) == list(envelope.fields)


@given(OBJECTS.filter(bool), STYLES, st.data())
def test_a_repeated_member_is_always_found(value: dict[str, Any], style: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(value)))
    again = data.draw(st.one_of(st.just(value[name]), JSON))
    comma, colon = style.get("separators", (", ", ": "))
    tail = f"{comma}{json.dumps(name)}{colon}{json.dumps(again)}}}"
    body = json.dumps(value, **style)[:-1].rstrip()
    with pytest.raises(MalformedRequest, match="twice"):
        Envelope.parse((body + tail).encode())
