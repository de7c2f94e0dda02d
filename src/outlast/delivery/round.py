"""One round of sending: everything that waits, each message by its way, with bounded tries.

It knows how often and at what distance something is tried, and which end of a try leads to which state. It does not
know mail nor HTTP.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from outlast.delivery.outcome import Carrier, Outcome
from outlast.delivery.store import Message, NoticeStore, State

PAUSES: Final = (1.0, 4.0)
"""Seconds between two tries of one round; then a message waits for the next round."""
MOST_ATTEMPTS: Final = 9
"""Over all rounds; then a message is dead."""


@dataclass(slots=True)
class Round:
    """What came of a round."""

    ends: Counter[State] = field(default_factory=Counter)
    """Messages by the state that they are in now; ``waiting``: tried, or held back because others failed."""


Carriers = Mapping[tuple[str, str], Carrier]
"""By way and recipient; ``*`` for every recipient of a way."""


def send_all(
    store: NoticeStore, carriers: Carriers, *, unix_ns: Callable[[], int], sleep: Callable[[float], None]
) -> Round:
    """Send what waits. The caller holds the store's lock."""
    done, closed = Round(), set[tuple[str, str]]()
    for message in store.waiting():
        here, whole = (message.way, message.recipient), (message.way, "*")
        if here in closed or whole in closed:
            done.ends["waiting"] += 1
            continue
        carrier = carriers.get(here) or carriers.get(whole, _nobody)
        state, everybody = _tried(store, message, carrier, unix_ns, sleep)
        done.ends[state] += 1
        if state == "waiting":
            closed.add(whole if everybody else here)
    return done


def _tried(
    store: NoticeStore,
    message: Message,
    carrier: Carrier,
    unix_ns: Callable[[], int],
    sleep: Callable[[float], None],
) -> tuple[State, bool]:
    """The state that the message ends this round in, and whether its whole way is closed."""
    state: State = "waiting"
    everybody = False
    for place, pause in enumerate((*PAUSES, None)):
        if not store.begin(message, unix_ns()):
            return "sent", False  # another process has it: it cannot, while the lock is held
        outcome = carrier(message)
        state, everybody = _state(outcome, message.attempts + place + 1), outcome.everybody
        store.settle(message, state, outcome.said, unix_ns())
        if state != "waiting" or pause is None:
            break
        sleep(pause)
    return state, everybody


def _nobody(message: Message) -> Outcome:
    return Outcome("refused", f"[notices] has no {message.way} for {message.recipient!r} any more")


def _state(outcome: Outcome, attempts: int) -> State:
    if outcome.result == "sent":
        return "sent"
    if outcome.result == "unknown":
        return "unknown"
    return "dead" if outcome.result == "refused" or attempts >= MOST_ATTEMPTS else "waiting"
