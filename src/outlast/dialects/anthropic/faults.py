"""Error answers in Anthropic's words, both ways.

It knows the error object, its types and their statuses. It does not know what else a caller is told (headers).
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from outlast.dialects.anthropic.wire import ERROR, read
from outlast.dialects.dialect import Fault

_LONGEST = 500
"""Characters of a body that is no error object."""


class Kind(NamedTuple):
    """What one of Anthropic's types is elsewhere."""

    ours: str
    """OpenAI's ``error.type``."""
    status: int
    """With which Anthropic sends it."""


TYPES: Mapping[str, Kind] = {
    "invalid_request_error": Kind("invalid_request_error", 400),
    "authentication_error": Kind("authentication_error", 401),
    "billing_error": Kind("insufficient_quota", 402),
    "permission_error": Kind("permission_error", 403),
    "not_found_error": Kind("not_found_error", 404),
    "conflict_error": Kind("invalid_request_error", 409),
    "request_too_large": Kind("invalid_request_error", 413),
    "rate_limit_error": Kind("rate_limit_error", 429),
    "api_error": Kind("server_error", 500),
    "timeout_error": Kind("server_error", 504),
    "overloaded_error": Kind("overloaded_error", 529),
}
_BY_STATUS = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_BY_OURS = {
    "authentication_error": "authentication_error",
    "insufficient_quota": "billing_error",
    "permission_error": "permission_error",
    "not_found_error": "not_found_error",
    "rate_limit_error": "rate_limit_error",
    "overloaded_error": "overloaded_error",
}
_NO_MODEL = "model:"
"""How Anthropic's message begins when nobody has the model, or nobody any more."""


class _Body(msgspec.Struct, gc=False):
    error: msgspec.Raw = msgspec.Raw(b"")


_BODY = msgspec.json.Decoder(_Body)


def decode_fault(status: int, body: bytes) -> Fault:
    """Read an error answer; what is no error object is its own message, shortened."""
    found = read(_BODY, body)
    error = read(ERROR, found.error) if found is not None else None
    kind = (error.type if error is not None else None) or ""
    message = (error.message if error is not None else None) or body.decode(errors="replace").strip()[:_LONGEST]
    known = TYPES.get(kind) or TYPES[type_of("", status)]
    unknown_model = known.ours == "not_found_error" and message.startswith(_NO_MODEL)
    return Fault(
        status=status,
        type=known.ours,
        message=message or f"the upstream answered with status {status} and said nothing",
        code="model_not_found" if unknown_model else None,
        param="model" if unknown_model else None,
    )


def encode_fault(fault: Fault, request_id: str) -> bytes:
    """The body of an error answer."""
    return msgspec.json.encode(
        {
            "type": "error",
            "error": {"type": type_of(fault.type, fault.status), "message": _clean(fault.message)},
            "request_id": request_id,
        }
    )


def type_of(ours: str, status: int) -> str:
    """Anthropic's type for a fault: by its own type where that says enough, else by its status."""
    if ours in _BY_OURS:
        return _BY_OURS[ours]
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return "invalid_request_error" if 400 <= status < 500 or ours == "invalid_request_error" else "api_error"


def _clean(message: str) -> str:
    """Half of a surrogate pair cannot be written as JSON."""
    return message.encode(errors="replace").decode()
