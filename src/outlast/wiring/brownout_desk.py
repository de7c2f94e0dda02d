"""Brown-outs as commands change and read them: the store of rollouts, opened for a moment.

It knows which file is opened, and what stays in a schedule. It does not know what a window does to a call.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from outlast.gateway.plan import World, plan
from outlast.ledger.location import database_path, rollouts_path
from outlast.ledger.rollouts.store import RolloutStore
from outlast.rollout.brownout import Window
from outlast.rollout.ports import Kept, Situation
from outlast.rollout.state import Transition
from outlast.settings import Settings
from outlast.wiring.reading import open_knowledge

Edit = Callable[[Sequence[Window]], Sequence[Window]]
History = tuple[tuple[Kept, tuple[Transition, ...]], ...]


def open_rollout_store(settings: Settings) -> RolloutStore:
    """The store of a configuration; nothing is read yet."""
    path = rollouts_path(database_path(settings.server.database, settings.root))
    return RolloutStore(path, unix_ns=time.time_ns)


@contextmanager
def _opened(settings: Settings) -> Iterator[RolloutStore]:
    store = open_rollout_store(settings)
    try:
        yield store
    finally:
        store.close()


def situation(settings: Settings) -> Situation:
    """Rollouts, pins and brown-outs of this moment; no file is made.

    Raises:
        LedgerUnavailable: the file cannot be read.
    """
    with _opened(settings) as store:
        return store.rollouts.situation()


def schedules(settings: Settings) -> dict[str, tuple[Window, ...]]:
    """Every name's windows, the past ones too, in the order of beginning. Raises as ``situation``."""
    return schedules_in(situation(settings))


def histories(settings: Settings) -> tuple[Situation, tuple[History, ...]]:
    """Everything of this moment, with all steps of every model that ever had a rollout. Raises as ``situation``."""
    with _opened(settings) as store:
        now = store.rollouts.situation()
        return now, tuple(store.rollouts.history(kept.plan.model) for kept in now.rollouts)


def schedules_in(now: Situation) -> dict[str, tuple[Window, ...]]:
    """The same of a situation."""
    found: dict[str, tuple[Window, ...]] = {}
    for name, window in now.windows:
        found[name] = (*found.get(name, ()), window)
    return {name: tuple(sorted(found[name], key=lambda each: each.begins)) for name in sorted(found)}


def reschedule(settings: Settings, name: str, edit: Edit) -> tuple[Window, ...]:
    """Put other windows in the place of a name's; returns what is kept, durably.

    Raises:
        LedgerUnavailable: it could not be kept.
    """
    with _opened(settings) as store:
        store.start()
        known = tuple(window for of, window in store.rollouts.situation().windows if of == name)
        windows = tuple(sorted(set(edit(known)), key=lambda each: (each.begins, each.serve, each.keys)))
        if windows != known:
            store.rollouts.schedule(name, windows)
        return windows


def successor_in(settings: Settings, name: str, today: dt.date) -> str | None:
    """Who would answer in a brown-out that lets the successor: a rollout's model, else the plan's."""
    moving: Mapping[str, str] = {
        kept.plan.model: kept.plan.candidate
        for kept in situation(settings).rollouts
        if kept.state.phase != "rolled back"
    }
    if name in moving:
        return moving[name]
    world = World(providers=settings.providers, knowledge=open_knowledge(settings), day=today)
    found = plan(settings.models[name], world).successor
    return found if found is not None and found.partition("/")[0] in settings.providers else None
