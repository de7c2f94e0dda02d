"""What a check sees: a request, and the answers that were drawn for it.

It knows values in one shape, whatever dialect they came in. It does not know how an answer is obtained
(``replay``) nor which checks there are (``checks.check``).
"""

import msgspec

from outlast.dialects.said import Said, ToolCall
from outlast.exchange import Usage

__all__ = ["Draw", "Item", "Said", "Timing", "Tool", "ToolCall"]


class Timing(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """When an answer came, in microseconds from the sending of its request."""

    first_token_us: int = 0
    """0: not streamed, so not known."""
    total_us: int = 0
    gap_p50_us: int = 0
    gap_p95_us: int = 0
    gap_max_us: int = 0
    """Between two pieces of a stream; 0 where there were fewer than two."""


class Draw(msgspec.Struct, frozen=True, kw_only=True):
    """One answer that was drawn from a model, or why there is none."""

    said: Said | None = None
    """None: unanswered."""
    error: str = ""
    """An error's code from ``errors.py``, or ``status 429``; empty where ``said`` is there."""
    retry_after_s: float = 0.0
    """How long a busy provider wants to be left alone; 0: it does not say."""
    answered: str = ""
    """The ``model`` word of the answer itself."""
    usage: Usage | None = None
    cost_pico_usd: int | None = None
    timing: Timing = Timing()


class Tool(msgspec.Struct, frozen=True, gc=False):
    """One tool that the request offers."""

    name: str
    parameters: bytes
    """Its JSON Schema, as JSON text."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded request, as checks need it."""

    id: str
    cluster: str
    """The conversation or user it belongs to; its own id where none is known."""
    request: bytes
    """The whole body in OpenAI's dialect, redacted."""
    prompt: str = ""
    """Every text of system and user turns, in order."""
    last_user: str = ""
    turn: int = 1
    """How many user turns there are: answers of the same turn position compare."""
    tools: tuple[Tool, ...] = ()
    schema: bytes | None = None
    """``response_format``'s JSON Schema, as JSON text."""
    wants_json: bool = False
    application: str = ""
    """The key or application that asked."""
    language: str = ""
    """ISO 639-1 of the user's words; empty where it is not told."""
    expected: str = ""
    """The right answer, where the request came with one; empty: nobody says."""
    lost: tuple[str, ...] = ()
    """Names of what was left behind when the request was put into OpenAI's dialect: it is asked again without."""
    recorded: Usage | None = None
    """What production reported for this request; None: it was not recorded."""
    voice: str = ""
    """SHA-256 of the persona's text that was put into it, as on the path; empty: it is as its caller sent it."""
