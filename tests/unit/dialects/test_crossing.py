"""Every recorded exchange through every other dialect and back: what it says survives, or the loss is said.

Requests cross to the target and return; answers and streams cross to a caller of the other dialect, who reads them
and gives them back in the next request. Every twentieth exchange is taken each time, all of them in the slow test.
"""

from collections.abc import Iterable, Iterator

import pytest
from tests.unit.dialects.crossing import FRAMING, Crossed, Exchange, cross_events, cross_reply, cross_request, decoded
from tests.unit.dialects.crossing import recorded as everything

from outlast.dialects.conversation.collect import unfold
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Citation, Media, Text, ToolCall, ToolResult
from outlast.dialects.conversation.reply import Candidate, Finish, Reply
from outlast.dialects.conversation.request import Format, Message, Reasoning, Request, Sampling
from outlast.dialects.dialect import Dialect
from outlast.dialects.registry import DIALECTS
from outlast.errors import Untranslatable
from outlast.exchange import Usage

SAMPLE = 20
HELLO = Message("user", (Text("Hello"),))
PRIME = Usage(input_tokens=9, audio_input_tokens=4, output_tokens=2)
HEARD = Reply(
    id="r",
    model="m",
    candidates=(Candidate(parts=(Text("Well"),), finish=Finish("malformed", stop_sequence="END")),),
    usage=PRIME,
)


def others(exchange: Exchange) -> Iterator[Dialect]:
    return (dialect for dialect in DIALECTS.values() if dialect is not exchange.dialect)


def crossings(exchanges: Iterable[Exchange]) -> Iterator[tuple[str, Crossed]]:
    """Each crossing with its name: from where to where, and what."""
    for exchange in exchanges:
        request = exchange.read()
        for other in others(exchange):
            name = f"{exchange.where}, {exchange.dialect.name} to {other.name}"
            there, arrived = cross_request(request, exchange.dialect, other)
            yield f"{name}: request", there
            if arrived is not None:
                yield f"{name}: request back", cross_request(arrived, other, exchange.dialect)[0]
            if exchange.status == 200 and exchange.streamed:
                yield f"{name}: stream", cross_events(decoded(exchange.dialect, exchange.answer), other)[0]
            elif exchange.status == 200:
                yield f"{name}: answer", cross_reply(exchange.dialect.decode_reply(exchange.answer), other)[0]


def silent(exchanges: Iterable[Exchange]) -> dict[str, object]:
    return {name: crossed.silent for name, crossed in crossings(exchanges) if crossed.silent}


def test_nothing_is_lost_in_silence_between_any_two_dialects() -> None:
    assert silent(everything()[::SAMPLE]) == {}


@pytest.mark.slow
def test_nothing_is_lost_in_silence_in_all_of_the_traffic() -> None:
    assert len(everything()) > 1_000
    assert silent(everything()) == {}


def test_every_recorded_error_keeps_its_status_message_and_code_in_every_dialect() -> None:
    seen = 0
    for exchange in everything():
        if exchange.status == 200:
            continue
        fault = exchange.dialect.decode_fault(exchange.status, exchange.answer)
        for other in others(exchange):
            there = other.decode_fault(exchange.status, other.encode_fault(fault, "call-1"))
            assert (there.status, there.message) == (fault.status, fault.message), exchange.where
            assert fault.message, exchange.where
            assert there.type == fault.type, (exchange.where, other.name)
            seen += 1
    assert seen > 80


def written(target: str, **more: object) -> Losses:
    """What the target cannot be told of a request."""
    losses = Losses()
    DIALECTS[target].encode_request(Request(model="m", messages=(HELLO,), **more), losses)  # type: ignore[arg-type]
    return losses


@pytest.mark.parametrize(
    ("caller", "lost"),
    [
        ("anthropic", {"finish_reason", "usage.audio_tokens"}),
        ("responses", {"finish_reason", "stop_sequence", "usage.audio_tokens"}),
        ("completions", {"finish_reason", "stop_sequence"}),
    ],
)
def test_an_end_or_a_count_that_a_dialect_has_no_word_for_is_named_whole_and_streamed(
    caller: str, lost: set[str]
) -> None:
    whole, streamed = Losses(), Losses()
    DIALECTS[caller].encode_reply(HEARD, FRAMING, whole)
    encoder = DIALECTS[caller].event_encoder(FRAMING, streamed)
    for event in unfold(HEARD):
        encoder.event(event)

    assert set(whole.names) == lost
    assert set(streamed.names) == lost


def test_an_older_completion_names_the_sources_and_odds_that_it_cannot_show() -> None:
    odds = b'{"content":[{"token":"a","logprob":-1.0,"bytes":null,"top_logprobs":[]}]}'
    cited = Text("Well", citations=(Citation(url="https://example.org"),))
    losses = Losses()
    encoder = DIALECTS["completions"].event_encoder(FRAMING, losses)
    for event in unfold(Reply(candidates=(Candidate(parts=(cited,), logprobs=odds),))):
        encoder.event(event)

    assert set(losses.names) == {"choices.citations", "choices.logprobs"}


@pytest.mark.parametrize("target", ["anthropic", "gemini"])
def test_a_request_in_which_only_the_system_speaks_is_refused_in_words_that_say_so(target: str) -> None:
    silence = Request(model="m", messages=(Message("system", (Text("Be brief."),)),))
    with pytest.raises(Untranslatable, match="beside the system's"):
        DIALECTS[target].encode_request(silence, Losses())


def test_the_name_of_a_form_is_named_where_none_can_be_said() -> None:
    form = Format(kind="schema", schema=b"{}", name="city", description="a city")
    for target in ("anthropic", "gemini"):
        assert {"response_format.name", "response_format.description"} <= {*written(target, format=form).names}


def test_a_wish_about_thinking_that_has_no_word_is_named() -> None:
    assert {*written("anthropic", reasoning=Reasoning(effort="minimal")).names} == {"reasoning_effort"}
    assert {*written("anthropic", reasoning=Reasoning(summary="detailed")).names} == {"reasoning.summary"}
    assert {*written("responses", reasoning=Reasoning(adaptive=True)).names} == {"reasoning.adaptive"}
    assert {*written("chat", reasoning=Reasoning(budget=0)).names} == {"reasoning.budget"}


def test_a_document_that_a_tool_said_moves_into_the_user_s_words_in_chat_and_is_named() -> None:
    document = Media(kind="document", mime="application/pdf", data="AAAA")
    call = Message("assistant", (ToolCall(id="c", name="read", arguments="{}"),))
    result = Message("user", (ToolResult(call_id="c", parts=(document,)),))
    losses = Losses()
    body = DIALECTS["chat"].encode_request(Request(model="m", messages=(HELLO, call, result)), losses)

    assert b"AAAA" in body
    assert {*losses.names} == {"messages.tool.document"}


def test_tokens_written_to_a_cache_and_read_from_it_in_one_call_are_not_counted_twice() -> None:
    """One provider of many vendors' models reports both for the same tokens."""
    anthropic, losses = DIALECTS["anthropic"], Losses()
    usage = Usage(input_tokens=100, cached_tokens=90, cache_write_tokens=90, output_tokens=1)
    there = anthropic.decode_reply(anthropic.encode_reply(Reply(usage=usage), FRAMING, losses))

    assert there.usage == Usage(input_tokens=100, cached_tokens=90, cache_write_tokens=10, output_tokens=1)
    assert {*losses.names} == {"usage.cache_write_tokens"}


def test_parallel_calls_are_named_where_an_older_completion_is_asked() -> None:
    assert {*written("completions", parallel_tool_calls=False).names} == {"parallel_tool_calls"}
    assert not written("completions", sampling=Sampling(n=2))


def test_what_goes_without_saying_is_no_loss() -> None:
    assert not written("completions", modalities=("text",), format=Format(kind="text"))
    losses = Losses()
    DIALECTS["completions"].encode_reply(Reply(service_tier="default"), FRAMING, losses)
    assert not losses
