"""Which targets answered as retired, for how long they are left alone, and what is remembered of it.

It knows targets and times. It does not know how a retired model's answer reads (``dialects.gone``).
"""

from collections.abc import Callable, Iterable
from typing import Literal

from outlast.catalog.reference import Reference
from outlast.exchange import Observation
from outlast.gateway.ports import Clock

LEFT_ALONE_NS = 10 * 60 * 1_000_000_000
"""Ten minutes: short enough that a mistaken 'not found' heals by itself, long enough to spare every caller the
failed attempt."""

Observe = Callable[[Observation], None]


def recently_gone(observations: Iterable[Observation], now_ns: int) -> frozenset[Reference]:
    """What a gateway on this record leaves alone now, as another process can tell (``observations`` oldest first)."""
    gone: dict[Reference, int] = {}
    for seen in observations:
        behind = Reference(seen.target, seen.surface)
        if seen.event == "gone":
            gone[behind] = seen.seen_ns
        else:
            gone.pop(behind, None)
    return frozenset(behind for behind, seen_ns in gone.items() if now_ns - seen_ns < LEFT_ALONE_NS)


class GoneTargets:
    """The targets observed gone. ``version`` changes whenever ``current`` does, so that plans can be kept."""

    def __init__(self, clock: Clock, observe: Observe | None) -> None:
        """``observe`` receives each fact; None under a rehearsed day, which never writes a claim."""
        self._clock = clock
        self._observe = observe
        self._until: dict[str, int] = {}
        self._current: frozenset[str] = frozenset()
        self._recheck_ns = 0
        self.version = 0

    def current(self) -> frozenset[str]:
        """The targets that are not asked now."""
        if self._current and self._clock.monotonic_ns() >= self._recheck_ns:
            self._renew()
        return self._current

    def mark(self, target: str, behind: Reference, evidence: str) -> None:
        """A target answered as retired."""
        self._until[target] = self._clock.monotonic_ns() + LEFT_ALONE_NS
        self._renew()
        self._tell(behind, "gone", evidence)

    def answered(self, target: str, behind: Reference) -> None:
        """A target answered well; one such answer withdraws what was observed."""
        if target in self._until:
            del self._until[target]
            self._renew()
            self._tell(behind, "answered", "answered again")

    def forget(self) -> None:
        """Nothing was observed: another day is played."""
        self._until.clear()
        self._renew()

    def _renew(self) -> None:
        now = self._clock.monotonic_ns()
        active = {target: until for target, until in self._until.items() if until > now}
        self._current = frozenset(active)
        self._recheck_ns = min(active.values(), default=0)
        self.version += 1

    def _tell(self, behind: Reference, event: Literal["gone", "answered"], evidence: str) -> None:
        if self._observe is None:
            return
        self._observe(
            Observation(
                target=behind.ref,
                surface=behind.surface,
                event=event,
                seen_ns=self._clock.unix_ns(),
                evidence=evidence,
            )
        )
