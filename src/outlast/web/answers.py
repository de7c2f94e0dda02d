"""Short answers that several handlers give: a JSON document, an error in the shape that the caller's client reads.

It knows content types. It does not know what the documents mean.
"""

import msgspec

from outlast.dialects.anthropic import DIALECT as ANTHROPIC
from outlast.dialects.dialect import Dialect
from outlast.dialects.gemini import DIALECT as GEMINI
from outlast.dialects.refusals import refusal
from outlast.dialects.registry import dialect_of
from outlast.errors import OutlastError
from outlast.gateway.call import Call
from outlast.gateway.ports import Headers, Reply

JSON: Headers = (("content-type", "application/json"),)


def answer_json(reply: Reply, document: object, *, status: int = 200) -> None:
    """One document, whole."""
    reply.whole(status, JSON, msgspec.json.encode(document))


def speaker_of(call: Call) -> Dialect:
    """Whose client a call is from, for paths that several vendors have: their clients say it in a header."""
    headers = call.headers
    if "anthropic-version" in headers:
        return ANTHROPIC
    return GEMINI if "x-goog-api-client" in headers or "x-goog-api-key" in headers else dialect_of(call.path)


def answer_error(reply: Reply, call: Call, error: OutlastError, headers: Headers = ()) -> None:
    """One error, whole; ``headers`` are added to those that its kind brings."""
    refused = refusal(error, request_id=call.id, encode=speaker_of(call).encode_fault)
    reply.whole(refused.status, (*headers, *refused.headers), refused.body)
