"""Google's Gemini: ``generateContent``, ``streamGenerateContent`` and ``countTokens``, on AI Studio and on Vertex."""

from outlast.dialects.dialect import Dialect
from outlast.dialects.gemini.asked import endpoint, peek
from outlast.dialects.gemini.events_in import EventDecoder
from outlast.dialects.gemini.events_out import EventEncoder
from outlast.dialects.gemini.facts import read_answer
from outlast.dialects.gemini.faults import decode_fault, encode_fault
from outlast.dialects.gemini.relay import StreamReader
from outlast.dialects.gemini.reply_in import decode_reply
from outlast.dialects.gemini.reply_out import encode_reply
from outlast.dialects.gemini.request_in import decode_request
from outlast.dialects.gemini.request_out import encode_request
from outlast.dialects.gemini.words import NAME

__all__ = ["DIALECT"]

DIALECT = Dialect(
    name=NAME,
    passes=frozenset({"x-vertex-ai-llm-request-type", "x-vertex-ai-llm-shared-request-type"}),
    endpoint=endpoint,
    peek=peek,
    read_answer=read_answer,
    relay=lambda asked: StreamReader(),  # noqa: ARG005  the interface of all dialects; nothing of the request matters
    decode_request=decode_request,
    encode_request=encode_request,
    decode_reply=decode_reply,
    encode_reply=encode_reply,
    event_decoder=EventDecoder,
    event_encoder=EventEncoder,
    decode_fault=decode_fault,
    encode_fault=encode_fault,
)
