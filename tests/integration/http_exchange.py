"""One opening of ``http_cases`` sent over a socket, and what a server makes of it.

It knows how to listen until a server has said all it will say. It does not know what is right.
"""

import re
import socket
from collections.abc import Sequence

from tests.integration.http_cases.words import PROBE, End, Outcome

from outlast.testing.upstream import Received

PROBED = b'{"status":"ok"}'
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
_SMUGGLED = re.compile(rb'\{"model":"(?:up/)?smuggled"')
_ENOUGH = 10_000_000


def converse(address: tuple[str, int], sent: bytes, *, patience: float, ends: bool = False) -> tuple[bytes, End]:
    """Everything a server answers to ``sent`` and a probe behind it.

    ``patience``: seconds of silence after which it counts as waiting. ``ends``: nothing more is sent, and the server
    is told so; who then refuses half a request had been waiting.
    """
    heard = b""
    with socket.create_connection(address, timeout=patience) as connection:
        try:
            connection.sendall(sent if ends else sent + PROBE)
            if ends:
                connection.shutdown(socket.SHUT_WR)
        except ConnectionError:
            pass  # it may have refused and closed before it was sent everything
        while len(heard) < _ENOUGH:
            try:
                piece = connection.recv(65536)
            except TimeoutError:
                return heard, "waits"
            except ConnectionError:
                return heard, "closed"
            if not piece:
                return heard, "waits" if ends and b"before it was complete" in heard else "closed"
            heard += piece
            if heard.rstrip().endswith(PROBED) and not ends:
                return heard, "open"
    return heard, "closed"


def outcome(heard: bytes, end: End, asked: Sequence[Received]) -> Outcome:
    """What was heard in the terms of a case."""
    statuses = tuple(int(found) for found in _STATUS.findall(heard))
    probed = end == "open"
    return Outcome(statuses[:-1] if probed else statuses, end, tuple(_named(each) for each in asked))


def _named(received: Received) -> str:
    return "smuggled" if _SMUGGLED.match(received.body) else "front"
