"""A SIMULATED judge: it reads what ``outlast replay --judge`` asks, and sees the simulated faults of other models.

It knows the form of asking and two faults: an argument that is wrong, and JSON that ends too early. How often it is
right its profile says; where it errs is decided by a hash of its name and the question's key, so that the same call has
the same answer and the other order another error. What is no question to a judge it leaves to other skills.
"""

import hashlib
from typing import Final

import msgspec

from outlast.checks.rubric import key_of, marked
from outlast.providers.script.careless import WRONG
from outlast.providers.script.request import ChatRequest

_WHOLE: Final = 1 << 64


def judged(request: ChatRequest, right: float) -> str | None:
    """Its word; None: nobody asks it to judge."""
    prompt = next((message.text for message in reversed(request.messages) if message.role == "user"), "")
    key = key_of(prompt)
    if not key:
        return None
    criteria = prompt.rpartition("Criteria:\n")[2].partition("\n\n")[0].count("\n") + 1
    first, second = (
        _acceptable(marked(prompt, f"{side} answer")) == _is_right(f"{request.model}\0{key}\0{side}", right)
        for side in ("first", "second")
    )
    better = "tie" if first == second else "first" if first else "second"
    word = {"key": key, "first": [first] * criteria, "second": [second] * criteria, "better": better}
    return f"A simulated judgement.\n{msgspec.json.encode(word).decode()}"


def _acceptable(answer: str) -> bool:
    if WRONG in answer or answer == "[says nothing]":
        return False
    if not answer.startswith("{"):
        return True
    try:
        msgspec.json.decode(answer)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _is_right(word: str, rate: float) -> bool:
    return int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big") < rate * _WHOLE
