"""Spans on their way to a collector: made and sent by a thread, so that a call pays for a place in a queue.

It knows a bounded queue and when a batch goes. It does not know what a span says (``telemetry.spans``). A collector
that is slow or away costs spans, which are counted, and never a call. It needs the extra ``otel``.
"""

import random
import threading
import time
from collections import deque
from collections.abc import Mapping

import msgspec
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from outlast import __version__
from outlast.exchange import Exchange
from outlast.gateway.call import Call
from outlast.telemetry.spans import Peer, span_of
from outlast.telemetry.traceparent import begun

ROOM = 8192
"""Calls that may wait to be told: a second or two of a busy process."""
EVERY_S = 1.0
BATCH = 32
"""Spans of one request: the thread holds the interpreter while it encodes one, and calls wait for that."""
_TIMEOUT_S = 5.0
_PATIENCE_S = 2.0


class _Told(msgspec.Struct, frozen=True, gc=False):
    exchange: Exchange
    theirs: str
    own: str


class Tracer:
    """Gives calls their place in a trace, and tells a collector of them when they have ended."""

    def __init__(
        self, exporter: SpanExporter, resource: Resource, peers: Mapping[str, Peer], *, room: int = ROOM
    ) -> None:
        self._exporter = exporter
        self._resource = resource
        self._peers = peers
        self._room = room
        self._bits = random.Random().getrandbits  # noqa: S311 - ids have to differ, not to be secret
        self._queue: deque[_Told] = deque()
        self._refused = 0  # by the thread of the calls
        self._failed = 0  # by the thread that sends
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def dropped(self) -> int:
        """Spans that no collector has."""
        return self._refused + self._failed

    def place(self, theirs: str) -> str:
        """The call's own ``traceparent``, below its caller's."""
        return begun(theirs, self._bits)

    def ended(self, exchange: Exchange, call: Call, traceparent: str) -> None:
        """Put the call into the queue, without what was said in it."""
        if not traceparent:
            return
        if len(self._queue) >= self._room:
            self._refused += 1
            return
        if exchange.request_body is not None or exchange.response_body is not None:
            exchange = msgspec.structs.replace(exchange, request_body=None, response_body=None)
        self._queue.append(_Told(exchange, call.headers.get("traceparent", ""), traceparent))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="outlast-spans", daemon=True)
            self._thread.start()

    def close(self, patience_s: float = _PATIENCE_S) -> None:
        """Send what waits, but wait no longer than ``patience_s`` for the collector."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(patience_s)
        self._exporter.shutdown()

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            self._send_all()
        self._send_all()

    def _send_all(self) -> None:
        while self._queue:
            told = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
            try:
                batch = [span for span in map(self._span, told) if span is not None]
                sent = self._exporter.export(batch) is SpanExportResult.SUCCESS
            except Exception:  # noqa: BLE001 - the exporter's defect is not the calls'; what it lost is counted
                sent = False
            if not sent:
                self._failed += len(told)

    def _span(self, told: _Told) -> ReadableSpan | None:
        time.sleep(0)  # calls first: the interpreter is given up before each span
        return span_of(told.exchange, theirs=told.theirs, own=told.own, peers=self._peers, resource=self._resource)


def open_tracer(
    endpoint: str, headers: Mapping[str, str], service_name: str, *, instance: str, peers: Mapping[str, Peer]
) -> Tracer:
    """A tracer for an OTLP/HTTP collector; nothing is called before the first span."""
    said = {"service.name": service_name, "service.version": __version__, "service.instance.id": instance}
    exporter = OTLPSpanExporter(endpoint=endpoint, headers=dict(headers), timeout=_TIMEOUT_S)
    return Tracer(exporter, Resource.create(said), peers)
