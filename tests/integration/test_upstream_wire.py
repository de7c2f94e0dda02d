"""Real sockets: what a provider is sent, over TLS and through a proxy too."""

import asyncio
import ssl
import subprocess
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TypeVar

import pytest
import uvloop

from outlast.errors import SettingsInvalid, UpstreamUnreachable
from outlast.gateway.ports import Headers, UpstreamRequest
from outlast.providers.vendor import VendorUpstream, key_warning
from outlast.settings import ProviderSettings
from outlast.testing.upstream import Received, UpstreamServer, raw

OK = raw(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", stays=True)
BODY = b'{"model":"m","messages":[]}'
T = TypeVar("T")


def asked(headers: Headers = (), model: str = "m", path: str = "/chat/completions") -> UpstreamRequest:
    return UpstreamRequest(target=f"up/{model}", model=model, path=path, body=BODY, stream=False, headers=headers)


def sent(request: UpstreamRequest, environ: dict[str, str] | None = None, **changes: object) -> Received:
    """What arrives at the provider for one request."""

    async def conversation() -> Received:
        async with asyncio.timeout(10), UpstreamServer(OK) as server:
            changed = {"kind": "openai", "api_key": "env:KEY"} | changes
            settings = ProviderSettings(base_url=server.base_url, **changed)  # type: ignore[arg-type]
            upstream = VendorUpstream("up", settings, environ={"KEY": "sk-1", **(environ or {})})
            await (await upstream.send(request)).read()
            await upstream.aclose()
            return server.received[0]

    return uvloop.run(conversation())


@pytest.mark.server
def test_the_request_carries_the_body_as_it_is_and_the_providers_key() -> None:
    received = sent(asked())
    assert (received.method, received.path) == ("POST", "/v1/chat/completions")
    assert received.body == BODY
    assert received.headers["authorization"] == "Bearer sk-1"
    assert received.headers["content-type"] == "application/json"
    assert received.headers["accept-encoding"] == "identity"
    assert received.headers["host"].startswith("127.0.0.1:")


@pytest.mark.server
def test_a_key_that_is_not_there_is_warned_of_and_left_out() -> None:
    settings = ProviderSettings(kind="openai", base_url="http://127.0.0.1/v1", api_key="env:MISSING")
    assert "MISSING" in (key_warning("up", settings, {}) or "")
    assert key_warning("up", settings, {"MISSING": "sk-1"}) is None
    assert "authorization" not in sent(asked(), api_key="env:MISSING").headers


def test_of_several_keys_those_that_are_missing_are_named() -> None:
    settings = ProviderSettings(kind="openai", base_url="http://127.0.0.1/v1", api_keys=("env:A", "env:B", "env:C"))
    assert key_warning("up", settings, {"A": "1", "B": "2", "C": "3"}) is None
    some = key_warning("up", settings, {"A": "1"}) or ""
    assert "B, C are empty" in some
    assert "the other 1 of 3 keys" in some
    assert "without a key" in (key_warning("up", settings, {}) or "")


@pytest.mark.server
def test_the_callers_headers_pass_but_none_that_frames_the_message() -> None:
    headers = (("openai-beta", "a=b"), ("content-length", "9999"), ("host", "evil"), ("traceparent", "x\r\nevil: 1"))
    received = sent(asked(headers))
    assert received.headers["openai-beta"] == "a=b"
    assert received.headers["content-length"] == str(len(BODY))
    assert received.headers["host"] != "evil"
    assert {"evil", "traceparent"}.isdisjoint(received.headers)


@pytest.mark.server
def test_headers_and_query_of_the_configuration_are_added() -> None:
    received = sent(asked(), headers={"OpenAI-Organization": "org"}, query={"api-version": "2024-10-21"})
    assert received.path == "/v1/chat/completions?api-version=2024-10-21"
    assert received.headers["openai-organization"] == "org"


@pytest.mark.server
def test_azures_deployments_have_the_model_in_the_path_and_their_own_key_header() -> None:
    received = sent(asked(model="my gpt/4o"), deployments=True, query={"api-version": "2024-10-21"})
    assert received.path == "/v1/openai/deployments/my%20gpt%2F4o/chat/completions?api-version=2024-10-21"
    assert received.headers["api-key"] == "sk-1"
    assert "authorization" not in received.headers


@pytest.mark.fault("an upstream repeats the key")
@pytest.mark.server
def test_a_key_that_the_upstream_repeats_in_its_refusal_stays_here() -> None:
    refusal = b'{"error":{"message":"Incorrect API key provided: sk-1."}}'
    head = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: %d\r\n\r\n" % len(refusal)

    async def conversation() -> bytes:
        async with asyncio.timeout(10), UpstreamServer(raw(head + refusal, stays=True)) as server:
            settings = ProviderSettings(kind="openai", base_url=server.base_url, api_key="sk-1")
            upstream = VendorUpstream("up", settings, environ={})
            body = await (await upstream.send(asked())).read()
            await upstream.aclose()
            return body

    assert uvloop.run(conversation()) == refusal.replace(b"sk-1", b"[key withheld]")


@pytest.mark.parametrize("headers", [{"x": "a\r\nb"}, {"content-length": "1"}, {"x y": "1"}, {"x": "\u2603"}])
def test_headers_that_cannot_be_sent_are_refused_at_start(headers: dict[str, str]) -> None:
    with pytest.raises(SettingsInvalid):
        VendorUpstream("up", ProviderSettings(kind="openai", headers=headers), environ={})


def test_a_key_that_no_header_can_carry_is_refused_without_showing_it() -> None:
    with pytest.raises(SettingsInvalid) as caught:
        VendorUpstream("up", ProviderSettings(kind="openai", profile="openai", api_key="sk-secret\nx"), environ={})
    assert "secret" not in str(caught.value)


def test_an_upstream_shows_no_key() -> None:
    upstream = VendorUpstream("up", ProviderSettings(kind="openai", profile="openai", api_key="sk-secret"), environ={})
    assert "secret" not in repr(upstream)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key, in one file."""
    folder = tmp_path_factory.mktemp("tls")
    pem, key = folder / "both.pem", folder / "key.pem"
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", pem],
        capture_output=True, check=False,
    )  # fmt: skip
    if made.returncode:
        pytest.skip(f"no openssl to make a certificate with: {made.stderr.decode()[:200]}")
    pem.write_bytes(key.read_bytes() + pem.read_bytes())
    return pem


def over_tls(certificate: Path, use: Callable[[UpstreamServer], Coroutine[None, None, T]]) -> T:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    async def conversation() -> T:
        async with asyncio.timeout(10), UpstreamServer(OK, tls=context) as server:
            return await use(server)

    return uvloop.run(conversation())


async def call(server: UpstreamServer, environ: dict[str, str] | None = None, times: int = 1) -> list[bytes]:
    upstream = VendorUpstream("up", ProviderSettings(kind="openai", base_url=server.base_url), environ=environ or {})
    try:
        return [await (await upstream.send(asked())).read() for _ in range(times)]
    finally:
        await upstream.aclose()


@pytest.mark.server
def test_tls_is_spoken_with_a_provider_that_is_trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # how an operator trusts a private authority

    async def use(server: UpstreamServer) -> tuple[list[bytes], int]:
        return await call(server, times=3), server.connections

    assert over_tls(certificate, use) == ([b"ok"] * 3, 1)


@pytest.mark.server
def test_a_provider_that_is_not_trusted_is_unreachable_and_gets_nothing(certificate: Path) -> None:
    async def use(server: UpstreamServer) -> list[Received]:
        with pytest.raises(UpstreamUnreachable, match="TLS"):
            await call(server)
        return server.received

    assert over_tls(certificate, use) == []


class ConnectProxy:
    """A proxy that knows ``CONNECT`` and nothing else."""

    def __init__(self, answer: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n") -> None:
        self.answer = answer
        self.heads: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head)
        writer.write(self.answer)
        if b" 200 " not in self.answer:
            writer.close()
            return
        host, _, port = head.split(" ")[1].rpartition(":")
        there, back = await asyncio.open_connection(host, int(port))
        await asyncio.gather(pump(reader, back), pump(there, writer))


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        return
    finally:
        writer.close()


async def through(proxy: ConnectProxy, server: UpstreamServer, **environ: str) -> list[bytes]:
    async with await asyncio.start_server(proxy.serve, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        address = f"http://me:pass%20word@127.0.0.1:{port}"
        answers = await call(server, {"HTTP_PROXY": address, "https_proxy": address, **environ}, times=2)
        await asyncio.sleep(0.05)  # the pumps see the end
        return answers


@pytest.mark.server
def test_a_proxy_of_the_environment_is_asked_for_the_way() -> None:
    async def conversation() -> tuple[list[bytes], list[str], str]:
        proxy = ConnectProxy()
        async with asyncio.timeout(10), UpstreamServer(OK) as server:
            return await through(proxy, server), proxy.heads, f"127.0.0.1:{server.port}"

    answers, heads, authority = uvloop.run(conversation())
    assert answers == [b"ok", b"ok"]
    assert len(heads) == 1
    assert heads[0].startswith(f"CONNECT {authority} HTTP/1.1\r\n")
    assert "proxy-authorization: Basic bWU6cGFzcyB3b3Jk\r\n" in heads[0]


@pytest.mark.server
def test_tls_is_spoken_through_a_proxy(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert over_tls(certificate, lambda server: through(ConnectProxy(), server)) == [b"ok", b"ok"]


@pytest.mark.server
def test_no_proxy_names_who_is_reached_directly() -> None:
    async def conversation() -> tuple[list[bytes], list[str]]:
        proxy = ConnectProxy()
        async with asyncio.timeout(10), UpstreamServer(OK) as server:
            return await through(proxy, server, NO_PROXY="localhost,127.0.0.1"), proxy.heads

    assert uvloop.run(conversation()) == ([b"ok", b"ok"], [])


@pytest.mark.fault("the proxy refuses")
@pytest.mark.server
def test_a_proxy_that_refuses_makes_the_provider_unreachable_without_showing_its_password() -> None:
    async def conversation() -> str:
        async with asyncio.timeout(10), UpstreamServer(OK) as server:
            with pytest.raises(UpstreamUnreachable, match="407") as caught:
                await through(ConnectProxy(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"), server)
            return str(caught.value)

    assert "pass" not in uvloop.run(conversation())


@pytest.mark.server
def test_anthropic_gets_its_key_and_its_version_unless_the_caller_names_another() -> None:
    plain = sent(asked(), kind="anthropic")
    assert plain.headers["x-api-key"] == "sk-1"
    assert "authorization" not in plain.headers
    assert plain.headers["anthropic-version"] == "2023-06-01"
    other = sent(asked((("anthropic-version", "2099-01-01"),)), kind="anthropic")
    assert other.headers["anthropic-version"] == "2099-01-01"


@pytest.mark.server
def test_vertex_is_called_with_its_project_and_a_token_and_ai_studio_with_a_key() -> None:
    path = "/v1beta/models/gemini-3:streamGenerateContent?alt=sse"
    studio = sent(asked(path=path), kind="gemini", query={"x": "1"})
    assert studio.headers["x-goog-api-key"] == "sk-1"
    assert studio.path == f"/v1{path}&x=1"  # the test's own server has /v1 in its base URL
    vertex = sent(asked(path=path), kind="gemini", project="p/1", location="global")
    assert vertex.headers["authorization"] == "Bearer sk-1"
    assert vertex.path.startswith("/v1/v1beta1/projects/p%2F1/locations/global/publishers/google/models/gemini-3:")
