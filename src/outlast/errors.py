"""What can go wrong, split by who can act on it.

    OutlastError
    ├── CallerError              whoever sent the request
    │   ├── MalformedRequest       the body or the HTTP around it cannot be read
    │   ├── Untranslatable         the target has no way to be asked this
    │   ├── RequestTooLarge        over a stated limit
    │   ├── RequestTooSlow         the request did not arrive in time
    │   ├── ContextFull            a conversation is longer than the local engine remembers
    │   ├── KeyRequired            no key, or one that is not known, expired or revoked
    │   ├── LoginRefused           name and password of an account do not belong together
    │   ├── ModelNotAllowed        the key may not use this model
    │   ├── LimitReached           the key's requests, tokens or concurrent calls: later it may
    │   │   └── BudgetSpent          the key's money of the day or month
    │   ├── CallNotAllowed         the key may not make this call, whatever models it may use
    │   ├── NoSuchRoute            the path does not exist
    │   ├── MethodNotAllowed       the path exists, the method does not
    │   ├── ModelNotFound          no virtual model and no provider of that name
    │   ├── ResponseNotFound       no response of this id is kept for this caller
    │   │   └── PreviousNotFound     the same for one that a call goes on from
    │   ├── ObjectNotFound         nothing of this id, kept by a provider, is this caller's
    │   └── ModelRetired           the name has no living candidate left
    │       └── BrownedOut           the name is missing for some minutes, on purpose and announced
    ├── UpstreamError            the provider, or the network before it
    │   ├── UpstreamUnreachable    no connection
    │   ├── UpstreamBroken         reset, garbage, a lie about the length
    │   └── UpstreamTimeout        silence: on connect, before the first byte, or between two
    ├── OperatorError            whoever configures and runs Outlast
    │   ├── SettingsInvalid        outlast.toml, a flag or the environment
    │   ├── EvidenceInvalid        outcomes, a margin or a level that no verdict can rest on
    │   ├── UnknownModel           a command was asked about a model nobody knows
    │   ├── UnknownKey             a command was asked about a key nobody created
    │   ├── UnknownPerson          a command was asked about an account that nobody made
    │   ├── RolloutRefused         a rollout cannot go that way from where it is
    │   ├── WeightsInvalid         a file of the local engine's weights cannot be read
    │   ├── CatalogInvalid         a feed of claims, or the file that keeps them, cannot be read
    │   └── ClaimRefused           a feed would change a date in silence
    └── MachineError             the disk, the database, the port, the memory
        ├── GatewayBusy            more is in flight than this gateway may hold: in a moment it can
        └── LedgerUnavailable      the record cannot be read or written

This file knows kinds and the facts each carries. It does not know HTTP statuses (``dialects.refusals``)
nor exit codes (``cli.exits``): each of those is one table, and a test walks this tree against both.
"""


class OutlastError(Exception):
    """Anything that Outlast itself reports; the message says what, with which value, and what to do."""

    code = "outlast_error"


class CallerError(OutlastError):
    """The request cannot be served as it was sent."""

    code = "invalid_request"

    def __init__(self, message: str, *, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param
        """The field at fault, as OpenAI's ``error.param`` names it."""


class MalformedRequest(CallerError):
    """The body or the HTTP around it cannot be read."""

    code = "malformed_request"


class Untranslatable(CallerError):
    """The target cannot be asked this: its model or dialect has no counterpart, and leaving it out would deceive."""

    code = "untranslatable"


class RequestTooLarge(CallerError):
    """The request is over a stated limit."""

    code = "request_too_large"


class RequestTooSlow(CallerError):
    """The request did not arrive in time."""

    code = "request_timeout"


class ContextFull(CallerError):
    """A conversation is longer than the local engine remembers; what it was told before is still there."""

    code = "context_length_exceeded"


class KeyRequired(CallerError):
    """A key is required here, and none that is known came with the call."""

    code = "invalid_api_key"


class LoginRefused(CallerError):
    """Name and password of an account do not belong together; which of them is wrong is not said."""

    code = "login_refused"


class ModelNotAllowed(CallerError):
    """The key may not use this model."""

    code = "model_not_allowed"


class CallNotAllowed(CallerError):
    """The key may not make this call, whatever models it may use."""

    code = "call_not_allowed"


class LimitReached(CallerError):
    """The key's requests a minute, tokens a minute or concurrent calls are used up for the moment."""

    code = "rate_limit_exceeded"

    def __init__(self, message: str, *, retry_after_s: float = 0.0, said: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        """Seconds after which the same call is admitted if nobody else calls."""
        self.said = said
        """What the answer says beside the body: names in lower case, and values."""


class BudgetSpent(LimitReached):
    """The key's money of the day or month is spent: no use in trying again soon."""

    code = "insufficient_quota"


class NoSuchRoute(CallerError):
    """The path does not exist."""

    code = "unknown_url"


class MethodNotAllowed(CallerError):
    """The path exists, the method does not."""

    code = "method_not_allowed"


class ModelNotFound(CallerError):
    """No virtual model and no provider has this name."""

    code = "model_not_found"


class ResponseNotFound(CallerError):
    """No response of this id is kept for this caller: it never was, it expired, or it is somebody else's."""

    code = "response_not_found"


class PreviousNotFound(ResponseNotFound):
    """The response that a call goes on from, or one that it went on from itself, is not kept for this caller."""

    code = "previous_response_not_found"


class ObjectNotFound(CallerError):
    """Nothing of this id, kept by a provider, is this caller's: it never was, was deleted, or is somebody else's."""

    code = "not_found"


class ModelRetired(CallerError):
    """The virtual model has no living candidate left."""

    code = "model_retired"


class BrownedOut(ModelRetired):
    """The name is missing for some announced minutes, so that callers who were forgotten show themselves."""

    code = "model_brownout"

    def __init__(self, message: str, *, param: str | None = None, ends_in_s: float = 0.0) -> None:
        super().__init__(message, param=param)
        self.ends_in_s = ends_in_s
        """Seconds after which it answers again."""


class UpstreamError(OutlastError):
    """The provider, or the network before it, failed; ``target`` is ``provider/model``."""

    code = "upstream_error"

    def __init__(self, message: str, *, target: str = "") -> None:
        super().__init__(message)
        self.target = target


class UpstreamUnreachable(UpstreamError):
    """No connection could be made."""

    code = "upstream_unreachable"


class UpstreamBroken(UpstreamError):
    """The upstream reset the connection, sent what is not HTTP, or lied about its length."""

    code = "upstream_broken"


class UpstreamTimeout(UpstreamError):
    """The upstream was silent: on connect, before its first byte, or between two."""

    code = "upstream_timeout"


class OperatorError(OutlastError):
    """Whoever configures and runs Outlast can mend it."""

    code = "operator_error"


class SettingsInvalid(OperatorError):
    """``outlast.toml``, a flag or the environment holds something that cannot be meant."""

    code = "settings_invalid"


class EvidenceInvalid(OperatorError):
    """Outcomes, a margin or a level that no verdict can rest on; a row at fault is named by its line."""

    code = "evidence_invalid"


class UnknownModel(OperatorError):
    """A command was asked about a model that neither catalogue nor configuration knows."""

    code = "unknown_model"


class UnknownKey(OperatorError):
    """A command was asked about a key that nobody created, or that is revoked."""

    code = "unknown_key"


class UnknownPerson(OperatorError):
    """A command was asked about an account that nobody made, or that was removed."""

    code = "unknown_person"


class RolloutRefused(OperatorError):
    """A rollout cannot go that way from where it is; the state that it is in is named."""

    code = "rollout_refused"


class WeightsInvalid(OperatorError):
    """A file of the local engine's weights is broken, or was made for another version of Outlast."""

    code = "weights_invalid"


class CatalogInvalid(OperatorError):
    """A document of claims, prices or usage cannot be read; the file and the entry at fault are named."""

    code = "catalog_invalid"


class ClaimRefused(OperatorError):
    """A feed of claims would change a date that is known, without saying that it moved."""

    code = "claim_refused"


class MachineError(OutlastError):
    """The disk, the database, the port or the memory refuses."""

    code = "machine_error"


class GatewayBusy(MachineError):
    """More is in flight than this gateway may hold; the same request can be served in a moment."""

    code = "gateway_busy"


class LedgerUnavailable(MachineError):
    """The record cannot be read or written."""

    code = "ledger_unavailable"
