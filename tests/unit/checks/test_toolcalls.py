"""Tool calls: the same by the tool's schema, or different with a class."""

import json
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.checks.draw import Tool, ToolCall
from outlast.checks.toolcalls import canonical, compare_calls

SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "days": {"type": "integer", "default": 3},
            "note": {"type": "string"},
            "tags": {"type": "array", "uniqueItems": True, "items": {"type": "string"}},
            "at": {"type": "object", "properties": {"hour": {"type": "number", "default": 12}}},
        },
    }
).encode()
TOOLS = (Tool("forecast", SCHEMA), Tool("other", b"{}"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def call(arguments: object, name: str = "forecast") -> ToolCall:
    return ToolCall(name, arguments if isinstance(arguments, str) else json.dumps(arguments))


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ({"city": "Rome", "days": 2}, {"days": 2, "city": "Rome"}),
        ({"city": "Rome", "days": 3}, {"city": "Rome"}),
        ({"city": "Rome", "days": 2}, {"city": "Rome", "days": 2.0}),
        ({"city": "Rome", "days": 2}, {"city": "Rome", "days": "2"}),
        ({"city": "Rome"}, {"city": " Rome "}),
        ({"city": "Rome", "note": None}, {"city": "Rome"}),
        ({"tags": ["a", "b"]}, {"tags": ["b", "a"]}),
        ({"at": {"hour": 12}}, {"at": {}}),
        ({}, ""),
    ],
)
def test_what_the_schema_reads_alike_is_the_same(wanted: object, given: object) -> None:
    assert compare_calls([call(wanted)], [call(given)], TOOLS) == "same"


@pytest.mark.parametrize(
    ("wanted", "given", "difference"),
    [
        ([call({"city": "Rome"})], [], "no call"),
        ([], [call({"city": "Rome"})], "needless call"),
        ([call({})], [call({}, "other")], "other tool"),
        ([call({}), call({}, "other")], [call({})], "other number of calls"),
        ([call({})], [call({}), call({}, "other")], "other number of calls"),
        ([call({})], [call({}, "made_up")], "unknown tool"),
        ([call({}, "later")], [call({}, "later")], "same"),
        ([call({})], [call("{")], "arguments are no JSON"),
        ([call({"city": "Rome"})], [call({})], "argument missing"),
        ([call({"city": "Rome"})], [call({"city": "Rome", "x": 1})], "argument added"),
        ([call({"city": "Rome"})], [call({"city": "Oslo"})], "argument differs"),
        ([call({"city": "1"})], [call({"city": 1})], "argument differs"),
        ([call({"city": "R", "note": "bring a hat"})], [call({"city": "R", "note": "take a cap"})], "wording differs"),
        ([call({"city": "R", "note": "bring a hat"})], [call({"city": "O", "note": "take a cap"})], "argument differs"),
        ([call({"city": True})], [call({"city": 1})], "argument differs"),
    ],
)  # fmt: skip
def test_each_disagreement_has_its_class(
    wanted: Sequence[ToolCall], given: Sequence[ToolCall], difference: str
) -> None:
    assert compare_calls(wanted, given, TOOLS) == difference


@given(st.dictionaries(st.text(max_size=6), VALUES, max_size=5), st.randoms(use_true_random=False))
def test_order_and_white_space_never_matter(arguments: dict[str, object], chance: object) -> None:
    names = list(arguments)
    chance.shuffle(names)  # type: ignore[attr-defined]
    spelled = json.dumps({name: arguments[name] for name in names}, indent=3, ensure_ascii=False)
    assert canonical(spelled, SCHEMA) == canonical(json.dumps(arguments), SCHEMA)


@given(st.lists(st.dictionaries(st.sampled_from(["city", "note"]), st.text(max_size=3), max_size=2), max_size=4))
def test_calls_agree_with_themselves_in_any_order(arguments: list[dict[str, str]]) -> None:
    calls = [call(each) for each in arguments]
    assert compare_calls(calls, calls[::-1], TOOLS) == "same"


@given(VALUES, VALUES)
def test_agreement_goes_both_ways(one: object, other: object) -> None:
    there = compare_calls([call({"x": one})], [call({"x": other})], TOOLS) == "same"
    assert there == (compare_calls([call({"x": other})], [call({"x": one})], TOOLS) == "same")


@pytest.mark.parametrize(
    "calls",
    [
        [call('{"x":' * 50_000)],
        [call("[" * 100_000 + "]" * 100_000)],
        [call({"x": "a" * 10_000_000})],
        [call({"x": number}) for number in range(20_000)],
        [call('{"tags": [' + ",".join(f'"{number}"' for number in range(100_000)) + "]}")],
    ],
)
def test_hostile_calls_take_bounded_time(calls: list[ToolCall]) -> None:
    since = time.perf_counter()
    assert compare_calls(calls, calls[::-1], TOOLS) in {"same", "arguments are no JSON"}
    assert time.perf_counter() - since < 5
