"""One's own models and their ends, as ``[policy]`` sets them and the record counts their calls.

It knows how settings and sums become what is judged. It does not know any rule (``policy.rules``).
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from outlast.exchange import SeenModel
from outlast.policy.retirement import Retirement, Share, Successor
from outlast.settings import Settings
from outlast.settings.policy import OwnModel

State = Literal["preview", "ga", "deprecated", "retired"]
DIGITS = Decimal("0.000001")


def state_of(model: OwnModel, today: dt.date) -> State:
    """Where a model of one's own is in its life: announced ends are told from the day of the announcement."""
    if model.retires is not None and today >= model.retires:
        return "retired"
    told = model.announced if model.announced is not None else model.retires
    if model.retires is not None and told is not None and (today >= told or model.announced is None):
        return "deprecated"
    return model.stability


def own_retirements(settings: Settings, seen: Iterable[SeenModel]) -> tuple[Retirement, ...]:
    """Every end that is set, the nearest first; ``seen`` is the record of ``used_within`` days."""
    calls: dict[str, int] = {}
    for one in seen:
        calls[one.requested] = calls.get(one.requested, 0) + one.row.calls
    found = [
        _retirement(name, model, settings, calls) for name, model in settings.policy.models.items() if model.retires
    ]
    return tuple(sorted(found, key=lambda one: (one.ends or dt.date.max, one.name)))


def _retirement(name: str, model: OwnModel, settings: Settings, calls: dict[str, int]) -> Retirement:
    policy, every = settings.policy, sum(calls.values())
    of = f"{every:,} calls of {policy.used_within} days"
    share = Share(value=(Decimal(calls.get(name, 0)) / every).quantize(DIGITS), of=of) if every else None
    return Retirement(
        name=name,
        surface="",
        stability=model.stability,
        announced=model.announced,
        ends=model.retires,
        plans=tuple((plan, model.plans[plan]) for plan in policy.plans if plan in model.plans),
        successor=_successor(model.successor, settings),
        share=share,
        own=True,
    )


def _successor(name: str | None, settings: Settings) -> Successor | None:
    if name is None:
        return None
    declared = settings.policy.models.get(name)
    if declared is None:
        return Successor(name=name, stability=None, ends=None)
    return Successor(name=name, stability=declared.stability, ends=declared.retires)
