"""The words of a report: what a verdict may say, and how differences, money, times and days are written.

It knows that nothing is ever called equivalent, and that a share is never told without its number. It does not know
pages, terminals or how anything was computed.
"""

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from typing import Final

from outlast.exchange import PICO_PER_USD
from outlast.replay.plan import Plan
from outlast.replay.result import CandidateResult, CheckResult, ReplayResult

MEANINGS: Final = {
    "PASS": "the bounds of every gate lie within its margin",
    "FAIL": "the bounds of a gate lie beyond its margin",
    "NOT YET": "the bounds leave it open",
}
OPEN: Final = "no bound"


def confidence(plan: Plan) -> str:
    """``95 %``."""
    return f"{100 * (1 - plan.alpha):g} %"


def headline(candidate: CandidateResult, result: ReplayResult, plan: Plan) -> str:
    """What was shown, and what was not: the one sentence that the project agreed on."""
    sample = f"on your {counted(candidate.pairs, 'prompt')} ({confidence(plan)})"
    if candidate.verdict == "PASS":
        margins = _margins(check for check in candidate.checks if check.gates)
        return f"{candidate.target} is not shown worse than {result.incumbent} by more than {margins} {sample}."
    against = [check for check in candidate.checks if check.check in candidate.decided_by]
    if candidate.verdict == "FAIL":
        return f"{candidate.target} is shown worse than {result.incumbent} by more than {_margins(against)} {sample}."
    if not against:
        return f"Nothing is shown of {candidate.target} yet: no gate applies to any of the prompts {sample}."
    return (
        f"It is not shown yet whether {candidate.target} is worse than {result.incumbent} by more than "
        f"{_margins(against)} {sample}."
    )


def decided(candidate: CandidateResult, plan: Plan) -> str:
    """Which gates brought the verdict about."""
    gates = [check for check in candidate.checks if check.gates]
    if candidate.verdict == "PASS":
        return f"Decided by all {len(gates)} gates together: each had to pass." if len(gates) > 1 else _single(gates)
    names = listed(candidate.decided_by)
    if candidate.verdict == "FAIL":
        return f"Decided by {names}: shown worse than its margin, corrected for {counted(len(gates), 'gate')} (Holm)."
    unseen = silent_gates(candidate, plan)
    why = f" {listed(unseen)} could not be looked at: it applies to none of the pairs." if unseen else ""
    return f"Open in {names}.{why}" if names else why.strip()


def outlook(candidate: CandidateResult) -> str:
    """What would settle an open verdict; empty where it is settled."""
    if candidate.verdict != "NOT YET":
        return ""
    if unseen := [check.check for check in candidate.checks if check.gates and not check.n]:
        return (
            f"Needed are prompts to which {listed(unseen)} applies, or a new plan without that gate: more prompts of "
            "the same kind cannot settle it."
        )
    if candidate.needed is None:
        return "More prompts are unlikely to make this a PASS, or how many it takes cannot be said."
    if candidate.needed <= candidate.pairs:
        return (
            f"{candidate.needed:,} prompts let an equal candidate pass four times in five; there were enough, so this "
            "one is unlucky, not quite equal, or left too much unanswered."
        )
    cost = candidate.needed_cost_pico_usd
    price = "at a price that is not known" if cost is None else f"for about {usd(cost)}"
    return (
        f"{candidate.needed - candidate.pairs:,} more prompts {price} ({candidate.needed:,} in all) let an equal "
        "candidate pass four times in five."
    )


def silent_gates(candidate: CandidateResult, plan: Plan) -> tuple[str, ...]:
    """Gates that were declared and apply to no pair: nothing passes them."""
    heard = {check.check for check in candidate.checks if check.n or not check.gates}
    return tuple(gate for gate in plan.gates if gate not in heard)


def verdict_of(check: CheckResult) -> str:
    """A gate's word; of what does not gate, what it would say alone."""
    return check.verdict if check.gates else f"would be {check.verdict}"


def difference(value: float | None, check: CheckResult) -> str:
    """Candidate against incumbent in the check's unit."""
    if value is None:
        return "none"
    if not math.isfinite(value) or (check.scale == "ratio" and value == 0):
        return OPEN
    if check.scale == "ratio":
        return f"{value:.3g} times" if value >= 100 else f"{value:.{_digits(check) + 1}f} times"
    digits = _digits(check)
    text = f"{100 * value:+.{digits}f} points" if check.scale == "share" else f"{value:+.{digits + 1}f} spreads"
    return text if any(sign in "123456789" for sign in text) else text[1:]  # there is no -0.0


def bounds(check: CheckResult) -> str:
    """Both one-sided bounds."""
    low, high = difference(check.lower, check), difference(check.upper, check)
    if OPEN in (low, high):
        return "none yet" if low == high else f"{low} below, {high}" if low == OPEN else f"{low}, {high} above"
    shared = " " + low.partition(" ")[2]
    return f"{low.removesuffix(shared)} to {high}" if high.endswith(shared) and shared.strip() else f"{low} to {high}"


def margin(check: CheckResult) -> str:
    """Where the line is drawn."""
    if check.scale == "spread":
        return f"{check.margin:.2f} spreads either way"
    return difference(check.margin if check.scale == "ratio" else -check.margin, check)


def asks(check: CheckResult) -> str:
    """Which bound has to lie where."""
    if check.scale == "spread":
        return f"both bounds within {margin(check)}"
    return f"upper bound below {margin(check)}" if check.scale == "ratio" else f"lower bound above {margin(check)}"


def share(part: int, whole: int) -> str:
    """``12 of 80 (15.0 %)``."""
    return f"{part:,} of {whole:,} ({100 * part / whole:.1f} %)" if whole else f"{part:,} of 0"


def counted(number: int, what: str) -> str:
    """``1 prompt``, ``2,000 prompts``."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def listed(words: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def spent(candidate: CandidateResult) -> str:
    """What the candidate's answers cost; where no price is known, nothing adds up to 0."""
    unpriced = candidate.answered > 0 and not candidate.priced and not candidate.spent_pico_usd
    return usd(None if unpriced else candidate.spent_pico_usd)


def usd(pico: int | None) -> str:
    """Dollars with their currency: cents, or three digits where it is less than one."""
    if pico is None:
        return "an unknown amount"
    amount = pico / PICO_PER_USD
    if pico == 0:
        return "0 USD"
    places = 2 if amount >= 1 else min(12, 2 - math.floor(math.log10(amount)))
    return f"{amount:,.{places}f} USD"


def duration(us: float) -> str:
    """Microseconds to read."""
    if us < 1_000:
        return f"{us:.0f} µs"
    return f"{us / 1_000:.3g} ms" if us < 999_500 else f"{us / 1_000_000:,.2f} s"


def moment(ns: int) -> str:
    """A time with its zone."""
    return dt.datetime.fromtimestamp(ns // 10**9, dt.UTC).strftime("%Y-%m-%d %H:%M UTC")


def _digits(check: CheckResult) -> int:
    """So many that no bound looks as if it lay on the margin; the most that is ever needed is four."""
    factor = 100 if check.scale == "share" else 10
    lines = (check.margin,) if check.scale == "ratio" else (-check.margin, check.margin)
    gaps = [abs(bound - line) * factor for bound in (check.lower, check.upper) for line in lines]
    least = min((gap for gap in gaps if gap > 0), default=1.0)
    return next((digits for digits in (1, 2, 3) if least > 10**-digits), 4)


def _single(gates: Sequence[CheckResult]) -> str:
    return f"Decided by the only gate, {gates[0].check}." if gates else ""


def _margins(checks: Iterable[CheckResult]) -> str:
    """``5 points in contract and facts, and a factor of 1.2 in cost.total``."""
    by_margin: dict[str, list[str]] = {}
    for check in checks:
        by_margin.setdefault(_limit(check), []).append(check.check)
    return ", and ".join(f"{limit} in {listed(names)}" for limit, names in by_margin.items()) or "the margins"


def _limit(check: CheckResult) -> str:
    if check.scale == "ratio":
        return f"a factor of {check.margin:g}"
    return f"{100 * check.margin:g} points" if check.scale == "share" else f"{check.margin:g} spreads either way"
