"""Endpoints beside conversations: the model is found and replaced, every other byte passes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.dialects.endpoints import ENDPOINTS
from outlast.dialects.endpoints.asked import peek_form, peek_json
from outlast.dialects.endpoints.facts import read_counts
from outlast.dialects.endpoints.relay import Passing
from outlast.errors import MalformedRequest, Untranslatable

BOUNDARY = "----f0r3"


def form(*parts: tuple[str, bytes], filename: str = "") -> bytes:
    pieces = []
    for name, value in parts:
        file = f'; filename="{filename}"\r\nContent-Type: audio/wav' if name == "file" else ""
        pieces.append(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + value + b"\r\n"
        )
    return b"".join(pieces) + f"--{BOUNDARY}--\r\n".encode()


def test_the_model_of_a_form_is_replaced_and_every_other_byte_stays() -> None:
    body = form(("file", b"RIFF\x00\xff model=whisper-1 \r\n"), ("model", b"speech/whisper-1"), ("language", b"it"))
    asked = peek_form(body, "/v1/audio/transcriptions")
    assert asked.model == "speech/whisper-1"
    assert asked.for_upstream("whisper-1") == body.replace(b"speech/whisper-1", b"whisper-1")
    assert asked.for_upstream("speech/whisper-1") == body


def test_what_only_looks_like_a_field_inside_a_file_is_no_field() -> None:
    decoy = b'\r\nContent-Disposition: form-data; name="model"\r\n\r\nevil\r\n'
    asked = peek_form(form(("file", decoy), ("model", b"good")), "/v1/audio/transcriptions")
    assert asked.model == "good"
    with pytest.raises(MalformedRequest):
        peek_form(form(("file", decoy)), "/v1/audio/transcriptions")


def test_a_stream_is_wanted_where_the_form_says_so() -> None:
    assert peek_form(form(("model", b"m"), ("stream", b"true")), "").stream
    assert not peek_form(form(("model", b"m"), ("stream", b"false")), "").stream


@given(st.binary())
def test_any_bytes_are_a_request_or_refused(body: bytes) -> None:
    for peek in (peek_json, peek_form):
        try:
            asked = peek(body, "")
        except MalformedRequest:
            continue
        assert asked.for_upstream(asked.model) == body


@given(st.binary(max_size=200).filter(lambda value: BOUNDARY.encode() not in value), st.booleans())
def test_a_form_with_any_file_keeps_the_file(content: bytes, first: bool) -> None:  # noqa: FBT001  drawn
    parts = [("file", content), ("model", b"a/b")]
    body = form(*(parts if first else reversed(parts)))
    assert peek_form(body, "").for_upstream("other").count(content) >= 1
    assert peek_form(body, "").for_upstream("other") == form(
        *([("file", content), ("model", b"other")] if first else [("model", b"other"), ("file", content)])
    )


def test_counts_of_embeddings_pictures_and_transcripts_are_read() -> None:
    embedded = read_counts(b'{"object":"list","data":[],"model":"e","usage":{"prompt_tokens":8,"total_tokens":8}}')
    assert embedded.model == "e"
    assert embedded.usage is not None
    assert (embedded.usage.input_tokens, embedded.usage.output_tokens) == (8, 0)
    drawn = read_counts(b'{"created":1,"usage":{"input_tokens":50,"output_tokens":1056,"total_tokens":1106}}')
    assert drawn.usage is not None
    assert drawn.usage.output_tokens == 1056
    assert read_counts(b"plain words").usage is None
    assert read_counts(b'{"usage":{"type":"duration","seconds":3}}').usage is None


def test_a_stream_passes_whole_and_its_last_event_is_read() -> None:
    last = {"type": "transcript.text.done", "text": "hi", "usage": {"input_tokens": 14, "output_tokens": 2}}
    stream = b'data: {"type":"transcript.text.delta","delta":"hi"}\n\ndata: ' + json.dumps(last).encode() + b"\n\n"
    passing = Passing()
    assert b"".join(passing.feed(stream[at : at + 7]) for at in range(0, len(stream), 7)) == stream
    assert passing.finish() + passing.held() == b""
    assert passing.answer.usage is not None
    assert passing.answer.usage.input_tokens == 14


@pytest.mark.parametrize("name", ["responses/compact", "responses/input_tokens"])
@pytest.mark.parametrize("state", ["previous_response_id", "conversation"])
def test_no_caller_reads_what_a_provider_keeps_of_another(name: str, state: str) -> None:
    [endpoint] = [each for each in ENDPOINTS if each.name == name]
    body = {"model": "m", "input": "hi"}
    assert endpoint.peek(json.dumps(body | {state: None}).encode(), "").model == "m"
    with pytest.raises(MalformedRequest, match="send the items themselves"):
        endpoint.peek(json.dumps(body | {state: "resp_of_somebody"}).encode(), "")


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.name)
def test_nothing_is_translated(endpoint: object) -> None:
    with pytest.raises(Untranslatable, match="only passed through"):
        endpoint.decode_reply(b"{}")  # type: ignore[attr-defined]
