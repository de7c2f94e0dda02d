"""Error answers of OpenAI's chat and of every provider that speaks it, both ways.

It knows where they put the message, the type and the code. Status goes before their own words for the type: many
say ``invalid_request_error`` for everything.
"""

from collections.abc import Mapping

import msgspec

from outlast.dialects.conversation.reply import Broke
from outlast.dialects.dialect import Fault
from outlast.dialects.refusals import ErrorBody, ErrorObject

_LARGEST_READ = 64 << 10
_LONGEST_MESSAGE = 2000
_LONGEST_WORD = 200
_BY_STATUS = {
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    503: "overloaded_error",
    529: "overloaded_error",
}
_QUOTA = ("insufficient_quota", "billing_hard_limit_reached", "insufficient_balance", "credit_limit", "1113")
"""Codes and types of an account without money; the last is z.ai's."""
_MESSAGES = ("message", "error_message", "msg", "detail", "title", "error_description")
_NO_MESSAGE = "the upstream gave no reason"


def decode_fault(status: int, body: bytes) -> Fault:
    """What an error answer says; a body that is no error object is its own message, shortened."""
    found = _read(body[:_LARGEST_READ])
    outer = found if isinstance(found, dict) else {}
    error = outer.get("error")
    inner = error if isinstance(error, dict) else outer
    message = _message(inner, outer, found)
    code = _word(inner, outer, "code", "responseCode", "status")
    said = _word(inner, outer, "type", "__type")
    kind = _kind(status, said or "", code or "")
    return Fault(status=status, type=kind, message=message, code=code, param=_param(inner, outer))


def read_broke(data: bytes) -> Broke:
    """An error that came inside a stream, under a status of 200."""
    found = _read(data)
    error = found.get("error") if isinstance(found, dict) else None
    said = error if isinstance(error, dict) else {}
    numbers = [said.get(name) for name in ("status_code", "status", "code")]
    status = next((int(str(each)) for each in numbers if str(each).isdigit() and 400 <= int(str(each)[:4]) < 600), 0)
    fault = decode_fault(status or 500, data)
    kind = fault.type if status else str(said.get("type") or fault.type)
    return Broke(fault.message, kind[:_LONGEST_WORD], fault.code or "", status)


def encode_fault(fault: Fault, request_id: str) -> bytes:
    """OpenAI's error object. It has no place for the id of the request, which stands in a header."""
    del request_id
    kind = "invalid_request_error" if fault.type == "not_found_error" else fault.type
    return msgspec.json.encode(ErrorBody(ErrorObject(fault.message, kind, fault.param, fault.code)))


def _read(body: bytes) -> object:
    """JSON, JSON in a string or in a list of one, or plain text."""
    text = body.decode(errors="replace").strip()
    try:
        value: object = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return text
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, str) and value.lstrip().startswith("{") and len(value) < len(text):
        return _read(value.encode(errors="replace"))
    return value


def _message(inner: Mapping[str, object], outer: Mapping[str, object], found: object) -> str:
    words = [holder.get(name) for holder in (inner, outer) for name in _MESSAGES]
    candidates = [_text(each) for each in (*words[: len(_MESSAGES)], outer.get("error"), *words[len(_MESSAGES) :])]
    message = next((each for each in candidates if each), "")
    if not message and isinstance(found, str):
        message = "the upstream answered with a page of HTML" if found.startswith("<") else found
    raw = _metadata(inner)
    if raw and raw not in message:
        message = f"{message}: {raw}"
    return " ".join(message.split())[:_LONGEST_MESSAGE] or _NO_MESSAGE


def _text(value: object) -> str:
    """A message, or FastAPI's list of them."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return "; ".join(_complaint(each) for each in value if isinstance(each, dict))
    if isinstance(value, dict):  # Mistral puts FastAPI's list below the message.
        return _text(value.get("detail") or value.get("message"))
    return ""


def _complaint(each: Mapping[str, object]) -> str:
    where = each.get("loc")
    place = ".".join(str(step) for step in where) if isinstance(where, list) else ""
    return f"{place}: {each.get('msg', '')}" if place else str(each.get("msg") or each.get("message") or "")


def _metadata(inner: Mapping[str, object]) -> str:
    """OpenRouter's own message only says that a provider failed; that provider's words stand beside it."""
    metadata = inner.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, dict) else None
    if not isinstance(raw, str) or not raw:
        return ""
    found = _read(raw[:_LARGEST_READ].encode(errors="replace"))
    if not isinstance(found, dict):
        return raw
    error = found.get("error")
    return _text(error.get("message") if isinstance(error, dict) else error or found.get("message")) or raw


def _word(inner: Mapping[str, object], outer: Mapping[str, object], *names: str) -> str | None:
    for holder in (inner, outer):
        for name in names:
            value = holder.get(name)
            again = str(value).isdigit() and len(str(value)) == len("400")  # Only the status.
            if isinstance(value, str | int) and not isinstance(value, bool) and str(value) and not again:
                return str(value)[:_LONGEST_WORD]
    return None


def _param(inner: Mapping[str, object], outer: Mapping[str, object]) -> str | None:
    value = inner.get("param", outer.get("param"))
    return value[:_LONGEST_WORD] if isinstance(value, str) and value else None


def _kind(status: int, said: str, code: str) -> str:
    if any(word in (said.lower(), code.lower()) for word in _QUOTA):
        return "insufficient_quota"
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return "server_error" if status >= 500 else "invalid_request_error"
