"""The process that holds a gateway's other processes together: it forks them, and does as little else as possible.

It knows when one is started, told and given up. It runs no thread, no event loop and no call, and opens no connection:
so it can fork at any time, and there is next to nothing in it that could fail.
"""

import gc
import logging
import os
import secrets
import selectors
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, NoReturn

from outlast.errors import MachineError, SettingsInvalid
from outlast.ledger.slots import Slot
from outlast.settings import Settings
from outlast.web.listeners import bound_address
from outlast.wiring.alone import Ready, first_state
from outlast.wiring.board import Board
from outlast.wiring.crew import Mate, how
from outlast.wiring.line import Adopt, Drop, Halt, Prepare, Prepared, Refused, orders, words
from outlast.wiring.process import Start
from outlast.wiring.reloads import Reloads
from outlast.wiring.run_file import RunFile, RunState
from outlast.wiring.signals import Signals
from outlast.wiring.source import settle
from outlast.wiring.telemetry import log_directly
from outlast.wiring.told import Crew, encode
from outlast.wiring.worker import work

LOG = logging.getLogger("outlast.supervisor")
ANSWER_SECONDS: Final = 20.0
"""How long a process may take to try a configuration."""
END_SECONDS: Final = 30.0
"""How long, after the grace of running calls, it may take to bring the journal into the database."""


class Supervisor:
    """Holds the processes of one gateway."""

    def __init__(self, start: Start, listeners: Sequence[socket.socket], run_file: RunFile, *, workers: int) -> None:
        self._start = start
        self._listeners = listeners
        self._run_file = run_file
        self._mates = [Mate(place) for place in range(workers)]
        self._gateway = secrets.token_hex(8)
        self._board = Board(workers + 1)
        self._signals = Signals()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._signals.end, selectors.EVENT_READ)
        state = first_state(start, bound_address(listeners), workers=workers)
        self._reloads = Reloads(run_file=run_file, state=state, unix_ns=start.clock.unix_ns, told=self._write_board)
        self._stops = 0
        self._reload_wanted = False
        self._ended = 0
        self._last_end = ""

    def run(self, ready: Ready) -> None:
        """Start them, see that they live, and stop them when a signal says so.

        Raises:
            SettingsInvalid, MachineError: one of the first cannot serve.
        """
        gc.collect()
        gc.freeze()  # what is there now stays shared with the children: no collection writes to it
        try:
            for mate in self._mates:
                self._fork(mate)
            self._await_first()
            self._reloads.begin()
            if not self._stops:
                ready(self._mates[0].up.advice if self._mates[0].up else (), *bound_address(self._listeners))
            while not self._stops:
                self._look(self._next_due())
                self._revive()
                if self._reload_wanted and not self._stops:
                    self._reload()
        finally:
            self._stop()

    # Starting.

    def _fork(self, mate: Mate) -> None:
        if threading.active_count() > 1:
            raise MachineError("a defect in Outlast: a thread runs in the supervisor, which could not fork safely")
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if not pid:
            self._become(mate, ours, theirs)
        theirs.close()
        mate.begin(pid, words(ours), number=self._reloads.state.generation, now=time.monotonic())
        self._selector.register(ours, selectors.EVENT_READ, mate)
        self._write_board(self._reloads.state)

    def _become(self, mate: Mate, ours: socket.socket, theirs: socket.socket) -> NoReturn:
        """Go on as the child. What is the supervisor's alone is closed: a line ends only when nobody has it open."""
        code = 1
        try:
            ours.close()
            for other in self._mates:
                if other.line is not None:
                    other.line.close()
            self._selector.close()
            self._signals.close()
            self._run_file.leave()
            slot = Slot(number=mate.place, of=len(self._mates), gateway=self._gateway)
            work(self._start, self._listeners, slot, orders(theirs), self._board)
            code = 0
        except BaseException:
            LOG.exception("process %d ends", mate.place)
        finally:
            logging.shutdown()
            os._exit(code)  # the supervisor's own clean-up is not the child's

    def _await_first(self) -> None:
        """Until every process answers callers."""
        while not self._stops and not all(mate.up for mate in self._mates):
            self._look(None)
            for mate in self._mates:
                if mate.failed is not None:
                    raise (SettingsInvalid if mate.failed.operators else MachineError)(mate.failed.says)
                if not mate.pid:
                    raise MachineError(f"process {mate.place} of the gateway ended at its start, {self._last_end}")

    def _revive(self) -> None:
        """Start again what is due, and give those that came up meanwhile the configuration of the others."""
        for mate in self._mates:
            if not mate.pid and time.monotonic() >= mate.due:
                self._fork(mate)
            elif mate.up is not None and mate.number != self._reloads.state.generation:
                mate.number = number = self._reloads.state.generation
                mate.send(Prepare(number, self._start.text))
                mate.send(Adopt(number))

    # Looking.

    def _next_due(self) -> float | None:
        waits = [mate.due - time.monotonic() for mate in self._mates if not mate.pid]
        return max(0.0, min(waits)) if waits else None

    def _look(self, timeout: float | None) -> None:
        """Wait for something to happen, and take it in."""
        for key, _ in self._selector.select(timeout):
            if key.data is None:
                self._take_signals()
            elif not key.data.listen():
                self._selector.unregister(key.fileobj)
        self._bury()

    def _take_signals(self) -> None:
        came = self._signals.read()
        self._stops += self._signals.says_stop(came)
        self._reload_wanted = self._reload_wanted or self._signals.says_reload(came)

    def _bury(self) -> None:
        """Take note of those that have ended."""
        for mate in self._mates:
            if mate.pid and (status := _status(mate.pid)) is not None:
                self._note_end(mate, status)

    def _note_end(self, mate: Mate, status: int) -> None:
        pid = mate.pid
        mate.listen()  # its last word
        if mate.line is not None and mate.line.end in self._selector.get_map():
            self._selector.unregister(mate.line.end)
        was_up = mate.up is not None
        mate.ended(time.monotonic())
        self._last_end = how(status)
        if not self._stops and (was_up or self._ended):
            self._ended += 1
            said = f": {mate.failed.says}" if mate.failed else ""
            LOG.error(
                "process %d (%d) ended %s%s; the next starts in %g s", mate.place, pid, how(status), said, mate.wait
            )
        self._write_board(self._reloads.state)

    def _write_board(self, state: RunState) -> None:
        pids = tuple(mate.pid for mate in self._mates)
        crew = Crew(state=state, pids=pids, ended=self._ended, last_end=self._last_end)
        self._board.write(len(self._mates), encode(crew))

    # Reloading.

    def _reload(self) -> None:
        """Have every process try the file; only if all can have it, all take it."""
        self._reload_wanted = False
        tried = self._reloads.tried(self._start.source.text, self._try)
        if tried is None:
            return
        text, (settings, notes) = tried
        number = self._reloads.state.generation + 1
        asked = [mate for mate in self._mates if mate.up and mate.send(Adopt(number))]
        self._await(asked, lambda mate: mate.answer(number) is not None)
        for mate in asked:
            mate.number = number
        self._start = replace(self._start, text=text, settings=settings)
        log_directly(settings.log.format)
        self._reloads.succeeded(text, notes)

    def _try(self, text: str) -> tuple[Settings, tuple[str, ...]]:
        settled = settle(self._start.settings, self._start.source.settings(text))
        self._have_tried(text)
        return settled

    def _have_tried(self, text: str) -> None:
        """Raises ``SettingsInvalid`` where a process cannot have it, ``MachineError`` where one does not say."""
        number = self._reloads.state.generation + 1
        asked = [mate for mate in self._mates if mate.up and mate.send(Prepare(number, text))]
        said: dict[int, Prepared | Refused] = {}

        def answered(mate: Mate) -> bool:
            answer = mate.answer(number)
            if isinstance(answer, Prepared | Refused):
                said[mate.place] = answer
            return mate.place in said

        late = self._await(asked, answered)
        refused = next((each for each in said.values() if isinstance(each, Refused)), None)
        if refused is None and not late:
            return
        for mate in asked:
            mate.send(Drop(number))
        if refused is not None:
            raise SettingsInvalid(refused.says)
        raise MachineError(f"process {late[0].place} did not try it within {ANSWER_SECONDS:g} s")

    def _await(self, asked: Sequence[Mate], met: Callable[[Mate], bool]) -> list[Mate]:
        """Until each has answered or died; returns those that live and have not."""
        deadline = time.monotonic() + ANSWER_SECONDS
        pids = {mate.place: mate.pid for mate in asked}
        left = list(asked)
        while left:
            left = [mate for mate in left if not met(mate) and mate.pid == pids[mate.place]]
            rest = deadline - time.monotonic()
            if not left or rest <= 0:
                break
            self._look(rest)
        return left

    # Stopping.

    def _stop(self) -> None:
        """Let every process end its calls; at the second signal, or when its time is over, end it."""
        self._stops = max(1, self._stops)
        for listener in self._listeners:
            listener.close()
        for mate in self._mates:
            mate.send(Halt())
        deadline = time.monotonic() + self._start.settings.server.grace + END_SECONDS
        hurried = False
        while any(mate.pid for mate in self._mates):
            rest = deadline - time.monotonic()
            if rest <= 0:
                break
            if self._stops > 1 and not hurried:
                hurried = True
                for mate in self._mates:
                    mate.send(Halt(now=True))
            self._look(rest)
        for mate in self._mates:
            if mate.pid:
                LOG.error("process %d (%d) did not end in time and is killed", mate.place, mate.pid)
                mate.kill()
                os.waitpid(mate.pid, 0)
        self._signals.close()


def _status(pid: int) -> int | None:
    """How a child ended; None: it lives."""
    try:
        found, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return 0
    return status if found else None
