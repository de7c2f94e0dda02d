"""What a call may use, before its provider has said, or where it never does.

It knows lengths. English text averages about four bytes a token; pictures, sounds and files come as base64, which no
tokeniser ever sees, and are not counted: what they cost is known when the provider reports it.
"""

from typing import Final

import msgspec

from outlast.dialects.dialect import Asked

BYTES_PER_TOKEN: Final = 4
_SHORT: Final = 16_384
"""Bytes; a shorter body is counted whole."""
_PLACES: Final = 64
"""A longer one is looked at in so many places, whatever its length."""
_PLACE: Final = 48
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_="
_COUNTS: Final = ("max_completion_tokens", "max_tokens", "max_output_tokens")

_number = msgspec.json.Decoder(int)


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
    return prompt


def _is_text(place: bytes) -> bool:
    """Whether people's writing stands here: there is something in it that base64 does not have."""
    return bool(place.translate(None, _BASE64))


def _stated(value: msgspec.Raw) -> int:
    """A number that the caller gave; 0 where it is none: the upstream says so."""
    try:
        return max(0, _number.decode(value))
    except msgspec.MsgspecError:
        return 0
