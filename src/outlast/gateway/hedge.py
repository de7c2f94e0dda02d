"""Two targets asked for one call: when the first is silent for too long a second is asked, and one answer counts.

It knows tasks and who was first. It does not know upstreams (``gateway.asking``) nor how the second is chosen
(``gateway.balance``).
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from outlast.gateway.asking import Asking, Failure, Served

Running = asyncio.Task[Served | Failure]
Ask = Callable[[Asking], Coroutine[Any, Any, Served | Failure]]


@dataclass(slots=True)
class Heat:
    """What came of asking one target, or two."""

    results: list[tuple[Asking, Served | Failure]] = field(default_factory=list)
    """In the order in which they came, the good one last. Who was hedged out is not among them."""
    second: Asking | None = None
    """Who was asked after the alarm."""

    @property
    def won(self) -> bool:
        """Whether there is a good answer."""
        return bool(self.results) and isinstance(self.results[-1][1], Served)


async def hedged(
    first: Asking, *, ask: Ask, alarm: Coroutine[Any, Any, None], another: Callable[[], Asking | None], brisk_ns: int
) -> Heat:
    """Ask ``first``, and ``another`` when the ``alarm`` ends before anything came, until one of them answers well.

    Whoever is still asked then is cancelled, and so are both when the caller leaves. Who was overtaken by a later
    one that took no more than ``brisk_ns`` counts as having failed: that is what the alarm waits for.
    """
    heat = Heat()
    running = {asyncio.create_task(ask(first)): first}
    silence = asyncio.create_task(alarm)
    try:
        await asyncio.wait((*running, silence), return_when=asyncio.FIRST_COMPLETED)
        _gather(heat, running)
        if running:
            heat.second = another()
        if heat.second is not None:
            running[asyncio.create_task(ask(heat.second))] = heat.second
        while running and not heat.won:
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            _gather(heat, running)
        return heat
    finally:
        for asked in running.values():
            asked.hedged_out = heat.won
            asked.slow = heat.won and asked is first and heat.results[-1][0].took_ns <= brisk_ns
        await _stop(silence, *running)


def _gather(heat: Heat, running: dict[Running, Asking]) -> None:
    """Move what has ended to the results: failures, then one good answer; a second one is as if it had not come."""
    done = [each for each in running if each.done()]
    for task in sorted(done, key=lambda each: isinstance(each.result(), Served)):
        if not heat.won:
            heat.results.append((running.pop(task), task.result()))


async def _stop(*tasks: "asyncio.Future[Any]") -> None:
    """Cancel, and wait until connections are given back; an answer that came too late is closed."""
    for task in tasks:
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(ended, Served) and ended.stream is not None:
            ended.stream.close()
