"""Who may settle a call's way before its plan is walked: a rollout, a brown-out, whatever concerns a name for a while.

It states what the path asks once a name is known to exist. It does not know rollouts: ``wiring.rollouts`` does.
A name that nothing concerns costs one look into a dictionary.
"""

from collections.abc import Collection
from typing import Protocol

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
