"""The health of every target that a virtual model has asked, by name, and as a value to be shown.

It knows breakers. It does not know who is told (``/readyz``, metrics, ``doctor``). It lives in the memory of one
process: a new one finds out for itself, within a few calls.
"""

from dataclasses import dataclass

from outlast.gateway.breaker import SECOND_NS, Breaker, State
from outlast.gateway.ports import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetHealth:
    """One target as this process sees it."""

    target: str
    """``provider table/model id``."""
    state: State
    since_ns: int | None
    """Unix time at which it last opened or closed; None: it never opened."""
    rests_s: float
    """Seconds for which it is still left alone; 0 unless it is open."""
    pending: int
    """Calls that are there now."""
    last_error: str
    """The code of the last failure, of however long ago; empty: there was none."""


class Health:
    """One breaker for each target of a configuration."""

    def __init__(self, before: "Health | None" = None) -> None:
        """``before`` is the health under the configuration that this one replaces: a reload forgets nothing."""
        self._breakers: dict[str, Breaker] = {}
        self._known: dict[str, Breaker] = {} if before is None else before.everything()

    def of(self, target: str) -> Breaker:
        """The breaker of a target; targets come from the configuration and the catalogue, so they are few."""
        found = self._breakers.get(target)
        if found is None:
            found = self._breakers[target] = self._known.get(target) or Breaker(target)
        return found

    def everything(self) -> dict[str, Breaker]:
        """What is known of targets, those of earlier configurations included: one may come back."""
        return {**self._known, **self._breakers}

    def snapshot(self, clock: Clock) -> tuple[TargetHealth, ...]:
        """Every target that has been part of a plan of this configuration, in the order of their first."""
        now = clock.monotonic_ns()
        unix = clock.unix_ns()
        return tuple(
            TargetHealth(
                target=one.target,
                state=one.state(now),
                since_ns=unix - (now - one.since_ns) if one.since_ns else None,
                rests_s=one.rests_ns(now) / SECOND_NS,
                pending=one.pending,
                last_error=one.last_error,
            )
            for one in self._breakers.values()
        )


def in_words(targets: tuple[TargetHealth, ...]) -> str:
    """One line for an operator; only those that are not well are named."""
    unwell = [one for one in targets if one.state != "closed"]
    if not unwell:
        return f"{len(targets)} in use, all well"
    return "; ".join(_words(one) for one in unwell)


def _words(one: TargetHealth) -> str:
    rest = f"left alone for {one.rests_s:.0f} s more" if one.state == "open" else "the next call finds out"
    return f"{one.target}: {one.last_error}, {rest}"
