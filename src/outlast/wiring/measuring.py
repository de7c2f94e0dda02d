"""What calls of a rollout were like: taken in as they end, measured in a thread, kept, and looked at every second.

It knows the queue between the path and the thread, and that the path never waits for it: what finds it full is dropped
with all that its conversation says later, and counted. Bodies are held here until they are measured, and nowhere else.
It does not know what a guard reads of an answer (``rollout.live``) nor what follows from many (``rollout.guards``).
"""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Collection, Sequence
from threading import Event, Thread
from typing import Final, Protocol

import msgspec

from outlast.dialects.conversation.collect import Collector
from outlast.dialects.conversation.reply import Reply
from outlast.dialects.conversation.request import Request
from outlast.dialects.dialect import Asked, Dialect
from outlast.dialects.sse import Splitter
from outlast.errors import EvidenceInvalid, LedgerUnavailable, OutlastError, RolloutRefused
from outlast.exchange import Exchange
from outlast.gateway.ports import Clock
from outlast.rollout.guards import Decision
from outlast.rollout.live import Facts, measured, needs_words
from outlast.rollout.plan import Arm, Guard
from outlast.rollout.ports import Assignments, Boards, Kept, Rollouts, Turn
from outlast.rollout.state import GUARDS, Cause, advance, back

LOG = logging.getLogger("outlast.rollouts")
CLOSE_SECONDS: Final = 1.0
WAITING: Final = 512
"""Calls whose bodies may wait to be measured."""
HEARD: Final = 256 << 10
"""Bytes of an answer that are kept for it; of a longer one the words say nothing."""
MEASURED: Final = 50
"""Calls of one arm that a process measures in a second, about; more of them tell the guards little sooner."""
UNKEPT: Final = 10_000
"""Measured turns that may wait for a store that cannot be written; the oldest are let go first."""
_MOST_HALVINGS: Final = 30
_DROPPED: Final = 4_096
"""Conversations that are remembered as dropped."""
_US: Final = 1_000_000


class Pace:
    """Which conversations of one arm are measured: all of few, of many a share that chance alone decides.

    The share is halved whenever a second has more calls than may be measured, and doubled after one that had few.
    Whether a conversation is among them is its digest's matter, the same in every process, never how it went.
    """

    def __init__(self) -> None:
        self._second = 0
        self._calls = 0
        self._halvings = 0

    def takes(self, conversation: str, now_ns: int) -> bool:
        """Whether a call of this conversation is measured."""
        second = now_ns // 10**9
        if second != self._second:
            if self._halvings and self._calls < MEASURED // 3:
                self._halvings -= 1
            self._second, self._calls = second, 0
        taken = not self._halvings or int(conversation[-8:], 16) >> (32 - self._halvings) == 0
        self._calls += taken
        if self._calls > MEASURED and self._halvings < _MOST_HALVINGS:
            self._halvings, self._calls = self._halvings + 1, MEASURED // 2
        return taken


class Store(Protocol):
    """Where rollouts are kept."""

    @property
    def rollouts(self) -> Rollouts:
        """Steps, pins and windows."""
        ...

    @property
    def assignments(self) -> Assignments:
        """Who has which model."""
        ...

    @property
    def boards(self) -> Boards:
        """What was measured."""
        ...

    def start(self) -> None:
        """Begin to work, after any fork."""
        ...

    def close(self) -> None:
        """Finish what waits, and end."""
        ...


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a call before it ends."""

    kept: Kept
    conversation: str
    unit: str
    arm: Arm
    stage: int
    candidate: str
    dialect: Dialect
    """The caller's."""
    request: Asked | None
    meant: Request | None
    before_us: int = 0
    """From its arrival until a model was asked: no model's time."""
    settled_us: int = 0
    """From its arrival until it was certain who answers; an answer that was there by then had to wait."""

    def of(self, arm: Arm) -> "Waiting":
        """The same for the other one of a pair."""
        return msgspec.structs.replace(self, arm=arm, before_us=0, settled_us=0)


class Heard(msgspec.Struct, frozen=True):
    """A call that has ended."""

    waiting: Waiting
    exchange: Exchange
    sent: Sequence[bytes]
    """What its caller got; nothing: unknown, or too much."""


def hears(guards: Collection[Guard]) -> int:
    """How many bytes of an answer are wanted."""
    return HEARD if needs_words([guard.name for guard in guards]) else 0


class Measuring:
    """The thread, and what waits for it."""

    def __init__(self, store: Store, clock: Clock, stepped: Callable[[], None]) -> None:
        """``stepped`` is told when a step was taken here, so that it is in effect at once."""
        self._store = store
        self._clock = clock
        self._stepped = stepped
        self._waiting: deque[tuple[Heard, ...]] = deque()
        self._ends = Event()
        self._dropping: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._unkept: list[tuple[str, Turn]] = []
        self._noted: deque[tuple[str, Turn]] = deque(maxlen=UNKEPT)
        self._spending: deque[tuple[str, int]] = deque()
        self._thread = Thread(target=self._work, name="outlast-guards", daemon=True)
        self.rollouts: tuple[Kept, ...] = ()
        """Those that are not rolled back."""
        self.dropped = 0
        """Calls that were not measured because the queue was full, or the store could not be written for long."""

        self._told = 0
        self._paces: dict[tuple[str, Arm], Pace] = {}

    def start(self) -> None:
        """Begin; after any fork."""
        self._thread.start()

    def close(self) -> None:
        """Measure what waits, and end."""
        if self._thread.ident is not None:
            self._ends.set()
            self._thread.join()

    def takes(self, kept: Kept, conversation: str, arm: Arm) -> bool:
        """Whether this call is to be measured; ``conversation`` is a digest."""
        pace = self._paces.get((kept.id, arm))
        if pace is None:
            pace = self._paces[kept.id, arm] = Pace()
        return pace.takes(conversation, self._clock.monotonic_ns())

    def hear(self, calls: tuple[Heard, ...]) -> None:
        """Take in a call, or a pair; from the event loop, in microseconds. The thread is not woken by it."""
        if not self._dropping and len(self._waiting) < WAITING:
            self._waiting.append(calls)
            return
        waiting = calls[0].waiting
        place = (waiting.kept.id, waiting.conversation)
        if place not in self._dropping and len(self._waiting) < WAITING:
            self._waiting.append(calls)
            return
        self._dropping[place] = None
        if len(self._dropping) > _DROPPED:
            self._dropping.popitem(last=False)
        self.dropped += len(calls)

    def note(self, kept: Kept, turn: Turn) -> None:
        """Take in what was measured elsewhere; from any thread."""
        self._noted.append((kept.id, turn))

    async def reserve(self, kept: Kept, pico_usd: int | None) -> bool:
        """Set money of the shadow aside; False: there is not enough, or its price is not known."""
        most = kept.plan.max_shadow_pico_usd
        if most is None:
            self._spend(kept.id, pico_usd or 0)
            return True
        if pico_usd is None:
            return False
        return await asyncio.to_thread(self._reserve, kept.id, pico_usd, most)

    def spend(self, kept: Kept, more: int) -> None:
        """What it really cost, beside what was set aside."""
        self._spend(kept.id, more)

    def _spend(self, rollout: str, more: int) -> None:
        self._spending.append((rollout, more))

    def _reserve(self, rollout: str, pico_usd: int, most: int) -> bool:
        try:
            spent = self._store.boards.shadow_spent(rollout, pico_usd)
            if spent <= most:
                return True
            self._store.boards.shadow_spent(rollout, -pico_usd)
        except LedgerUnavailable:
            pass
        return False

    def _work(self) -> None:
        due = self._clock.monotonic_ns()
        ended = False
        while not ended:
            try:
                ended = self._ends.wait(CLOSE_SECONDS / 4)
                self.take_in()
                now = self._clock.monotonic_ns()
                if now >= due or ended:
                    due = now + int(CLOSE_SECONDS * 10**9)
                    self.look()
            except Exception:  # the boundary: a thread that ended here would let a breach go on for ever
                LOG.exception("what was measured of a rollout could not be taken in")

    def take_in(self) -> None:
        """Measure what waits, as much of it as may wait for the store."""
        while self._waiting and len(self._unkept) < UNKEPT:
            self._unkept += _turns(self._waiting.popleft(), self._clock.unix_ns())

    def look(self) -> None:
        """Keep what was measured, and let the guards say what follows. Nothing of the store's trouble is raised."""
        if self.dropped > self._told:
            LOG.warning("%d calls of rollouts were not measured: too many at once", self.dropped - self._told)
            self._told = self.dropped
        try:
            self._keep()
            for kept in self.rollouts:
                if kept.state.phase in ("running", "paused") and kept.plan.stages[kept.state.stage].guarded:
                    self._follow(kept, self._store.boards.close(kept, self._clock.unix_ns()))
        except LedgerUnavailable as error:
            LOG.warning("what was measured of rollouts waits: %s", error)

    def _keep(self) -> None:
        while self._spending:
            self._store.boards.shadow_spent(*self._spending[0])
            self._spending.popleft()
        while self._noted:
            self._unkept.append(self._noted.popleft())
        while self._unkept:
            rollout = self._unkept[0][0]
            turns = [turn for name, turn in self._unkept if name == rollout]
            try:
                self._store.boards.add(rollout, turns)
            except EvidenceInvalid:
                self._add_singly(rollout, turns)
            except LedgerUnavailable:
                self.dropped += max(0, len(self._unkept) - UNKEPT)
                del self._unkept[:-UNKEPT]
                raise
            self._unkept = [each for each in self._unkept if each[0] != rollout]

    def _add_singly(self, rollout: str, turns: Sequence[Turn]) -> None:
        for turn in turns:
            try:
                self._store.boards.add(rollout, (turn,))
            except EvidenceInvalid as error:
                LOG.warning("a call of a rollout could not be counted: %s", error)

    def _follow(self, kept: Kept, decision: Decision) -> None:
        """Take the step that the guards ask for; whoever was faster has taken the same one."""
        if decision.word == "HOLD":
            return
        cause = Cause(by=GUARDS, at_ns=self._clock.unix_ns(), reason=decision.why, evidence=decision)
        try:
            breach = decision.word == "BREACH"
            taken = back(kept.state, cause) if breach else advance(kept.plan, kept.state, cause)
            self._store.rollouts.step(kept.id, taken)
        except RolloutRefused:
            pass
        else:
            LOG.warning("rollout of %s, %s: %s", kept.plan.model, taken.step, decision.why)
        self._stepped()


def _turns(calls: tuple[Heard, ...], now_ns: int) -> list[tuple[str, Turn]]:
    pair = calls[0].exchange.id if len(calls) > 1 else ""
    return [(each.waiting.kept.id, _turn(each, now_ns, pair)) for each in calls]


def _turn(heard: Heard, now_ns: int, pair: str) -> Turn:
    waiting, exchange = heard.waiting, heard.exchange
    names = [guard.name for guard in waiting.kept.plan.guards]
    facts = facts_of(exchange, waiting.arm, waiting.before_us, waiting.settled_us)
    request = reply = None
    if heard.sent and needs_words(names) and not (facts.failed or facts.left):
        request, reply = _request(waiting), reply_of(waiting.dialect, exchange, b"".join(heard.sent))
    return Turn(
        conversation=waiting.conversation,
        unit=waiting.unit,
        arm=waiting.arm,
        stage=waiting.stage,
        at_ns=now_ns,
        values=measured(names, facts, request, reply),
        pair=pair,
    )


def facts_of(exchange: Exchange, arm: Arm, before_us: int = 0, settled_us: int = 0) -> Facts:
    """How the model that was to answer did. Another one's answer is a failure of the first, whatever the caller got."""
    left = exchange.outcome == "cancelled"
    unseen = left and not exchange.first_byte_us
    held_us = max(settled_us - exchange.first_byte_us, 0) if exchange.first_byte_us else 0
    own = exchange.reason in (("rollout", "shadow") if arm == "B" else ("target",))
    failed = unseen or not own or (not left and (exchange.outcome != "answered" or exchange.status >= 400))
    return Facts(
        failed=failed,
        left=left,
        total_s=max(exchange.total_us - before_us - held_us, 0) / _US,
        first_s=max(exchange.first_byte_us - before_us, 0) / _US,
        cost_pico_usd=exchange.cost_pico_usd,
    )


def _request(waiting: Waiting) -> Request | None:
    if waiting.meant is not None or waiting.request is None or not waiting.dialect.conversation:
        return waiting.meant
    try:
        return waiting.dialect.decode_request(waiting.request.envelope.body, waiting.request)
    except OutlastError:  # its provider could read it; the guards of words say nothing
        return None


def reply_of(dialect: Dialect, exchange: Exchange, sent: bytes) -> Reply | None:
    """What the caller got, read; None: it is none of a conversation, or cannot be read."""
    if not dialect.conversation:
        return None
    try:
        if not exchange.streamed:
            return dialect.decode_reply(sent)
        decoder, collector, splitter = dialect.event_decoder(), Collector(), Splitter()
        for event in splitter.feed(sent):
            for each in decoder.event(event):
                collector.add(each)
        for each in decoder.finish():
            collector.add(each)
    except OutlastError:  # broken, as far as one can see
        return None
    return collector.reply
