"""Lines of transcripts as an assistant's turns.

It knows ``{"messages": [...]}``, ``{"text": "..."}``, OpenAI's answers and records of request and answer. It does not
know files. A turn's text is not measured here.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from outlast.errors import EvidenceInvalid


class Spoken(NamedTuple):
    """One turn of an assistant, as it stands in a transcript."""

    conversation: str
    position: int
    text: str


class _Part(msgspec.Struct, gc=False):
    type: str = ""
    text: str | None = None


_Content = str | list[_Part] | None


class _Message(msgspec.Struct, gc=False):
    role: str = ""
    content: _Content = None
    refusal: str | None = None


class _Choice(msgspec.Struct, gc=False):
    message: _Message | None = None


class _Answer(msgspec.Struct, gc=False):
    choices: list[_Choice] = []
    body: "_Answer | None" = None


class _Asked(msgspec.Struct, gc=False):
    messages: list[_Message] = []
    body: "_Asked | None" = None


class _Line(msgspec.Struct, gc=False):
    messages: list[_Message] | None = None
    text: str | None = None
    conversation: str | int | None = None
    id: str | int | None = None
    turn: int | None = None
    request: _Asked | None = None
    response: _Answer | None = None
    choices: list[_Choice] | None = None


_LINE = msgspec.json.Decoder(_Line)


def read_lines(lines: Iterable[bytes], source: str) -> Iterator[Spoken]:
    """Every assistant's turn of a file of JSON lines.

    Raises:
        EvidenceInvalid: a line is no transcript; the message names the file and the line.
    """
    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            continue
        try:
            line = _LINE.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise EvidenceInvalid(f"{source}: line {number}: {str(error)[:200]}") from None
        turns = _turns(line, f"{source}#{number}")
        if turns is None:
            raise EvidenceInvalid(
                f'{source}: line {number}: no transcript; a line has "messages", "text", "choices" or "response"'
            )
        yield from turns


def read_page(text: str, source: str) -> Spoken:
    """A page of plain text or Markdown: one turn."""
    return Spoken(source, 1, text)


def _turns(line: _Line, own: str) -> list[Spoken] | None:
    """None: the line says nothing that is known here."""
    name = line.conversation if line.conversation is not None else line.id
    conversation = own if name is None else str(name)
    if line.text is not None:
        conversation = own if line.conversation is None else str(line.conversation)
        return [Spoken(conversation, line.turn or 1, line.text)]
    if line.messages is not None:
        return _assistants(line.messages, conversation)
    answer = line.response or (_Answer(choices=line.choices) if line.choices is not None else None)
    if answer is None:
        return None
    answer = answer.body or answer
    asked = (line.request.body or line.request).messages if line.request is not None else []
    position = max(1, sum(message.role == "user" for message in asked))
    messages = [choice.message for choice in answer.choices[:1] if choice.message is not None]
    return [Spoken(conversation, position, said) for message in messages if (said := _text(message))]


def _assistants(messages: list[_Message], conversation: str) -> list[Spoken]:
    said = [text for message in messages if message.role == "assistant" and (text := _text(message)).strip()]
    return [Spoken(conversation, position, text) for position, text in enumerate(said, 1)]


def _text(message: _Message) -> str:
    content = message.content
    if isinstance(content, list):
        return "\n".join(part.text for part in content if part.text)
    return content or message.refusal or ""
