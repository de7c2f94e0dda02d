"""``docs/dialects-matrix.md`` is what the code does, and no cell of it gets worse unnoticed."""

from collections.abc import Mapping

import pytest
from tests.unit.dialects.crossing import FRAMING, decoded
from tests.unit.dialects.matrix import COMMAND, LOSS, PAGE, PASS, SILENT, cells, page, read, worse

from outlast.dialects.conversation.collect import collect, unfold
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Refusal, ToolCall
from outlast.dialects.conversation.reply import Candidate, Finish, Reply
from outlast.dialects.conversation.request import Message, Request, Voice
from outlast.dialects.registry import DIALECTS

Rows = Mapping[tuple[str, str], Mapping[str, str]]


@pytest.fixture(scope="module")
def computed() -> Rows:
    return cells()


def test_no_cell_is_worse_than_the_page_says(computed: Rows) -> None:
    worsened = worse(read(PAGE.read_text(encoding="utf-8")), computed)
    assert not worsened, f"if each of these is meant, run: {COMMAND}\n" + "\n".join(worsened)


def test_the_page_is_what_the_code_does(computed: Rows) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(computed), f"nothing got worse, but the page is old: run {COMMAND}"


def test_no_feature_is_lost_in_silence(computed: Rows) -> None:
    assert [(*key, target) for key, row in computed.items() for target, cell in row.items() if SILENT in cell] == []


def test_the_page_is_read_as_it_was_written(computed: Rows) -> None:
    assert {key: dict(row) for key, row in read(page(computed)).items()}.items() <= computed.items()


def test_more_losses_and_worse_words_are_worse_and_the_rest_is_not() -> None:
    def one(cell: str) -> Rows:
        return {("chat", "words"): {"gemini": cell}}

    assert worse(one(PASS), one(f"{LOSS} `a`"))
    assert worse(one(f"{LOSS} `a`"), one(f"{LOSS} `a`, `b`"))
    assert worse(one(PASS), {})
    assert not worse(one(f"{LOSS} `a`, `b`"), one(f"{LOSS} `c`"))
    assert not worse(one(f"{LOSS} `a`"), one(PASS))


def streamed(caller: str, reply: Reply) -> tuple[Reply, Losses]:
    losses = Losses()
    encoder = DIALECTS[caller].event_encoder(FRAMING, losses)
    stream = b"".join(map(encoder.event, unfold(reply)))
    return collect(decoded(DIALECTS[caller], stream)), losses


def test_a_custom_tool_s_call_is_unwrapped_from_anthropic_s_stream_too() -> None:
    call = ToolCall(id="call_1", name="sql", arguments="select 1", custom=True)
    there, losses = streamed("anthropic", Reply(candidates=(Candidate(parts=(call,)),)))
    assert there.candidates[0].parts == (call,)
    assert not losses


def test_a_stream_of_responses_tells_the_tier_once_it_is_known() -> None:
    assert streamed("responses", Reply(service_tier="priority"))[0].service_tier == "priority"
    assert streamed("responses", Reply(service_tier="auto"))[0].service_tier == ""


def test_google_s_stream_names_an_end_that_it_has_no_word_for_and_tells_a_tier_without_counts() -> None:
    paused = Reply(candidates=(Candidate(finish=Finish("pause")),), service_tier="priority")
    losses = Losses()
    encoder = DIALECTS["gemini"].event_encoder(FRAMING, losses)
    stream = b"".join(map(encoder.event, unfold(paused)))
    assert {*losses.names} == {"finish_reason"}
    assert b'"serviceTier":"priority"' in stream.lower().replace(b"servicetier", b"serviceTier")


def test_a_refusal_that_becomes_words_and_a_voice_that_is_not_heard_are_named() -> None:
    losses = Losses()
    said = (Message("user", (Refusal("No"),)),)
    DIALECTS["anthropic"].encode_request(Request(model="m", messages=said, voice=Voice(voice=b'"x"')), losses)
    assert {"messages.refusal", "audio"} <= {*losses.names}
    _, losses = streamed("completions", Reply(candidates=(Candidate(parts=(Refusal("No"),)),), service_tier="flex"))
    assert {*losses.names} == {"choices.refusal", "service_tier"}
