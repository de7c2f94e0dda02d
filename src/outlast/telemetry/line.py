"""One call as one line: JSON for programs, words for people; never a body, a key or a header.

It knows the fields, and that names come from callers: whatever they hold, a line stays one line of printable
ASCII of at most ``LONGEST`` bytes. It does not know where lines go (``telemetry.writer``).
"""

import json
import re
import time

import msgspec

from outlast.exchange import PICO_PER_USD, AttemptRecord, Exchange
from outlast.telemetry.traceparent import trace_id

LONGEST = 4096
"""What a pipe takes in one piece: lines of several processes never mix."""
_NAME = 96  # characters of a name that a line repeats
_SHORT = 16  # the same where the line would be too long
_TRIED = 3
_NS = 1_000_000_000
_PLAIN = re.compile(r"[\w./:@+-]+", re.ASCII)
_DELETE = b"\x7f"


class Line(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True, tag_field="event", tag="call"):
    """The fields, in the order of the line; what has a default is left out where there is nothing to say."""

    time: str
    """Arrival, UTC."""
    id: str
    """The request id that the answer carries."""
    status: int
    """What the caller was given; 0: the caller left first."""
    outcome: str
    requested: str
    served: str = ""
    answered: str = ""
    """The model that the answer names, where it is another than was asked for."""
    reason: str = ""
    error: str = ""
    key: str = ""
    streamed: bool = False
    input_tokens: int | None = None
    cached_tokens: int = 0
    output_tokens: int | None = None
    estimated: bool = False
    cost_usd: float | None = None
    first_byte_ms: float | None = None
    total_ms: float
    attempts: int
    tried: tuple[str, ...] = ()
    """The attempts that did not answer."""
    adapted: tuple[str, ...] = ()
    trace_id: str = ""


def line_of(exchange: Exchange, traceparent: str, *, name: int = _NAME, tried: int = _TRIED) -> Line:
    """The line of a call; ``traceparent`` is its own place in a trace, or what its caller sent."""
    usage, cost = exchange.usage, exchange.cost_pico_usd
    answered = exchange.answered
    if exchange.served.endswith("/" + answered):
        answered = ""
    failed = [each for each in exchange.attempts if each.error]
    return Line(
        time=stamp(exchange.started_ns),
        id=exchange.id,
        status=exchange.status,
        outcome=exchange.outcome,
        requested=_cut(exchange.requested, name),
        served=_cut(exchange.served, name),
        answered=_cut(answered, name),
        reason=exchange.reason,
        error=exchange.error,
        key=_cut(exchange.key, name),
        streamed=exchange.streamed,
        input_tokens=usage.input_tokens if usage else None,
        cached_tokens=usage.cached_tokens if usage else 0,
        output_tokens=usage.output_tokens if usage else None,
        estimated=exchange.estimated,
        cost_usd=None if cost is None else cost / PICO_PER_USD,
        first_byte_ms=exchange.first_byte_us / 1000 if exchange.first_byte_us else None,
        total_ms=exchange.total_us / 1000,
        attempts=len(exchange.attempts),
        tried=tuple([_attempt(each, name) for each in failed[:tried]]) if failed else (),
        adapted=exchange.adapted[:tried],
        trace_id=trace_id(traceparent) if traceparent else "",
    )


def as_json(exchange: Exchange, traceparent: str) -> bytes:
    """One line of JSON with its end."""
    line = _json(line_of(exchange, traceparent))
    return line if len(line) <= LONGEST else _json(line_of(exchange, traceparent, name=_SHORT, tried=1))


def as_text(exchange: Exchange, traceparent: str) -> bytes:
    """One line for people with its end."""
    line = _text(line_of(exchange, traceparent))
    return line if len(line) <= LONGEST else _text(line_of(exchange, traceparent, name=_SHORT, tried=1))


def json_line(document: object) -> bytes:
    """Any document as one line of printable ASCII."""
    return json.dumps(document, separators=(",", ":")).encode().replace(_DELETE, b"\\u007f") + b"\n"


def shown(name: str) -> str:
    """A name between others: as it is where it is plain, else quoted and escaped."""
    return name if _PLAIN.fullmatch(name) else json.dumps(name).replace("\x7f", "\\u007f")


_kept_second = -1
_kept_stamp = ""


def stamp(unix_ns: int) -> str:
    """An instant as RFC 3339 has it, in UTC, with microseconds."""
    global _kept_second, _kept_stamp  # noqa: PLW0603 - a second's text is made once; who races makes the same
    second, rest = divmod(unix_ns, _NS)
    if second != _kept_second:
        _kept_stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        _kept_second = second
    return f"{_kept_stamp}.{rest // 1000:06d}Z"


_encode = msgspec.json.Encoder().encode


def _json(line: Line) -> bytes:
    try:
        encoded = _encode(line)
    except UnicodeEncodeError:  # half a character: JSON can escape it, UTF-8 has no form for it
        return json_line(msgspec.to_builtins(line))
    if encoded.isascii() and _DELETE not in encoded:
        return encoded + b"\n"
    return json_line(msgspec.to_builtins(line))


def _text(line: Line) -> bytes:
    who = f"{shown(line.requested)} -> {shown(line.served)} ({line.reason})" if line.served else shown(line.requested)
    parts = [line.time, line.id, str(line.status), line.outcome, who]
    if line.error:
        parts.append(line.error)
    if line.answered:
        parts.append(f"answered-by={shown(line.answered)}")
    if line.input_tokens is not None:
        about = "~" if line.estimated else ""
        parts.append(f"{about}{line.input_tokens}+{line.output_tokens} tokens")
    if line.cost_usd is not None:
        parts.append(f"{line.cost_usd:.6f} USD")
    first = "" if line.first_byte_ms is None else f"{line.first_byte_ms:.1f}/"
    parts.append(f"{first}{line.total_ms:.1f} ms")
    parts.extend(f"tried={shown(each)}" for each in line.tried)
    parts.extend(f"adapted={shown(each)}" for each in line.adapted)
    if line.key:
        parts.append(f"key={shown(line.key)}")
    if line.trace_id:
        parts.append(f"trace={line.trace_id}")
    return " ".join(parts).encode() + b"\n"


def _attempt(attempt: AttemptRecord, name: int) -> str:
    return f"{_cut(attempt.target, name)} {attempt.status} {attempt.error}"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
