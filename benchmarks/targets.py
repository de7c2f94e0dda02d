"""What choosing a target and keeping its health costs a call: ``python benchmarks/targets.py``.

Nanoseconds of one thread, the best of seven rounds; the empty loop is taken off.
"""

import random
import time
import timeit
from collections.abc import Callable

from outlast.catalog.store import open_catalog
from outlast.gateway.balance import Balance
from outlast.gateway.destination import Destinations
from outlast.gateway.gone import GoneTargets
from outlast.gateway.ports import Clock
from outlast.gateway.routes import Route, Routes
from outlast.settings import parse_settings
from outlast.testing.gateway import Played, PlayedUpstream
from outlast.wiring.serving import day_of

ROUNDS, CALLS = 7, 100_000
CLOCK = Clock(unix_ns=time.time_ns, monotonic_ns=time.monotonic_ns)


def route(targets: int) -> Route:
    """A virtual model over so many targets."""
    listed = ", ".join(f'"acme/m{number}"' for number in range(targets))
    configured = parse_settings(f'[providers.acme]\nkind = "scripted"\n[models.name]\ntarget = [{listed}]\n')
    upstreams = {"acme": PlayedUpstream([Played()])}
    destinations = Destinations(providers=configured.providers, upstreams=upstreams, knowledge=open_catalog())
    return Routes(configured, destinations, gone=GoneTargets(CLOCK, None), today=day_of(CLOCK)).find("name")


def call(balance: Balance, chosen_of: Route) -> None:
    """Everything that a call does for several targets and their health."""
    attempt = balance.choose(chosen_of, set())
    assert attempt is not None
    assert attempt.breaker is not None
    attempt.breaker.answered(attempt.breaker.begin(1), 2)


def nanoseconds(work: Callable[[], object]) -> float:
    """One run of ``work``."""
    return min(timeit.repeat(work, number=CALLS, repeat=ROUNDS)) / CALLS * 1e9


def main() -> None:
    """Print one line for each number of targets."""
    balance = Balance(CLOCK.monotonic_ns, random.random)
    empty = nanoseconds(lambda: None)
    for targets in (1, 2, 3):
        made = route(targets)
        cost = nanoseconds(lambda: call(balance, made)) - empty  # noqa: B023 - run before the loop goes on
        print(f"{targets} target{'s' if targets > 1 else ''}: {cost:.0f} ns a call")


if __name__ == "__main__":
    main()
