"""One of several processes of a gateway: forked by a supervisor, whose orders come over a line.

It knows what each order means here, and that a line that ends means a supervisor that is dead: then this process lets
its calls end and stops too. It does not know the other processes.
"""

import asyncio
import logging
import signal
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from outlast.errors import OperatorError, OutlastError
from outlast.ledger.slots import Slot
from outlast.wiring.board import Board
from outlast.wiring.line import Adopt, Adopted, Drop, Failed, Halt, Line, Order, Prepare, Prepared, Refused, Up
from outlast.wiring.process import Process, Start, Stop, opened
from outlast.wiring.serving import Gateway, new_event_loop
from outlast.wiring.together import TELL_SECONDS, Together

LOG = logging.getLogger("outlast.worker")


def work(start: Start, listeners: Sequence[socket.socket], slot: Slot, line: Line[Order], board: Board) -> None:
    """Serve until told to stop, or until nobody is there to tell."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(_work(start, listeners, slot, line, board))


async def _work(start: Start, listeners: Sequence[socket.socket], slot: Slot, line: Line[Order], board: Board) -> None:
    stop = Stop()
    orders = _Orders(line, stop)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # A terminal and a service manager send them to all processes: to be told twice is no hurry here.
        loop.add_signal_handler(number, stop.begin)
    loop.add_signal_handler(signal.SIGHUP, lambda: None)
    loop.add_reader(line.end, orders.obey)
    try:
        async with opened(start, stop, slot) as process, _told(process.gateway, slot, board):
            orders.process = process
            process.gateway.server.listen(listeners, shared=True)
            line.send(Up(process.advice()))
            await stop.wait()
    except OutlastError as error:
        line.send(Failed(str(error), isinstance(error, OperatorError)))
    finally:
        loop.remove_reader(line.end)


@asynccontextmanager
async def _told(gateway: Gateway, slot: Slot, board: Board) -> AsyncIterator[None]:
    """Tell the others how this process fares, about once a second and at its end."""
    together = Together(
        board,
        gateway.published.numbers,
        place=slot.number,
        places=slot.of,
        monotonic_ns=gateway.held.clock.monotonic_ns,
    )
    gateway.published.numbers = together
    gateway.configuration = together.configuration

    async def tell_again() -> None:
        while True:
            together.tell()
            await asyncio.sleep(TELL_SECONDS)

    telling = asyncio.get_running_loop().create_task(tell_again())
    gateway.last_word = together.tell
    try:
        yield
    finally:
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling


class _Orders:
    """What the supervisor says, done."""

    def __init__(self, line: Line[Order], stop: Stop) -> None:
        self._line = line
        self._stop = stop
        self.process: Process | None = None
        """None while it opens: nothing but the end can be ordered then."""

    def obey(self) -> None:
        """The line can be read."""
        try:
            received = self._line.receive()
        except EOFError:
            LOG.error("the supervisor has ended, this process stops too")  # noqa: TRY400 - its trace says nothing
            asyncio.get_running_loop().remove_reader(self._line.end)
            self._stop.begin()
            return
        for order in received:
            self._do(order)

    def _do(self, order: Order) -> None:
        if isinstance(order, Halt):
            if order.now:
                self._stop.now()
            self._stop.begin()
        elif self.process is None:
            self._line.send(Refused(order.number, "it is still starting"))
        elif isinstance(order, Prepare):
            self._prepare(self.process, order)
        elif isinstance(order, Adopt):
            self.process.adopt()
            self._line.send(Adopted(order.number))
        else:
            assert isinstance(order, Drop)  # noqa: S101 - for the type checker: there is no other order
            self.process.drop()

    def _prepare(self, process: Process, order: Prepare) -> None:
        try:
            notes = process.prepare(order.text)
        except OutlastError as error:
            self._line.send(Refused(order.number, str(error)))
        else:
            self._line.send(Prepared(order.number, notes))
