"""What a replay found: per check, per candidate and as a whole.

It knows the values that reports show. It does not know how they were computed (``replay.judge``) nor how they
look (``replay.report``).
"""

from typing import Literal

import msgspec

from outlast.checks.check import Family
from outlast.replay.meaning import EmbeddingResult, JudgeResult
from outlast.stats.verdict import Word


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """One pair whose outcomes differ."""

    item: str
    check: str
    a: float
    b: float | None
    reason: str


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """One check over all its pairs."""

    check: str
    family: Family
    gates: bool
    verdict: Word
    """For a check that does not gate: what it would say, alone and uncorrected."""
    scale: Literal["share", "ratio", "spread"]
    estimate: float | None
    lower: float
    upper: float
    margin: float
    n: int
    clusters: int
    discordant: int
    unanswered: int
    method: str
    needed: int | None
    floor: float | None = None
    """How often the incumbent disagrees with itself (A against A'); None: not known."""
    floor_pairs: int = 0
    """Pairs of A and A' that the floor was measured on."""
    reasons: tuple[tuple[str, int], ...] = ()
    """Classes of disagreement, most frequent first."""
    disagreements: tuple[Disagreement, ...] = ()
    """The worst ones, at most a handful."""


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """One check on a part of the traffic: exploratory, corrected by Benjamini and Hochberg over all slices."""

    by: Literal["application", "language", "length"]
    value: str
    check: str
    n: int
    estimate: float
    p_value: float
    significant: bool


class Quantiles(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution in numbers; microseconds for times."""

    n: int
    p10: float
    p50: float
    p90: float
    p95: float
    p99: float


Rate = Literal["recorded", "zero", "replay"]


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """What the sample costs at one cache rate, in picodollars; None: no price is known."""

    rate: Rate
    """recorded: production's share of prompts read from a cache; zero: none; replay: as these answers were drawn."""
    incumbent: int | None
    candidate: int | None
    n: int = 0
    """Pairs whose usage both sides reported; the sums are over these."""


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """What one side reported over the pairs that both reported; two tokenizers count one prompt differently."""

    n: int
    input: int
    cached: int
    output: int
    """Reasoning included."""
    reasoning: int


class ToneBar(msgspec.Struct, frozen=True, kw_only=True):
    """One feature of style on both sides."""

    feature: str
    unit: str
    incumbent: float
    candidate: float
    spread: float
    """The incumbent's own standard deviation between conversations."""
    difference: float
    """In units of the spread."""


class CandidateResult(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate against the incumbent."""

    target: str
    verdict: Word
    decided_by: tuple[str, ...]
    """The gating checks that failed, or those that are not decided yet; empty after a PASS."""
    checks: tuple[CheckResult, ...]
    pairs: int
    answered: int
    needed: int | None
    needed_cost_pico_usd: int | None
    slices: tuple[Slice, ...] = ()
    times: tuple[tuple[str, Quantiles | None, Quantiles | None], ...] = ()
    """Name of the time, incumbent's, candidate's."""
    money: tuple[Money, ...] = ()
    tokens: tuple[Tokens, Tokens] | None = None
    """Incumbent's, candidate's; None: no pair was reported by both."""
    tone: tuple[ToneBar, ...] = ()
    spent_pico_usd: int = 0
    priced: int = 0
    """Answers whose price is known, be it 0."""
    judge: JudgeResult | None = None
    embedding: EmbeddingResult | None = None


class ReplayResult(msgspec.Struct, frozen=True, kw_only=True):
    """The whole answer: a plan, and what came of it."""

    plan_hash: str
    model: str
    incumbent: str
    decided_ns: int
    candidates: tuple[CandidateResult, ...]
    remarks: tuple[str, ...] = ()
    """What a reader must know: no noise floor, lost calls, a budget that ended, simulated models."""
