import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.dialects.chat.asked import Answer, named_model, peek, read_answer
from outlast.errors import MalformedRequest, UpstreamBroken
from outlast.exchange import Usage

TRAFFIC = Path(__file__).parents[5] / "shared" / "traffic"
HELLO = b'"messages":[{"role":"user","content":"Hello"}]'


def recorded(*names: str) -> list[dict[str, object]]:
    if not TRAFFIC.exists():
        pytest.skip("the recorded traffic is not here")
    return [json.loads(line) for name in names for line in (TRAFFIC / f"{name}.jsonl").read_text().splitlines()]


def test_a_request_says_its_model_and_whether_it_streams() -> None:
    request = peek(b'{"model":"gpt-4o",' + HELLO + b',"stream":true,"stream_options":{"include_usage":true}}')
    assert (request.model, request.stream, request.include_usage) == ("gpt-4o", True, True)
    request = peek(b'{"model":"gpt-4o",' + HELLO + b',"stream":null,"stream_options":null}')
    assert (request.model, request.stream, request.include_usage) == ("gpt-4o", False, False)
    request = peek(b'{"model":"\\u0067pt-4o",' + HELLO + b',"stream_options":{"include_usage":null}}')
    assert (request.model, request.include_usage) == ("gpt-4o", False)


WRONG = [
    (b"{" + HELLO + b"}", "model", "no 'model'"),
    (b'{"model":null,' + HELLO + b"}", "model", "not null"),
    (b'{"model":5,' + HELLO + b"}", "model", "not 5"),
    (b'{"model":"",' + HELLO + b"}", "model", "name of a model"),
    (b'{"model":"a\\r\\nx: y",' + HELLO + b"}", "model", "name of a model"),
    (b'{"model":"' + b"m" * 600 + b'",' + HELLO + b"}", "model", "name of a model"),
    (b'{"model":"m"}', "messages", "no 'messages'"),
    (b'{"model":"m","messages":{}}', "messages", "array"),
    (b'{"model":"m","messages":null}', "messages", "not null"),
    (b'{"model":"m",' + HELLO + b',"stream":"yes"}', "stream", "true or false"),
    (b'{"model":"m",' + HELLO + b',"stream":1}', "stream", "not 1"),
    (b'{"model":"m",' + HELLO + b',"stream_options":true}', "stream_options", "an object"),
    (b'{"model":"m",' + HELLO + b',"stream_options":{"include_usage":1}}', "stream_options.include_usage", "not 1"),
    (b'{"model":"m",' + HELLO + b',"stream_options":{"x":1,"x":1}}', "x", "twice"),
]


@pytest.mark.parametrize(("body", "param", "says"), WRONG)
def test_a_decisive_member_of_the_wrong_type_is_refused_by_name(body: bytes, param: str, says: str) -> None:
    with pytest.raises(MalformedRequest) as refused:
        peek(body)
    assert refused.value.param == param
    assert says in str(refused.value)
    assert len(str(refused.value)) < 200


def test_without_a_difference_the_very_bytes_go_upstream() -> None:
    body = b'{ "model": "m", ' + HELLO + b"}"
    assert peek(body).for_upstream("m") is body
    streamed = b'{"model":"m",' + HELLO + b',"stream":true,"stream_options":{"include_usage":true}}'
    assert peek(streamed).for_upstream("m") is streamed


def test_only_the_model_and_the_named_changes_differ() -> None:
    body = b'{"temperature": 0.5,"model" : "virtual", ' + HELLO + b',"unknown":{"x":[1, 2]}}'
    assert peek(body).for_upstream("gpt-4o") == body.replace(b'"virtual"', b'"gpt-4o"')
    assert peek(body).for_upstream("gpt-4o", {"temperature": None, "seed": b"1"}) == (
        b'{"model" : "gpt-4o", ' + HELLO + b',"unknown":{"x":[1, 2]},"seed":1}'
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b',"stream_options":{"include_usage":true}'),
        (b',"stream_options":null', b',"stream_options":{"include_usage":true}'),
        (b',"stream_options":{}', b',"stream_options":{"include_usage":true}'),
        (b',"stream_options":{"include_usage":false}', b',"stream_options":{"include_usage":true}'),
        (b',"stream_options":{"a": 1}', b',"stream_options":{"a": 1, "include_usage": true}'),
    ],
)
def test_a_stream_always_asks_for_usage_and_keeps_its_other_options(before: bytes, after: bytes) -> None:
    start = b'{"model":"m","stream":true,' + HELLO
    assert peek(start + before + b"}").for_upstream("m") == start + after + b"}"


def test_a_plain_call_s_stream_options_are_not_touched() -> None:
    body = b'{"model":"m",' + HELLO + b',"stream_options":{"include_usage":false}}'
    assert peek(body).for_upstream("m") is body


def test_every_recorded_request_goes_upstream_as_it_came() -> None:
    seen = 0
    for exchange in recorded("openai-chat", "compatible-chat"):
        request = exchange["request"]
        if not str(exchange["uri"]).endswith("/chat/completions") or not isinstance(request, dict):
            continue
        for text in (json.dumps(request), json.dumps(request, separators=(",", ":"), ensure_ascii=False)):
            peeked = peek(text.encode())
            assert peeked.model == request["model"]
            assert peeked.stream == bool(request.get("stream"))
            upstream = json.loads(peeked.for_upstream("another"))
            options = {"stream_options": request.get("stream_options", {}) | {"include_usage": True}}
            assert upstream == request | {"model": "another"} | (options if peeked.stream else {})
        seen += 1
    assert seen > 250


def usage_of(text: str) -> Usage | None:
    return read_answer(b'{"usage":' + text.encode() + b"}").usage


USAGES: list[tuple[str, Usage | None]] = [
    ("null", None),
    ("{}", None),
    ("[]", None),
    ('"12"', None),
    ('{"total_tokens":3}', None),
    ('{"prompt_tokens":null,"completion_tokens":null}', None),
    ('{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}', Usage(input_tokens=3, output_tokens=4)),
    ('{"prompt_tokens":3}', Usage(input_tokens=3)),
    (
        (
            '{"prompt_tokens":30,"completion_tokens":40,"prompt_tokens_details":{"cached_tokens":10,"audio_tokens":5},'
            '"completion_tokens_details":{"reasoning_tokens":20,"audio_tokens":6,"image_tokens":1}}'
        ),
        Usage(
            input_tokens=30,
            cached_tokens=10,
            output_tokens=40,
            reasoning_tokens=20,
            audio_input_tokens=5,
            audio_output_tokens=6,
        ),
    ),
    (
        '{"prompt_tokens":3,"completion_tokens":4,"prompt_tokens_details":null,"completion_tokens_details":null}',
        Usage(input_tokens=3, output_tokens=4),
    ),
    ('{"prompt_tokens":9,"completion_tokens":1,"num_cached_tokens":8}', Usage(9, 8, 0, 1)),
    ('{"prompt_tokens":9,"completion_tokens":1,"cached_tokens":8}', Usage(9, 8, 0, 1)),
    (
        '{"prompt_tokens":9,"completion_tokens":1,"prompt_cache_hit_tokens":8,"prompt_cache_miss_tokens":1}',
        Usage(9, 8, 0, 1),
    ),
    (
        (
            '{"prompt_tokens":9,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":2,"cache_write_tokens":7},'
            '"cost":0.0012,"cost_details":{"upstream_inference_cost":null},"is_byok":false}'
        ),
        Usage(9, 2, 7, 1),
    ),
    ('{"input_tokens":9,"output_tokens":1,"input_tokens_details":{"cached_tokens":4}}', Usage(9, 4, 0, 1)),
    # The reasoning stands beside the completion, as xAI counts.
    (
        '{"prompt_tokens":9,"completion_tokens":1,"total_tokens":110,"completion_tokens_details":{"reasoning_tokens":100}}',
        Usage(9, 0, 0, 101, 100),
    ),
    ('{"prompt_tokens":3.0,"completion_tokens":"4","prompt_tokens_details":[]}', Usage(3)),
    ('{"prompt_tokens":-3,"completion_tokens":4}', Usage(0, 0, 0, 4)),
    (
        '{"prompt_tokens":1e99,"completion_tokens":4,"completion_tokens_details":{"reasoning_tokens":"x"}}',
        Usage(0, 0, 0, 4),
    ),
    ('{"prompt_tokens":99999999999999999999,"completion_tokens":4}', Usage(0, 0, 0, 4)),
    ('{"prompt_tokens":3,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":2.0}}', Usage(3, 2, 0, 4)),
]


@pytest.mark.parametrize(("text", "usage"), USAGES)
def test_usage_is_read_in_every_provider_s_words(text: str, usage: Usage | None) -> None:
    assert usage_of(text) == usage


def test_a_compound_model_s_usage_is_found_in_groq_s_corner() -> None:
    body = b'{"usage":null,"x_groq":{"id":"r","usage":{"prompt_tokens":5,"completion_tokens":6}}}'
    assert read_answer(body).usage == Usage(input_tokens=5, output_tokens=6)
    assert read_answer(body.replace(b"null", b"[]")).usage == Usage(input_tokens=5, output_tokens=6)


ANSWERS: list[tuple[str, Answer]] = [
    ("{}", Answer()),
    ('{"model":null,"choices":null}', Answer()),
    ('{"model":7,"choices":{}}', Answer()),
    ('{"model":"m","choices":[]}', Answer("m")),
    ('{"model":"m","choices":[7,null]}', Answer("m")),
    (
        '{"model":"m","choices":[{"index":1,"message":{"content":"b"}},{"index":0,"message":{"content":"a"}}]}',
        Answer("m", None, "", "a"),
    ),
    ('{"choices":[{"index":2,"message":{"content":"b"}}]}', Answer()),
    ('{"choices":[{"message":{"content":null},"finish_reason":"tool_calls"}]}', Answer(finish="tool_calls")),
    ('{"choices":[{"message":{"content":"a","tool_calls":7},"finish_reason":8}]}', Answer(text="a")),
    ('{"choices":[{"message":"a"}]}', Answer()),
    (
        '{"choices":[{"message":{"content":[{"type":"thinking","thinking":[]},{"type":"text","text":"a"}]}}]}',
        Answer(text="a"),
    ),
    ('{"choices":[{"message":{"content":[{"text":7},"x",{"text":"a"}]}}]}', Answer(text="a")),
    ('{"error":{"message":"the model is gone","code":404}}', Answer(text="the model is gone")),
    ('{"error":"gone"}', Answer(text="gone")),
    ('{"error":{"message":7}}', Answer()),
    ('{"error":null,"choices":[{"message":{"content":"a"}}]}', Answer(text="a")),
]


@pytest.mark.parametrize(("text", "answer"), ANSWERS)
def test_an_answer_of_odd_shape_says_what_can_be_read(text: str, answer: Answer) -> None:
    assert read_answer(text.encode()) == answer


def test_only_the_first_words_are_kept() -> None:
    answer = read_answer(json.dumps({"choices": [{"message": {"content": "é" * 9000}}]}).encode())
    assert answer.text == "é" * 500


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"<html>", b'{"model":"\xff"}', b'{"a":1', b'{"model":' + b"[" * 99999]
)
def test_what_is_no_json_object_is_broken(body: bytes) -> None:
    with pytest.raises(UpstreamBroken):
        read_answer(body)


def test_every_recorded_answer_gives_its_model_usage_finish_and_words() -> None:
    seen = 0
    for exchange in recorded("openai-chat", "compatible-chat"):
        response = exchange["response"]
        if exchange["status"] != 200 or not isinstance(response, dict) or "choices" not in response:
            continue
        answer = read_answer(json.dumps(response).encode())
        message = response["choices"][0]["message"]
        assert answer.model == (response["model"] or "")
        assert answer.finish == (response["choices"][0]["finish_reason"] or "")
        assert answer.usage is not None
        assert answer.usage.input_tokens == response["usage"]["prompt_tokens"]
        assert answer.usage.output_tokens == response["usage"]["completion_tokens"]
        assert not isinstance(message.get("content"), str) or answer.text == message["content"][:500]
        seen += 1
    assert seen > 250


@given(st.binary(max_size=80) | st.text('{}[]",:01 modelusagechoices', max_size=60).map(str.encode))
def test_any_bytes_are_an_answer_or_broken(body: bytes) -> None:
    try:
        assert isinstance(read_answer(body), Answer)
    except UpstreamBroken:
        assert not isinstance(parsed(body), dict)


def parsed(body: bytes) -> object:
    try:
        return json.loads(body, parse_constant=lambda _: pytest.fail("no JSON"))
    except (ValueError, RecursionError):
        return None


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b'{"model":"gpt-4o"}', "gpt-4o"),
        (b'{"model":"gpt-4o","messages":[],"stream":"yes"}', "gpt-4o"),
        (b'{"model":4,"messages":[]}', ""),
        (b'{"messages":[]}', ""),
        (b'{"model":"gpt-4o"', ""),
    ],
)
def test_a_refused_request_still_names_its_model_where_that_can_be_read(body: bytes, named: str) -> None:
    assert named_model(body) == named
