"""Usage by what keys belong to: lines by key, added up by their owners, teams or tags.

It knows that today's keys are joined to yesterday's calls: records carry a key's name, and nothing else of it.
It does not know how either is kept.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal

from outlast.exchange import UsageRow
from outlast.keys.key import Key

Group = Literal["owner", "team", "tag"]


def added(rows: Sequence[UsageRow], name: str = "") -> UsageRow:
    """Lines as one."""
    return UsageRow(
        name=name,
        calls=sum(row.calls for row in rows),
        failed=sum(row.failed for row in rows),
        cost_usd=sum((row.cost_usd for row in rows), Decimal(0)),
        unpriced_calls=sum(row.unpriced_calls for row in rows),
        estimated_calls=sum(row.estimated_calls for row in rows),
        input_tokens=sum(row.input_tokens for row in rows),
        cached_tokens=sum(row.cached_tokens for row in rows),
        cache_write_tokens=sum(row.cache_write_tokens for row in rows),
        output_tokens=sum(row.output_tokens for row in rows),
        reasoning_tokens=sum(row.reasoning_tokens for row in rows),
    )


def grouped(rows: Iterable[UsageRow], keys: Iterable[Key], by: Group) -> list[UsageRow]:
    """Lines by key as lines by group, most expensive first; without a name: of no group, no key, or a foreign one.

    A key with several tags counts in each of them.
    """
    names = {key.name: _names(key, by) for key in keys}
    groups: dict[str, list[UsageRow]] = {}
    for row in rows:
        for name in names.get(row.name, ("",)):
            groups.setdefault(name, []).append(row)
    lines = [added(each, name) for name, each in groups.items()]
    return sorted(lines, key=lambda row: (-row.cost_usd, -row.calls, row.name))


def _names(key: Key, by: Group) -> tuple[str, ...]:
    if by == "tag":
        return key.tags or ("",)
    return (key.owner if by == "owner" else key.team,)
