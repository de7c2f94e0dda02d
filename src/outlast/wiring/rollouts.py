"""Rollouts in one process: what is known of them now, kept current by a thread, and the way of each call that follows.

It knows how a request becomes somebody about whom a rollout decides. It does not know what decides
(``rollout.steering``), how an answer is measured (``wiring.measuring``) nor how anything is kept (``ledger.rollouts``).
A process that cannot read the store for a while serves everybody by the plan as it is: A.
"""

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import Final

from outlast.gateway.course import Course
from outlast.gateway.feedback import Opinion
from outlast.gateway.meter import Meter
from outlast.gateway.plan import Candidate
from outlast.gateway.ports import Clock
from outlast.gateway.routes import Route
from outlast.gateway.steering import Steer
from outlast.rollout.assignment import Assigned, Known, Pin, Who, pin_of, unit_of
from outlast.rollout.fingerprint import HEADER
from outlast.rollout.ports import Assignments, Kept, Situation, Turn
from outlast.rollout.steering import Helm
from outlast.wiring.brownouts import Led, with_brownouts
from outlast.wiring.conversations import Beginnings, digest, has_begun, named, with_user
from outlast.wiring.courses import Beside, Likely, Measured
from outlast.wiring.measuring import Measuring, Store, Waiting, hears

LOG = logging.getLogger("outlast.rollouts")
LOOK_SECONDS: Final = 0.4
STALE_SECONDS: Final = 10.0
"""What was known holds so long while the store cannot be read; then everybody has A."""
NAMED: Final = 20_000
"""Named conversations whose way is looked up in one step."""
NAMED_NS: Final = 600 * 10**9
NOTHING: Final = Situation(version=-1)


class Moves:
    """The ``Steering`` of one process."""

    def __init__(
        self, store: Store, clock: Clock, today: Callable[[], dt.date], *, every: float = LOOK_SECONDS
    ) -> None:
        """Look at nothing yet; ``start`` does, in the process that serves."""
        self._store = store
        self._clock = clock
        self._today = today
        self._every = every
        self._helm = Helm(store.assignments, monotonic_ns=clock.monotonic_ns)
        self.measuring = Measuring(store, clock, self.look)
        self._beginnings = Beginnings()
        self._steers: Mapping[str, Steer] = {}
        self._rollouts: Mapping[str, RolloutSteer] = {}
        self._situation = NOTHING
        self._seen_ns = clock.monotonic_ns()
        self._looking = Lock()
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="outlast-rollouts", daemon=True)
        self.trouble = ""
        """Why the last look failed; empty when it did not."""

    def of(self, name: str) -> Steer | None:
        """Who settles the calls of a name; see ``Steering``."""
        return self._steers.get(name)

    async def heard(self, opinion: Opinion, key: str) -> bool:
        """Count what somebody says of an answer; see ``Opinions``."""
        steer = self._rollouts.get(opinion.model)
        return steer is not None and await steer.heard(opinion, key, self._store.assignments)

    @property
    def situation(self) -> Situation:
        """What this process goes by."""
        return self._situation

    def start(self) -> None:
        """Look once, then again and again; after any fork."""
        self._store.start()
        self.look()
        self._thread.start()
        self.measuring.start()

    def close(self) -> None:
        """Measure what waits, and end; the store last."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
        self.measuring.close()
        self._store.close()

    def look(self) -> None:
        """Look once, now; nothing is raised, see ``trouble``. Any thread may."""
        with self._looking:
            try:
                self._refresh()
            except Exception as error:  # noqa: BLE001 - the boundary: a thread that ended here would never see a roll-back
                self._missed(str(error) or type(error).__name__)
            else:
                self.trouble = ""
                self._seen_ns = self._clock.monotonic_ns()

    def _run(self) -> None:
        while not self._stopping.wait(self._every):
            self.look()

    def _refresh(self) -> None:
        rollouts = self._store.rollouts
        if rollouts.version() != self._situation.version:
            self._take(rollouts.situation())

    def _take(self, situation: Situation) -> None:
        world = World(clock=self._clock, today=self._today, beginnings=self._beginnings)
        steers = {
            kept.plan.model: RolloutSteer(kept, _pins(situation, kept.plan.model), self._helm, self.measuring, world)
            for kept in situation.rollouts
            if kept.state.phase != "rolled back"
        }
        candidates = {kept.plan.model: kept.plan.candidate for kept in situation.rollouts if kept.plan.model in steers}
        self._rollouts = steers
        self._steers = with_brownouts(steers, situation.windows, candidates, self._clock)
        self._situation = situation
        self.measuring.rollouts = tuple(kept for kept in situation.rollouts if kept.plan.model in steers)

    def _missed(self, trouble: str) -> None:
        if trouble != self.trouble:
            LOG.warning("rollouts cannot be read: %s", trouble)
        self.trouble = trouble
        if self._steers and self._clock.monotonic_ns() - self._seen_ns > STALE_SECONDS * 10**9:
            LOG.error("rollouts could not be read for %g seconds: everybody has A until they can", STALE_SECONDS)
            self._take(NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Time, and what is known of how conversations begin, as the process has it."""

    clock: Clock
    today: Callable[[], dt.date]
    beginnings: Beginnings


STRAIGHT: Final = Led()
"""The plan as it is."""
Place = tuple[str, ...]
"""Where a conversation is looked up: by its caller's name for it with the key, or by the digest of its beginning."""


class RolloutSteer:
    """Settles the calls of one virtual model while a rollout of it is under way, or done."""

    def __init__(self, kept: Kept, pins: Sequence[Pin], helm: Helm, measuring: Measuring, world: World) -> None:
        self._kept = kept
        self._pins = pins
        self._helm = helm
        self._measuring = measuring
        self._world = world
        self._beginnings = world.beginnings
        plan = kept.plan
        stage = plan.stages[kept.state.stage]
        self.providers = frozenset({plan.candidate.partition("/")[0]})
        self._candidate = Candidate(plan.candidate, "rollout")
        self._beside = (
            Candidate(plan.candidate, "shadow") if not stage.share and kept.state.phase == "running" else None
        )
        self._guarded = stage.guarded and kept.state.phase in ("running", "paused")
        self._seen: Route | None = None
        self._void = False
        self._told = False
        self._settled: dict[Place, _Settled] = {}
        self._settling: set[asyncio.Task[Course]] = set()
        self._heard = hears(plan.guards) if self._guarded else 0
        self._ways = {
            "A": Led(heir=self._candidate) if stage.share else STRAIGHT,
            "B": Led(lead=self._candidate),
        }

    async def course(self, meter: Meter, route: Route) -> Course:
        """The way of this call; see ``Steer``. Trouble of any kind is A's way."""
        try:
            return await self._course(meter, route)
        except Exception:  # noqa: BLE001 - the boundary: whatever goes wrong in a rollout is not the caller's
            self._tell_defect()
            return STRAIGHT

    async def _course(self, meter: Meter, route: Route) -> Course:
        if route is not self._seen:
            self._seen, self._void = route, _void(self._kept, route)
        if self._void:
            return STRAIGHT
        header, key = meter.call.headers.get(HEADER), meter.caller.name
        conversation = "" if header else self._beginnings.conversation(meter, header)
        place = (header, key) if header else (conversation,)
        gone = route.equals == 0
        settled = None if gone else self._settled.get(place)
        if settled is not None and meter.call.arrived_ns < settled.until_ns:
            return self._led(meter, settled.conversation, settled.assigned)
        conversation = conversation or self._beginnings.conversation(meter, header)
        if self._beside is not None:
            return self._shadowing(meter, route, conversation)
        return await self._new(meter, place, conversation, gone=gone)

    async def _new(self, meter: Meter, place: Place, conversation: str, *, gone: bool) -> Course:
        """The way of a conversation that this steer does not remember."""
        kept = self._kept
        known = None if gone else self._helm.remembered(kept.id, conversation)
        if known is not None and known.conversation is not None:
            return self._found(meter, place, conversation, Assigned(known.conversation, "stored", known.stage))
        who = Who(key=meter.caller.name, user="", plan=_plan_of(meter), conversation=conversation)
        if kept.plan.by == "user" or self._pins:
            who = with_user(meter, who)
        pinned = pin_of(self._pins, who, self._world.today()) if self._pins else None
        earlier = has_begun(meter)
        if not (gone or earlier or pinned) and (likely := self._helm.likely(kept, who)) is not None:
            settling = asyncio.get_running_loop().create_task(self._settle(meter, place, who, likely))
            self._settling.add(settling)
            settling.add_done_callback(self._settling.discard)
            return Likely(self._ways[likely.arm], settling)
        assigned = await self._helm.settle(kept, who, began=earlier, gone=gone, pinned=pinned)
        return self._found(meter, place, conversation, assigned)

    async def _settle(self, meter: Meter, place: Place, who: Who, likely: Assigned) -> Course:
        """What is certain, while a model is asked along the likely way. Trouble of any kind is A's way."""
        asked_us = _since_arrival_us(meter)
        try:
            assigned = await self._helm.settle(self._kept, who, began=False, gone=False, pinned=None)
            before_us = asked_us if assigned.arm == likely.arm else None
            return self._found(meter, place, who.conversation, assigned, before_us)
        except Exception:  # noqa: BLE001 - the boundary, as in ``course``
            self._tell_defect()
            return self._ways["A"]

    def _found(
        self, meter: Meter, place: Place, conversation: str, assigned: Assigned, before_us: int | None = None
    ) -> Course:
        """The way of what was settled, which is remembered."""
        if assigned.why not in ("not running", "incumbent gone"):
            stored = Assigned(assigned.arm, "stored", assigned.stage)
            self._remember(place, _Settled(conversation, stored, meter.call.arrived_ns))
        return self._led(meter, conversation, assigned, before_us)

    def _tell_defect(self) -> None:
        told, self._told = self._told, True
        level = logging.DEBUG if told else logging.ERROR  # a defect that strikes every call would fill the log
        LOG.log(level, "a call could not be settled, A answers; further ones are told to debug", exc_info=True)

    def _led(self, meter: Meter, conversation: str, assigned: Assigned, before_us: int | None = None) -> Course:
        """The way of a settled call, measured where it counts and its turn has come.

        ``before_us``: from its arrival until a model was asked; None: it is asked now.
        """
        kept = self._kept
        way = self._ways[assigned.arm]
        if not self._guarded or assigned.stage != kept.state.stage:
            return way
        if not self._measuring.takes(kept, conversation, assigned.arm):
            return way
        who = Who(key=meter.caller.name, user="", plan="", conversation=conversation)
        if kept.plan.by == "user":
            who = with_user(meter, who)
        return Measured(way, self._waiting(meter, who, assigned, before_us), self._measuring, self._heard)

    def _remember(self, place: Place, settled: "_Settled") -> None:
        """For the calls that follow, while this stage lasts and not for long: the store forgets what is not used."""
        if len(self._settled) >= NAMED:
            self._settled.clear()
        self._settled[place] = settled

    async def heard(self, opinion: Opinion, key: str, assignments: Assignments) -> bool:
        """Count an opinion where chance chose this conversation's model in this stage, and the plan asks for it."""
        kept = self._kept
        plan = kept.plan
        if not self._guarded or self._beside is not None or all(guard.name != "feedback" for guard in plan.guards):
            return False
        who = Who(key=key, user=opinion.user, plan="", conversation=named(opinion.conversation, key))
        found = await assignments.settle(kept.id, who.conversation, "", _look, began=True)
        if found.stage != kept.state.stage:
            return False
        unit = who.conversation if plan.by == "conversation" else digest(unit_of(plan, who))
        self._measuring.note(
            kept,
            Turn(
                conversation=who.conversation,
                unit=unit,
                arm=found.arm,
                stage=kept.state.stage,
                at_ns=self._world.clock.unix_ns(),
                values={"feedback": float(opinion.rating == "bad")},
            ),
        )
        return True

    def _waiting(self, meter: Meter, who: Who, assigned: Assigned, before_us: int | None = None) -> Waiting:
        settled_us = _since_arrival_us(meter)
        plan = self._kept.plan
        unit = who.conversation if plan.by == "conversation" else digest(unit_of(plan, who))
        return Waiting(
            kept=self._kept,
            conversation=who.conversation,
            unit=unit,
            arm=assigned.arm,
            stage=self._kept.state.stage,
            candidate=plan.candidate,
            dialect=meter.dialect,
            request=meter.request,
            meant=meter.meant,
            before_us=settled_us if before_us is None else before_us,
            settled_us=settled_us,
        )

    def _shadowing(self, meter: Meter, route: Route, conversation: str) -> Course:
        if route.equals == 0 or self._beside is None:
            return STRAIGHT
        who = Who(key=meter.caller.name, user="", plan="", conversation=conversation)
        if self._kept.plan.by == "user":
            who = with_user(meter, who)
        waiting = self._waiting(meter, who, Assigned("A", "not running"))
        return Beside(self._beside, waiting, self._measuring, self._heard)


class _Settled:
    """What a conversation was given."""

    __slots__ = ("assigned", "conversation", "until_ns")

    def __init__(self, conversation: str, assigned: Assigned, now_ns: int) -> None:
        self.conversation = conversation
        self.assigned = assigned
        self.until_ns = now_ns + NAMED_NS


def _void(kept: Kept, route: Route) -> bool:
    """Whether the configuration says something else by now; it has the last word."""
    return route.model is None or all(target.to != kept.plan.incumbent for target in route.model.targets)


def _pins(situation: Situation, model: str) -> tuple[Pin, ...]:
    return tuple(pin for name, pin in situation.pins if name in ("", model))


def _since_arrival_us(meter: Meter) -> int:
    return (meter.clock.monotonic_ns() - meter.call.arrived_ns) // 1000


def _plan_of(meter: Meter) -> str:
    key = meter.caller.key
    return "" if key is None else key.plan


def _look(known: Known) -> Assigned:
    """What is stored, without storing anything."""
    return Assigned(known.conversation or "A", "not running", known.stage)
