"""The drain as a process of its own: a line says what is in reach or too old, a line answers what became of it.

Run as ``python -m outlast.ledger.worker DATABASE FOLDER`` by the journal's owner (``process``), so that inserting
rows takes no time from the calls. It knows the lines and its end: when its input closes, its owner has stopped or
died. It does not know when to drain (``writer``).
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from outlast.ledger.drain import Drain, Drained
from outlast.ledger.extents import Reach
from outlast.ledger.retention import Prune, Pruned

_LONGEST_REASON: Final = 500


class Refused(msgspec.Struct, array_like=True, tag=True):
    """Why a step was not made; nothing of it was kept."""

    reason: str


Question = Reach | Prune
Answer = Drained | Pruned | Refused

encode: Final[Callable[[Question | Answer], bytes]] = msgspec.json.Encoder().encode
decode_answer: Final[Callable[[bytes], Answer]] = msgspec.json.Decoder(Answer).decode
_decode_question: Final[Callable[[bytes], Question]] = msgspec.json.Decoder(Question).decode


def answer(drain: Drain, line: bytes) -> Answer:
    """One step, or why it was refused."""
    try:
        question = _decode_question(line)
        return drain.prune(question) if isinstance(question, Prune) else drain.step(question)
    except Exception as error:  # noqa: BLE001 - the boundary: a refusal is told, and the next step tries again
        return Refused(str(error)[:_LONGEST_REASON] or type(error).__name__)


def main() -> None:
    """Make one step for each line until the input ends."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # a terminal sends them to its owner too, which ends this in order
    database, folder = sys.argv[1:]
    drain = Drain(Path(database), Path(folder))
    try:
        for line in sys.stdin.buffer:
            os.write(1, encode(answer(drain, line)) + b"\n")
    except ConnectionError:
        pass  # the owner died before it could hear
    # No tidying up: closing the last connection would write back and lock the database, perhaps against a new owner.
    os._exit(0)


if __name__ == "__main__":
    main()
