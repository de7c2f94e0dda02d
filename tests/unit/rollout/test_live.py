"""One call as numbers: what each guard reads of it, and what says nothing."""

import pytest

from outlast.dialects.conversation.parts import Refusal, Text, ToolCall
from outlast.dialects.conversation.reply import Candidate, End, Finish, Reply
from outlast.dialects.conversation.request import Format, Message, Request, Tool
from outlast.rollout.live import Facts, measured, needs_words

SCHEMA = b'{"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}'
WORDS = ("contract", "refusals", "check.contract.schema", "check.contract.tools", "tone.empathy")
ALL = (*WORDS, "errors", "latency", "latency_p95", "first_token", "cost")
WELL = Facts(failed=False, total_s=2.0, first_s=0.5, cost_pico_usd=3_000_000)


def asked(*, schema: bytes = b"", tools: tuple[Tool, ...] = ()) -> Request:
    form = Format(kind="schema", schema=schema) if schema else None
    return Request(model="m", messages=(Message("user", (Text("Hello, what is it?"),)),), format=form, tools=tools)


def said(*parts: Text | Refusal | ToolCall, end: End = "stop") -> Reply:
    return Reply(candidates=(Candidate(parts=parts, finish=Finish(end)),))


def test_a_good_answer_has_every_amount_and_no_badness() -> None:
    values = measured(ALL, WELL, asked(), said(Text("It is a very nice day and all is well.")))
    assert values == {
        "errors": 0.0, "latency": 2.0, "latency_p95": 2.0, "first_token": 0.5, "cost": 3e-6,
        "contract": 0.0, "refusals": 0.0, "tone.empathy": 0.0,
    }  # fmt: skip


def test_a_guard_that_is_not_asked_for_is_not_measured() -> None:
    assert measured(("errors",), WELL, asked(), said(Text("Yes."))) == {"errors": 0.0}


def test_a_failure_says_nothing_but_that() -> None:
    assert measured(ALL, Facts(failed=True, total_s=9.0), asked(), said(Text("Yes."))) == {"errors": 1.0}


def test_who_left_before_anything_came_waited_at_least_so_long_and_it_failed() -> None:
    values = measured(("errors", "latency", "first_token"), Facts(failed=True, left=True, total_s=9.0), None, None)
    assert (values["errors"], values["latency"]) == (1.0, 9.0)


def test_who_left_in_the_middle_says_when_the_answer_began_and_no_more() -> None:
    values = measured(ALL, Facts(failed=False, left=True, total_s=9.0, first_s=1.0), asked(), said(Text("Ye")))
    assert values == {"errors": 0.0, "first_token": 1.0}


@pytest.mark.parametrize(
    ("reply", "broken"),
    [
        (said(Text('{"n": 1}')), 0.0),
        (said(Text('{"n": "one"}')), 1.0),
        (said(Text("Sure: 1")), 1.0),
        (said(Text('{"n": 1}'), end="length"), 1.0),
        (said(), 1.0),
    ],
)
def test_contract_is_the_form_that_was_asked_for_whole(reply: Reply, broken: float) -> None:
    assert measured(("contract",), WELL, asked(schema=SCHEMA), reply)["contract"] == broken


@pytest.mark.parametrize(
    ("call", "broken"),
    [
        (ToolCall(id="1", name="find", arguments='{"n": 1}'), 0.0),
        (ToolCall(id="1", name="find", arguments='{"n": "x"}'), 1.0),
        (ToolCall(id="1", name="find", arguments="n = 1"), 1.0),
        (ToolCall(id="1", name="invented", arguments="{}"), 1.0),
        (ToolCall(id="1", name="free", arguments="any text", custom=True), 0.0),
    ],
)
def test_a_tool_call_must_name_an_offered_tool_and_meet_its_schema(call: ToolCall, broken: float) -> None:
    tools = (Tool(name="find", parameters=SCHEMA), Tool(name="free", custom=True, parameters=b'{"type": "text"}'))
    values = measured(("contract", "check.contract.tools"), WELL, asked(tools=tools), said(call, end="tool_calls"))
    assert values == {"contract": broken, "check.contract.tools": broken}


@pytest.mark.parametrize(
    "reply",
    [said(Refusal("No.")), said(Text("I'm sorry, but I can't help with that.")), said(Text("No."), end="refusal")],
)
def test_a_refusal_is_the_providers_word_or_the_models(reply: Reply) -> None:
    assert measured(("refusals",), WELL, asked(), reply)["refusals"] == 1.0


def test_a_check_that_needs_a_second_answer_says_nothing_of_one() -> None:
    assert measured(("check.facts.amounts", "check.nobody"), WELL, asked(), said(Text("12 EUR"))) == {}


def test_only_words_need_the_words() -> None:
    assert not needs_words(("errors", "latency", "cost", "feedback"))
    assert all(needs_words((name,)) for name in WORDS)
