"""A receiver on loopback that does as it is told: for webhooks and for mail."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from outlast.delivery.store import Message

PATIENCE = 60.0
Play = Callable[[socket.socket, list[bytes]], None]


@dataclass
class Receiver:
    """Where it listens, and what came."""

    port: int
    came: list[bytes] = field(default_factory=list)


@contextlib.contextmanager
def receiving(play: Play) -> Iterator[Receiver]:
    """Play one part to every connection, one after another."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        receiver = Receiver(listener.getsockname()[1])

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, contextlib.suppress(OSError):
                    connection.settimeout(PATIENCE)
                    play(connection, receiver.came)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE)


def answering(*answers: bytes) -> Play:
    """Read a POST and answer; the last answer is for all that come after."""
    left = list(answers)

    def play(connection: socket.socket, came: list[bytes]) -> None:
        with connection.makefile("rb") as reader:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += reader.readline()
            length = next(int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
            came.append(head + reader.read(length))
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return play


def mail_house(**answers: bytes) -> Play:
    """A mail server: 250 to everything, but for the commands that are answered otherwise; b"" hangs up."""

    def play(connection: socket.socket, came: list[bytes]) -> None:
        def say(command: str, usual: bytes) -> bool:
            said = answers.get(command, usual)
            if said:
                connection.sendall(said + b"\r\n")
            return bool(said)

        with connection.makefile("rb") as reader:
            if not say("hello", b"220 house"):
                return
            for line in reader:
                command = line.split()[0].lower().decode()
                came.append(line)
                if not say(command, {"data": b"354 go on", "quit": b"221 bye"}.get(command, b"250 fine")):
                    return
                if command == "data" and "data" not in answers:
                    mail = b"".join(iter(reader.readline, b".\r\n"))
                    came.append(mail)
                    if not say("taken", b"250 taken"):
                        return
                if command == "quit":
                    return

    return play


def message(way: str = "mail", **changed: object) -> Message:
    """A message as the store has it."""
    words: dict[str, object] = {
        "notice": "acme/soon@api/0/30", "place": "acme/soon@api", "recipient": "ana@example.com", "way": way,
        "subject": "acme/soon ends", "payload": b"It ends.\n", "seq": 1, "state": "waiting", "attempts": 0, "said": "",
        "made_ns": 10**18, "changed_ns": 10**18,
    }  # fmt: skip
    return Message(**{**words, **changed})  # type: ignore[arg-type]
