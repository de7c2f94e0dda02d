"""OpenAI's endpoints beside conversations: embeddings, moderations, sounds, pictures, counting. Passed through.

It knows where each finds its model and its counts. A target whose vendor does not have an endpoint refuses it before
the call; nothing is translated here.
"""

from collections.abc import Callable
from typing import Any, NoReturn

from outlast.dialects.answer import Answer
from outlast.dialects.chat.faults import decode_fault
from outlast.dialects.dialect import Asked, Dialect
from outlast.dialects.endpoints.asked import peek_form, peek_json, peek_stateless
from outlast.dialects.endpoints.facts import read_counts, say_nothing
from outlast.dialects.endpoints.relay import Passing
from outlast.dialects.refusals import openai_body
from outlast.errors import Untranslatable

_SOUNDS = ("text/event-stream", "audio/", "application/octet-stream")


def _endpoint(
    name: str,
    peek: Callable[[bytes, str], Asked] = peek_json,
    read: Callable[[bytes], Answer] = read_counts,
    streamed: tuple[str, ...] = ("text/event-stream",),
) -> Dialect:
    def untranslatable(*_: object) -> NoReturn:
        raise Untranslatable(f"/v1/{name} is only passed through: no other dialect has it")

    no: Any = untranslatable
    return Dialect(
        name=name,
        conversation=False,
        streamed=streamed,
        passes=frozenset({"openai-beta"}),
        endpoint=lambda _model, _stream: f"/{name}",
        peek=peek,
        read_answer=read,
        relay=lambda _asked: Passing(),
        decode_request=no,
        encode_request=no,
        decode_reply=no,
        encode_reply=no,
        event_decoder=no,
        event_encoder=no,
        decode_fault=decode_fault,
        encode_fault=openai_body,
    )


ENDPOINTS: tuple[Dialect, ...] = (
    _endpoint("embeddings"),
    _endpoint("moderations"),
    _endpoint("audio/transcriptions", peek_form),
    _endpoint("audio/translations", peek_form),
    _endpoint("audio/speech", read=say_nothing, streamed=_SOUNDS),
    _endpoint("images/generations"),
    _endpoint("images/edits", peek_form),
    _endpoint("images/variations", peek_form),
    _endpoint("responses/input_tokens", peek_stateless),
    _endpoint("responses/compact", peek_stateless),
)
"""Each by its path below ``/v1``; the first segment is what a vendor's row says that it serves."""
