"""What an answer says: text, refusal, tool calls and how it ended, from a whole completion or from a stream's events.

It knows OpenAI's chat completions as providers write them. It does not know what is worth comparing (``checks``). An
odd member is as if not said; what is no completion at all says nothing.
"""

import msgspec

from outlast.dialects.sse import data_of


class ToolCall(msgspec.Struct, frozen=True, gc=False):
    """One call that an answer asks for."""

    name: str
    arguments: str
    """JSON text as the model wrote it; it need not parse."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """An answer's content."""

    text: str = ""
    refusal: str = ""
    """The provider's own refusal field."""
    tool_calls: tuple[ToolCall, ...] = ()
    finish: str = ""
    """OpenAI's words: ``stop length tool_calls content_filter``; empty where none came."""


class _Function(msgspec.Struct, gc=False):
    name: str | None = None
    arguments: msgspec.Raw = msgspec.Raw()  # a union with Raw refuses objects, and the whole answer with them


class _Call(msgspec.Struct, gc=False):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Part(msgspec.Struct, gc=False):
    type: str = ""
    text: str | None = None
    refusal: str | None = None


class _Message(msgspec.Struct, gc=False):
    content: str | list[_Part] | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None
    function_call: _Function | None = None


class _Choice(msgspec.Struct, gc=False):
    index: int = 0
    message: _Message | None = None
    delta: _Message | None = None
    finish_reason: str | None = None


class _Piece(msgspec.Struct, gc=False):
    choices: list[_Choice] = []


_PIECE = msgspec.json.Decoder(_Piece)


def read_said(body: bytes) -> Said:
    """The first choice of a whole completion."""
    collector = Collector()
    collector.piece(body)
    return collector.said


class Collector:
    """Puts an answer together; a whole completion is a stream of one piece."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._refusal: list[str] = []
        self._calls: dict[int | str, list[str]] = {}
        self._finish = ""

    @property
    def said(self) -> Said:
        """Everything so far."""
        return Said(
            text="".join(self._text),
            refusal="".join(self._refusal),
            tool_calls=tuple(ToolCall(name, arguments) for name, arguments in self._calls.values()),
            finish=self._finish,
        )

    def event(self, event: bytes) -> bool:
        """Add one server-sent event; whether it said anything of the answer itself."""
        data = data_of(event)
        return bool(data) and data != b"[DONE]" and self.piece(data)

    def piece(self, data: bytes) -> bool:
        """Add one JSON document; whether it said anything of the answer itself."""
        try:
            choices = _PIECE.decode(data).choices
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return False
        choice = next((each for each in choices if each.index == 0), None)
        if choice is None:
            return False
        self._finish = choice.finish_reason or self._finish
        message = choice.message or choice.delta
        return message is not None and self._message(message)

    def _message(self, message: _Message) -> bool:
        before = len(self._text) + len(self._refusal)
        content = message.content
        parts = [_Part("text", content)] if isinstance(content, str) else content or []
        self._text.extend(part.text for part in parts if part.text)
        self._refusal.extend(part.refusal for part in parts if part.refusal)
        if message.refusal:
            self._refusal.append(message.refusal)
        for call in message.tool_calls or ():
            self._call(call)
        if message.function_call is not None:
            self._add("function_call", message.function_call)
        called = bool(message.tool_calls) or message.function_call is not None
        return called or len(self._text) + len(self._refusal) > before

    def _call(self, call: _Call) -> None:
        if call.function is None:
            return
        # Some providers number every call of a stream 0, or not at all, and tell them apart by id alone.
        place: int | str = len(self._calls) if call.index is None else call.index
        if call.index is not None and call.id and call.function.name and self._calls.get(place, [""])[0]:
            place = call.id
        elif call.index is None and not call.id and self._calls:
            place = next(reversed(self._calls))
        self._add(place, call.function)

    def _add(self, place: int | str, function: _Function) -> None:
        call = self._calls.setdefault(place, ["", ""])
        call[0] += function.name or ""
        call[1] += _written(bytes(function.arguments))


def _written(arguments: bytes) -> str:
    """Arguments as text: what stands in a string, or the JSON itself where a provider sends an object."""
    if not arguments or arguments == b"null":
        return ""
    try:
        return msgspec.json.decode(arguments, type=str)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return arguments.decode("utf-8", "replace")
