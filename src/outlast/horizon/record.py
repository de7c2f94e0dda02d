"""What the record of the last 30 days adds up to, for one name or one model.

It knows sums of calls, tokens and spend. It does not know what a model is or when it ends.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from outlast.catalog.mix import DAYS_OF_A_MONTH, Mix
from outlast.exchange import SeenModel, Usage

NANOSECONDS_OF_A_DAY = 86_400 * 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """Calls of the window, added up."""

    calls: int
    failed: int
    unpriced_calls: int
    """Answered calls whose cost is not known; it is missing from ``cost_usd``."""
    estimated_calls: int
    """Calls whose tokens and cost are estimates."""
    cost_usd: Decimal | None
    """The recorded spend; None where calls were answered and none of them has a price."""
    usage: Usage
    redirected: int
    soft_gone: int
    answered: tuple[str, ...]
    """The models that answered in place of the one asked for."""

    @property
    def mix(self) -> Mix | None:
        """The window as a month's mix, unscaled: 30 days are a month. None where no call was recorded."""
        if not self.calls:
            return None
        origin = f"{self.calls:,} calls recorded in the last {DAYS_OF_A_MONTH} days"
        if self.estimated_calls:
            origin += f", the tokens of {self.estimated_calls:,} estimated"
        return Mix(usage=self.usage, calls=self.calls, origin=origin)


def window_start_ns(now_ns: int) -> int:
    """The instant from which calls count, in ledger time: a rehearsed day does not move it."""
    return now_ns - DAYS_OF_A_MONTH * NANOSECONDS_OF_A_DAY


def add_up(seen: Iterable[SeenModel]) -> Recorded:
    """One sum over what the ledger saw."""
    found = tuple(seen)
    rows = [one.row for one in found]
    spent = sum((row.cost_usd for row in rows), Decimal(0))
    unpriced = sum(row.unpriced_calls for row in rows)
    return Recorded(
        calls=sum(row.calls for row in rows),
        failed=sum(row.failed for row in rows),
        unpriced_calls=unpriced,
        estimated_calls=sum(row.estimated_calls for row in rows),
        cost_usd=None if unpriced and not spent else spent,
        usage=Usage(
            input_tokens=sum(row.input_tokens for row in rows),
            cached_tokens=sum(row.cached_tokens for row in rows),
            cache_write_tokens=sum(row.cache_write_tokens for row in rows),
            output_tokens=sum(row.output_tokens for row in rows),
            reasoning_tokens=sum(row.reasoning_tokens for row in rows),
        ),
        redirected=sum(one.redirected for one in found),
        soft_gone=sum(one.soft_gone for one in found),
        answered=tuple(sorted({name for one in found for name in one.answered})),
    )
