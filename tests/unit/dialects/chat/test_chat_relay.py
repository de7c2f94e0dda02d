import itertools
import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.dialects.chat.asked import Answer
from outlast.dialects.chat.relay import StreamReader
from outlast.errors import UpstreamBroken
from outlast.exchange import Usage

TRAFFIC = Path(__file__).parents[5] / "shared" / "traffic"
DONE = b"data: [DONE]\n\n"


class Recording(NamedTuple):
    source: str
    body: bytes


@cache
def recordings() -> tuple[Recording, ...]:
    if not TRAFFIC.exists():
        pytest.skip("the recorded traffic is not here")
    exchanges = [
        json.loads(line)
        for name in ("openai-chat", "compatible-chat")
        for line in (TRAFFIC / f"{name}.jsonl").read_text().splitlines()
    ]
    return tuple(
        Recording(exchange["source"], exchange["response"].encode())
        for exchange in exchanges
        if exchange["response_kind"] == "text" and exchange["status"] == 200
    )


def through(body: bytes, *cuts: int, hide_usage: bool) -> tuple[bytes, StreamReader]:
    reader, places = StreamReader(hide_usage=hide_usage), sorted({0, len(body), *cuts})
    passed = b"".join(reader.feed(body[start:end]) for start, end in itertools.pairwise(places))
    return passed + reader.finish(), reader


def wanted(body: bytes, *, hide_usage: bool) -> tuple[bytes, bytes]:
    """What may pass and what is held back, found the slow and plain way."""
    passing, held = b"", b""
    for event in body.removesuffix(b"\n\n").split(b"\n\n"):
        data = event.split(b"data: ", 1)[-1]
        terminal = bool(held) or data == b"[DONE]"
        chunk = json.loads(data) if data.startswith(b"{") else {}
        if terminal:
            held += event + b"\n\n"
        elif not (hide_usage and chunk.get("choices") == [] and chunk.get("usage")):
            passing += event + b"\n\n"
    return passing, held


@pytest.mark.parametrize("hide_usage", [True, False])
def test_every_recorded_stream_passes_less_the_hidden_chunk(hide_usage: bool) -> None:  # noqa: FBT001  parametrized
    hidden = 0
    for recording in recordings():
        passed, reader = through(recording.body, hide_usage=hide_usage)
        assert (passed, reader.held()) == wanted(recording.body, hide_usage=hide_usage), recording.source
        hidden += passed + reader.held() != recording.body
    assert len(recordings()) >= 50
    assert hidden == (35 if hide_usage else 0)


def test_every_recorded_stream_passes_byte_by_byte() -> None:
    for recording in recordings():
        body = recording.body[-4_000:] if len(recording.body) > 4_000 else recording.body
        body = body[body.index(b"data:") :]
        passed, reader = through(body, *range(len(body)), hide_usage=True)
        whole, other = through(body, hide_usage=True)
        assert (passed, reader.held(), reader.answer) == (whole, other.held(), other.answer), recording.source


@given(st.data())
def test_chunk_boundaries_make_no_difference(data: st.DataObject) -> None:
    recording = recordings()[data.draw(st.integers(0, len(recordings()) - 1))]
    ends = data.draw(st.sampled_from([b"\n", b"\r\n", b"\r"]))
    body = recording.body.replace(b"\n", ends)
    cuts = data.draw(st.lists(st.integers(0, len(body)), max_size=12))
    passed, reader = through(body, *cuts, hide_usage=True)
    passing, held = wanted(recording.body, hide_usage=True)
    assert passed == passing.replace(b"\n", ends)
    assert reader.held() == held.replace(b"\n", ends)


def test_the_facts_of_every_recorded_stream_are_read() -> None:
    for recording in recordings():
        chunks = [
            json.loads(line[6:])
            for line in recording.body.decode().split("\n")
            if line.startswith("data: {") and '"response.' not in line
        ]
        _, reader = through(recording.body, hide_usage=True)
        usages = [chunk.get("usage") or (chunk.get("x_groq") or {}).get("usage") for chunk in chunks]
        usage = next((found for found in reversed(usages) if found), None)
        assert reader.answer.model == next((chunk["model"] for chunk in chunks if chunk.get("model")), "")
        assert (reader.answer.usage is None) == (usage is None), recording.source
        assert usage is None or reader.answer.usage is not None
        assert usage is None or reader.answer.usage.output_tokens == usage["completion_tokens"]  # type: ignore[union-attr]
        finishes = [choice.get("finish_reason") for chunk in chunks for choice in chunk.get("choices") or ()]
        assert reader.answer.finish == next((finish for finish in reversed(finishes) if finish), "")
        assert reader.failed == any("error" in chunk for chunk in chunks)


def chunk(**members: object) -> bytes:
    return b"data: " + json.dumps({"model": "m"} | members).encode() + b"\n\n"


def words(text: str, **members: object) -> bytes:
    return chunk(choices=[{"index": 0, "delta": {"content": text}, "finish_reason": None} | members])


USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}


def test_an_event_passes_the_moment_it_is_complete() -> None:
    reader = StreamReader(hide_usage=True)
    assert reader.feed(words("a")) == words("a")
    assert reader.feed(b": keep-alive\n\n") == b": keep-alive\n\n"
    assert reader.feed(words("b")[:-1]) == b""
    assert reader.feed(b"\n") == words("b")
    assert not reader.done


def test_nothing_of_the_terminal_event_passes_early() -> None:
    reader = StreamReader(hide_usage=False)
    assert reader.feed(words("a") + DONE[:9]) == words("a")
    assert (reader.done, reader.held()) == (False, b"")
    assert reader.feed(DONE[9:]) == b""
    assert (reader.done, reader.held(), reader.finish()) == (True, DONE, b"")


def test_what_follows_the_terminal_event_is_held_with_it() -> None:
    reader = StreamReader(hide_usage=False)
    assert reader.feed(DONE + words("late") + b"data: torn") == b""
    assert reader.held() == DONE + words("late") + b"data: torn"
    assert reader.finish() == b""
    assert reader.held() == DONE + words("late") + b"data: torn"


def test_what_follows_the_terminal_event_has_an_end() -> None:
    reader = StreamReader(hide_usage=False)
    reader.feed(DONE)
    for _ in range(7):
        reader.feed(b"x" * (1 << 20) + b"\n\n")
    with pytest.raises(UpstreamBroken):
        reader.feed(b"x" * (1 << 20) + b"\n\n")


@pytest.mark.parametrize("torn", [b"data: [DONE]", b"data: [DONE]\n", b"data: [DONE]\r\n\r"])
def test_a_terminal_event_that_nothing_completed_is_terminal(torn: bytes) -> None:
    passed, reader = through(words("a") + torn, hide_usage=True)
    assert (passed, reader.done, reader.held()) == (words("a"), True, torn)


def test_a_last_event_that_nothing_completed_passes_at_the_end() -> None:
    passed, reader = through(words("a").rstrip(), hide_usage=True)
    assert (passed, reader.done, reader.answer.text) == (words("a").rstrip(), False, "a")
    passed, reader = through(chunk(choices=[], usage=USAGE).rstrip(), hide_usage=True)
    assert (passed, reader.answer.usage) == (b"", Usage(input_tokens=3, output_tokens=4))


def test_the_usage_chunk_is_hidden_only_from_who_did_not_ask() -> None:
    usage = chunk(choices=[], usage=USAGE)
    for hide_usage in (True, False):
        passed, reader = through(words("a") + usage + DONE, hide_usage=hide_usage)
        assert passed == words("a") + (b"" if hide_usage else usage)
        assert reader.answer == Answer("m", Usage(input_tokens=3, output_tokens=4), "", "a")


@pytest.mark.parametrize(
    "event",
    [
        chunk(choices=[], prompt_filter_results=[{"prompt_index": 0}]),
        chunk(choices=[], usage=None),
        chunk(usage=USAGE),
        chunk(choices=None, usage=USAGE),
        chunk(choices={}, usage=USAGE),
        chunk(choices=[7], usage=USAGE),
        words("a", finish_reason="stop").replace(b"}\n\n", b',"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\n'),
        b"data: [DONE\n\n",
        b'data: "[DONE]"\n\n',
        words("[DONE]"),
        b"data: {torn\n\n",
        b"data: [1]\n\n",
        b"event: ping\n\n",
    ],
)
def test_every_other_event_passes_untouched(event: bytes) -> None:
    passed, reader = through(words("a") + event + words("b"), hide_usage=True)
    assert passed == words("a") + event + words("b")
    assert not reader.done
    assert not reader.failed


def test_usage_may_come_in_any_event_and_the_last_one_counts() -> None:
    first = words("a").replace(b"}\n\n", b', "usage" : {"prompt_tokens":1,"completion_tokens":1}}\n\n')
    later = words("x" * 600) + chunk(choices=[], usage=USAGE) + words("b") + chunk(choices=[], usage=None)
    _, reader = through(first + later, hide_usage=True)
    assert reader.answer.usage == Usage(input_tokens=3, output_tokens=4)


def test_after_the_first_words_facts_are_still_seen() -> None:
    stream = words("x" * 600) + words("y") + words("", finish_reason="length") + chunk(choices=[], usage=USAGE)
    _, reader = through(stream + chunk(error={"message": "overloaded"}), hide_usage=True)
    assert reader.answer == Answer("m", Usage(input_tokens=3, output_tokens=4), "length", "x" * 500)
    assert reader.failed


def test_a_stream_that_names_no_model_is_read_to_its_end() -> None:
    event = b'data: {"choices":[{"delta":{"content":"' + b"x" * 400 + b'"}}]}\n\n'
    _, reader = through(event * 4 + chunk(model=None, choices=[], usage=USAGE), hide_usage=True)
    assert reader.answer == Answer("", Usage(input_tokens=3, output_tokens=4), "", "x" * 500)


def test_an_error_in_mid_stream_is_seen_and_passes() -> None:
    error = b'event: error\ndata: {"error":{"message":"overloaded"}}\n\n'
    passed, reader = through(error, hide_usage=True)
    assert (passed, reader.failed, reader.answer.text) == (error, True, "overloaded")
    assert through(b"event: error\ndata: gone\n\n", hide_usage=True)[1].failed
    assert not through(words('"error": {"message": 1}'), hide_usage=True)[1].failed
    assert not through(chunk(choices=[], error=None), hide_usage=True)[1].failed


def test_the_words_of_the_first_choice_are_kept() -> None:
    second = chunk(choices=[{"index": 1, "delta": {"content": "no"}, "finish_reason": "stop"}])
    both = chunk(choices=[{"index": 1, "delta": {"content": "no"}}, {"index": 0, "delta": {"content": "c"}}])
    _, reader = through(words("a") + second + words("b") + both, hide_usage=True)
    assert (reader.answer.text, reader.answer.finish) == ("abc", "")


@given(st.lists(st.binary(max_size=30) | st.sampled_from([DONE, words("a"), b"\n", b"\r", b"data: "]), max_size=12))
def test_any_bytes_pass_or_are_held(chunks: list[bytes]) -> None:
    reader = StreamReader(hide_usage=False)
    passed = b"".join(reader.feed(piece) for piece in chunks) + reader.finish()
    assert passed + reader.held() == b"".join(chunks)
