"""A gateway that is one process: signals are its orders.

It knows signals and the order of things at start and end. It does not know what is served (``wiring.serving``).
"""

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Sequence

from outlast.web.listeners import bound_address
from outlast.wiring.process import Process, Start, Stop, opened
from outlast.wiring.reloads import Reloads, says
from outlast.wiring.run_file import Outcome, RunFile, RunState, namespace
from outlast.wiring.serving import new_event_loop
from outlast.wiring.source import digest

Ready = Callable[[Sequence[str], str, int], None]
"""What to do once callers are answered: with what an operator should know, and where it listens."""


def serve_alone(start: Start, listeners: Sequence[socket.socket], run_file: RunFile, ready: Ready) -> None:
    """Serve until a signal says to stop.

    Raises:
        OperatorError, LedgerUnavailable: the gateway cannot be opened.
    """
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(_serve(start, listeners, run_file, ready))


async def _serve(start: Start, listeners: Sequence[socket.socket], run_file: RunFile, ready: Ready) -> None:
    loop = asyncio.get_running_loop()
    stop = Stop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.order)
    loop.add_signal_handler(signal.SIGHUP, lambda: None)  # its usual meaning is to end; too early it means nothing
    async with opened(start, stop) as process:
        state = first_state(start, bound_address(listeners), workers=1)
        reloads = Reloads(run_file=run_file, state=state, unix_ns=start.clock.unix_ns)
        process.gateway.configuration = lambda: says(reloads.state)
        process.gateway.server.listen(listeners)
        reloads.begin()
        loop.add_signal_handler(signal.SIGHUP, _reload, start, process, reloads)
        ready(process.advice(), *bound_address(listeners))
        await stop.wait()


def first_state(start: Start, address: tuple[str, int], *, workers: int) -> RunState:
    """What is to be known of a gateway that has just started."""
    path = start.source.path
    host, port = address
    return RunState(
        pid=os.getpid(),
        namespace=namespace(),
        config=str(path.resolve()) if path else "",
        address=f"{f'[{host}]' if ':' in host else host}:{port}",
        workers=workers,
        generation=1,
        last=Outcome(number=0, digest=digest(start.text), ok=True),
    )


def _reload(start: Start, process: Process, reloads: Reloads) -> None:
    """Read the file again. It takes some ten milliseconds, in which calls wait."""
    tried = reloads.tried(start.source.text, process.prepare)
    if tried is not None:
        process.adopt()
        reloads.succeeded(*tried)
