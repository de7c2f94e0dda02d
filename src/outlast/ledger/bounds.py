"""What can be kept of a call: numbers that add up within 64 bits, and text that is UTF-8.

It knows the bounds and how a call is brought within them. It does not know where calls are kept.
"""

from typing import Final

import msgspec

from outlast.exchange import Exchange, Usage

MOST_TOKENS: Final = 10**9
"""No call has more: a larger count is an upstream's lie, kept as this."""
MOST_PICO_USD: Final = 2**62
LATEST_NS: Final = 9 * 10**18
"""In the year 2255: a later instant is a defect of the clock, kept as this."""


def bounded(exchange: Exchange) -> Exchange:
    """The same call with every text and number such that it can be kept."""
    cost, usage = exchange.cost_pico_usd, exchange.usage
    changes: dict[str, object] = {
        name: _clean(value) for name, value in msgspec.structs.asdict(exchange).items() if isinstance(value, str)
    }
    changes["started_ns"] = in_time(exchange.started_ns)
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


def in_time(instant_ns: int) -> int:
    """The same instant, or the nearest that can be kept."""
    return max(0, min(instant_ns, LATEST_NS))


def _clean(text: str) -> str:
    """Lone surrogates are no UTF-8; a question mark stands for each."""
    return text.encode("utf-8", "replace").decode("utf-8")
