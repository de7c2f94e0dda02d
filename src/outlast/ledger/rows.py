"""A recorded call as a row of ``exchanges``, and what a row may hold.

It knows columns and bounds. It does not know SQL nor where records come from.
"""

from typing import Final

import msgspec

from outlast.exchange import Exchange, Usage

Value = str | int | bytes | None
Row = tuple[Value, ...]

MOST_TOKENS: Final = 10**9
"""No call has more: a larger count is an upstream's lie, kept as this, so that sums stay within 64 bits."""
MOST_PICO_USD: Final = 2**62
_NO_COUNTS: Final[tuple[None, ...]] = (None,) * len(Usage.__struct_fields__)
_json = msgspec.json.Encoder()


def exchange_row(exchange: Exchange) -> Row:
    """The columns of ``insert_exchanges``."""
    e = exchange
    counts = msgspec.structs.astuple(e.usage) if e.usage is not None else _NO_COUNTS
    head = (e.id, e.started_ns, e.requested, e.virtual, e.served, e.answered, e.reason, e.key, e.path, e.streamed)
    middle = (e.status, e.outcome, e.error, e.cost_pico_usd, e.priced_as, e.first_byte_us, e.total_us, e.finish)
    return (*head, *middle, e.estimated, _text(e.adapted), _text(e.signals), _text(e.attempts), *counts)


def bounded(exchange: Exchange) -> Exchange:
    """The same call with every text and number such that it can be kept."""
    cost, usage = exchange.cost_pico_usd, exchange.usage
    changes: dict[str, object] = {
        name: _clean(value) for name, value in msgspec.structs.asdict(exchange).items() if isinstance(value, str)
    }
    if cost is not None:
        changes["cost_pico_usd"] = max(0, min(cost, MOST_PICO_USD))
    if usage is not None:
        changes["usage"] = Usage(*(max(0, min(count, MOST_TOKENS)) for count in msgspec.structs.astuple(usage)))
    changes["attempts"] = tuple(
        msgspec.structs.replace(attempt, target=_clean(attempt.target), error=_clean(attempt.error))
        for attempt in exchange.attempts
    )
    changes["adapted"] = tuple(map(_clean, exchange.adapted))
    return msgspec.structs.replace(exchange, **changes)


def _clean(text: str) -> str:
    """Lone surrogates are no UTF-8; a question mark stands for each."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _text(values: tuple[object, ...]) -> str:
    return _json.encode(values).decode() if values else "[]"
