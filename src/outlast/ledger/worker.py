"""The drain as a process of its own: a line says what is in reach or too old, a line answers what became of it.

Run as ``python -m outlast.ledger.worker DATABASE FOLDER READS`` by the journal's owner (``process``), so that inserting
rows takes no time from the calls, and what SQLite dies of ends none. It knows the lines and their end: when its input
closes, its owner has stopped or died. On another line, the descriptor READS, it answers reads meanwhile: a step may
wait for a lock or a slow disk, and a revoked key may not. It does not know when to drain (``writer``).
"""

import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Final

import msgspec

from outlast.ledger.drain import Drain, Drained
from outlast.ledger.extents import Reach
from outlast.ledger.lookout import Look, Looked, Lookout, Sum, Summed
from outlast.ledger.retention import Prune, Pruned

_LONGEST_REASON: Final = 500
_LAST_READ_SECONDS: Final = 2.0


class Refused(msgspec.Struct, array_like=True, tag=True):
    """Why a step was not made; nothing of it was kept."""

    reason: str


class Finish(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Close the database in order: nothing more will be asked."""


class Finished(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """It is closed."""


FINISH: Final = msgspec.json.encode(Finish()) + b"\n"
"""The whole line. The other line is closed before it is sent."""

Question = Reach | Prune | Finish | Look | Sum
Answer = Drained | Pruned | Finished | Looked | Summed | Refused

encode: Final[Callable[[Question | Answer], bytes]] = msgspec.json.Encoder().encode
decode_answer: Final[Callable[[bytes], Answer]] = msgspec.json.Decoder(Answer).decode
_decode_question: Final[Callable[[bytes], Reach | Prune | Finish]] = msgspec.json.Decoder(Reach | Prune | Finish).decode
_decode_read: Final[Callable[[bytes], Look | Sum]] = msgspec.json.Decoder(Look | Sum).decode


def answer(drain: Drain, line: bytes) -> Answer:
    """One step, or why it was refused."""
    try:
        question = _decode_question(line)
        if isinstance(question, Finish):
            drain.position()  # opened even where nothing was left to do: its closing tidies up beside the database
            drain.close()
            return Finished()
        return drain.prune(question) if isinstance(question, Prune) else drain.step(question)
    except Exception as error:  # noqa: BLE001 - the boundary: a refusal is told, and the next step tries again
        return _refused(error)


def answer_read(lookout: Lookout, line: bytes) -> Answer:
    """What was asked for, or why it cannot be read."""
    try:
        question = _decode_read(line)
        return lookout.sum(question) if isinstance(question, Sum) else lookout.look(question)
    except Exception as error:  # noqa: BLE001 - the boundary: a refusal is told, and the next look tries again
        return _refused(error)


def _refused(error: Exception) -> Refused:
    return Refused(str(error)[:_LONGEST_REASON] or type(error).__name__)


def _read(database: Path, end: socket.socket) -> None:
    """Answer reads until their line closes."""
    lookout = Lookout(database)
    try:
        with end, end.makefile("rb") as questions:
            for line in questions:
                end.sendall(encode(answer_read(lookout, line)) + b"\n")
    except ConnectionError:
        pass  # the owner died before it could hear
    lookout.close()


def main() -> None:
    """Make one step for each line until the input ends."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # a terminal sends them to its owner too, which ends this in order
    database, folder, reads = sys.argv[1:]
    reading = Thread(target=_read, args=(Path(database), socket.socket(fileno=int(reads))), daemon=True)
    reading.start()
    drain = Drain(Path(database), Path(folder))
    try:
        for line in sys.stdin.buffer:
            if line == FINISH:
                reading.join(_LAST_READ_SECONDS)  # only the last connection tidies up, and a reading one cannot
            os.write(1, encode(answer(drain, line)) + b"\n")
    except ConnectionError:
        pass  # the owner died before it could hear
    # No tidying up unasked: closing the last connection would write back and lock the database, perhaps against a
    # new owner.
    os._exit(0)


if __name__ == "__main__":
    main()
