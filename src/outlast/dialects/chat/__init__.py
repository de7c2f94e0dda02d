"""OpenAI's chat completions, both ways, as OpenAI and every provider that is compatible with it write them.

``DIALECT`` is all that the gateway needs. Streams and answers of the same dialect pass through ``relay`` and
``facts``; the other modules translate, ``_in`` to the canonical conversation and ``_out`` from it.
"""

from outlast.dialects.chat.asked import ChatRequest, peek
from outlast.dialects.chat.events_in import ChatEventDecoder
from outlast.dialects.chat.events_out import ChatEventEncoder
from outlast.dialects.chat.facts import read_completion
from outlast.dialects.chat.faults import decode_fault, encode_fault
from outlast.dialects.chat.relay import StreamReader
from outlast.dialects.chat.reply_in import decode_reply
from outlast.dialects.chat.reply_out import encode_reply
from outlast.dialects.chat.request_in import decode_request
from outlast.dialects.chat.request_out import encode_request
from outlast.dialects.dialect import Asked, Dialect


def _endpoint(_model: str, _stream: bool) -> str:  # noqa: FBT001 - the dialects' common signature
    return "/chat/completions"


def _peek(body: bytes, _path: str) -> Asked:
    return peek(body)


def _relay(asked: Asked) -> StreamReader:
    return StreamReader(hide_usage=not (isinstance(asked, ChatRequest) and asked.include_usage))


DIALECT = Dialect(
    name="chat",
    passes=frozenset({"openai-beta"}),
    endpoint=_endpoint,
    peek=_peek,
    read_answer=read_completion,
    relay=_relay,
    decode_request=decode_request,
    encode_request=encode_request,
    decode_reply=decode_reply,
    encode_reply=encode_reply,
    event_decoder=ChatEventDecoder,
    event_encoder=ChatEventEncoder,
    decode_fault=decode_fault,
    encode_fault=encode_fault,
)
