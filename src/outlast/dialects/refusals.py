"""Every error as the caller sees it: one table from kind to HTTP status, and the body in OpenAI's shape.

It knows statuses and OpenAI's error object. It does not know why an error was raised. What is not in
``errors.py`` is a defect of ours: the caller is told no more than the request id.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from outlast import errors
from outlast.dialects.dialect import Fault


class Kind(NamedTuple):
    """What one class of error becomes."""

    status: int
    type: str
    """OpenAI's ``error.type``."""


CALLER, AUTHENTICATION, PERMISSION, RATE, QUOTA, UPSTREAM, SERVER = (
    "invalid_request_error",
    "authentication_error",
    "permission_error",
    "rate_limit_error",
    "insufficient_quota",
    "upstream_error",
    "server_error",
)

KINDS: dict[type[errors.OutlastError], Kind] = {
    errors.OutlastError: Kind(500, SERVER),
    errors.CallerError: Kind(400, CALLER),
    errors.MalformedRequest: Kind(400, CALLER),
    errors.Untranslatable: Kind(400, CALLER),
    errors.RequestTooLarge: Kind(413, CALLER),
    errors.RequestTooSlow: Kind(408, CALLER),
    errors.ContextFull: Kind(400, CALLER),
    errors.KeyRequired: Kind(401, AUTHENTICATION),
    errors.LoginRefused: Kind(401, AUTHENTICATION),
    errors.ModelNotAllowed: Kind(403, PERMISSION),
    errors.CallNotAllowed: Kind(403, PERMISSION),
    errors.LimitReached: Kind(429, RATE),
    errors.BudgetSpent: Kind(429, QUOTA),
    errors.NoSuchRoute: Kind(404, CALLER),
    errors.MethodNotAllowed: Kind(405, CALLER),
    errors.ModelNotFound: Kind(404, CALLER),
    errors.ResponseNotFound: Kind(404, CALLER),
    errors.PreviousNotFound: Kind(400, CALLER),
    errors.ObjectNotFound: Kind(404, CALLER),
    errors.ModelRetired: Kind(410, CALLER),
    errors.BrownedOut: Kind(410, CALLER),
    errors.UpstreamError: Kind(502, UPSTREAM),
    errors.UpstreamUnreachable: Kind(502, UPSTREAM),
    errors.UpstreamBroken: Kind(502, UPSTREAM),
    errors.UpstreamTimeout: Kind(504, UPSTREAM),
    errors.OperatorError: Kind(500, SERVER),
    errors.SettingsInvalid: Kind(500, SERVER),
    errors.EvidenceInvalid: Kind(500, SERVER),
    errors.UnknownModel: Kind(500, SERVER),
    errors.UnknownKey: Kind(500, SERVER),
    errors.UnknownPerson: Kind(500, SERVER),
    errors.RolloutRefused: Kind(500, SERVER),
    errors.WeightsInvalid: Kind(500, SERVER),
    errors.CatalogInvalid: Kind(500, SERVER),
    errors.ClaimRefused: Kind(500, SERVER),
    errors.MachineError: Kind(500, SERVER),
    errors.GatewayBusy: Kind(503, SERVER),
    errors.LedgerUnavailable: Kind(503, SERVER),
}
DEFECT = Kind(500, SERVER)

_JSON = ("content-type", "application/json")


class Refusal(NamedTuple):
    """An error answer, ready to be sent; header names are lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class ErrorObject(msgspec.Struct, frozen=True):
    """OpenAI's ``error`` object."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorBody(msgspec.Struct, frozen=True):
    """The body of an error answer."""

    error: ErrorObject


def openai_body(fault: Fault, request_id: str) -> bytes:  # noqa: ARG001  the shape of ``Dialect.encode_fault``
    """OpenAI's error body, which has no place for a request's id."""
    return msgspec.json.encode(ErrorBody(ErrorObject(fault.message, fault.type, fault.param, fault.code)))


def refusal(error: Exception, *, request_id: str, encode: Callable[[Fault, str], bytes] = openai_body) -> Refusal:
    """The answer for an error that ended a call; ``encode`` writes its body in the caller's dialect."""
    headers = (*_headers(error, kind_of(error)), *known_by(request_id))
    return Refusal(kind_of(error).status, headers, encode(fault_of(error, request_id), request_id))


def known_by(request_id: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """A request's id under the names by which OpenAI's and Anthropic's clients tell it to their users."""
    return (("x-request-id", request_id), ("request-id", request_id))


def fault_of(error: Exception, request_id: str) -> Fault:
    """What the caller is told of an error that ended a call."""
    kind, code = kind_of(error), error.code if isinstance(error, errors.OutlastError) else "internal_error"
    param = error.param if isinstance(error, errors.CallerError) else None
    # A path or header may have carried half a surrogate pair into the message, and JSON cannot.
    message = _message(error, request_id).encode(errors="replace").decode()
    wait = error.retry_after_s if isinstance(error, errors.LimitReached) else None
    return Fault(status=kind.status, type=kind.type, message=message, code=code, param=param, retry_after_s=wait)


def _headers(error: Exception, kind: Kind) -> tuple[tuple[str, str], ...]:
    if kind.type == AUTHENTICATION:
        return (_JSON, ("www-authenticate", "Bearer"))
    if isinstance(error, errors.GatewayBusy):
        return (_JSON, ("retry-after", "1"))
    if isinstance(error, errors.BrownedOut):
        return (_JSON, ("retry-after", str(math.ceil(error.ends_in_s))))
    if not isinstance(error, errors.LimitReached):
        return (_JSON,)
    wait = ("retry-after", str(math.ceil(error.retry_after_s)))
    # OpenAI's clients try a 429 again by themselves, unless they are told that it is of no use.
    useless = (("x-should-retry", "false"),) if isinstance(error, errors.BudgetSpent) else ()
    return (_JSON, wait, *useless, *error.said)


def kind_of(error: Exception) -> Kind:
    """The nearest entry of the table; a defect when there is none."""
    return next((KINDS[ancestor] for ancestor in type(error).__mro__ if ancestor in KINDS), DEFECT)


def _message(error: Exception, request_id: str) -> str:
    if isinstance(error, errors.CallerError):
        return str(error)
    if isinstance(error, errors.UpstreamError):
        return f"{error} (request {request_id})"
    if isinstance(error, errors.OutlastError):
        return f"the gateway cannot serve this call: {error} (request {request_id})"
    return f"the gateway failed on this call; its log has the reason under request {request_id}"
