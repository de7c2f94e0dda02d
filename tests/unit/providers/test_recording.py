"""Recorded exchanges: the provider's own words come back for the request that it got."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.errors import SettingsInvalid
from outlast.gateway.ports import UpstreamRequest
from outlast.providers.local_answer import split_events
from outlast.providers.recorded import RecordedUpstream
from outlast.providers.recording import Recording, difference, digests

TRAFFIC = Path(__file__).parents[4] / "shared" / "traffic"
FILES = ("openai-chat.jsonl", "compatible-chat.jsonl")
CHAT = "/chat/completions"


def asked(request: object, path: str = CHAT) -> UpstreamRequest:
    body = request if isinstance(request, bytes) else json.dumps(request).encode()
    return UpstreamRequest(target="up/m", model="m", path=path, body=body, stream=False)


def line(request: object, response: object = "fine", **changes: object) -> str:
    kind = "text" if isinstance(response, str) else "json"
    exchange = {
        "source": "test", "method": "POST", "uri": f"https://one.example/v1{CHAT}", "request": request, "status": 200,
        "headers": {"Content-Type": "application/json"}, "response_kind": kind, "response": response,
    }  # fmt: skip
    return json.dumps(exchange | changes) + "\n"


def recorded(folder: Path, *lines: str, base_url: str | None = None, remember: int = 0) -> RecordedUpstream:
    file = folder / "exchanges.jsonl"
    file.write_text("".join(lines), encoding="utf-8")
    return RecordedUpstream(Recording(file, base_url), remember=remember)


def told(upstream: RecordedUpstream, request: object, path: str = CHAT) -> tuple[int, bytes]:
    async def call() -> tuple[int, bytes]:
        answer = await upstream.send(asked(request, path))
        return answer.status, await answer.read()

    return asyncio.run(call())


def traffic(name: str) -> Iterator[dict[str, object]]:
    file = TRAFFIC / name
    if not file.exists():
        pytest.skip(f"the recorded traffic is not here: {file}")
    with file.open(encoding="utf-8") as source:
        yield from (json.loads(text) for text in source)


@pytest.mark.parametrize("name", FILES)
def test_every_recorded_request_gets_its_recorded_answer(name: str) -> None:
    exchanges = list(traffic(name))
    upstream = RecordedUpstream(Recording(TRAFFIC / name))
    for exchange in exchanges:
        path = "/" + str(exchange["uri"]).partition("#")[0].rpartition("/")[2]
        status, body = told(upstream, exchange["request"], path)
        assert status == exchange["status"]
        got = body.decode() if exchange["response_kind"] == "text" else json.loads(body)
        assert got == exchange["response"]


def test_wished_usage_and_the_order_of_members_make_no_difference(tmp_path: Path) -> None:
    upstream = recorded(tmp_path, line({"model": "m", "stream": True, "temperature": 1.0}))
    wished = {"temperature": 1, "stream": True, "stream_options": {"include_usage": True}, "model": "m"}
    assert told(upstream, wished) == (200, b"fine")


def test_a_recording_with_the_same_wish_is_preferred(tmp_path: Path) -> None:
    upstream = recorded(
        tmp_path, line({"m": 1}, "silent"), line({"m": 1, "stream_options": {"include_usage": True}}, "counted")
    )
    assert told(upstream, {"m": 1, "stream_options": {"include_usage": True}}) == (200, b"counted")
    assert told(upstream, {"m": 1}) == (200, b"silent")


def test_recordings_of_one_request_are_answered_in_turn(tmp_path: Path) -> None:
    upstream = recorded(tmp_path, line({"m": 1}, "one"), line({"m": 2}, "other"), line({"m": 1}, "two"))
    assert [told(upstream, {"m": 1})[1] for _ in range(3)] == [b"one", b"two", b"one"]


def test_a_request_that_was_never_recorded_is_named_as_such_and_never_as_a_gone_model(tmp_path: Path) -> None:
    upstream = recorded(tmp_path, line({"model": "m", "messages": [{"role": "user", "content": "a"}], "n": 1}))
    status, body = told(upstream, {"model": "m", "messages": [{"role": "user", "content": "b"}], "n": 1})
    error = json.loads(body)["error"]
    assert (status, error["code"]) == (400, "no_recording")
    assert "line 1, differs in messages[0].content" in error["message"]
    assert "model" not in error["message"]


def test_a_body_that_is_no_json_has_no_recording(tmp_path: Path) -> None:
    status, body = told(recorded(tmp_path, line({"m": 1})), b"{")
    assert (status, json.loads(body)["error"]["code"]) == (400, "no_recording")


def test_another_path_is_another_request(tmp_path: Path) -> None:
    assert told(recorded(tmp_path, line({"m": 1})), {"m": 1}, "/responses")[0] == 400


def test_a_base_url_narrows_the_file_to_one_origin(tmp_path: Path) -> None:
    lines = line({"m": 1}, "one"), line({"m": 1}, "two", uri=f"https://two.example/v1{CHAT}")
    upstream = recorded(tmp_path, *lines, base_url="https://two.example/v1")
    assert [told(upstream, {"m": 1})[1] for _ in range(2)] == [b"two", b"two"]


def test_json_is_given_compactly_with_its_numbers_and_escapes_as_recorded(tmp_path: Path) -> None:
    text = line({"m": 1}, {"a": 0}).replace('{"a": 0}', '{"a": 1.50, "b": [1e3,  "\\u00e9"]}')
    assert told(recorded(tmp_path, text), {"m": 1}) == (200, b'{"a":1.50,"b":[1e3,"\\u00e9"]}')


def test_bytes_are_given_as_they_were(tmp_path: Path) -> None:
    upstream = recorded(tmp_path, line({"m": 1}, "AP8=", response_kind="base64"))
    assert told(upstream, {"m": 1}) == (200, b"\x00\xff")


def test_headers_are_lower_case_and_those_of_the_connection_are_left_out(tmp_path: Path) -> None:
    headers = {"Retry-After": "3", "Content-Length": "9", "Content-Encoding": "gzip", "Connection": "close"}
    upstream = recorded(tmp_path, line({"m": 1}, headers=headers))
    assert asyncio.run(upstream.send(asked({"m": 1}))).headers == (("retry-after", "3"),)


def test_the_last_requests_are_remembered_only_when_asked_for(tmp_path: Path) -> None:
    upstream = recorded(tmp_path, line({"m": 1}), remember=2)
    for number in range(3):
        told(upstream, {"m": number})
    assert [json.loads(request.body) for request in upstream.seen] == [{"m": 1}, {"m": 2}]
    forgetful = recorded(tmp_path, line({"m": 1}))
    told(forgetful, {"m": 1})
    assert not forgetful.seen


def test_a_line_that_is_no_exchange_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="line 2"):
        recorded(tmp_path, line({"m": 1}), '{"source": "x"}\n')


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="nowhere"):
        Recording(tmp_path / "nowhere.jsonl")


@pytest.mark.parametrize(
    ("recorded_value", "given_value", "words"),
    [
        ({"a": 1}, {"a": 2}, "differs in a"),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, "differs in a.b[1]"),
        ({"a": 1}, {}, "has a"),
        ({}, {"a": 1}, "lacks a"),
        ({"a": [1]}, {"a": [1, 2]}, "has 1 instead of 2 elements in a"),
    ],
)
def test_a_difference_is_named_by_its_place(recorded_value: object, given_value: object, words: str) -> None:
    assert difference(recorded_value, given_value) == words


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_equal_json_has_equal_digests_however_it_is_written(value: dict[str, object]) -> None:
    reversed_members = dict(reversed(value.items()))
    assert digests(json.dumps(value).encode()) == digests(
        json.dumps(reversed_members, indent=1, ensure_ascii=False).encode()
    )


@given(st.lists(st.sampled_from([b"data: x", b"\n", b"\r\n", b"\n\n", b": ping", b""])))
def test_events_are_cut_after_blank_lines_and_nothing_is_lost(parts: list[bytes]) -> None:
    text = b"".join(parts)
    events = split_events(text)
    assert b"".join(events) == text
    assert all(event.endswith(b"\n") for event in events[:-1])


def test_two_events_are_two_pieces() -> None:
    assert split_events(b"data: a\n\ndata: b\r\n\r\ndata: c") == (b"data: a\n\n", b"data: b\r\n\r\n", b"data: c")


def test_google_s_model_is_the_same_at_any_place_and_a_query_says_nothing(tmp_path: Path) -> None:
    vertex = "https://one.example/v1beta1/projects/p/locations/global/publishers/google/models/gem:generateContent"
    stream = "https://one.example/v1beta/models/a/gem:streamGenerateContent?alt=sse"
    upstream = recorded(tmp_path, line({"contents": 1}, uri=vertex), line({"contents": 1}, "late", uri=stream))
    assert told(upstream, {"contents": 1}, "/v1beta/models/gem:generateContent") == (200, b"fine")
    assert told(upstream, {"contents": 1}, "/v1beta/models/a%2Fgem:streamGenerateContent?alt=sse") == (200, b"late")
    assert told(upstream, {"contents": 1}, "/v1beta/models/em:generateContent")[0] == 400
