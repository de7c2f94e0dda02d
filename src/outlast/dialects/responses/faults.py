"""An error answer of the Responses API, both ways: OpenAI's error object, as its chat completions have it."""

import msgspec

from outlast.dialects.dialect import Fault
from outlast.dialects.refusals import ErrorBody, ErrorObject
from outlast.dialects.responses.wire import UNREADABLE

_LONGEST = 500
"""Characters of a body that is no error object."""
_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}


class _Error(msgspec.Struct):
    message: str | None = None
    type: str | None = None
    param: str | None = None
    code: str | int | None = None


class _Body(msgspec.Struct):
    error: _Error | str | None = None


def decode_fault(status: int, body: bytes) -> Fault:
    """Read any body: one that holds no error object is its own message, shortened."""
    usual = _TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    try:
        error = msgspec.json.decode(body, type=_Body).error
    except UNREADABLE:
        error = None
    if isinstance(error, str):
        error = _Error(message=error)
    if error is None or not error.message:
        return Fault(status=status, type=usual, message=body.decode(errors="replace").strip()[:_LONGEST])
    code = None if error.code is None else str(error.code)
    return Fault(status=status, type=error.type or usual, message=error.message, code=code, param=error.param)


def encode_fault(fault: Fault, request_id: str) -> bytes:  # noqa: ARG001 - every dialect's signature; this body has no place for it
    """The error object."""
    return msgspec.json.encode(ErrorBody(ErrorObject(fault.message, fault.type, fault.param, fault.code)))
