"""What a gateway's answer says to a person, from its bytes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.chat.hearing import CUT, EMPTY, Hearing
from outlast.chat.ports import Ended, Piece, Sound

EVENTS = {
    "content-type": "text/event-stream",
    "x-outlast-served-model": "openai/gpt-5.1",
    "x-outlast-reason": "successor",
}


def chunk(**delta: object) -> bytes:
    body = {"id": "c", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    return f"data: {json.dumps(body)}\n\n".encode()


END = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


def heard(*pieces: bytes, status: int = 200, broken: bool = False, **headers: str) -> tuple[str, Ended]:
    hearing = Hearing("gpt-4o", "req_1")
    hearing.head(status, {name.replace("_", "-"): value for name, value in headers.items()} or EVENTS)
    said = [each for piece in pieces for each in hearing.feed(piece)]
    *more, end = list(hearing.finish(broken=broken))
    assert isinstance(end, Ended)
    return "".join(each.text for each in (*said, *more) if isinstance(each, Piece)), end


def test_the_head_says_who_answers_and_why() -> None:
    by = Hearing("gpt-4o", "req_1").head(200, EVENTS).by
    assert (by.asked, by.served, by.reason, by.exchange) == ("gpt-4o", "openai/gpt-5.1", "successor", "req_1")


def test_words_are_text_and_thoughts_and_calls_are_not() -> None:
    text, end = heard(
        chunk(reasoning_content="hm"),
        chunk(content="Good "),
        chunk(tool_calls=[{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}]),
        chunk(content="day"),
        END,
    )
    assert (text, end.finish, end.error) == ("Good day", "stop", "")


def test_a_refusal_is_said() -> None:
    assert heard(chunk(refusal="I will not."), END)[0] == "I will not."


def test_only_the_first_answer_is_heard() -> None:
    other = chunk(content="no").replace(b'"index": 0', b'"index": 1')
    assert heard(chunk(content="yes"), other, END)[0] == "yes"


def test_a_stream_that_breaks_off_keeps_what_it_said_and_says_so() -> None:
    assert heard(chunk(content="Goo"), broken=True) == ("Goo", Ended(error=CUT))
    assert heard(chunk(content="Goo")) == ("Goo", Ended(error=CUT))


def test_an_error_in_the_stream_is_the_end() -> None:
    error = b'data: {"error":{"message":"overloaded","type":"server_error"}}\n\n'
    text, end = heard(chunk(content="Goo"), error)
    assert (text, end.error) == ("Goo", "overloaded")


def test_silence_is_said_to_be_that() -> None:
    assert heard(END)[1].error == EMPTY


def test_a_plain_answer_is_heard_too() -> None:
    body = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "length"}]}
    text, end = heard(json.dumps(body).encode(), content_type="application/json")
    assert (text, end.finish) == ("Hi", "length")


@pytest.mark.parametrize(
    ("code", "headers", "told"),
    [
        ("rate_limit_exceeded", {"retry_after": "12"}, "Your plan allows no more for now; try again in 12 seconds."),
        ("rate_limit_exceeded", {"retry_after": "12", "x_outlast_served_model": "a/b"}, "the key 'chat:ana' …"),
        ("model_not_allowed", {"content_type": "x"}, "Your plan does not have this model."),
        ("model_retired", {"content_type": "x"}, "the key 'chat:ana' …"),
    ],
)
def test_a_refusal_of_the_gateways_own_speaks_of_plans_not_of_keys(
    code: str, headers: dict[str, str], told: str
) -> None:
    body = json.dumps({"error": {"message": "the key 'chat:ana' …", "type": "x", "param": None, "code": code}})
    assert heard(body.encode(), status=429, broken=False, **headers)[1].error == told


@given(st.lists(st.binary()), st.sampled_from([200, 400, 500]), st.booleans(), st.booleans())
def test_any_bytes_are_text_or_one_error(pieces: list[bytes], status: int, broken: bool, streamed: bool) -> None:  # noqa: FBT001 - drawn
    kind = "text/event-stream" if streamed else "application/json"
    text, end = heard(*pieces, status=status, broken=broken, content_type=kind)
    assert text or end.error


def test_a_spoken_answers_transcript_is_its_text_and_its_sound_comes_as_it_is() -> None:
    hearing = Hearing("mini", "req_1")
    hearing.head(200, EVENTS)
    pieces = (
        chunk(audio={"id": "a", "transcript": "Good "}),
        chunk(audio={"data": "AQID"}),
        chunk(audio={"transcript": "day", "data": "BAU="}),
        END,
    )
    events = [each for piece in pieces for each in hearing.feed(piece)]
    [end] = hearing.finish()
    assert "".join(each.text for each in events if isinstance(each, Piece)) == "Good day"
    assert b"".join(each.pcm for each in events if isinstance(each, Sound)) == bytes([1, 2, 3, 4, 5])
    assert end == Ended(finish="stop")


def test_sound_that_is_no_sound_leaves_the_words() -> None:
    text, end = heard(chunk(audio={"id": "a", "transcript": "Yes", "data": "A"}), END)
    assert (text, end.error) == ("Yes", "")


def test_an_answer_aloud_in_one_piece_has_its_words() -> None:
    message = {"role": "assistant", "content": None, "audio": {"id": "a", "data": "AQID", "transcript": "Yes."}}
    body = {"id": "c", "model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    assert heard(json.dumps(body).encode(), content_type="application/json")[0] == "Yes."
