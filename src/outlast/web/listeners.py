"""The sockets that callers connect to, opened before there is a loop or a second process.

It knows addresses and socket options. It does not know who accepts (``web.acceptor``) nor how many processes do.
"""

import contextlib
import os
import socket
from collections.abc import Sequence

BACKLOG = 1024
"""Connections that the kernel keeps until somebody accepts them."""
_PASSIVE = socket.AI_PASSIVE


def open_listeners(host: str, port: int, *, shared: bool = False) -> tuple[socket.socket, ...]:
    """Listen on every address of ``host``; ``port`` 0 takes one free port for all of them.

    Args:
        host: a name or an address.
        port: 0 to 65535.
        shared: let further sockets listen on the same port; the kernel deals connections out among them.

    Raises:
        OSError: an address is taken or is not ours, or the name has none.
    """
    with contextlib.ExitStack() as opened:
        listeners: list[socket.socket] = []
        for family, address in _addresses(host, port):
            listener = opened.enter_context(socket.socket(family, socket.SOCK_STREAM | socket.SOCK_CLOEXEC))
            chosen = (address[0], bound_address(listeners)[1], *address[2:]) if listeners else address
            _listen(listener, chosen, shared=shared)
            listeners.append(listener)
        opened.pop_all()
    return tuple(listeners)


def bound_address(listeners: Sequence[socket.socket]) -> tuple[str, int]:
    """The first listener's host and port."""
    host, port, *_ = listeners[0].getsockname()
    return str(host), int(port)


Address = tuple[str | int | bytes, ...]


def _addresses(host: str, port: int) -> list[tuple[int, Address]]:
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=_PASSIVE)
    # A name may be listed twice in the hosts file.
    return list(dict.fromkeys((int(family), tuple(address)) for family, _, _, _, address in found))


def _listen(listener: socket.socket, address: Address, *, shared: bool) -> None:
    if os.name == "posix":  # elsewhere this lets two programs listen on one port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if listener.family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted sockets have it from here
    listener.setblocking(False)
    listener.bind(address)
    listener.listen(BACKLOG)
