"""An error answer in OpenAI's shape, as the real models give it.

It knows the shape. It does not know when a model refuses (``parameters``, ``life``).
"""

from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class Refusal:
    """A status of 400 or more, and what stands in ``error``."""

    status: int
    message: str
    param: str | None = None
    code: str | None = None
    type: str = "invalid_request_error"
    raw: bytes = b""
    """The whole body, where a provider has a shape of its own."""
    retry_after: float | None = None
    """Seconds, for the ``retry-after`` header."""

    @property
    def body(self) -> bytes:
        """The body as it goes over the wire."""
        if self.raw:
            return self.raw
        error = {"message": self.message, "type": self.type, "param": self.param, "code": self.code}
        return msgspec.json.format(msgspec.json.encode({"error": error}), indent=2)


def unsupported_parameter(name: str, instead: str = "") -> Refusal:
    """The words in which OpenAI refuses a parameter."""
    hint = f" Use '{instead}' instead." if instead else ""
    message = f"Unsupported parameter: '{name}' is not supported with this model.{hint}"
    return Refusal(400, message, param=name, code="unsupported_parameter")


def unsupported_value(name: str, value: object, allowed: str) -> Refusal:
    """The words in which OpenAI refuses a value."""
    message = f"Unsupported value: '{name}' does not support {value} with this model.{allowed}"
    return Refusal(400, message, param=name, code="unsupported_value")
