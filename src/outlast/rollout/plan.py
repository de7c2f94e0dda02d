"""A rollout's declaration: everything that is settled before anybody gets B, under one hash.

It knows which models, stages, guards and error rates were declared. It does not know how they are spelled on a command
line (``rollout.words``), who gets B (``rollout.assignment``) nor what came of it (``rollout.state``).
"""

import hashlib
import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import msgspec

from outlast.errors import SettingsInvalid

Arm = Literal["A", "B"]
"""A: the model that answers today. B: the one that shall."""
By = Literal["conversation", "user", "key"]
Scale = Literal["share", "ratio", "spread"]
Side = Literal["above", "below"]
"""above: B has more of it than A. below: less."""
SHADOW: Final = "shadow"
_LONGEST_WINDOW_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the way."""

    share: float
    """Of the units that take part, how many get B; 0: none does, B answers beside A and nobody sees it."""

    @property
    def name(self) -> str:
        """``shadow``, or per cent: ``1%``."""
        return f"{100 * self.share:g}%" if self.share else SHADOW

    @property
    def guarded(self) -> bool:
        """Whether there is anything to compare with: where all have B, no control is left."""
        return self.share < 1


DEFAULT_STAGES: Final = tuple(Stage(share) for share in (0.0, 0.01, 0.1, 0.5, 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """One property that must not get worse by more than its margin."""

    name: str
    """``errors``, ``latency_p95``, ``tone.empathy``, ``check.contract.tools`` …"""
    margin: float
    """A share of conversations' badness (0.01), a ratio of B to A (1.2), or a number of A's spreads (0.5)."""
    scale: Scale = "share"
    watch: bool = False
    """It rolls back, and no stage waits for it to be shown safe: for what is seldom measured."""

    @property
    def sides(self) -> tuple[Side, ...]:
        """The directions that are tested, each with its part of alpha: of a tone neither more nor less is better."""
        return ("above", "below") if self.scale == "spread" else ("above",)


DEFAULT_GUARDS: Final = (Guard(name="errors", margin=0.01), Guard(name="refusals", margin=0.02))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What A's record said of an amount when the rollout was declared.

    It only says where on the scale to look: both arms are measured by it, and B is compared with the concurrent A. An
    old one costs power, never truth.
    """

    name: str
    """The guard's."""
    middle: float
    """The median (its p95 for ``…_p95``) in seconds, the mean cost in USD, a tone's mean."""
    spread: float = 0.0
    """Standard deviation between conversations; of tones alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """From which share on the keys of one plan take part: free ones early, business last."""

    plan: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """The verdict on recorded traffic that a rollout needs before it may start."""

    verdict: Literal["PASS"] = "PASS"
    days: int = 30
    """How old it may be."""
    plan_hash: str = ""
    """The replay's plan; empty: any."""
    persona: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What will be done, and what will stop it."""

    model: str
    """The virtual model's name."""
    incumbent: str
    """A, ``provider/model``."""
    candidate: str
    """B."""
    salt: str
    """Random, new for each rollout: whoever was early in the last one is not early in all."""
    stages: tuple[Stage, ...] = DEFAULT_STAGES
    by: By = "conversation"
    guards: tuple[Guard, ...] = DEFAULT_GUARDS
    references: tuple[Reference, ...] = ()
    alpha: float = 0.05
    """How often a whole rollout may be rolled back falsely, and how often it may advance falsely; each."""
    least_blocks: int = 30
    """Blocks of a stage before it may be left, whatever the evidence says."""
    entries: tuple[Entry, ...] = ()
    """Keys of other plans take part from the first share on."""
    require: Requirement | None = None
    max_shadow_pico_usd: int | None = None
    """None: no limit was said."""
    keep_days: int = 30
    """How long an assignment is kept after its last use."""
    window_s: int = 60
    """A conversation is observed for so long after its first answer ended, then counted once, however it goes on."""
    created_ns: int = 0

    @property
    def hash(self) -> str:
        """SHA-256 over everything that was declared; the time does not change it."""
        declared = msgspec.to_builtins(self)
        del declared["created_ns"]
        return hashlib.sha256(msgspec.json.encode(declared, order="sorted")).hexdigest()

    @property
    def tests(self) -> int:
        """Tests of one stage: every guard on every side."""
        return sum(len(guard.sides) for guard in self.guards)

    @property
    def guarded_stages(self) -> int:
        """Stages in which something can be compared."""
        return sum(stage.guarded for stage in self.stages)

    @property
    def breach_alpha(self) -> float:
        """Of one test in one stage: any one of them rolls back, so that alpha is split over all."""
        return self.alpha / (self.tests * self.guarded_stages)

    @property
    def advance_alpha(self) -> float:
        """Of one stage: every guard must be shown safe, so that alpha is split over the stages alone."""
        return self.alpha / self.guarded_stages

    def reference(self, name: str) -> Reference | None:
        """The scale of one guard's amounts; None: it needs none."""
        return next((each for each in self.references if each.name == name), None)

    def check(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            SettingsInvalid: The word at fault is named.
        """
        _check_models(self)
        _check_stages(self)
        _check_guards(self)
        if not 0 < self.alpha < 0.5:
            raise SettingsInvalid(f"alpha must lie between 0 and 0.5, {self.alpha:g} does not")
        if self.least_blocks < 1 or self.keep_days < 1:
            raise SettingsInvalid("the least number of blocks and the days that assignments are kept are 1 or more")
        if not 1 <= self.window_s <= _LONGEST_WINDOW_S:
            raise SettingsInvalid(f"a conversation is observed for 1 to {_LONGEST_WINDOW_S:,} seconds")
        if self.max_shadow_pico_usd is not None and self.max_shadow_pico_usd < 0:
            raise SettingsInvalid("the most that a shadow may cost is no negative amount")


def _check_models(plan: Plan) -> None:
    if not plan.model or not plan.salt:
        raise SettingsInvalid("a rollout needs the name of a virtual model, and a salt")
    for word, target in (("from", plan.incumbent), ("to", plan.candidate)):
        provider, slash, model = target.partition("/")
        if not (provider and slash and model):
            raise SettingsInvalid(f"{word} = {target!r} is not written provider/model")
    if plan.incumbent == plan.candidate:
        raise SettingsInvalid(f"{plan.candidate} is what {plan.model} is served by already; move it to another")


def _check_stages(plan: Plan) -> None:
    shares = [stage.share for stage in plan.stages]
    if len(shares) < 2 or shares[-1] != 1 or shares[0] < 0:
        raise SettingsInvalid("stages begin below 100 and end with 100; to stop earlier, pause")
    if any(later <= earlier for earlier, later in pairwise(shares)):
        raise SettingsInvalid(
            "stages rise: "
            + ",".join(stage.name for stage in plan.stages)
            + " does not; write them like shadow,1,10,50,100"
        )
    wrong = next((entry for entry in plan.entries if not 0 <= entry.share <= 1), None)
    if wrong is not None:
        raise SettingsInvalid(f"plan {wrong.plan} takes part from a share between 0 and 100 on")
    names = [entry.plan for entry in plan.entries]
    if len(set(names)) < len(names):
        raise SettingsInvalid("a plan takes part from one share on; one of " + ", ".join(names) + " stands twice")


def _check_guards(plan: Plan) -> None:
    names = [guard.name for guard in plan.guards]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise SettingsInvalid(f"guard {twice} stands twice; say it once")
    if all(guard.watch for guard in plan.guards):
        raise SettingsInvalid("no guard has to be shown safe: nothing could ever let a stage be left")
    for guard in plan.guards:
        _check_margin(guard)
        found = plan.reference(guard.name)
        if guard.scale == "share":
            continue
        if found is None or not math.isfinite(found.middle) or not math.isfinite(found.spread):
            raise SettingsInvalid(f"guard {guard.name} needs what A's record says of it, and there is nothing")
        if guard.scale == "ratio" and found.middle <= 0:
            raise SettingsInvalid(f"guard {guard.name}: A's {found.middle:g} is no amount to compare with")
        if guard.scale == "spread" and not found.spread > 0:
            raise SettingsInvalid(f"guard {guard.name}: A's conversations do not differ, so there is no spread")


def _check_margin(guard: Guard) -> None:
    """Refuse margins that no outcome could exceed, or that are none."""
    low, high = {"share": (0.0, 1.0), "ratio": (1.0, 8.0), "spread": (0.0, 4.0)}[guard.scale]
    if not low < guard.margin < high:
        raise SettingsInvalid(
            f"guard {guard.name}: a {guard.scale} lies between {low:g} and {high:g} as a margin, {guard.margin:g} not"
        )
