"""What identifies people or opens doors is found in our own set of texts, and what is neither stays."""
# ruff: noqa: E501 - documents of other tools read best as one row each

import json
import re
import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.replay.redaction_set import NEGATIVE, PER_KIND, POSITIVE, negatives, positives

from outlast.checks.draw import Draw, Said, ToolCall
from outlast.replay.redaction import KINDS, Redaction, redact, redaction_of

MARK = re.compile(r"\[[a-z]+ \d+\]")


def text(given: str) -> str:
    return Redaction().redactor().text(given)


@pytest.mark.parametrize("kind", POSITIVE)
def test_at_least_98_of_100_are_found_and_nothing_of_them_stays(kind: str) -> None:
    cases = [(said, value) for found, said, value in positives() if found == kind]
    assert len(cases) == PER_KIND
    missed = [said for said, value in cases if f"[{kind} 1]" not in text(said) or value in text(said)]
    assert len(missed) <= PER_KIND // 50, missed


def test_what_is_neither_personal_nor_secret_stays() -> None:
    cases = list(negatives())
    assert len(cases) == PER_KIND * len(POSITIVE)
    touched = Counter(mark.split()[0] for case in cases for mark in MARK.findall(text(case)))
    assert sum(touched.values()) <= len(cases) // 200, touched
    assert len(NEGATIVE) > 50


def test_the_same_value_is_the_same_mark_however_it_is_written_and_another_is_another() -> None:
    assert (
        text("a@b.org A@B.ORG c@d.org +39 02 123 4567 +39021234567") == "[mail 1] [mail 1] [mail 2] [phone 1] [phone 1]"
    )


def test_two_requests_cannot_be_joined_by_their_marks() -> None:
    assert text("x@b.org") == text("y@b.org") == "[mail 1]"


def test_only_the_value_goes_and_its_name_stays() -> None:
    assert text("password is hunter2! and dob: 1980-02-03") == "password is [key 1] and dob: [birth 1]"
    assert text("see https://u:p4ss@host.example/x") == "see https://[login 1]@host.example/x"


def test_a_tool_calls_arguments_stay_json_and_names_of_members_are_looked_at_too() -> None:
    arguments = json.dumps(
        {"to": 'x@b.org", "', "card": 4111111111111111, "deep": [{"x@b.org": "ok", "password": "hunter2"}]}
    )
    body = json.dumps({"messages": [{"role": "assistant", "tool_calls": [{"function": {"arguments": arguments}}]}]})
    [message] = json.loads(redact(body.encode()))["messages"]
    kept = json.loads(message["tool_calls"][0]["function"]["arguments"])
    assert kept["card"] == "[card 1]"
    assert kept["deep"] == [{"[mail 1]": "ok", "password": "[key 1]"}]
    assert "x@b.org" not in json.dumps(kept)


def test_a_member_s_name_tells_what_its_value_is() -> None:
    kept = (
        Redaction()
        .redactor()
        .value({"date_of_birth": "1980-02-03", "phone": "5550199", "count": "5550199", "api_key": "abc123"})
    )
    assert kept == {"date_of_birth": "[birth 1]", "phone": "[phone 1]", "count": "5550199", "api_key": "[key 1]"}


def test_two_names_that_become_one_mark_stay_two_members() -> None:
    assert Redaction().redactor().value({"a@b.org": 1, "A@b.org": 2}) == {"[mail 1]": 1, "[mail 1]'": 2}


def test_an_answer_has_the_marks_of_its_request() -> None:
    redactor = Redaction().redactor()
    redactor.text("x@b.org and y@b.org")
    said = Said(text="to y@b.org", tool_calls=(ToolCall("send", '{"to": "x@b.org"}'),))
    assert redactor.draw(Draw(said=said)).said == Said(
        text="to [mail 2]", tool_calls=(ToolCall("send", '{"to":"[mail 1]"}'),)
    )


def test_the_operators_names_and_patterns_are_taken_out_as_well() -> None:
    redactor = redaction_of([r"PRJ-\d+", r"ticket (?P<value>T\w+)"], ["Mario Rossi", "Ada", "Ada Bell"]).redactor()
    assert redactor.text("mario  ROSSI met Ada Bell and Adam on PRJ-77, ticket Tx") == (
        "[name 1] met [name 2] and Adam on [own 1], ticket [own 2]"
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=10,
)  # fmt: skip


@given(JSON, st.sampled_from([said for _, said, _ in positives()]))
def test_what_comes_out_is_json_of_the_same_shape_and_nothing_new_is_found_in_it(value: object, said: str) -> None:
    body = json.dumps({"a": value, "b": said, "c": json.dumps([said])}).encode()
    once = redact(body)
    assert set(json.loads(once)) == {"a", "b", "c"}
    assert isinstance(json.loads(json.loads(once)["c"]), list)


HARD = ("a", "1", "1 ", "1-", "-", "1.", "a.", "a@", "@a.", "+1", "0 ", ":", "a:", "://a:", "A1", "A ", "A 1 ", "1 A ", "Via A ", "key=", "-----BEGIN PRIVATE KEY-----", "born ", "tel ", "(1)", "éà", "路1号")  # fmt: skip


@pytest.mark.parametrize("piece", HARD)
def test_no_text_takes_more_than_linear_time(piece: str) -> None:
    """A pattern that tries ways without number would take minutes here, not a second."""
    hostile = piece * (60_000 // len(piece))
    started = time.process_time()
    text(hostile)
    assert time.process_time() - started < 1.5


def test_a_thousand_requests_take_less_than_two_seconds_of_processor_time() -> None:
    tools = [
        {"type": "function", "function": {"name": f"tool_{n}", "description": "Finds things by name."}}
        for n in range(5)
    ]
    requests = [
        {"messages": [{"role": "system", "content": "You are helpful. " * 40}, {"role": "user", "content": f"{n}: {said} " + "More about it. " * 20}], "tools": tools}
        for n, (_, said, _) in zip(range(1000), positives(), strict=False)
    ]  # fmt: skip
    redaction = Redaction()
    started = time.process_time()
    for request in requests:
        redaction.redactor().value(request)  # type: ignore[arg-type]
    assert time.process_time() - started < 2  # 0.45 s on a machine of its own; a machine under test is not


def test_every_pattern_compiles_with_a_word_for_its_marks() -> None:
    assert all(re.fullmatch("[a-z]{2,12}", kind.name) for kind in KINDS)
