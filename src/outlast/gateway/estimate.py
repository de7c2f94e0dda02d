"""What a call may use, before its provider has said, or where it never does.

It knows lengths, and counts tokens where it is given a tokeniser. English text averages about four bytes a token;
pictures, sounds and files come as base64, which no tokeniser ever sees, and are not counted: what they cost is known
when the provider reports it. It does not know where a vocabulary lies (``wiring``).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from outlast.dialects.answer import Answer
from outlast.dialects.conversation.parts import Part, Refusal, Text, Thinking, ToolCall, ToolResult
from outlast.dialects.conversation.request import Request, Tool
from outlast.dialects.dialect import Asked
from outlast.dialects.embedding import CROSSED
from outlast.errors import MalformedRequest, Untranslatable, UpstreamBroken
from outlast.exchange import Usage
from outlast.gateway.meter import Meter

Tokeniser = Callable[[str], int]
"""How many tokens a text has."""

BYTES_PER_TOKEN: Final = 4
_SHORT: Final = 16_384
"""Bytes; a shorter body is counted whole."""
_PLACES: Final = 64
"""A longer one is looked at in so many places, whatever its length."""
_PLACE: Final = 48
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_="
_COUNTS: Final = ("max_completion_tokens", "max_tokens", "max_output_tokens")
_LONGEST_COUNTED: Final = 65_536
"""Characters that a tokeniser is given: some milliseconds of its time. A longer text counts in proportion."""

_number = msgspec.json.Decoder(int)


class _Generation(msgspec.Struct, rename="camel"):
    """Gemini's ``generationConfig``."""

    max_output_tokens: int = 0
    candidate_count: int = 1


_generation = msgspec.json.Decoder(_Generation)


@dataclass(frozen=True, slots=True)
class Estimator:
    """The usage of answers whose provider reported none, or not all."""

    tokeniser: Tokeniser | None = None
    """None: texts count by their length."""

    def whole(self, meter: Meter, body: bytes) -> Usage | None:
        """Of a plain answer as its caller gets it; None where nothing is counted in tokens, or nothing was answered."""
        if not meter.dialect.conversation:
            return Usage(input_tokens=self.prompt(meter)) if meter.dialect.name in CROSSED else None
        try:
            candidates = meter.dialect.decode_reply(body).candidates
        except UpstreamBroken:  # a plain answer that its caller gets as events
            return Usage(input_tokens=self.prompt(meter), output_tokens=prompt_tokens(body))
        if not candidates:
            return None
        said = self._tokens("".join(_texts(part for each in candidates for part in each.parts)))
        return Usage(input_tokens=self.prompt(meter), output_tokens=said)

    def streamed(self, meter: Meter, events: int, answer: Answer) -> Usage | None:
        """Of a stream: about a token an event; None where the provider has reported it, or where it has no words.

        Some report the prompt at the start and the answer at its end: of a stream that was cut the former holds.
        """
        reported = answer.usage
        if not meter.dialect.conversation:
            return None
        if reported is None:
            return Usage(input_tokens=self.prompt(meter), output_tokens=events)
        if answer.finish or reported.output_tokens >= events:
            return None
        return msgspec.structs.replace(reported, output_tokens=events)

    def prompt(self, meter: Meter) -> int:
        """Of what was asked."""
        body, request, dialect = meter.call.body, meter.request, meter.dialect
        if self.tokeniser is None or request is None or not dialect.conversation:
            return prompt_tokens(body)
        try:
            meant = meter.meant or dialect.decode_request(body, request)
        except (MalformedRequest, Untranslatable):  # the provider could read it, whatever it is
            return prompt_tokens(body)
        return self._tokens("".join(_asked_texts(meant)))

    def _tokens(self, text: str) -> int:
        length = len(text)
        if self.tokeniser is None:
            return -(-len(text.encode(errors="replace")) // BYTES_PER_TOKEN)
        counted = self.tokeniser(text[:_LONGEST_COUNTED])
        return counted if length <= _LONGEST_COUNTED else counted * length // _LONGEST_COUNTED


BY_LENGTH: Final = Estimator()


def prompt_tokens(body: bytes) -> int:
    """About how many tokens a request's prompt has."""
    length = len(body)
    if length <= _SHORT:
        return length // BYTES_PER_TOKEN
    step = length // _PLACES
    text = sum(map(_is_text, (body[place : place + _PLACE] for place in range(0, step * _PLACES, step))))
    return length * text // _PLACES // BYTES_PER_TOKEN


def expected_tokens(request: Asked) -> int:
    """About how many tokens a call may use: its prompt, and for each choice what the caller allows an answer."""
    fields = request.envelope.fields
    prompt = prompt_tokens(request.envelope.body)
    for name in _COUNTS:
        if name in fields:
            return prompt + _stated(fields[name]) * (_stated(fields["n"]) or 1 if "n" in fields else 1)
    return prompt + _of_gemini(fields["generationConfig"]) if "generationConfig" in fields else prompt


def _is_text(place: bytes) -> bool:
    """Whether people's writing stands here: there is something in it that base64 does not have."""
    return bool(place.translate(None, _BASE64))


def _stated(value: msgspec.Raw) -> int:
    """A number that the caller gave; 0 where it is none: the upstream says so."""
    try:
        return max(0, _number.decode(value))
    except msgspec.MsgspecError:
        return 0


def _of_gemini(value: msgspec.Raw) -> int:
    try:
        stated = _generation.decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return 0
    return max(0, stated.max_output_tokens) * max(1, stated.candidate_count)


def _asked_texts(request: Request) -> Iterator[str]:
    for message in request.messages:
        yield from _texts(message.parts)
    for tool in request.tools:
        if isinstance(tool, Tool):
            yield from (tool.name, tool.description, tool.parameters.decode(errors="replace"))


def _texts(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        match part:
            case Text() | Refusal() | Thinking():
                yield part.text
            case ToolCall():
                yield from (part.name, part.arguments)
            case ToolResult():
                yield from _texts(part.parts)
            case _:  # pictures and sounds
                pass
