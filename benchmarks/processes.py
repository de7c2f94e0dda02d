"""How callers spread over processes that share a port, and who is lost when one of them is killed.

Three ways are compared: one socket that all inherit, accepted by the event loop's own server; the same socket, accepted
by ours, one caller a turn; and a socket for each process on the same port (``SO_REUSEPORT``).

Run: ``.venv/bin/python benchmarks/processes.py``. It takes about half a minute and two cores.
"""

import asyncio
import contextlib
import itertools
import json
import os
import random
import signal
import socket
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import uvloop

from outlast.gateway.call import Call
from outlast.gateway.ports import Reply
from outlast.web.connection import Connection
from outlast.web.listeners import bound_address, open_listeners
from outlast.web.router import Router
from outlast.web.server import Server
from outlast.wiring.serving import REAL_CLOCK

PROCESSES = 2
CONNECTIONS = (1, 16, 64)
ROUNDS = 40
BUSY_SECONDS = 0.002
"""Of processor time a call, so that a queue forms before a process that is killed."""
Listeners = Sequence[socket.socket]


def serve(number: int, listeners: Listeners, *, way: str) -> None:
    """One process, which never returns; accepted by the loop's server (``loop``), or by ours: ``shared``, ``alone``."""

    async def who(call: Call, reply: Reply) -> None:
        if call.path == "/busy":
            until = time.process_time() + BUSY_SECONDS
            while time.process_time() < until:
                pass
        reply.whole(200, (), b"%d" % number)

    async def main() -> None:
        router = Router()
        for path in ("/who", "/busy"):
            router.add("GET", path, who)
        ids = itertools.count()
        server = Server(router.find, id_maker=lambda: f"req_{next(ids)}", clock=REAL_CLOCK)
        if way != "loop":
            server.listen(listeners, shared=way == "shared")
        else:
            server.loop = asyncio.get_running_loop()
            server.sweep()
            for listener in listeners:
                await server.loop.create_server(lambda: Connection(server), sock=listener)
        await asyncio.Event().wait()

    try:
        asyncio.Runner(loop_factory=uvloop.new_event_loop).run(main())
    finally:
        os._exit(1)


def loops_own() -> list[tuple[Listeners, str]]:
    """One socket, accepted by the loop's server."""
    listeners = open_listeners("127.0.0.1", 0)
    return [(listeners, "loop")] * PROCESSES


def inherited() -> list[tuple[Listeners, str]]:
    """One socket, accepted by ours."""
    listeners = open_listeners("127.0.0.1", 0)
    return [(listeners, "shared")] * PROCESSES


def port_shared() -> list[tuple[Listeners, str]]:
    """A socket each, which ends with its process."""
    first = open_listeners("127.0.0.1", 0, shared=True)
    port = bound_address(first)[1]
    return [
        (first, "alone"),
        *((open_listeners("127.0.0.1", port, shared=True), "alone") for _ in range(PROCESSES - 1)),
    ]


@contextlib.contextmanager
def running(way: Callable[[], list[tuple[Listeners, str]]]) -> Iterator[tuple[int, list[int]]]:
    """The port and the processes' numbers."""
    places = way()
    port = bound_address(places[0][0])[1]
    children = []
    for number, (listeners, how) in enumerate(places):
        child = os.fork()
        if child == 0:
            for other, _ in places:
                if other is not listeners:
                    for each in other:
                        each.close()
            serve(number, listeners, way=how)
        children.append(child)
    for listeners, _ in places:
        for each in listeners:
            each.close()
    while len({ask(port) for _ in range(40)}) < PROCESSES:
        pass
    try:
        yield port, children
    finally:
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def ask(port: int, path: str = "/who", kept: socket.socket | None = None) -> int:
    """Which process answers. Raises ``OSError`` where none does."""
    connection = kept or socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(f"GET {path} HTTP/1.1\r\nhost: here\r\n\r\n".encode())
    answer = connection.recv(4096)
    if kept is None:
        connection.close()
    if not answer:
        raise ConnectionResetError
    return int(answer[-1:])


def share(port: int, connections: int, *, apart: float) -> float:
    """The part that the busier process got of so many kept connections, opened so many seconds apart."""
    opened = []
    for _ in range(connections):
        opened.append(socket.create_connection(("127.0.0.1", port), timeout=10))
        if apart:
            time.sleep(apart * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
    counts = Counter(ask(port, kept=each) for each in opened)
    for each in opened:
        each.close()
    return max(counts.values()) / connections


def lost(port: int, victim: int) -> tuple[int, int]:
    """Calls on new connections that failed when one process was killed under load, and all that were made."""
    over = time.monotonic() + 2.0

    def keep_asking(_: int) -> tuple[int, int]:
        failed = made = 0
        while time.monotonic() < over:
            made += 1
            try:
                ask(port, "/busy")
            except OSError:
                failed += 1
        return failed, made

    with ThreadPoolExecutor(16) as pool:
        asking = pool.map(keep_asking, range(16))
        time.sleep(1.0)
        os.kill(victim, signal.SIGKILL)
        results = list(asking)
    return sum(failed for failed, _ in results), sum(made for _, made in results)


def rate(port: int, seconds: float = 1.0) -> float:
    """New connections a second, one call each, from one caller."""
    over = time.monotonic() + seconds
    made = 0
    while time.monotonic() < over:
        ask(port)
        made += 1
    return made / seconds


def main() -> None:
    """Print one JSON document."""
    document: dict[str, object] = {"processes": PROCESSES, "rounds": ROUNDS}
    for way in (loops_own, inherited, port_shared):
        found: dict[str, object] = {}
        with running(way) as (port, children):
            for connections in CONNECTIONS:
                for name, apart in (("at once", 0.0), ("2 ms apart", 0.002)):
                    shares = [share(port, connections, apart=apart) for _ in range(ROUNDS if not apart else 8)]
                    found[f"busier process's share of {connections}, {name}"] = {
                        "median": round(statistics.median(shares), 2),
                        "worst": round(max(shares), 2),
                    }
            found["new connections a second"] = round(rate(port))
            failed, made = lost(port, children[0])
            found["calls lost at kill -9"] = f"{failed} of {made}"
        document[way.__name__] = found
    json.dump(document, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
