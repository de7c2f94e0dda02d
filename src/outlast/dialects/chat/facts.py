"""What a chat completion, whole or one piece of a stream, says of itself: model, usage, finish, first words.

It knows the shapes in which providers write it, and reads only those members. It does not know events
(``chat.relay``). An odd shape never fails a call: what can be read is read, the rest is as if not said.
"""

import msgspec

from outlast.dialects.answer import TEXT_LIMIT, Answer
from outlast.dialects.usage import WireUsage, lenient_usage, usage_of
from outlast.errors import UpstreamBroken
from outlast.exchange import Usage

__all__ = [
    "TEXT_LIMIT",
    "Answer",
    "Completion",
    "choice_text",
    "decode_completion",
    "error_message",
    "first_choice",
    "read_completion",
]


class Part(msgspec.Struct, gc=False):
    """A piece of a content that is a list."""

    text: str | None = None


class Message(msgspec.Struct, gc=False):
    """A choice's ``message``, or in a stream its ``delta``."""

    content: str | list[Part] | None = None


class Choice(msgspec.Struct, gc=False):
    """One of the answers that were asked for."""

    index: int = 0
    message: Message | None = None
    delta: Message | None = None
    finish_reason: str | None = None
    text: str | None = None
    """The words of the older completions, whole and streamed."""


class GroqExtra(msgspec.Struct, gc=False):
    """Groq's own corner, which in streams of compound models is the only one with usage."""

    usage: WireUsage | None = None


class Completion(msgspec.Struct, gc=False):
    """A ``chat.completion`` or ``chat.completion.chunk``."""

    model: str | None = None
    choices: list[Choice] | None = None
    usage: WireUsage | None = None
    x_groq: GroqExtra | None = None
    error: msgspec.Raw = msgspec.Raw()

    @property
    def reported(self) -> Usage | None:
        """The usage, wherever it stands."""
        return usage_of(self.usage or (self.x_groq.usage if self.x_groq else None))

    @property
    def failed(self) -> bool:
        """An error stands where an answer was expected."""
        return len(self.error) > 0 and bytes(self.error) not in (b"null", b"{}", b'""')


_COMPLETION = msgspec.json.Decoder(Completion)
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What a part raises that was passed over as it stood until now: nobody has looked into it yet."""


def read_completion(body: bytes) -> Answer:
    """Read a whole answer. Raises ``UpstreamBroken`` when it is no JSON object."""
    try:
        completion = decode_completion(body)
    except msgspec.MsgspecError as error:
        raise UpstreamBroken(f"the upstream's answer is no JSON object: {error}") from error
    choice = first_choice(completion)
    text = choice_text(choice) if choice is not None else error_message(completion)
    finish = choice.finish_reason if choice is not None else None
    return Answer(completion.model or "", completion.reported, finish or "", text[:TEXT_LIMIT])


def decode_completion(data: bytes) -> Completion:
    """Decode what is needed, in any shape. Raises ``msgspec.MsgspecError`` when it is no JSON object."""
    try:
        try:
            return _COMPLETION.decode(data)
        except msgspec.ValidationError:
            return _lenient(_MEMBERS.decode(data))
    except (UnicodeDecodeError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from error


def first_choice(completion: Completion) -> Choice | None:
    """The choice with index 0, or the only one; None when this piece has none."""
    choices = completion.choices
    if not choices:
        return None
    choice = choices[0]
    if choice.index == 0:
        return choice
    return next((other for other in choices if other.index == 0), None)


def choice_text(choice: Choice) -> str:
    """The words of one choice or of one piece of it."""
    message = choice.message or choice.delta
    content = message.content if message is not None else choice.text
    if content is None or isinstance(content, str):
        return content or ""
    return "".join(part.text or "" for part in content)


def error_message(completion: Completion) -> str:
    """What an error in place of an answer says; empty when there is none."""
    if not completion.failed:
        return ""
    members = _object(completion.error)
    return _text(completion.error if members is None else members.get("message")) or ""


def _lenient(fields: dict[str, msgspec.Raw]) -> Completion:
    choices = _list(fields.get("choices"))
    groq = (_object(fields.get("x_groq")) or {}).get("usage")
    return Completion(
        model=_text(fields.get("model")),
        choices=[_lenient_choice(raw) for raw in choices] if choices is not None else None,
        usage=lenient_usage(fields["usage"]) if "usage" in fields else None,
        x_groq=GroqExtra(lenient_usage(groq)) if groq is not None else None,
        error=fields.get("error", msgspec.Raw()),
    )


def _lenient_choice(raw: msgspec.Raw) -> Choice:
    fields = _object(raw)
    if fields is None:
        return Choice(index=-1)
    message = _object(fields.get("message")) or _object(fields.get("delta")) or {}
    content = message.get("content")
    parts = [part for part in (_object(item) for item in _list(content) or ()) if part is not None]
    text = _text(content) or "".join(_text(part.get("text")) or "" for part in parts)
    index = bytes(fields["index"]) if "index" in fields else b"0"
    return Choice(
        index=int(index) if index.isdigit() and len(index) < len("1000000") else 0,
        message=Message(text),
        finish_reason=_text(fields.get("finish_reason")),
    )


def _object(raw: msgspec.Raw | None) -> dict[str, msgspec.Raw] | None:
    try:
        return _MEMBERS.decode(raw) if raw is not None else None
    except _UNREADABLE:
        return None


def _list(raw: msgspec.Raw | None) -> list[msgspec.Raw] | None:
    try:
        return msgspec.json.decode(raw, type=list[msgspec.Raw]) if raw is not None else None
    except _UNREADABLE:
        return None


def _text(raw: msgspec.Raw | None) -> str | None:
    try:
        return msgspec.json.decode(raw, type=str) if raw is not None else None
    except _UNREADABLE:
        return None
