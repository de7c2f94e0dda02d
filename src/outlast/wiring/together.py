"""The numbers of a whole gateway, whichever of its processes is asked.

It knows that nobody publishes what a ``kill -9`` could take back: this process first writes its own account to the
board, and only what stands there is added up, so that no counter ever goes backwards. A process that takes a dead
one's place goes on from that one's account.
"""

import os
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from outlast.gateway.counters import Counts
from outlast.ledger.recorder import RecorderStats
from outlast.web.gauges import TelemetryNumbers
from outlast.web.health import Check
from outlast.web.processes import ProcessNumbers
from outlast.wiring.board import Board
from outlast.wiring.numbers import Numbers
from outlast.wiring.reloads import says
from outlast.wiring.told import (
    Crew,
    Target,
    Told,
    add_checks,
    add_counts,
    add_journals,
    add_targets,
    add_telemetry,
    decode_crew,
    decode_told,
    encode,
)

TELL_SECONDS: Final = 1.0
SILENT_NS: Final = 5_000_000_000
"""After this long without a word from a process that lives, its loop hangs."""


class Together:
    """One process' view of all; ``Numbers`` of the whole gateway.

    ``counts`` and ``checks`` look; the other numbers are those of the last look, for whoever asks for counts first.
    """

    def __init__(self, board: Board, own: Numbers, *, place: int, places: int, monotonic_ns: Callable[[], int]) -> None:
        self._board = board
        self._own = own
        self._place = place
        self._places = places
        self._now = monotonic_ns
        self._before = _told(board, place)
        self._heard: list[tuple[int, Told]] = []
        self._crew: Crew | None = None

    def tell(self) -> None:
        """Write this process' account."""
        self._board.write(self._place, encode(self._account()))

    def counts(self) -> Counts:
        """Everything counted of calls, of the dead too."""
        self._look()
        return add_counts(each.counts for _, each in self._heard)

    def journal(self) -> RecorderStats:
        """How the record fares: what counts from the start of all, what holds now of those who live."""
        living = self._living()
        places = {place for place, _ in living}
        dead = [each.journal for place, each in self._heard if place not in places]
        return add_journals([each.journal for _, each in living], dead)

    def connections(self) -> int:
        """Callers that are connected."""
        return sum(each.connections for _, each in self._living())

    def telemetry(self) -> TelemetryNumbers:
        """What those who watch have missed."""
        return add_telemetry(each.telemetry for _, each in self._heard)

    def targets(self) -> Sequence[Target]:
        """How every target fares."""
        return add_targets(each.targets for _, each in self._living())

    def processes(self) -> ProcessNumbers:
        """Those that live, the supervisor first, and the processor time of all but the supervisor."""
        supervisor = (self._crew.state.pid,) if self._crew else ()
        pids = (*supervisor, *(each.pid for _, each in self._living()))
        return ProcessNumbers(pids, sum(each.processor_seconds for _, each in self._heard))

    def checks(self) -> Sequence[Check]:
        """Whether calls can be served."""
        self._look()
        return (*add_checks([(place, each.checks) for place, each in self._living()]), self._processes())

    def configuration(self) -> str:
        """The account of reloads, as the supervisor keeps it."""
        crew = _crew(self._board, self._places)
        return says(crew.state) if crew else "number 1 since the start"

    def _processes(self) -> Check:
        crew = self._crew
        if crew is None:
            return Check("processes", ok=True, says="the first are starting")
        answering = sum(1 for pid in crew.pids if pid)
        said = [f"{answering} of {self._places} live"]
        now = self._now()
        said += [
            f"process {place} has not been heard of for {(now - each.at_ns) // 10**9} s"
            for place, each in self._living()
            if now - each.at_ns > SILENT_NS
        ]
        if crew.ended:
            said.append(f"{crew.ended} ended since the start, the last {crew.last_end}")
        return Check("processes", ok=True, says="; ".join(said))

    def _living(self) -> list[tuple[int, Told]]:
        """Those whose numbers of the moment hold; this process is always one of them."""
        pids = {os.getpid(), *(self._crew.pids if self._crew else ())}
        return [(place, each) for place, each in self._heard if each.pid in pids]

    def _look(self) -> None:
        """Tell, and hear what all have told. An answer begins with it, and what it says besides is of the same look."""
        account = self._account()
        # Of a board that is full, others hear less than is answered here: their own word still counts here.
        kept = self._board.write(self._place, encode(account))
        told = ((place, _told(self._board, place)) for place in range(self._places) if kept or place != self._place)
        self._heard = [(place, each) for place, each in told if each is not None]
        if not kept:
            self._heard.append((self._place, account))
        self._crew = _crew(self._board, self._places)

    def _account(self) -> Told:
        own, before = self._own, self._before
        return Told(
            pid=os.getpid(),
            at_ns=self._now(),
            counts=own.counts() if before is None else add_counts((before.counts, own.counts())),
            journal=add_journals([own.journal()], [before.journal] if before else []),
            telemetry=add_telemetry([own.telemetry(), *([before.telemetry] if before else [])]),
            processor_seconds=own.processes().processor_seconds + (before.processor_seconds if before else 0.0),
            connections=own.connections(),
            targets=tuple(Target(each.target, each.state, each.pending) for each in own.targets()),
            checks=tuple(own.checks()),
        )


def _told(board: Board, place: int) -> Told | None:
    text = board.read(place)
    try:
        return decode_told(text) if text else None
    except msgspec.DecodeError:
        return None


def _crew(board: Board, places: int) -> Crew | None:
    text = board.read(places)
    try:
        return decode_crew(text) if text else None
    except msgspec.DecodeError:
        return None
