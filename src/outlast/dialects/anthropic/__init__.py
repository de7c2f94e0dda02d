"""Anthropic's messages, both ways: ``/v1/messages``, and the bodies of ``/v1/messages/count_tokens``."""

from outlast.dialects.anthropic.asked import PASSES, endpoint, peek
from outlast.dialects.anthropic.events_in import event_decoder
from outlast.dialects.anthropic.events_out import event_encoder
from outlast.dialects.anthropic.facts import read_answer
from outlast.dialects.anthropic.faults import decode_fault, encode_fault
from outlast.dialects.anthropic.relay import relay
from outlast.dialects.anthropic.reply_in import decode_reply
from outlast.dialects.anthropic.reply_out import encode_reply
from outlast.dialects.anthropic.request_in import decode_request
from outlast.dialects.anthropic.request_out import encode_request
from outlast.dialects.dialect import Dialect

DIALECT = Dialect(
    name="anthropic",
    passes=PASSES,
    endpoint=endpoint,
    peek=peek,
    read_answer=read_answer,
    relay=relay,
    decode_request=decode_request,
    encode_request=encode_request,
    decode_reply=decode_reply,
    encode_reply=encode_reply,
    event_decoder=event_decoder,
    event_encoder=event_encoder,
    decode_fault=decode_fault,
    encode_fault=encode_fault,
)
