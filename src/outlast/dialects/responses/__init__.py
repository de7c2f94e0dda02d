"""The Responses API of OpenAI and of the Open Responses specification, both ways."""

from outlast.dialects.chat.faults import decode_fault, encode_fault
from outlast.dialects.dialect import Asked, Dialect
from outlast.dialects.responses.asked import peek
from outlast.dialects.responses.events_in import EventDecoder
from outlast.dialects.responses.events_out import EventEncoder
from outlast.dialects.responses.facts import read_answer
from outlast.dialects.responses.relay import StreamReader
from outlast.dialects.responses.reply_in import decode_reply
from outlast.dialects.responses.reply_out import encode_reply
from outlast.dialects.responses.request_in import decode_request
from outlast.dialects.responses.request_out import encode_request


def _relay(_: Asked) -> StreamReader:
    return StreamReader()


def _endpoint(_model: str, _stream: bool) -> str:  # noqa: FBT001 - every dialect's signature
    return "/responses"


DIALECT = Dialect(
    name="responses",
    passes=frozenset(),
    endpoint=_endpoint,
    peek=peek,
    read_answer=read_answer,
    relay=_relay,
    decode_request=decode_request,
    encode_request=encode_request,
    decode_reply=decode_reply,
    encode_reply=encode_reply,
    event_decoder=EventDecoder,
    event_encoder=EventEncoder,
    decode_fault=decode_fault,
    encode_fault=encode_fault,
)
