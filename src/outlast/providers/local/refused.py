"""A call that the local provider refuses, raised where that is found, in the words that OpenAI has for it.

It knows how errors of the engine become such answers. It does not know when anything is refused.
"""

import logging
from typing import Final

from outlast.dialects.refusals import fault_of
from outlast.errors import CallerError, RequestTooLarge
from outlast.providers.script.refusal import Refusal

LOG: Final = logging.getLogger("outlast.providers")
BUSY = Refusal(
    503,
    "The engine is currently overloaded, please try again later: every core computes an answer and others wait.",
    code="engine_overloaded",
    type="server_error",
    retry_after=1,
)


class Refused(Exception):
    """Ends a call with an error answer."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def invalid(message: str, param: str | None = None, code: str = "invalid_value") -> Refused:
    """A value that cannot be meant."""
    return Refused(Refusal(400, message, param=param, code=code))


def unreadable(model: str, error: Exception) -> Refused:
    """Weights that cannot be used: an answer of its own, so that a virtual model's plan goes on; the log says why."""
    LOG.error("%s: %s", model, error)
    message = f"The weights of `{model}` cannot be used here; the gateway's log says why."
    return Refused(Refusal(500, message, code="weights_invalid", type="server_error"))


def refusal_of(error: CallerError) -> Refusal:
    """What the engine, or a decoder of sound or pictures, refuses."""
    fault = fault_of(error, "")
    status = 400 if isinstance(error, RequestTooLarge) else fault.status
    return Refusal(status, fault.message, param=fault.param, code=fault.code, type=fault.type)
