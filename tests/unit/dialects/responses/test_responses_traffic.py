import json
from typing import get_args

import msgspec
from openai.types.responses import Response, ResponseStreamEvent
from tests.unit.dialects.responses.recorded import Recorded, answers, compact, recorded, streams

from outlast.dialects.conversation.collect import collect
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.normal import normal, normal_reply
from outlast.dialects.conversation.parts import Part, Thinking
from outlast.dialects.conversation.reply import Event, Reply
from outlast.dialects.conversation.request import Request
from outlast.dialects.dialect import Framing
from outlast.dialects.responses import DIALECT
from outlast.dialects.sse import Splitter

FRAMING = Framing(id="call", model="model", created=1)
ASKED = ("responses:store", "responses:signatures", "responses:instructed")
"""What every translated request asks of its provider: to store nothing, and signatures where the model is to think.
A system's message that comes first is sent as instructions."""
OURS = ("message", "reasoning", "function_call", "custom_tool_call")
"""Items that are written here; all others are a provider's own and pass as they came."""
EVENTS = {
    get_args(each.model_fields["type"].annotation)[0]: each for each in get_args(get_args(ResponseStreamEvent)[0])
}
"""The client's own type for each event."""


def test_a_recorded_request_is_written_as_it_was_read() -> None:
    calls = [each for each in recorded() if each.asks]
    assert len(calls) > 200
    for each in calls:
        losses = Losses()
        request = _read(each.request)
        again = _read(DIALECT.encode_request(request, losses))
        assert _told(again) == _told(request), each.source
        assert not losses, each.source


def test_a_recorded_answer_is_written_as_it_was_read_and_the_client_takes_it() -> None:
    assert len(answers()) > 170
    for each in answers():
        losses = Losses()
        reply = DIALECT.decode_reply(each.answer)
        body = DIALECT.encode_reply(reply, FRAMING, losses)
        assert _same(DIALECT.decode_reply(body)) == _same(reply), each.source
        assert not losses, each.source
        wire = json.loads(body)
        wire["output"] = [item for item in wire["output"] if item["type"] in OURS]
        Response.model_validate(wire)


def test_the_facts_of_a_recorded_answer_are_those_of_its_reply() -> None:
    for each in answers():
        facts, reply = DIALECT.read_answer(each.answer), DIALECT.decode_reply(each.answer)
        assert (facts.model, facts.usage) == (reply.model, reply.usage), each.source


def test_a_recorded_stream_makes_the_answer_that_its_last_event_repeats() -> None:
    whole_streams = [each for each in streams() if b"response.created" in each.answer]
    assert len(whole_streams) > 20
    for each in whole_streams:
        made = collect(_decoded(each.answer))
        assert _streamed(made) == _streamed(DIALECT.decode_reply(_last(each))), each.source


def test_a_recorded_stream_is_written_as_it_was_read_and_the_client_takes_every_event() -> None:
    for each in streams():
        events = _decoded(each.answer)
        losses = Losses()
        encoder = DIALECT.event_encoder(FRAMING, losses)
        written = b"".join(map(encoder.event, events))
        again = collect(_decoded(written))
        assert again.candidates == collect(events).candidates, each.source
        assert again.usage == collect(events).usage
        assert not losses, each.source
        _check_events(written)


def test_a_recorded_stream_passes_unchanged_and_only_its_end_is_held() -> None:
    for each in streams():
        reader = DIALECT.relay(DIALECT.peek(b'{"model":"m","input":"","stream":true}', ""))
        cut = [each.answer[place : place + 97] for place in range(0, len(each.answer), 97)]
        passed = b"".join(map(reader.feed, cut))
        if not reader.done:
            passed += reader.finish()
        assert reader.done, each.source
        assert passed + reader.held() == each.answer
        assert reader.held().startswith(b"event: response.completed"), each.source
        assert reader.answer == DIALECT.read_answer(_last(each))


def _read(body: bytes) -> Request:
    return DIALECT.decode_request(body, DIALECT.peek(body, ""))


def _told(request: Request) -> Request:
    request = normal(request)
    extra = {name: value for name, value in request.extra.items() if name not in ASKED}
    return msgspec.structs.replace(request, extra=extra)


def _decoded(stream: bytes) -> list[Event]:
    decoder, splitter = DIALECT.event_decoder(), Splitter()
    events = [event for each in splitter.feed(stream) for event in decoder.event(each)]
    return [*events, *decoder.finish()]


def _last(each: Recorded) -> bytes:
    data = each.answer.rpartition(b"\ndata:")[2]
    return compact(json.loads(data)["response"])


def _same(reply: Reply) -> Reply:
    """What neither an id's beginning nor a tier that is not said makes another answer."""
    said = "" if reply.service_tier == "default" else reply.service_tier
    finish = "complete"
    candidates = tuple(
        msgspec.structs.replace(
            each,
            finish=each.finish
            and msgspec.structs.replace(each.finish, said=each.finish.said.replace("completed", finish)),
        )
        for each in normal_reply(reply).candidates
    )
    return msgspec.structs.replace(reply, id=reply.id.removeprefix("resp_"), service_tier=said, candidates=candidates)


def _streamed(reply: Reply) -> Reply:
    """A provider encrypts a thought anew each time that it says it, gives more bytes to whole log-probabilities,
    names another tier when it begins, and leaves some items of its own to the last event."""
    candidates = tuple(
        msgspec.structs.replace(each, logprobs=b"", parts=tuple(sorted(map(_unsealed, each.parts), key=repr)))
        for each in normal_reply(reply).candidates
    )
    return msgspec.structs.replace(reply, service_tier="", candidates=candidates)


def _unsealed(part: Part) -> Part:
    return msgspec.structs.replace(part, signature="sealed") if isinstance(part, Thinking) and part.signature else part


def _check_events(written: bytes) -> None:
    for number, event in enumerate(Splitter().feed(written)):
        data = json.loads(event.partition(b"data: ")[2])
        assert data["sequence_number"] == number
        assert event.startswith(f"event: {data['type']}\n".encode())
        if data.get("item", {"type": "message"})["type"] in OURS:
            EVENTS[data["type"]].model_validate(
                {**data, **({"response": {**data["response"], "output": []}} if "response" in data else {})}
            )
