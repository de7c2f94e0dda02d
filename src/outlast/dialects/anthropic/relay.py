"""A streamed message on its way through: what may go to the caller now, and what the record needs of it.

It knows Anthropic's events and the terminal ``message_stop``. It does not know where bytes come from or go to. An event
passes whole, unchanged and at once; the terminal one is held back whole.
"""

from outlast.dialects.anthropic.facts import error_message
from outlast.dialects.anthropic.usage import WireUsage, merged, read_usage, usage_of
from outlast.dialects.anthropic.wire import EVENT, MESSAGE, WireEvent, payload, read
from outlast.dialects.chat.facts import TEXT_LIMIT, Answer
from outlast.dialects.dialect import Asked
from outlast.dialects.sse import LARGEST_EVENT, Splitter, name_of
from outlast.errors import UpstreamBroken

_PLAIN = b'event: content_block_delta\ndata: {"type":"content_block_delta",'
_STOP = "message_stop"


def relay(asked: Asked) -> "StreamReader":  # noqa: ARG001  the interface of every dialect; here nothing is hidden
    """Passes one stream through."""
    return StreamReader()


class StreamReader:
    """Reads one stream."""

    __slots__ = ("_finish", "_model", "_splitter", "_terminal", "_text", "_usage", "_wants", "done", "events", "failed")

    def __init__(self) -> None:
        self.done = False
        """The terminal event was seen."""
        self.failed = False
        """An error event was seen."""
        self.events = 0
        """How many events were seen; a provider sends about a token in each."""
        self._splitter = Splitter()
        self._terminal = b""
        self._model, self._finish, self._text = "", "", ""
        self._usage: WireUsage | None = None
        self._wants = True

    def feed(self, chunk: bytes) -> bytes:
        """The bytes that may go to the caller now.

        Raises:
            UpstreamBroken: an event, or what follows the terminal one, is larger than ``LARGEST_EVENT``.
        """
        events = self._splitter.feed(chunk)
        self.events += len(events)
        return b"".join([event for event in events if self._passes(event)])

    def finish(self) -> bytes:
        """The upstream has ended: the bytes of a last event that no blank line completed, if they may pass."""
        rest = self._splitter.finish()
        return rest if rest and self._passes(rest) else b""

    def held(self) -> bytes:
        """What is held back from the terminal event on: to be written when the call is recorded."""
        return self._terminal + self._splitter.rest if self.done else b""

    @property
    def answer(self) -> Answer:
        """The facts so far: the model, the last usage and finish, the first words."""
        return Answer(self._model, usage_of(self._usage), self._finish, self._text)

    def _passes(self, event: bytes) -> bool:
        if not self._wants and not self.done and event.startswith(_PLAIN):
            return True
        if self.done or self._ends(event):
            self.done = True
            self._terminal += event
            if len(self._terminal) > LARGEST_EVENT:
                raise UpstreamBroken("the upstream goes on after the end of its stream")
            return False
        return True

    def _ends(self, event: bytes) -> bool:
        """Note the facts of one event; whether it is the terminal one."""
        data = payload(event)
        said = read(EVENT, data) if data else None
        kind = (said.type if said is not None else None) or name_of(event).decode(errors="replace")
        if kind == "error":
            self.failed = True
        if said is not None:
            self._note(kind, said)
        return kind == _STOP

    def _note(self, kind: str, said: WireEvent) -> None:
        match kind:
            case "content_block_delta":
                if self._wants and said.delta is not None and said.delta.text:
                    self._text = (self._text + said.delta.text)[:TEXT_LIMIT]
                    self._wants = len(self._text) < TEXT_LIMIT
            case "message_start":
                message = read(MESSAGE, said.message)
                if message is not None:
                    self._model = self._model or message.model or ""
                    self._usage = merged(self._usage, read_usage(message.usage))
            case "message_delta":
                self._usage = merged(self._usage, read_usage(said.usage))
                self._finish = (said.delta.stop_reason if said.delta is not None else None) or self._finish
            case "error":
                self._text = self._text or error_message(said.error)
            case _:
                pass
