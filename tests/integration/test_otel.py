"""Spans of a running gateway, as an OTLP/HTTP collector on loopback decodes them."""

import gzip
import http.server
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from tests.integration.gateway_process import CHAT, LIVING, SCRIPTED, Gateway, plain, running, until

from outlast.testing.upstream import in_thread, raw

THEIRS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
PROMPT = "nobody-else-reads-this"
ANSWER = {"model": "gpt-5-2025", "choices": [{"message": {"content": PROMPT}, "finish_reason": "stop"}]}

pytestmark = pytest.mark.server


class Collector(http.server.ThreadingHTTPServer):
    """Takes OTLP over HTTP, and remembers it decoded."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.requests: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def decoded(self) -> list[ExportTraceServiceRequest]:
        return [ExportTraceServiceRequest.FromString(body) for _, _, body in self.requests]

    @property
    def spans(self) -> list[Any]:
        return [span for each in self.decoded for one in each.resource_spans for scope in one.scope_spans for span in scope.spans]  # fmt: skip  # noqa: E501


class _Taking(http.server.BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers["content-length"]))
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.requests.append((self.path, headers, body))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()
    thread = threading.Thread(target=collector.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield collector
    finally:
        collector.shutdown()
        thread.join()
        collector.server_close()


def traced(address: str, more: str = "") -> str:
    return SCRIPTED + f'\n[otel]\nendpoint = "{address}"\nheaders = {{ x-team = "env:TEAM" }}\n{more}'


def asked(gateway: Gateway, model: str = LIVING, traceparent: str = THEIRS) -> str:
    body = {"model": model, "messages": [{"role": "user", "content": PROMPT}]}
    headers = {"authorization": "Bearer sk-secret", "traceparent": traceparent}
    return gateway.ask("POST", CHAT, json.dumps(body).encode(), headers).id


def attributes(holder: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in holder.attributes}


def test_a_collector_decodes_one_span_a_call_below_its_callers(tmp_path: Path) -> None:
    with collecting() as collector, running(tmp_path, traced(collector.address), TEAM="blue") as gateway:
        found, refused = asked(gateway), asked(gateway, "nobody")
        until(lambda: len(collector.spans) >= 2)
        path, headers, body = collector.requests[0]
        [first, second] = collector.spans
        resource = attributes(collector.decoded[0].resource_spans[0].resource)
    assert (path, headers["content-type"], headers["x-team"]) == ("/v1/traces", "application/x-protobuf", "blue")
    assert (first.name, first.kind, first.trace_id.hex()) == (f"chat {LIVING}", 3, THEIRS[3:35])
    assert first.parent_span_id.hex() == THEIRS[36:52]
    said = attributes(first)
    assert (said["outlast.request_id"], said["http.response.status_code"]) == (found, 200)
    assert said["gen_ai.usage.input_tokens"] > 0
    assert (second.status.code, attributes(second)["error.type"]) == (2, "model_not_found")
    assert attributes(second)["outlast.request_id"] == refused
    assert (resource["service.name"], resource["telemetry.sdk.language"]) == ("outlast", "python")
    for word in (PROMPT, "sk-secret"):
        assert word.encode() not in body


def test_the_upstream_is_told_the_spans_own_place(tmp_path: Path) -> None:
    with collecting() as collector, in_thread(raw(plain(200, ANSWER), stays=True)) as provider:
        configuration = (
            traced(collector.address) + f'\n[providers.p]\nkind = "openai"\nbase_url = "{provider.base_url}"\n'
        )
        with running(tmp_path, configuration, TEAM="x") as gateway:
            asked(gateway, "p/gpt-5")
            [span] = until(lambda: collector.spans)
        [received] = provider.received
    assert received.headers["traceparent"] == f"00-{THEIRS[3:35]}-{span.span_id.hex()}-01"
    assert attributes(span)["gen_ai.response.model"] == "gpt-5-2025"
    assert attributes(span)["server.address"] == "127.0.0.1"


def test_a_trace_that_its_caller_does_not_keep_is_passed_on_and_not_told(tmp_path: Path) -> None:
    unkept = THEIRS[:-2] + "00"
    with collecting() as collector, in_thread(raw(plain(200, ANSWER), stays=True)) as provider:
        configuration = (
            traced(collector.address) + f'\n[providers.p]\nkind = "openai"\nbase_url = "{provider.base_url}"\n'
        )
        with running(tmp_path, configuration, TEAM="x") as gateway:
            asked(gateway, "p/gpt-5", unkept)
            gateway.stop()
        assert collector.spans == []
        assert provider.received[0].headers["traceparent"] == unkept


def test_what_waits_is_sent_at_the_end(tmp_path: Path) -> None:
    with collecting() as collector, running(tmp_path, traced(collector.address), TEAM="x") as gateway:
        ids = {asked(gateway) for _ in range(3)}
        assert gateway.stop() == 0
        assert {attributes(span)["outlast.request_id"] for span in collector.spans} == ids


@pytest.mark.fault("the collector is away")
@pytest.mark.parametrize("silent", [True, False], ids=["silent", "refusing"])
def test_a_collector_that_is_away_holds_up_no_call_and_no_end(tmp_path: Path, *, silent: bool) -> None:
    import socket  # noqa: PLC0415 - a port on which nobody answers

    with socket.socket() as port:
        port.bind(("127.0.0.1", 0))
        if silent:
            port.listen()
        address = f"http://127.0.0.1:{port.getsockname()[1]}"
        with running(tmp_path, traced(address), TEAM="x") as gateway:
            begun = time.monotonic()
            for _ in range(100):
                asked(gateway)
            assert time.monotonic() - begun < 5
            begun = time.monotonic()
            assert gateway.stop() == 0
            assert time.monotonic() - begun < 8


def test_without_the_extra_the_error_names_it(tmp_path: Path) -> None:
    (tmp_path / "outlast.toml").write_text(traced("http://127.0.0.1:4318"), encoding="utf-8")
    without = (
        "import sys; sys.modules['opentelemetry'] = None\n"
        "from outlast.cli.app import run; sys.exit(run(['serve', '--config', 'outlast.toml', '--port', '0']))"
    )
    done = subprocess.run([sys.executable, "-c", without], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'outlast[otel]'" in done.stderr


@pytest.mark.parametrize(
    ("configuration", "said"),
    [(traced("127.0.0.1:4318"), "endpoint"), (traced("http://127.0.0.1:4318"), "TEAM")],
)
def test_a_collector_that_cannot_be_meant_is_refused_at_start(tmp_path: Path, configuration: str, said: str) -> None:
    gateway = Gateway(tmp_path)
    gateway.config.write_text(configuration, encoding="utf-8")
    with pytest.raises(AssertionError, match=said):
        gateway.start()
    assert gateway.ended() == 2
