"""The careless model breaks what has a form, at its rate, and the same call always in the same way."""

import json

import pytest

from outlast.providers.script.careless import WRONG, spoilt
from outlast.providers.script.request import ChatRequest, ResponseFormat
from outlast.providers.script.skills import Said, ToolCall


def request(form: str | None = None) -> ChatRequest:
    wanted = None if form is None else ResponseFormat(type=form)
    return ChatRequest(model="m", messages=(), response_format=wanted)


FORM = request("json_object")


@pytest.mark.parametrize("rate", [0.0, 0.15, 0.5, 1.0])
def test_json_is_broken_at_the_rate_that_was_ordered(rate: float) -> None:
    said = [spoilt(Said('{"a": 1}'), FORM, f"question {number}", rate).text for number in range(2_000)]
    broken = [text for text in said if text != '{"a": 1}']
    assert abs(len(broken) / 2_000 - rate) <= 4 * (rate * (1 - rate) / 2_000) ** 0.5
    for text in broken:
        with pytest.raises(ValueError, match="Expecting"):
            json.loads(text)


def test_a_tool_gets_an_argument_that_nobody_asked_for() -> None:
    call = ToolCall("look_up", '{"order": "A-1", "days": 3}')
    [broken] = spoilt(Said(calls=(call,)), request(), "where is it?", 1.0).calls
    assert (broken.name, json.loads(broken.arguments)) == ("look_up", {"order": WRONG, "days": 3})
    [bare] = spoilt(Said(calls=(ToolCall("now", "{}"),)), request(), "what time is it?", 1.0).calls
    assert json.loads(bare.arguments) == {"mistake": WRONG}


def test_the_same_call_has_the_same_answer() -> None:
    said = [spoilt(Said("{}"), FORM, f"question {number}", 0.5) for number in range(100)]
    assert said == [spoilt(Said("{}"), FORM, f"question {number}", 0.5) for number in range(100)]


def test_talk_has_no_form_to_break() -> None:
    assert spoilt(Said("Hello."), request(), "hello", 1.0) == Said("Hello.")
