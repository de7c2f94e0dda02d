"""What a caller is told before its request became a call: in the shape that its own client reads."""

import anthropic
import msgspec
import openai
import pytest
from google import genai
from google.genai.errors import ClientError
from tests.integration.http_house import House, serve

from outlast.web.limits import SECOND_NS, Limits

SMALL = Limits(body=2_000, head=4_000, head_wait=SECOND_NS, body_wait=SECOND_NS)
LONG = "x" * 3_000
PATHS = {
    "openai": "/v1/chat/completions",
    "anthropic": "/v1/messages",
    "google": "/v1beta/models/openai/gpt-4o:generateContent",
}


def error_of(body: bytes, vendor: str) -> str:
    """The message, after a look at the shape."""
    document = msgspec.json.decode(body)
    error: dict[str, object] = document["error"]
    match vendor:
        case "anthropic":
            assert document["type"] == "error"
            assert set(error) == {"type", "message"}
            assert document["request_id"].startswith("req_")
        case "google":
            assert {"code", "message", "status", "details"} <= set(error)
        case _:
            assert set(error) == {"message", "type", "param", "code"}
    return str(error["message"])


async def answered(house: House, request: bytes, *, wait: bool = False) -> tuple[int, dict[str, str], bytes]:
    caller = await house.caller()
    await caller.send(request)
    if wait:
        await house.still_serves()  # by then the first caller's bytes were read
        house.pass_time(5)
    answer = await caller.answer()
    return answer.status, answer.headers, answer.body


@pytest.mark.parametrize("vendor", PATHS)
@pytest.mark.parametrize(
    ("rest", "status", "wait"),
    [
        (b" HTTP/1.1\r\nhost: a\r\ncontent-length: 5000\r\n\r\n", 413, False),
        (b" HTTP/1.1\r\nhost: a\r\nx: %b\r\n\r\n" % (b"x" * 5000), 413, False),
        (b" HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nab", 408, True),
        (b" HTTP/1.1\r\nhost: a\r\n", 408, True),
        (b" HTTP/1.1\r\nhost: a\r\ncontent length: 5\r\n\r\n", 400, False),
        (b" HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", 400, False),
        (b"?key=1 HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", 400, False),
        (b" HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n", 404, False),
    ],
)
def test_what_never_became_a_call_is_refused_in_the_words_of_its_path(
    vendor: str, rest: bytes, status: int, wait: bool  # noqa: FBT001 - a case
) -> None:  # fmt: skip
    async def scenario(house: House) -> None:
        for origin in ("", "http://there"):
            start = f"POST {origin}{PATHS[vendor]}".encode()
            found, headers, body = await answered(house, start + rest, wait=wait)
            assert (found, headers["content-type"]) == (status, "application/json")
            assert error_of(body, vendor)

    serve(scenario, limits=SMALL)


@pytest.mark.parametrize("opening", [b"\x00\x01", b"GET\r\n\r\n", b"POST /v1beta/\xff HTTP/1.1\r\n\r\n"])
def test_what_names_no_path_that_can_be_read_is_refused_as_openais(opening: bytes) -> None:
    async def scenario(house: House) -> None:
        status, _, body = await answered(house, opening)
        assert status == 400
        assert error_of(body, "openai")

    serve(scenario, limits=SMALL)


def test_a_path_that_is_only_a_vendors_by_its_client_is_refused_in_that_clients_words() -> None:
    async def scenario(house: House) -> None:
        for header, vendor in (("anthropic-version", "anthropic"), ("x-goog-api-client", "google"), ("x", "openai")):
            request = f"GET /v1/files HTTP/1.1\r\nhost: a\r\n{header}: 1\r\n\r\n".encode()
            status, _, body = await answered(house, request)
            assert status == 404
            assert error_of(body, vendor)

    serve(scenario)


def test_a_method_that_is_not_allowed_says_which_are_in_every_shape() -> None:
    async def scenario(house: House) -> None:
        caller = await house.caller()
        answer = await caller.ask(b"DELETE /hello HTTP/1.1\r\nhost: a\r\nanthropic-version: 1\r\n\r\n")
        assert (answer.status, "GET" in answer.headers["allow"]) == (405, True)
        assert error_of(answer.body, "anthropic")

    serve(scenario)


def test_the_clients_raise_their_own_errors_for_a_body_that_is_too_large() -> None:
    async def scenario(house: House) -> None:
        host, port = house.address
        at = f"http://{host}:{port}"
        async with anthropic.AsyncAnthropic(base_url=at, api_key="any", max_retries=0) as claude:
            with pytest.raises(anthropic.APIStatusError) as claudes:
                await claude.messages.create(model="m", max_tokens=9, messages=[{"role": "user", "content": LONG}])
        assert (claudes.value.status_code, claudes.value.type) == (413, "request_too_large")
        async with openai.AsyncOpenAI(base_url=f"{at}/v1", api_key="any", max_retries=0) as gpt:
            with pytest.raises(openai.APIStatusError) as gpts:
                await gpt.chat.completions.create(model="m", messages=[{"role": "user", "content": LONG}])
        assert (gpts.value.status_code, gpts.value.code) == (413, "request_too_large")
        google = genai.Client(api_key="any", http_options={"base_url": at}).aio
        with pytest.raises(ClientError) as googles:
            await google.models.generate_content(model="openai/gpt-4o", contents=LONG)
        assert googles.value.code == 413
        assert "over 2000 bytes" in (googles.value.message or "")
        await google.aclose()

    serve(scenario, limits=SMALL)
