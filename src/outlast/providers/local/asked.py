"""What every job of the local provider is given, and what all of them read alike.

It knows a call's outer facts and how JSON that is none is refused in OpenAI's words. It does not know any body.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from outlast.errors import OperatorError
from outlast.gateway.ports import Headers
from outlast.omni.mini import Mini
from outlast.providers.local.refused import Refused, invalid, unreadable
from outlast.providers.local.shelf import Shelf
from outlast.providers.script.refusal import Refusal

Body = TypeVar("Body", bound=msgspec.Struct)
UNUSED = "x-unused"
"""The header that names what a call asked for and the local engine has no use of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the gateway."""

    shelf: Shelf
    model: str
    body: bytes
    content_type: str
    id: str
    """Of its own, in hexadecimal; wire objects put their prefixes before it."""
    created: int
    """Unix seconds."""

    @property
    def name(self) -> str:
        """The model that answers. Raises ``ModelNotFound``."""
        return self.shelf.name(self.model)

    @property
    def engine(self) -> Mini:
        """Its engine; the first call of all makes it. Raises ``Refused`` where its weights cannot be read."""
        name = self.name
        try:
            return self.shelf.engine(name)
        except OperatorError as error:
            raise unreadable(name, error) from error


def read_json(body: bytes, into: type[Body]) -> Body:
    """The body as a struct. Raises ``Refused`` as OpenAI would."""
    try:
        return msgspec.json.decode(body, type=into)
    except msgspec.ValidationError as error:
        raise Refused(_mistyped(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused(Refusal(400, "We could not parse the JSON body of your request.")) from None


def read_base64(text: str, param: str) -> bytes:
    """Bytes. Raises ``Refused`` for what is no base64."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise invalid(f"Invalid '{param}': it is no base64.", param) from None


def not_supported(name: str) -> Refused:
    """A parameter that would change the answer and cannot."""
    message = f"Unsupported parameter: '{name}' is not supported with this model."
    return Refused(Refusal(400, message, param=name, code="unsupported_parameter"))


def _mistyped(problem: str) -> Refusal:
    """``problem`` is msgspec's: what is wrong, and behind it ``- at `$.place` ``."""
    what, _, place = problem.partition(" - at ")
    place = place.strip("`").removeprefix("$").removeprefix(".")
    name = what.rpartition(" `")[2].strip("`")
    param = f"{place}.{name}" if place else name
    if "unknown field" in what:
        return Refusal(400, f"Unrecognized request argument supplied: {param}")
    if "missing required field" in what:
        message = f"Missing required parameter: '{param}'."
        return Refusal(400, message, param=param, code="missing_required_parameter")
    return Refusal(400, f"Invalid type for '{place}': {what}.", param=place or None, code="invalid_type")


def unused_header(unused: Sequence[str]) -> Headers:
    """What the answer says of parameters that changed nothing."""
    return ((UNUSED, ", ".join(unused)),) if unused else ()
