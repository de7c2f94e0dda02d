"""A stream of Google's on its way through: what may go to the caller now, and what the record needs of it.

It knows that each event is a whole ``GenerateContentResponse`` and that none is terminal: the end of the body is the
end. So whatever comes once an answer has ended is held back until the next event or the end. Every event passes
unchanged.
"""

import re

from outlast.dialects.answer import TEXT_LIMIT, Answer
from outlast.dialects.gemini.facts import end_of, error_of, usage_of, words_of
from outlast.dialects.gemini.wire import Response, read_response
from outlast.dialects.sse import Splitter, data_of
from outlast.errors import UpstreamBroken
from outlast.exchange import Usage

# Quotes inside words are escaped, so words cannot match; arguments of a call may, and are then read.
_END = re.compile(rb'"(?:finishReason|blockReason|error)"\s*:\s*["{]')


class StreamReader:
    """Reads one stream."""

    __slots__ = ("_ended", "_finish", "_held", "_last", "_model", "_splitter", "_text", "done", "events", "failed")

    def __init__(self) -> None:
        self.done = False
        """The body has ended, and an answer with it."""
        self.failed = False
        """An error event was seen."""
        self.events = 0
        """How many events were seen; Google sends about twenty tokens in each."""
        self._splitter = Splitter()
        self._held = b""
        self._last = b""
        self._ended = False
        self._model = ""
        self._finish = ""
        self._text = ""

    def feed(self, chunk: bytes) -> bytes:
        """The bytes that may go to the caller now. Raises ``UpstreamBroken`` for an event beyond all size."""
        events = self._splitter.feed(chunk)
        self.events += len(events)
        return b"".join([self._passed(event) for event in events])

    def finish(self) -> bytes:
        """The upstream has ended: the bytes of a last event that no blank line completed, if they may pass."""
        rest = self._splitter.finish()
        out = self._passed(rest) if rest else b""
        self.done = self._ended and not self.failed
        return out

    def held(self) -> bytes:
        """The last event of an answer that has ended: to be written when the call is recorded."""
        return self._held

    @property
    def answer(self) -> Answer:
        """The facts so far: the first model named, the last counts and end, the first words."""
        return Answer(self._model, self._usage(), self._finish, self._text)

    def _passed(self, event: bytes) -> bytes:
        """Note an event; the bytes that it lets go."""
        if not self._model or len(self._text) < TEXT_LIMIT or _END.search(event) is not None:
            self._read(event)
        if b'"usageMetadata"' in event:
            self._last = event
        out, self._held = self._held, b""
        if self._ended:
            self._held = event
            return out
        return out + event

    def _read(self, event: bytes) -> None:
        response = _response(event)
        if response is None:
            return  # No JSON object: the caller's client has to judge it, the bytes pass.
        self._model = self._model or response.model_version or ""
        self._text = (self._text + words_of(response))[:TEXT_LIMIT]
        self._finish = end_of(response) or self._finish
        self.failed = self.failed or error_of(response) is not None
        self._ended = self._ended or self.failed or bool(self._finish)

    def _usage(self) -> Usage | None:
        response = _response(self._last)
        return usage_of(response.usage_metadata) if response is not None else None


def _response(event: bytes) -> Response | None:
    data = data_of(event)
    if not data:
        return None
    try:
        return read_response(data)
    except UpstreamBroken:
        return None
