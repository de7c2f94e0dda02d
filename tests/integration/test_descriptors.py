"""A process that has no descriptor left: running calls go on, new callers wait, nothing spins, and it says so."""

import contextlib
import resource
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.integration.conftest import Serve
from tests.integration.gateway_process import (
    LIVING,
    PATIENCE,
    SCRIPTED,
    Caller,
    Gateway,
    calling,
    outlast_process,
    until,
)

pytestmark = pytest.mark.server

ASK = b"GET /healthz HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\n\r\n"
CALLERS = 60
SPARE = 8
WATCHED_SECONDS = 1.0


def allow(gateway: Gateway, descriptors: int) -> None:
    """Change what the system gives the running process."""
    assert gateway.process is not None
    resource.prlimit(gateway.process.pid, resource.RLIMIT_NOFILE, (descriptors, descriptors))


def highest(gateway: Gateway) -> int:
    """The largest descriptor that it has open."""
    assert gateway.process is not None
    return max(int(each.name) for each in Path(f"/proc/{gateway.process.pid}/fd").iterdir())


def processor_seconds(gateway: Gateway) -> float:
    """Processor time that it has taken so far."""
    assert gateway.process is not None
    fields = Path(f"/proc/{gateway.process.pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


@contextlib.contextmanager
def crowd(gateway: Gateway) -> Iterator[list[socket.socket]]:
    """More callers than there is room for, all connected as far as they can see."""
    where = urlsplit(gateway.address)
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(socket.create_connection((where.hostname, where.port), timeout=PATIENCE))
            for _ in range(CALLERS)
        ]


def full(caller: Caller) -> bool:
    answer = caller.ask("GET", "/readyz")
    fine = answer.document["checks"]["callers"]["ok"]
    assert answer.status == (200 if fine else 503)
    return not fine


def waited_out(gateway: Gateway, caller: Caller) -> None:
    """While all wait: those who are in are served, nothing spins; and when there is room, everybody is served."""
    with crowd(gateway) as callers:
        until(lambda: full(caller))
        assert caller.chat(LIVING).status == 200
        before, began = processor_seconds(gateway), time.monotonic()
        until(lambda: time.monotonic() > began + WATCHED_SECONDS)
        assert processor_seconds(gateway) - before < WATCHED_SECONDS / 4
        assert full(caller)
        for each in callers:
            each.sendall(ASK)
        for each in callers:
            assert each.recv(1024).startswith(b"HTTP/1.1 200 ")
            each.close()
    until(lambda: not full(caller))
    assert "new callers wait for a place" in gateway.said


@pytest.mark.fault("no descriptor is left")
def test_without_a_descriptor_new_callers_wait_and_the_others_are_served(serve: Serve) -> None:
    gateway = serve(SCRIPTED)
    with calling(gateway.address) as caller:
        assert caller.chat(LIVING).status == 200
        allow(gateway, highest(gateway) + SPARE)
        waited_out(gateway, caller)


@pytest.mark.fault("callers take half of the descriptors")
def test_callers_leave_half_of_the_descriptors_to_upstreams(serve: Serve) -> None:
    gateway = serve(SCRIPTED)
    with calling(gateway.address) as caller:
        assert caller.chat(LIVING).status == 200
        allow(gateway, 128)
        assert outlast_process(gateway.folder, "reload").code == 0
        with crowd(gateway):
            until(lambda: full(caller))
            until(lambda: b"outlast_open_connections 32.0" in caller.ask("GET", "/metrics").body)
            assert highest(gateway) < 128 - 32
        waited_out(gateway, caller)
