"""A replay's plan: everything that is declared before anything is compared, under one hash.

It knows which requests, models, checks and margins were declared. It does not know what came of them
(``replay.result``) nor how a sample is drawn (``replay.sample``).
"""

import hashlib
from typing import Final, Literal

import msgspec

BLIND: Final = "blind:"
"""Stands before the name in a plan of which people judge; its requests are those of the name."""
Scale = Literal["share", "ratio", "spread"]
_LATER: Final = ("probe_floor", "budget_calls", "judge", "embed")
"""Members that came after plans had been kept; where they declare nothing they are no part of the hash."""


class Margin(msgspec.Struct, frozen=True, kw_only=True):
    """How much worse is still acceptable, for one check or for all of a family."""

    of: str
    """``contract``, ``contract.tools``, ``latency_p95`` …; ``share``, ``ratio``, ``spread``: for all without one."""
    value: float
    """A share of the check's range (0.05), a ratio of candidate to incumbent (1.2), or a number of the incumbent's
    spreads (0.5)."""
    scale: Scale = "share"


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan says of one candidate beforehand."""

    target: str
    cost_pico_usd: int | None
    """For the answers that are still to be drawn; None: no price is known."""
    draws: int
    """Answers still to be drawn, the incumbent's included."""
    power: float | None
    """Chance of a PASS of the narrowest pass/fail gate for an equal candidate; None: nothing to compute it from."""


class JudgeTerms(msgspec.Struct, frozen=True, kw_only=True):
    """Who judges, by what, and how it is asked."""

    target: str
    criteria: tuple[str, ...]
    rubric: str
    """SHA-256 of the criteria and of the form of asking."""
    orders: tuple[str, ...] = ("AB", "BA")
    same_family: tuple[str, ...] = ()
    """Targets of this plan whose maker is the judge's own, too: allowed by who declared it."""
    unknown_family: tuple[str, ...] = ()
    """Targets, the judge included, whose maker nobody here knows."""
    floor: bool = False
    """Whether A against A' is judged, too."""


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """What will be compared, and what will decide."""

    model: str
    """The virtual model's name, or the incumbent's ``provider/model``."""
    incumbent: str
    candidates: tuple[str, ...]
    items: tuple[str, ...]
    """Ids of the sampled requests, in order of asking."""
    probes: tuple[str, ...] = ()
    """Ids of the questions of probes that are asked beside them."""
    probe_floor: bool = False
    """Whether the incumbent answers those questions twice: A', its own noise."""
    margins: tuple[Margin, ...]
    gates: tuple[str, ...]
    """Names of the checks that decide; every other one is shown."""
    checks: tuple[str, ...]
    """Names of all checks that run."""
    sources: tuple[tuple[str, str], ...] = ()
    """Checks that are not this version's own, each with the SHA-256 of what it is made of; and the persona's text."""
    judge: JudgeTerms | None = None
    embed: str = ""
    """The target that embeds answers; empty: none does."""
    alpha: float = 0.05
    seed: int = 0
    adapt: bool = True
    persona: str = ""
    budget_pico_usd: int | None = None
    budget_calls: int | None = None
    """Answers that one run may begin; None: as many as it takes."""
    created_ns: int = 0
    expectations: tuple[Expectation, ...] = ()

    @property
    def traffic(self) -> str:
        """Under whose name its requests are kept."""
        return self.model.removeprefix(BLIND)

    @property
    def hash(self) -> str:
        """SHA-256 over everything that was declared; neither the time nor the expectations change it."""
        declared = msgspec.to_builtins(msgspec.structs.replace(self, created_ns=0, expectations=()))
        for name in _LATER:  # a plan that was declared before there was such a member keeps its hash
            if not declared[name]:
                del declared[name]
        return hashlib.sha256(msgspec.json.encode(declared, order="sorted")).hexdigest()
