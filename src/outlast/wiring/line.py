"""What a supervisor and one of its processes say to each other: a message a line, over a pair of sockets.

It knows the messages and how they travel. When the other side dies the line ends, and its reader can tell. It does not
know what is done about any of them.
"""

import socket
from collections.abc import Callable
from typing import Final, Generic, TypeVar

import msgspec

_PATIENCE: Final = 5.0
"""Seconds to wait for a reader whose buffer is full; it hangs."""


class Prepare(msgspec.Struct, tag=True, frozen=True):
    """Try this configuration."""

    number: int
    text: str


class Adopt(msgspec.Struct, tag=True, frozen=True):
    """Take it into use."""

    number: int


class Drop(msgspec.Struct, tag=True, frozen=True):
    """Forget it."""

    number: int


class Halt(msgspec.Struct, tag=True, frozen=True):
    """Stop; ``now``: whatever runs."""

    now: bool = False


class Up(msgspec.Struct, tag=True, frozen=True):
    """Callers are answered; ``advice`` is for the operator."""

    advice: tuple[str, ...]


class Failed(msgspec.Struct, tag=True, frozen=True):
    """The gateway cannot be opened."""

    says: str
    operators: bool
    """Whether the operator's configuration is the reason, else the machine."""


class Prepared(msgspec.Struct, tag=True, frozen=True):
    """The configuration can be had; ``notes`` say what of it needs a restart."""

    number: int
    notes: tuple[str, ...]


class Refused(msgspec.Struct, tag=True, frozen=True):
    """It cannot."""

    number: int
    says: str


class Adopted(msgspec.Struct, tag=True, frozen=True):
    """It is at work."""

    number: int


Order = Prepare | Adopt | Drop | Halt
Word = Up | Failed | Prepared | Refused | Adopted
Message = TypeVar("Message", Order, Word)
_encode = msgspec.json.Encoder().encode


class Line(Generic[Message]):
    """One end; ``Message`` is what comes from the other."""

    def __init__(self, end: socket.socket, decoder: "msgspec.json.Decoder[Message]") -> None:
        end.settimeout(_PATIENCE)
        self.end = end
        self._decode: Callable[[bytes], Message] = decoder.decode
        self._part = b""

    def send(self, message: Order | Word) -> bool:
        """Say something; False: the other side is dead, or hangs."""
        try:
            self.end.sendall(_encode(message) + b"\n")
        except OSError:
            return False
        return True

    def receive(self) -> list[Message]:
        """Everything that has come; asked where the line can be read.

        Raises:
            EOFError: the other side has ended, and nothing more will come.
        """
        try:
            data = self.end.recv(1 << 16)
        except TimeoutError:
            return []
        except OSError as error:
            raise EOFError from error
        if not data:
            raise EOFError
        *lines, self._part = (self._part + data).split(b"\n")
        return [self._decode(line) for line in lines]

    def close(self) -> None:
        """Give it back."""
        self.end.close()


def orders(end: socket.socket) -> Line[Order]:
    """A process' end."""
    return Line(end, msgspec.json.Decoder(Order))


def words(end: socket.socket) -> Line[Word]:
    """The supervisor's end."""
    return Line(end, msgspec.json.Decoder(Word))
