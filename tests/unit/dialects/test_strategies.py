from hypothesis import given, settings
from tests.unit.dialects.strategies import requests, streams

from outlast.dialects.conversation.collect import collect
from outlast.dialects.conversation.normal import normal
from outlast.dialects.conversation.parts import ToolCall, ToolResult
from outlast.dialects.conversation.reply import Done, Event, PartBegin, PartEnd
from outlast.dialects.conversation.request import Request


@given(requests())
@settings(max_examples=50)
def test_every_result_answers_a_call_made_before_it_and_every_call_has_an_id_of_its_own(request: Request) -> None:
    made = [part.id for message in request.messages for part in message.parts if isinstance(part, ToolCall)]
    answered = [part.call_id for message in request.messages for part in message.parts if isinstance(part, ToolResult)]

    assert len(set(made)) == len(made)
    assert set(answered) <= set(made)
    assert normal(normal(request)) == normal(request)


@given(streams())
@settings(max_examples=50)
def test_every_part_of_a_stream_begins_and_ends_once(events: tuple[Event, ...]) -> None:
    begun = [(event.choice, event.index) for event in events if isinstance(event, PartBegin)]
    ended = [(event.choice, event.index) for event in events if isinstance(event, PartEnd)]

    assert sorted(begun) == sorted(ended)
    assert len(set(begun)) == len(begun)
    assert events[-1] == Done()
    assert len(begun) == sum(len(candidate.parts) for candidate in collect(events).candidates)
