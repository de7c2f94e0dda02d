"""Callers by the thousand who are slow or leave: the others are served, and nothing of them stays."""

import json
import resource
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

import pytest
from tests.integration.gateway_process import CHAT, HELLO, Gateway, plain, running, until
from tests.integration.scales import MB, Scales

from outlast.testing.upstream import Handler, UpstreamServer, hang, in_thread, raw

pytestmark = [pytest.mark.server, pytest.mark.slow]

SLOW = 5000
LEAVING = 1000
AT_ONCE = 100
FEW = 5  # descriptors of the gateway's own files come and go
EVENT = b'data: {"model":"m","choices":[{"index":0,"delta":{"content":"word "}}]}\n\n'
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
GOOD = plain(200, {"model": "good", "choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 1}})
HANDLERS: dict[str, Handler] = {
    "good": raw(GOOD, stays=True),
    "thinking": hang(),
    "endless": hang(STREAM + b"%x\r\n%b\r\n" % (len(EVENT), EVENT)),
}
NEEDED = SLOW + 500  # descriptors, of the test as of the gateway, which inherits the limit
_RESET = struct.pack("ii", 1, 0)


@pytest.fixture(scope="module", autouse=True)
def descriptors() -> Iterator[None]:
    """As many as the scene needs; many systems start a shell with 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < NEEDED:
        pytest.skip(f"this machine allows {hard} descriptors to a process, the scene needs {NEEDED}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, NEEDED), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture(scope="module")
def provider() -> Iterator[UpstreamServer]:
    with in_thread(lambda received, writer: HANDLERS[json.loads(received.body)["model"]](received, writer)) as server:
        yield server


@pytest.fixture(scope="module")
def gateway(provider: UpstreamServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    configuration = f'[providers.up]\nkind = "openai"\nbase_url = "{provider.base_url}"\nidle_timeout = 5\n'
    with running(tmp_path_factory.mktemp("many"), configuration) as started:
        assert started.chat("up/good").status == 200
        yield started


def dial(gateway: Gateway) -> socket.socket:
    where = urlsplit(gateway.address)
    return socket.create_connection((where.hostname, where.port), timeout=20)


def post(model: str, *, stream: bool) -> bytes:
    body = json.dumps({"model": model, "messages": HELLO, "stream": stream}).encode()
    return f"POST {CHAT} HTTP/1.1\r\nhost: a\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


def connections(gateway: Gateway) -> int:
    """What the gateway itself says; the one that asks is among them."""
    text = gateway.ask("GET", "/metrics").body.decode()
    [line] = [line for line in text.splitlines() if line.startswith("outlast_open_connections ")]
    return int(float(line.split()[1]))


PARTS = {
    "half a head": f"POST {CHAT} HTTP/1.1\r\nhost: a\r\nx-".encode() + b"a" * 1000,
    "half a body": f"POST {CHAT} HTTP/1.1\r\nhost: a\r\ncontent-length: 50000\r\n\r\n".encode() + b"{" + b" " * 1000,
    "nothing": b"",
}


@pytest.mark.fault("5,000 slow clients")
def test_five_thousand_slow_clients_take_little_and_the_others_are_served(gateway: Gateway) -> None:
    scales = Scales.of(gateway)
    weights, descriptors, parts = [], [], list(PARTS.values())
    for _ in range(2):
        before = scales.memory
        with ExitStack() as stack:
            for number in range(SLOW):
                slow = stack.enter_context(closing(dial(gateway)))
                slow.sendall(parts[number % len(parts)])
            until(lambda: connections(gateway) > SLOW)
            weights.append(scales.memory - before)
            since = time.monotonic()
            answers = [gateway.chat("up/good") for _ in range(20)]
            assert {answer.status for answer in answers} == {200}
            assert time.monotonic() - since < 10, "half a second for each, with all that is slow on this machine"
        until(lambda: connections(gateway) == 1)
        descriptors.append(scales.descriptors)
    assert weights[0] < SLOW * 20_000, f"{weights[0] // SLOW} bytes each"
    assert weights[1] < 10 * MB, "the second five thousand find the room of the first"
    assert descriptors[1] <= descriptors[0] + FEW
    print(f"{weights[0] // SLOW} bytes for each slow client")  # noqa: T201 - `pytest -s` shows the figure


@pytest.mark.fault("1,000 clients that vanish")
@pytest.mark.parametrize("stream", [False, True], ids=["before the answer", "in mid-stream"])
def test_a_thousand_clients_that_vanish_leave_nothing_behind(
    gateway: Gateway,
    provider: UpstreamServer,
    stream: bool,  # noqa: FBT001 - a case
) -> None:
    scales, lost, rows = Scales.of(gateway), provider.lost, len(cancelled(gateway))
    descriptors = 0
    memory = []
    for wave in range(LEAVING // AT_ONCE):
        asked = len(provider.received)
        callers = [dial(gateway) for _ in range(AT_ONCE)]
        for caller in callers:
            caller.sendall(post("up/endless" if stream else "up/thinking", stream=stream))
        until(lambda: len(provider.received) >= asked + AT_ONCE)  # noqa: B023 - looked at within this turn
        for number, caller in enumerate(callers):
            if stream:
                assert caller.recv(4096).startswith(b"HTTP/1.1 200")
            if number % 2:
                caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            caller.close()
        gone(lambda: provider.lost - lost, (wave + 1) * AT_ONCE)
        until(lambda: connections(gateway) == 1)
        memory.append(scales.memory)
        descriptors = descriptors or scales.descriptors
    assert scales.descriptors <= descriptors + FEW
    assert memory[-1] - memory[1] < 4 * MB, memory
    until(lambda: len(cancelled(gateway)) == rows + LEAVING)
    assert gateway.chat("up/good").status == 200


def gone(count: Callable[[], int], expected: int) -> None:
    """Every call at the upstream has ended, and none twice."""
    until(lambda: count() >= expected)
    assert count() == expected


def cancelled(gateway: Gateway) -> list[object]:
    return [row["id"] for row in gateway.rows() if row["outcome"] == "cancelled"]
