"""Equal targets share calls by weight and by how busy they are; nobody is left without an answer to spare a target."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Protocol

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlast.catalog.store import Catalog
from outlast.gateway.balance import Balance
from outlast.gateway.breaker import IN_A_ROW, Breaker
from outlast.gateway.destination import Destinations
from outlast.gateway.gone import GoneTargets
from outlast.gateway.routes import Attempt, Route, Routes
from outlast.settings import parse_settings
from outlast.testing.gateway import HandClock, Played, PlayedUpstream
from outlast.wiring.serving import day_of

PROVIDER = '[providers.acme]\nkind = "scripted"\n'
NAMES = tuple(f"acme/m{number}" for number in range(5))


class Routed(Protocol):
    def __call__(self, *weights: int, fallback: bool = False) -> Route: ...


@pytest.fixture(scope="module")
def routed(acme: Catalog) -> Routed:
    """A route over as many targets as there are weights, each with a health of its own."""
    upstreams = {"acme": PlayedUpstream([Played()])}

    def make(*weights: int, fallback: bool = False) -> Route:
        targets = ", ".join(
            f'{{ to = "{name}", weight = {weight} }}' for name, weight in zip(NAMES, weights, strict=False)
        )
        word = '\nfallback = "acme/spare"' if fallback else ""
        configured = parse_settings(f"{PROVIDER}[models.name]\ntarget = [{targets}]{word}\n")
        clock = HandClock().clock()
        destinations = Destinations(providers=configured.providers, upstreams=upstreams, knowledge=acme)
        return Routes(configured, destinations, gone=GoneTargets(clock, None), today=day_of(clock)).find("name")

    return make


def balance(chance: Callable[[], float], now: int = 0) -> Balance:
    return Balance(lambda: now, chance)


def seeded(number: int) -> Callable[[], float]:
    return random.Random(number).random  # noqa: S311 - the same draws in every run


def health(attempt: Attempt | None) -> Breaker:
    assert attempt is not None
    assert attempt.breaker is not None
    return attempt.breaker


def name(attempt: Attempt | None) -> str | None:
    return None if attempt is None else attempt.candidate.target


def open_it(breaker: Breaker) -> None:
    for _ in range(IN_A_ROW):
        breaker.failed(breaker.begin(0), 0, "status 500")


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_nobody_is_asked_who_has_more_pending_for_its_weight_than_another(routed: Routed, data: st.DataObject) -> None:
    weights = data.draw(st.lists(st.integers(1, 9), min_size=2, max_size=5))
    route = routed(*weights)
    loads = []
    for attempt, weight in zip(route.attempts, weights, strict=True):
        pending = data.draw(st.integers(0, 9))
        health(attempt).pending = pending
        loads.append((pending / weight, name(attempt)))
    least = min(loads)[0]
    chosen = name(balance(lambda: data.draw(st.floats(0, 1, exclude_max=True))).choose(route))
    assert chosen in {target for load, target in loads if load == least}


@pytest.mark.parametrize("weights", [(1, 1), (1, 3), (5, 2, 1)])
def test_idle_targets_are_asked_by_their_weights(routed: Routed, weights: tuple[int, ...]) -> None:
    route, chooser, calls = routed(*weights), balance(seeded(7)), 6000
    asked = Counter(name(chooser.choose(route)) for _ in range(calls))
    for target, weight in zip(NAMES, weights, strict=False):
        share = weight / sum(weights)
        error = (calls * share * (1 - share)) ** 0.5
        assert abs(asked[target] - calls * share) < 4 * error


def test_under_load_pending_calls_stay_in_the_proportion_of_weights(routed: Routed) -> None:
    route, chooser = routed(3, 1), balance(seeded(3))
    for _ in range(400):
        health(chooser.choose(route)).begin(0)
    assert [health(attempt).pending for attempt in route.attempts] == [300, 100]


def test_the_others_follow_when_one_was_tried_then_who_comes_after_the_group(routed: Routed) -> None:
    route, chooser = routed(1, 1, fallback=True), balance(lambda: 0.0)
    tried: list[str] = []
    while (chosen := chooser.choose(route, tried)) is not None:
        tried.append(chosen.candidate.target)
    assert sorted(tried[:2]) == list(NAMES[:2])
    assert tried[2:] == ["acme/spare"]


def test_who_is_better_left_alone_comes_last_and_still_comes(routed: Routed) -> None:
    route, chooser = routed(1, 1, fallback=True), balance(lambda: 0.0)
    open_it(health(route.attempts[0]))
    tried: list[str] = []
    while (chosen := chooser.choose(route, tried)) is not None:
        tried.append(chosen.candidate.target)
    assert tried == [NAMES[1], "acme/spare", NAMES[0]]


def test_of_one_target_alone_health_changes_nothing(routed: Routed) -> None:
    route, chooser = routed(1), balance(lambda: 0.0)
    open_it(health(route.attempts[0]))
    assert name(chooser.choose(route)) == NAMES[0]
    assert chooser.choose(route, {NAMES[0]}) is None


def test_a_rested_target_has_one_call_at_a_time(routed: Routed) -> None:
    route = routed(1, 1)
    first = health(route.attempts[0])
    open_it(first)
    later = balance(lambda: 0.999, first.until_ns)
    health(route.attempts[1]).pending = 5
    assert name(later.choose(route)) == NAMES[0]
    first.begin(first.until_ns)
    assert name(later.choose(route)) == NAMES[1]


def test_a_second_target_for_a_hedge_is_one_that_nothing_speaks_against(routed: Routed) -> None:
    route = routed(1, 1, fallback=True)
    chooser = balance(lambda: 0.0, 10**12)
    assert name(chooser.other(route, {NAMES[0]})) == NAMES[1]
    open_it(health(route.attempts[1]))
    assert chooser.other(route, {NAMES[0]}) is None
