"""Who may settle a call's way before its plan is walked: a rollout, a brown-out, whatever concerns a name for a while.

It states what the path asks once a name is known to exist, and how a model is asked while a call's way is only likely.
It does not know rollouts: ``wiring.rollouts`` does. A name that nothing concerns costs one look into a dictionary.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Protocol

from outlast.errors import OutlastError
from outlast.gateway.asking import Served
from outlast.gateway.course import Course
from outlast.gateway.meter import Meter
from outlast.gateway.routes import Route


class Steer(Protocol):
    """Settles the calls of one requested name."""

    @property
    def providers(self) -> Collection[str]:
        """Whom it may send calls to, beside the plan's own."""
        ...

    async def course(self, meter: Meter, route: Route) -> Course:
        """The way of this call. Whatever it rests on may be missing: the plan is then walked as it is.

        Raises:
            ModelRetired: the name is taken away for a while (a brown-out); nothing else is ever raised.
        """
        ...


class Steering(Protocol):
    """Every name that something concerns now."""

    def of(self, name: str) -> Steer | None:
        """Who settles the calls of this name; None: nobody."""
        ...


async def while_settling(
    settling: "asyncio.Future[Course]", meter: Meter, ask: Callable[[Course], Awaitable[Served]]
) -> Served:
    """Ask along the likely course that ``meter`` has, and along the certain one instead as soon as that is another.

    Nothing of an answer gets out before the course is certain; ``meter`` has the certain one afterwards.

    Raises:
        OutlastError: what ``ask`` raised on the certain way.
    """
    likely = meter.course
    served: Served | None = None
    failed: OutlastError | None = None
    other_way = asyncio.timeout(None)
    try:
        async with other_way:

            def settled(done: "asyncio.Future[Course]") -> None:
                if done.cancelled():  # the gateway ends
                    return
                if _same_way(likely, done.result()):
                    meter.course = done.result()
                else:
                    other_way.reschedule(0)

            settling.add_done_callback(settled)
            try:
                assert likely is not None  # noqa: S101 - ``settling`` is its own
                served = await ask(likely)
            finally:
                settling.remove_done_callback(settled)
    except TimeoutError:
        if not other_way.expired():
            raise
    except OutlastError as error:
        failed = error
    try:
        meter.course = course = settling.result() if settling.done() else await asyncio.shield(settling)
    except BaseException:  # its caller has left
        _let_go(served)
        raise
    if not _same_way(likely, course):
        _let_go(served)
        return await ask(course)
    if failed is not None:
        raise failed
    assert served is not None  # noqa: S101 - nothing else has ended it
    return served


def _same_way(one: Course | None, other: Course) -> bool:
    return one is not None and (one.lead, one.heir) == (other.lead, other.heir)


def _let_go(served: Served | None) -> None:
    if served is not None and served.stream is not None:
        served.stream.close()
