"""The ``recorded`` kind: an upstream that answers what a provider once answered to the same request.

It knows how to deliver a recorded answer. It does not know which requests are equal (``recording``), and it
never makes an answer up: without a recording it says so.
"""

import base64
from collections import Counter, deque

import msgspec

from outlast.gateway.ports import Headers, UpstreamRequest
from outlast.providers.local_answer import LocalAnswer, split_events
from outlast.providers.recording import Exchanged, Recording

_NOT_CARRIED = frozenset(
    {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "content-length", "content-encoding"}
)
_EVENTS = "text/event-stream"


class RecordedUpstream:
    """One provider of ``kind = "recorded"``; ``seen`` keeps the last requests when ``remember`` says how many."""

    def __init__(self, recording: Recording, *, remember: int = 0) -> None:
        self._recording = recording
        self._turns: Counter[tuple[int, ...]] = Counter()
        self.seen: deque[UpstreamRequest] = deque(maxlen=remember)

    async def send(self, request: UpstreamRequest) -> LocalAnswer:
        """The recorded answer; where the same request was recorded more than once, each in its turn."""
        self.seen.append(request)
        try:
            places = self._recording.places(request.path, request.body)
        except (msgspec.DecodeError, RecursionError) as error:
            return _refusal(f"the request is no JSON: {error}")
        if not places:
            return _refusal(self._unknown(request))
        key = tuple(place.line for place in places)
        turn = self._turns[key]
        self._turns[key] += 1
        return _answer(self._recording.load(places[turn % len(places)]))

    def _unknown(self, request: UpstreamRequest) -> str:
        message = f"{self._recording.file.name} holds no recording of this request to {request.path}"
        closest = self._recording.closest(request.path, request.body)
        return f"{message}; {closest}" if closest else message

    async def aclose(self) -> None:
        """Nothing is held open."""


def _answer(exchange: Exchanged) -> LocalAnswer:
    named = {name.lower(): value for name, value in exchange.headers.items()}
    headers: Headers = tuple((name, value) for name, value in named.items() if name not in _NOT_CARRIED)
    if exchange.response_kind == "json":
        # Formatted, not decoded: numbers and escapes stay as they were recorded.
        return LocalAnswer(exchange.status, headers, (msgspec.json.format(exchange.response, indent=-1),))
    text = msgspec.json.decode(exchange.response, type=str)
    body = base64.b64decode(text) if exchange.response_kind == "base64" else text.encode()
    streamed = named.get("content-type", "").startswith(_EVENTS)
    return LocalAnswer(exchange.status, headers, split_events(body) if streamed else (body,))


def _refusal(message: str) -> LocalAnswer:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": "no_recording"}
    return LocalAnswer(400, (("content-type", "application/json"),), (msgspec.json.encode({"error": error}),))
