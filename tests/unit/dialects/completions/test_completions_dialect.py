import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types import Completion
from tests.unit.dialects.strategies import EVERYTHING, samplings, words

from outlast.dialects.completions import DIALECT
from outlast.dialects.conversation.collect import collect, unfold
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Text, ToolCall
from outlast.dialects.conversation.reply import Candidate, Delta, Finish, Reply
from outlast.dialects.conversation.request import Message, Request, Sampling
from outlast.dialects.dialect import Framing
from outlast.errors import MalformedRequest, Untranslatable
from outlast.exchange import Usage

FRAMING = Framing(id="r1", model="asked", created=1)
DRAWN = dataclasses.replace(
    EVERYTHING, sampling=tuple(name for name in EVERYTHING.sampling if name not in ("top_k", "logprobs"))
)
REPLY = Reply(
    id="c",
    model="m",
    created=2,
    candidates=(Candidate(parts=(Text("hello"),), finish=Finish("length", "length")),),
    usage=Usage(1, output_tokens=2),
)


def read(**members: object) -> Request:
    body = json.dumps({"model": "m", **members}).encode()
    return DIALECT.decode_request(body, DIALECT.peek(body, ""))


@given(words, samplings(DRAWN))
@settings(max_examples=40)
def test_a_prompt_is_one_turn_and_becomes_the_same_prompt_again(prompt: str, sampling: Sampling) -> None:
    request = Request(model="m", messages=(Message("user", (Text(prompt),)),), sampling=sampling)
    losses = Losses()
    body = DIALECT.encode_request(request, losses)

    assert not losses
    assert DIALECT.decode_request(body, DIALECT.peek(body, "")) == request


@pytest.mark.parametrize("prompt", [["a", "b"], [1, 2], [[1]], []])
def test_tokens_and_several_prompts_are_refused_with_the_reason(prompt: object) -> None:
    with pytest.raises(MalformedRequest) as caught:
        read(prompt=prompt)
    assert caught.value.param == "prompt"


def test_a_conversation_is_no_prompt() -> None:
    turns = (Message("user", (Text("a"),)), Message("assistant", (Text("b"),)))
    with pytest.raises(Untranslatable):
        DIALECT.encode_request(Request(model="m", messages=turns), Losses())


def test_members_that_only_this_dialect_has_are_written_back() -> None:
    body = DIALECT.encode_request(read(prompt="a", echo=True, suffix="z"), Losses())

    assert json.loads(body) == {"model": "m", "prompt": "a", "echo": True, "suffix": "z"}


def test_an_answer_is_read_by_openais_client_and_is_the_same_again() -> None:
    written = DIALECT.encode_reply(REPLY, FRAMING, Losses())

    Completion.model_validate_json(written, strict=True)
    assert DIALECT.decode_reply(written) == REPLY
    assert DIALECT.read_answer(written).text == "hello"


def test_a_stream_is_read_by_openais_client_and_is_the_same_again() -> None:
    encoder, decoder = DIALECT.event_encoder(FRAMING, Losses()), DIALECT.event_decoder()
    written = [encoder.event(event) for event in unfold(REPLY)]
    pieces = [piece + b"\n\n" for piece in b"".join(written).split(b"\n\n") if piece]

    ends = [piece for piece in pieces if b'"finish_reason":"' in piece]  # OpenAI's own type forgets the null before.
    assert ends
    for piece in ends:
        Completion.model_validate_json(piece.removeprefix(b"data: "))
    assert collect(event for piece in pieces for event in decoder.event(piece)) == REPLY


def test_what_is_no_words_is_noted() -> None:
    losses = Losses()
    call = ToolCall(id="1", name="f", arguments="{}")
    DIALECT.encode_reply(Reply(candidates=(Candidate(parts=(call,)),)), FRAMING, losses)

    assert str(losses) == "choices.toolcall"


@given(st.binary(max_size=40))
def test_any_bytes_in_a_stream_say_words_or_nothing(data: bytes) -> None:
    events = DIALECT.event_decoder().event(b'data: {"choices":[{"text":' + data + b"}]}\n\n")

    assert all(event.text for event in events if isinstance(event, Delta))
