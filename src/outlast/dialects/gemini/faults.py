"""Error bodies of Google's, read and written.

It knows ``error.status`` beside the HTTP status, and the details that say why, which field and when to come again. It
does not know why a call failed. What another dialect said of a fault stands in details under a domain of our own.
"""

import re

import msgspec

from outlast.dialects.dialect import Fault

_DOMAIN = "outlast"
_LONGEST_MESSAGE = 2000
_TYPES = "type.googleapis.com/google.rpc."
_TYPE_OF = {
    "INVALID_ARGUMENT": "invalid_request_error",
    "FAILED_PRECONDITION": "invalid_request_error",
    "OUT_OF_RANGE": "invalid_request_error",
    "ALREADY_EXISTS": "invalid_request_error",
    "ABORTED": "invalid_request_error",
    "CANCELLED": "invalid_request_error",
    "UNAUTHENTICATED": "authentication_error",
    "PERMISSION_DENIED": "permission_error",
    "NOT_FOUND": "not_found_error",
    "RESOURCE_EXHAUSTED": "rate_limit_error",
    "UNAVAILABLE": "overloaded_error",
    "INTERNAL": "server_error",
    "UNKNOWN": "server_error",
    "DATA_LOSS": "server_error",
    "UNIMPLEMENTED": "server_error",
    "DEADLINE_EXCEEDED": "server_error",
}
_TYPE_BY_STATUS = {
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    503: "overloaded_error",
    529: "overloaded_error",
}
_WORD_BY_STATUS = {
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    408: "DEADLINE_EXCEEDED",
    409: "ABORTED",
    410: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
    529: "UNAVAILABLE",
}
_BAD_KEYS = ("API_KEY_INVALID", "API_KEY_EXPIRED", "ACCESS_TOKEN_EXPIRED", "CREDENTIALS_MISSING")
_SECONDS = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")
_SPENT = ("credits are depleted", "billing is not enabled", "spending cap")
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class _Violation(msgspec.Struct):
    field: str = ""


class _Detail(msgspec.Struct, rename="camel"):
    kind: str = msgspec.field(default="", name="@type")
    reason: str = ""
    domain: str = ""
    metadata: dict[str, str] = {}
    retry_delay: str = ""
    field_violations: list[_Violation] = []


class _Error(msgspec.Struct):
    code: int = 0
    message: str = ""
    status: str = ""
    details: list[msgspec.Raw] = []


class _Body(msgspec.Struct):
    error: _Error


def decode_fault(status: int, body: bytes) -> Fault:
    """An error answer; what is no error object is its own message, shortened."""
    error = _read(body)
    if error is None:
        said = body[:_LONGEST_MESSAGE].decode(errors="replace").strip()
        return Fault(status=status, type=type_of(status, ""), message=said or f"the upstream answered {status}")
    details = [detail for detail in map(_detail, error.details) if detail is not None]
    own = next((detail for detail in details if detail.domain == _DOMAIN), None)
    reason = next((detail.reason for detail in details if detail.reason), "")
    param = next((each.field for detail in details for each in detail.field_violations if each.field), None)
    message = error.message[:_LONGEST_MESSAGE] or f"the upstream answered {status}"
    wait = next((_seconds(detail.retry_delay) for detail in details if detail.retry_delay), None)
    if own is not None:
        said = own.metadata.get("type") or type_of(status, error.status)
        code, param = own.metadata.get("code"), own.metadata.get("param")
        return Fault(status=status, type=said, message=message, code=code, param=param, retry_after_s=wait)
    kind = type_of(status, error.status, reason=reason, message=message)
    code = reason or error.status or None
    return Fault(status=status, type=kind, message=message, code=code, param=param, retry_after_s=wait)


def encode_fault(fault: Fault, request_id: str) -> bytes:
    """The same as Google would write it."""
    said = {"type": fault.type, "code": fault.code, "param": fault.param, "requestId": request_id}
    metadata = {name: value for name, value in said.items() if value}
    reason = re.sub(r"[^A-Z0-9]+", "_", (fault.code or fault.type).upper())
    details: list[dict[str, object]] = [
        {"@type": _TYPES + "ErrorInfo", "reason": reason, "domain": _DOMAIN, "metadata": metadata}
    ]
    if fault.param:
        violation = {"field": fault.param, "description": fault.message}
        details.append({"@type": _TYPES + "BadRequest", "fieldViolations": [violation]})
    if fault.retry_after_s is not None:
        wait = f"{fault.retry_after_s:.9f}".rstrip("0").rstrip(".")
        details.append({"@type": _TYPES + "RetryInfo", "retryDelay": f"{wait}s"})
    error = {"code": fault.status, "message": fault.message, "status": word_of(fault.status), "details": details}
    return msgspec.json.encode({"error": error})


def type_of(status: int, word: str, *, reason: str = "", message: str = "") -> str:
    """OpenAI's word for a fault. AI Studio answers 400 where a key is wrong."""
    if reason in _BAD_KEYS or "API key not valid" in message:
        return "authentication_error"
    kind = _TYPE_OF.get(word) or _TYPE_BY_STATUS.get(status)
    if kind == "rate_limit_error" and any(words in message for words in _SPENT):
        return "insufficient_quota"
    return kind or ("server_error" if status >= 500 or not status else "invalid_request_error")


def word_of(status: int) -> str:
    """Google's word for an HTTP status."""
    return _WORD_BY_STATUS.get(status) or ("INTERNAL" if status >= 500 else "INVALID_ARGUMENT")


def _read(body: bytes) -> _Error | None:
    """An error object, or the list of one that a stream without ``alt=sse`` fails with."""
    text = body.strip()
    if text.startswith(b"["):
        try:
            text = bytes(msgspec.json.decode(text, type=list[msgspec.Raw])[0])
        except (*_UNREADABLE, IndexError):
            return None
    try:
        return msgspec.json.decode(text, type=_Body).error
    except _UNREADABLE:
        return None


def _detail(raw: msgspec.Raw) -> _Detail | None:
    try:
        return msgspec.json.decode(raw, type=_Detail)
    except _UNREADABLE:
        return None


def _seconds(delay: str) -> float | None:
    found = _SECONDS.fullmatch(delay)
    return float(found[1]) if found else None
