"""A streamed message on its way through: what may go to the caller now, and what the record needs of it.

It knows Anthropic's events and the terminal ``message_stop``. It does not know where bytes come from or go to. An event
passes whole, unchanged and at once; the terminal one is held back whole.
"""

from outlast.dialects.anthropic.facts import error_message
from outlast.dialects.anthropic.usage import WireUsage, merged, read_usage, usage_of
from outlast.dialects.anthropic.wire import EVENT, MESSAGE, WireEvent, payload, read
from outlast.dialects.chat.facts import TEXT_LIMIT, Answer
from outlast.dialects.dialect import Asked
from outlast.dialects.passing import PassingStream
from outlast.dialects.sse import name_of

_PLAIN = b'event: content_block_delta\ndata: {"type":"content_block_delta",'
_STOP = "message_stop"


def relay(asked: Asked) -> "StreamReader":  # noqa: ARG001  the interface of every dialect; here nothing is hidden
    """Passes one stream through."""
    return StreamReader()


class StreamReader(PassingStream):
    """Reads one stream."""

    __slots__ = ("_finish", "_model", "_text", "_usage", "_wants")

    def __init__(self) -> None:
        super().__init__()
        self._model, self._finish, self._text = "", "", ""
        self._usage: WireUsage | None = None
        self._wants = True

    @property
    def answer(self) -> Answer:
        """The facts so far: the model, the last usage and finish, the first words."""
        return Answer(self._model, usage_of(self._usage), self._finish, self._text)

    def _passes(self, event: bytes) -> bool:
        if not self._wants and not self.done and event.startswith(_PLAIN):
            return True
        if self.done or self._ends(event):
            self.done = True
            return self._hold(event)
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
