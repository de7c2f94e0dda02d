"""What there is to tell of rollouts and brown-outs: steps that were taken, windows that are to come.

It knows which steps concern those who call a name, and for how long they are news. It does not know whom they are due
to (``notices.news``) nor what was told before, but for what has to be taken back.
"""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from outlast.delivery.store import Message
from outlast.notices.news import Happening, NewsKind
from outlast.rollout.brownout import Window, announced
from outlast.rollout.plan import Plan
from outlast.rollout.ports import Kept
from outlast.rollout.state import GUARDS, Transition

NEWS_DAYS: Final = 7
"""A step that was taken longer ago is no news; a timer that runs once a day misses none."""
_ANNOUNCED: Final = re.compile(r"brownout/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z\+(\d+)m/(410|successor)/(.+)", re.DOTALL)
_GOING_OUT: Final = frozenset({"sent", "unknown", "waiting", "sending"})
History = Iterable[tuple[Kept, tuple[Transition, ...]]]


def of_rollouts(histories: Iterable[History], now: dt.datetime) -> tuple[Happening, ...]:
    """Steps of the last days that change who answers, oldest first."""
    found = [_step(kept, step) for history in histories for kept, steps in history for step in steps]
    first = now - dt.timedelta(days=NEWS_DAYS)
    return tuple(sorted((each for each in found if each is not None and each.at >= first), key=lambda one: one.at))


def _step(kept: Kept, taken: Transition) -> Happening | None:
    kind = _kind(kept.plan, taken)
    if kind is None:
        return None
    plan, cause = kept.plan, taken.cause
    evidence, by_guards = cause.evidence, kind in ("back", "restored") and cause.by == GUARDS
    worst = (
        max((one for one in evidence.readings if one.breached), key=lambda one: one.breach, default=None)
        if (by_guards and evidence is not None)
        else None
    )
    return Happening(
        kind=kind,
        id=f"rollout/{kept.id}/{taken.after.number}",
        matter=f"rollout/{kept.id}",
        name=plan.model,
        at=dt.datetime.fromtimestamp(cause.at_ns // 10**9, dt.UTC),
        before=plan.incumbent,
        after=plan.candidate,
        stages=", ".join(stage.name for stage in plan.stages),
        guard=worst.guard if worst is not None else "",
        evidence=evidence.why if by_guards and evidence is not None else cause.reason,
    )


def _kind(plan: Plan, taken: Transition) -> NewsKind | None:
    """What a step is to those who call; None: nothing changes for them."""
    match taken.step:
        case "start":
            return "started"
        case "done":
            return "done"
        case "back":
            return "restored" if taken.before is not None and taken.before.phase == "done" else "back"
        case "advance" if plan.stages[taken.after.stage].share == 1:
            return "whole"
        case _:
            return None


def of_brownouts(schedules: Mapping[str, Collection[Window]], now: dt.datetime) -> Iterator[Happening]:
    """Windows to come and under way."""
    for name, windows in schedules.items():
        for window in announced(tuple(windows), now):
            id_ = _id(name, window)
            yield Happening(
                kind="brownout",
                id=id_,
                matter=id_,
                name=name,
                at=window.begins,
                until=window.ends,
                missing=window.serve == "410",
                keys=window.keys,
            )


def called_off(
    schedules: Mapping[str, Collection[Window]], messages: Iterable[Message], now: dt.datetime
) -> Iterator[Happening]:
    """Windows to come that somebody was told of, and that nobody wants any more."""
    standing = {_id(name, window) for name, windows in schedules.items() for window in windows}
    told: dict[str, set[tuple[str, str]]] = {}
    for each in messages:
        if each.state in _GOING_OUT and each.notice not in standing and _ANNOUNCED.fullmatch(each.notice):
            told.setdefault(each.notice, set()).add((each.recipient, each.way))
    for notice, recipients in told.items():
        found = _ANNOUNCED.fullmatch(notice)
        begins = dt.datetime.fromisoformat(found[1]).replace(tzinfo=dt.UTC) if found else now
        if found and begins > now:
            yield Happening(
                kind="called_off",
                id=f"called-off/{notice}",
                matter=notice,
                name=found[4],
                at=begins,
                until=begins + dt.timedelta(minutes=int(found[2])),
                missing=found[3] == "410",
                told=frozenset(recipients),
            )


def _id(name: str, window: Window) -> str:
    minutes = window.lasts // dt.timedelta(minutes=1)
    return f"brownout/{window.begins:%Y-%m-%dT%H:%M:%SZ}+{minutes}m/{window.serve}/{name}"
