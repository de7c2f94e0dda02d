"""The rules for retiring a model, each judged by itself. Pure.

It knows what is promised and what keeping it means. It does not know whose model it is, nor who asks. What nobody can
know is ``unknown``: it breaks nothing, and proves nothing.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final, Literal

from outlast.policy.retirement import Retirement
from outlast.settings.policy import PolicySettings

Word = Literal["holds", "broken", "unknown", "open"]
"""open: its day has not come."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of one end."""

    rule: str
    word: Word
    says: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One end with everything that the rules say of it."""

    retirement: Retirement
    findings: tuple[Finding, ...]

    @property
    def broken(self) -> bool:
        """Whether some promise is not kept."""
        return any(each.word == "broken" for each in self.findings)


Rule = Callable[[Retirement, PolicySettings, dt.date], Iterator[Finding]]


def judge(retirement: Retirement, policy: PolicySettings, today: dt.date) -> Judged:
    """Hold one end against the policy, on a day."""
    return Judged(retirement, tuple(finding for rule in RULES for finding in rule(retirement, policy, today)))


def _notice(one: Retirement, policy: PolicySettings, today: dt.date) -> Iterator[Finding]:
    del today
    due = policy.notice_for(one.stability)
    yield _of_notice("notice", one, one.ends, due)


def _plan_notice(one: Retirement, policy: PolicySettings, today: dt.date) -> Iterator[Finding]:
    """Every plan that has a day or a promise of its own."""
    del today
    days = dict(one.plans)
    for plan in policy.plans if one.own else ():
        promised = policy.plan_notice_days.get(plan)
        if plan in days or promised is not None:
            due = max(promised or 0, policy.notice_for(one.stability))
            yield _of_notice(f"notice of {plan}", one, days.get(plan, one.ends), due)


def _of_notice(rule: str, one: Retirement, ends: dt.date | None, due: int) -> Finding:
    if ends is None:
        return Finding(rule, "unknown", "no exact day of an end is known")
    if one.announced is None:
        said = f"it ends on {ends}, and no day is known on which that was announced"
        return Finding(rule, "broken" if one.own and due else "unknown", said)
    given = (ends - one.announced).days
    said = f"{given} days, from {one.announced} to {ends}; {due} are promised"
    return Finding(rule, "holds" if given >= due else "broken", said)


def _order_of_plans(one: Retirement, policy: PolicySettings, today: dt.date) -> Iterator[Finding]:
    """Who comes later in the policy does not lose it earlier."""
    del today
    if not one.plans or one.ends is None:
        return
    days = dict(one.plans)
    ordered = [(plan, days.get(plan, one.ends)) for plan in policy.plans]
    wrong = [f"{later} ({b}) before {earlier} ({a})" for (earlier, a), (later, b) in pairwise(ordered) if b < a]
    said = "; ".join(wrong) or ", ".join(f"{plan} {day}" for plan, day in ordered)
    yield Finding("order of plans", "broken" if wrong else "holds", said)


def _stability(one: Retirement, policy: PolicySettings, today: dt.date) -> Iterator[Finding]:
    """What was generally available is not taken away for something less."""
    del policy, today
    if one.successor is None:
        yield Finding("stability", "broken" if one.own else "unknown", "no successor is named")
    elif one.stability == "preview":
        yield Finding("stability", "holds", f"a preview goes over to {one.successor.name}")
    elif one.successor.stability is None:
        yield Finding("stability", "unknown", f"nobody has said how stable {one.successor.name} is")
    else:
        less = one.successor.stability != "ga"
        said = f"generally available, and {one.successor.name} is {'only a preview' if less else 'so too'}"
        yield Finding("stability", "broken" if less else "holds", said)


def _lasting(one: Retirement, policy: PolicySettings, today: dt.date) -> Iterator[Finding]:
    """Nobody is moved to what ends before they could be told of that."""
    del today
    if one.successor is None or one.successor.ends is None or one.ends is None:
        return
    days, due = (one.successor.ends - one.ends).days, policy.notice_for(one.stability)
    said = f"{one.successor.name} ends itself on {one.successor.ends}, {days} days later"
    yield Finding("lasting", "holds" if days >= due else "broken", said)


def _usage(one: Retirement, policy: PolicySettings, today: dt.date) -> Iterator[Finding]:
    """Hardly anybody uses it any more when it ends."""
    most = Decimal(str(policy.max_usage_share))
    if one.share is None:
        yield Finding("usage", "unknown", "nobody has said how many still use it")
        return
    said = f"{per_cent(one.share.value)} of {one.share.of}; at most {per_cent(most)} is promised"
    if one.share.value <= most:
        yield Finding("usage", "holds", said)
    elif one.own and one.ends is not None and (one.ends - today).days > policy.used_within:
        yield Finding("usage", "open", f"{said} from {one.ends - dt.timedelta(days=policy.used_within)} on")
    else:
        yield Finding("usage", "broken", said)


def per_cent(value: Decimal) -> str:
    """A share as people read it."""
    return f"{(100 * value).normalize():f} %" if value >= Decimal("0.0001") or not value else "under 0.01 %"


RULES: Final[tuple[Rule, ...]] = (_notice, _plan_notice, _order_of_plans, _stability, _lasting, _usage)
