"""A replay's result as text and as JSON.

It knows the words that a verdict is told in. It does not know how it was reached, nor pages (``replay.report``).
"""

from decimal import Decimal

import msgspec

from outlast.cli.output import console, note, print_json, print_table
from outlast.exchange import PICO_PER_USD
from outlast.replay.plan import Plan
from outlast.replay.result import CandidateResult, CheckResult, ReplayResult

_COLOURS = {"PASS": "bold green", "FAIL": "bold red", "NOT YET": "bold yellow"}


def print_result(result: ReplayResult, plan: Plan, *, format_: str) -> None:
    """The verdicts first, then what they rest on."""
    if format_ == "json":
        print_json({**msgspec.to_builtins(result), "plan": msgspec.to_builtins(plan)})
        return
    for candidate in result.candidates:
        _print_candidate(candidate, result, plan)
    for remark in result.remarks:
        note(remark)


def sentence(candidate: CandidateResult, result: ReplayResult) -> str:
    """What was shown, and what was not."""
    on = f"on your {candidate.pairs:,} prompts (95 %)"
    worst = ", ".join(candidate.decided_by)
    if candidate.verdict == "PASS":
        return f"{candidate.target} is not shown worse than {result.incumbent} by more than the margins {on}."
    if candidate.verdict == "FAIL":
        return f"{candidate.target} is shown worse than {result.incumbent} by more than the margin in {worst} {on}."
    return f"Neither is shown yet, that {candidate.target} is worse by more than the margins or that it is not, {on}."


def _print_candidate(candidate: CandidateResult, result: ReplayResult, plan: Plan) -> None:
    console().print(f"[{_COLOURS[candidate.verdict]}]{candidate.verdict}[/]  {sentence(candidate, result)}")
    rows = [_row(check) for check in candidate.checks]
    print_table("", ("CHECK", "VERDICT", "DIFFERENCE", "BOUNDS", "MARGIN", "PAIRS", "DISCORDANT", "WHY"), rows)
    if candidate.needed is not None:
        cost = candidate.needed_cost_pico_usd
        price = "" if cost is None else f" (about {Decimal(cost) / PICO_PER_USD:.4f} USD)"
        note(
            f"{max(0, candidate.needed - candidate.pairs):,} more pairs are needed{price}: {candidate.needed:,} in all."
        )
    note(
        f"plan {plan.hash[:12]}; the candidate's answers cost "
        f"{Decimal(candidate.spent_pico_usd) / PICO_PER_USD:.4f} USD"
    )


def _row(check: CheckResult) -> tuple[str, ...]:
    word = check.verdict if check.gates else f"({check.verdict})"
    why = "; ".join(f"{reason} x{count}" for reason, count in check.reasons[:3])
    share = check.scale == "share"

    def shown(value: float | None) -> str:
        if value is None:
            return "none"
        return f"{100 * value:+.1f} points" if share else f"{value:.2f}x"

    bounds = f"{shown(check.lower)} to {shown(check.upper)}"
    margin = shown(-check.margin if share else check.margin)
    return (check.check, word, shown(check.estimate), bounds, margin, str(check.n), str(check.discordant), why)
