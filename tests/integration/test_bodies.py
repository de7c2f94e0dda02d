"""Bodies that no application should send, to a real gateway: a clear answer each time, and nothing else is harmed."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from tests.integration.conftest import Serve
from tests.integration.gateway_process import CHAT, LIVING, SCRIPTED, Answer, Gateway, plain, running, until

from outlast.testing.upstream import UpstreamServer, in_thread, raw

pytestmark = pytest.mark.server

MEGABYTE = 1_000_000
GOOD = b'{"model":"assistant","messages":[{"role":"user","content":"Hello"}]}'
MODELS = f'[models.assistant]\ntarget = "{LIVING}"\n'
ANSWER = plain(200, {"model": "gpt-4o", "choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}})


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running(tmp_path_factory.mktemp("bodies"), SCRIPTED + MODELS) as started:
        yield started


def deep(levels: int) -> bytes:
    return b'{"model":"assistant","messages":' + b"[" * levels + b"]" * levels + b"}"


MALFORMED = {
    "nothing": (b"", "empty"),
    "blanks": (b" \n ", "empty"),
    "half an object": (GOOD[:30], "ends too early"),
    "words": (b"hello", "JSON"),
    "a trailing comma": (GOOD[:-1] + b",}", "trailing comma"),
    "two objects": (GOOD + GOOD, "trailing"),
    "no number": (GOOD[:-1] + b',"n":NaN}', "JSON"),
    "a raw control character": (GOOD.replace(b"Hello", b"Hel\nlo"), "JSON"),
    "half a surrogate pair": (GOOD.replace(b"assistant", rb"\ud800"), "JSON"),
    "invalid UTF-8": (GOOD.replace(b"Hello", b"Hel\xfflo"), "byte 62"),
    "overlong UTF-8": (GOOD.replace(b"Hello", b"\xc0\xaf"), "UTF-8"),
    "an array": (b"[" + GOOD + b"]", "array"),
    "null": (b"null", "null"),
    "a word as body": (b'"assistant"', "object"),
    "deep nesting": (deep(100_000), "too deeply"),
}


@pytest.mark.fault("a body is no JSON object")
@pytest.mark.fault("a body is not UTF-8")
@pytest.mark.parametrize("case", MALFORMED)
def test_a_body_that_is_no_json_object_gets_a_clear_400(gateway: Gateway, case: str) -> None:
    body, said = MALFORMED[case]
    answer = gateway.post(body)
    assert answer.status == 400
    assert answer.id.startswith("req_")
    assert answer.headers["content-type"] == "application/json"
    assert said in answer.error["message"]
    assert answer.error["code"] == "malformed_request"


WRONG = {
    "no model": (b'{"messages":[]}', "model"),
    "a number as model": (b'{"model":4,"messages":[]}', "model"),
    "an empty model": (b'{"model":"","messages":[]}', "model"),
    "a model with a line break": (rb'{"model":"a\nb","messages":[]}', "model"),
    "an endless model": (b'{"model":"%b","messages":[]}' % (b"m" * 100_000), "model"),
    "no messages": (b'{"model":"assistant"}', "messages"),
    "an object as messages": (b'{"model":"assistant","messages":{}}', "messages"),
    "a word as stream": (GOOD[:-1] + b',"stream":"yes"}', "stream"),
    "a number as stream_options": (GOOD[:-1] + b',"stream":true,"stream_options":1}', "stream_options"),
    "a word as include_usage": (
        GOOD[:-1] + b',"stream":true,"stream_options":{"include_usage":"yes"}}', "stream_options.include_usage"
    ),
    "the model twice": (b'{"model":"a",' + GOOD[1:], "model"),
    "the same model twice": (b'{"model":"assistant",' + GOOD[1:], "model"),
    "the model twice, once escaped": (rb'{"mode\u006c":"a",' + GOOD[1:], "model"),
    "temperature twice": (GOOD[:-1] + b',"temperature":1,"temperature":0}', "temperature"),
}  # fmt: skip


@pytest.mark.fault("a member is wrong or stands twice")
@pytest.mark.parametrize("case", WRONG)
def test_a_member_of_the_wrong_kind_or_twice_is_named(gateway: Gateway, case: str) -> None:
    body, param = WRONG[case]
    answer = gateway.post(body)
    assert answer.status == 400
    assert answer.id
    assert answer.error["param"] == param
    assert param.rpartition(".")[2] in answer.error["message"]


@pytest.mark.parametrize("case", ["no messages", "a word as stream", "a number as stream_options"])
def test_a_refused_call_says_which_model_was_asked_for_where_that_can_be_read(gateway: Gateway, case: str) -> None:
    assert gateway.post(WRONG[case][0]).headers["x-outlast-requested-model"] == "assistant"


def test_what_the_gateway_does_not_decide_by_is_the_models_to_judge(gateway: Gateway) -> None:
    answer = gateway.post(GOOD[:-1] + b',"temperature":"hot"}')
    assert answer.status == 400
    assert answer.error["param"] == "temperature"
    assert answer.headers["x-outlast-served-model"] == LIVING
    assert gateway.row(answer)["outcome"] == "refused"


def test_a_good_call_after_each_bad_one_is_answered_and_recorded_and_nothing_else_is(serve: Serve) -> None:
    gateway = serve(SCRIPTED + MODELS)
    good = []
    for body, _ in (*MALFORMED.values(), *WRONG.values()):
        gateway.post(body)
        good.append(gateway.post(GOOD))
    assert {answer.status for answer in good} == {200}
    gateway.stop()
    assert [row["id"] for row in gateway.rows()] == [answer.id for answer in good]


# Bodies that do not come as announced.


def head(length: int) -> bytes:
    return f"POST {CHAT} HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n".encode()


def connected(gateway: Gateway) -> socket.socket:
    where = urlsplit(gateway.address)
    return socket.create_connection((where.hostname, where.port), timeout=20)


def read_answer(connection: socket.socket) -> Answer:
    with closing(http.client.HTTPResponse(connection)) as response:
        response.begin()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())


@pytest.mark.parametrize("sent", [head(len(GOOD))[:40], head(len(GOOD)), head(len(GOOD)) + GOOD[:20]])
def test_a_caller_who_leaves_within_a_request_harms_nobody(gateway: Gateway, sent: bytes) -> None:
    with connected(gateway) as connection:
        connection.sendall(sent)
    assert gateway.post(GOOD).status == 200


@pytest.mark.fault("a half-sent body")
def test_a_body_that_ends_early_gets_no_answer_of_a_model(gateway: Gateway) -> None:
    with connected(gateway) as connection:
        connection.sendall(head(len(GOOD)) + GOOD[:20])
        connection.shutdown(socket.SHUT_WR)
        answer = read_answer(connection)
    assert answer.status == 400
    assert answer.id
    assert answer.error["code"] == "malformed_request"


# Large bodies.


@pytest.mark.fault("a body over 50 MB")
def test_a_body_over_fifty_mebibytes_is_refused_at_its_head(gateway: Gateway) -> None:
    with connected(gateway) as connection:
        connection.sendall(head(50 * MEGABYTE + 1))
        answer = read_answer(connection)
    assert answer.status == 413
    assert answer.id
    assert answer.error["code"] == "request_too_large"
    assert str(50 * MEGABYTE) in answer.error["message"]


def test_an_ordinary_client_that_sends_all_of_it_hears_why(gateway: Gateway) -> None:
    answer = gateway.post(GOOD + b" " * (50 * MEGABYTE + 1 - len(GOOD)))
    assert answer.status == 413


def test_the_limit_can_be_set(serve: Serve) -> None:
    gateway = serve(f"[server]\nmax_body_bytes = {len(GOOD)}\n" + SCRIPTED + MODELS)
    assert gateway.post(GOOD).status == 200
    over = gateway.post(GOOD + b" ")
    assert over.status == 413
    assert str(len(GOOD)) in over.error["message"]


@pytest.fixture(scope="module")
def provider() -> Iterator[UpstreamServer]:
    with in_thread(raw(ANSWER, stays=True)) as server:
        yield server


@pytest.fixture(scope="module")
def wire(provider: UpstreamServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    configuration = (
        f'[providers.up]\nkind = "openai"\nbase_url = "{provider.base_url}"\n'
        '[models.gpt-4o]\ntarget = "up/gpt-4o"\nadapt = false\n'
    )
    with running(tmp_path_factory.mktemp("wire"), configuration) as started:
        yield started


AS_WRITTEN = {
    "twenty megabytes": b'{"model":"gpt-4o","messages":[{"role":"user","content":"%b"}]}' % (b"0123456789" * 2_000_000),
    "blanks and line breaks": b' {\r\n\t"model" : "gpt-4o" ,\n "messages" : [ ] }\n ',
    "spellings of numbers": b'{"model":"gpt-4o","messages":[],"temperature":1.50e0,"seed":-0,"top_p":1E-2}',
    "escapes": rb'{"messages":[{"role":"user","content":"\u00e9\/\ud83d\ude00"}],"\u006dodel":"gpt-4o"}',
    "members nobody knows": '{"messages":[],"model":"gpt-4o","zukünftig":{"a":[null,{"b":1,"b":2}]}}'.encode(),
    "nesting": b'{"model":"gpt-4o","messages":' + b"[" * 200 + b"]" * 200 + b"}",
}  # fmt: skip


@pytest.mark.parametrize("case", AS_WRITTEN)
def test_a_good_body_reaches_the_provider_byte_for_byte(wire: Gateway, provider: UpstreamServer, case: str) -> None:
    answer = wire.post(AS_WRITTEN[case])
    assert answer.status == 200
    assert provider.received[-1].body == AS_WRITTEN[case]
    assert wire.row(answer)["input_tokens"] == 7


def test_a_large_answer_reaches_the_caller_byte_for_byte(serve: Serve) -> None:
    words = "word " * 2_000_000
    said = plain(200, {"model": "gpt-4o", "choices": [{"message": {"content": words}}], "usage": None})
    with in_thread(raw(said, stays=True)) as provider:
        gateway = serve(f'[providers.up]\nkind = "openai"\nbase_url = "{provider.base_url}"\n')
        answer = gateway.chat("up/gpt-4o")
    assert said.endswith(answer.body)
    assert len(json.loads(answer.body)["choices"][0]["message"]["content"]) == len(words)
    assert until(gateway.rows)[0]["outcome"] == "answered"
