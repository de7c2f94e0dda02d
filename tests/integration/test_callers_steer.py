"""No value of a caller's decides where the gateway connects: every URL, host and path that it sends leads nowhere."""

import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from tests.integration.gateway_process import CHAT, HELLO, Gateway, plain, running
from tests.integration.http_exchange import converse

from outlast.testing.upstream import UpstreamServer, in_thread, raw

pytestmark = pytest.mark.server

GOOD = plain(200, {"model": "m", "choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 1}})
TARGET = "/v1/chat/completions"


@pytest.fixture(scope="module")
def canary() -> Iterator[UpstreamServer]:
    """Where every URL of the attacks leads; nobody may come."""
    with in_thread(raw(GOOD, stays=True)) as server:
        yield server


@pytest.fixture(scope="module")
def provider(canary: UpstreamServer) -> Iterator[UpstreamServer]:
    """The configured one; it answers ``/moved`` with the way to the canary."""
    lines = ("HTTP/1.1 307 Moved", f"location: {canary.base_url}", f'alt-svc: h2=":{canary.port}"', "content-length: 0")
    moved = "\r\n".join((*lines, "", ""))
    handlers = {"good": raw(GOOD, stays=True), "moved": raw(moved.encode(), stays=True)}
    with in_thread(lambda got, out: handlers.get(json.loads(got.body)["model"], handlers["good"])(got, out)) as server:
        yield server


@pytest.fixture(scope="module")
def gateway(provider: UpstreamServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    table = f'kind = "openai"\nbase_url = "{provider.base_url}"\n'
    azure = f"[providers.azure]\n{table}deployments = true\n"
    with running(tmp_path_factory.mktemp("steer"), f"[providers.up]\n{table}{azure}") as started:
        yield started


def urls(canary: UpstreamServer) -> list[str]:
    host = f"127.0.0.1:{canary.port}"
    return [canary.base_url, f"http://{host}", f"//{host}/", host, f"localhost:{canary.port}", f"http://u:p@{host}/v1"]


MEMBERS = (
    "base_url", "api_base", "api_url", "endpoint", "proxy", "url", "api_key", "azure_endpoint", "host", "extra_headers",
    "model_provider", "callback", "webhook", "metadata", "provider", "organization",
)  # fmt: skip
"""Members by which other gateways let a caller say where to."""


def bodies(url: str) -> Iterator[dict[str, object]]:
    for model in (url, f"up/{url}", f"{url}/up/good", f"up/good@{url}", f"up/../../{url}", f"azure/../../{url}"):
        yield {"model": model, "messages": HELLO}
    for member in MEMBERS:
        yield {"model": "up/good", "messages": HELLO, member: url}
        yield {"model": "up/good", "messages": HELLO, member: {"url": url, "base_url": url, "api_base": url}}
    image = [{"type": "image_url", "image_url": {"url": url}}, {"type": "file", "file": {"file_url": url}}]
    yield {"model": "up/good", "messages": [{"role": "user", "content": image}]}
    yield {"model": "up/good", "messages": HELLO, "tools": [{"type": "mcp", "server_url": url}]}


@pytest.mark.fault("a caller names an address")
def test_no_body_makes_the_gateway_connect_elsewhere(
    gateway: Gateway, provider: UpstreamServer, canary: UpstreamServer
) -> None:
    before, sent = len(provider.received), 0
    for url in urls(canary):
        for body in bodies(url):
            assert gateway.post(body).status in (200, 400, 404)
            sent += 1
    assert canary.connections == 0
    served = provider.received[before:]
    assert sent > 200
    assert len(served) > sent / 2, "most of them are ordinary calls with a member more"
    azure = {each.path for each in served} - {TARGET}
    assert all(path.startswith("/v1/openai/deployments/") and path.count("/") == 6 for path in azure)
    assert not any(segment in (".", "..") for path in azure for segment in path.split("/"))
    assert {each.headers["host"] for each in served} == {f"127.0.0.1:{provider.port}"}


@pytest.mark.parametrize("model", ["..", ".", "%2e%2e", "..%2f..", "..\\\\.."])
def test_a_deployment_cannot_climb_out_of_its_path(gateway: Gateway, provider: UpstreamServer, model: str) -> None:
    before = len(provider.received)
    gateway.post({"model": f"azure/{model}", "messages": HELLO})
    for each in provider.received[before:]:
        assert each.path.count("/") == 6
        assert "/../" not in each.path
        assert "/./" not in each.path


HEADERS = (
    "host", "x-forwarded-host", "x-forwarded-for", "x-forwarded-proto", "forwarded", "x-original-url", "x-rewrite-url",
    "x-host", "x-base-url", "x-upstream", "x-portkey-custom-host", "helicone-target-url", "referer", "origin",
    "location",
    "openai-organization", "openai-project", "openai-beta", "x-title", "http-referer", "traceparent", "proxy", "via",
    "proxy-authorization", "x-http-method-override", "destination", "content-location",
)  # fmt: skip


def test_no_header_makes_the_gateway_connect_elsewhere(
    gateway: Gateway, provider: UpstreamServer, canary: UpstreamServer
) -> None:
    before = len(provider.received)
    body = json.dumps({"model": "up/good", "messages": HELLO}).encode()
    for url in urls(canary):
        for header in HEADERS:
            answer = gateway.ask("POST", CHAT, body, {header: url})
            assert answer.status in (200, 400, 401)
    assert canary.connections == 0
    served = provider.received[before:]
    assert len(served) > 100
    assert {each.headers["host"] for each in served} == {f"127.0.0.1:{provider.port}"}
    passed = {name for each in served for name in each.headers}
    assert passed.isdisjoint(set(HEADERS) - {"host", "openai-beta", "x-title", "http-referer", "traceparent"})


def test_no_target_makes_the_gateway_connect_elsewhere(gateway: Gateway, canary: UpstreamServer) -> None:
    where = urlsplit(gateway.address)
    address = (where.hostname or "", where.port or 0)
    body = b'{"model":"up/good","messages":[]}'
    for url in urls(canary):
        targets = (f"POST {url}", f"CONNECT {url}", f"GET {url}", f"POST {CHAT}?url={url}", f"POST /{url}")
        for target in (*targets, f"POST {CHAT}/../../{url}"):
            sent = f"{target} HTTP/1.1\r\nhost: a\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body
            heard, _ = converse(address, sent, patience=20.0)
            assert heard.startswith(b"HTTP/1.1 ")
    assert canary.connections == 0


def test_a_redirect_of_the_provider_leads_nobody_elsewhere(gateway: Gateway, canary: UpstreamServer) -> None:
    answer = gateway.chat("up/moved")
    assert (answer.status, answer.error["code"]) == (502, "upstream_broken")
    assert "location" not in answer.headers
    assert canary.connections == 0


def test_the_canary_would_notice(canary: UpstreamServer) -> None:
    before = canary.connections
    socket.create_connection(("127.0.0.1", canary.port)).close()
    while canary.connections == before:
        pass
