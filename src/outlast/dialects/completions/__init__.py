"""OpenAI's older completions: a prompt in, text out.

``DIALECT`` is all that the gateway needs. Streams and answers of the same dialect pass through as in chat.
"""

from outlast.dialects.chat.asked import ChatRequest
from outlast.dialects.chat.facts import read_completion
from outlast.dialects.chat.faults import decode_fault, encode_fault
from outlast.dialects.chat.relay import StreamReader
from outlast.dialects.completions.asked import peek
from outlast.dialects.completions.reply import CompletionsDecoder, CompletionsEncoder, decode_reply, encode_reply
from outlast.dialects.completions.request import decode_request, encode_request
from outlast.dialects.dialect import Asked, Dialect


def _endpoint(_model: str, _stream: bool) -> str:  # noqa: FBT001 - the dialects' common signature
    return "/completions"


def _relay(asked: Asked) -> StreamReader:
    return StreamReader(hide_usage=not (isinstance(asked, ChatRequest) and asked.include_usage))


DIALECT = Dialect(
    name="completions",
    passes=frozenset({"openai-beta"}),
    endpoint=_endpoint,
    peek=peek,
    read_answer=read_completion,
    relay=_relay,
    decode_request=decode_request,
    encode_request=encode_request,
    decode_reply=decode_reply,
    encode_reply=encode_reply,
    event_decoder=CompletionsDecoder,
    event_encoder=CompletionsEncoder,
    decode_fault=decode_fault,
    encode_fault=encode_fault,
)
