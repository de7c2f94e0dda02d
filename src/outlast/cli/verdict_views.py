"""A verdict as JSON and as text.

It knows the words that a verdict may be told in. It does not know how it was reached.
"""

from outlast.cli.output import console
from outlast.stats.rows import Range
from outlast.stats.verdict import Rule, Verdict

_COLOURS = {"PASS": "bold green", "FAIL": "bold red", "NOT YET": "bold yellow"}


def document(answer: Verdict) -> dict[str, object]:
    """The JSON answer."""
    return {
        "verdict": answer.verdict,
        "estimate": answer.estimate,
        "lower": answer.lower,
        "upper": answer.upper,
        "margin": answer.margin,
        "n": answer.n,
        "clusters": answer.clusters,
        "discordant": answer.discordant,
        "method": answer.method,
        "needed": answer.needed,
    }


def sentence(answer: Verdict, rule: Rule, allowed: Range) -> str:
    """What was shown, and what was not."""
    margin = _amount(rule.margin, allowed)
    sample = f"on your {answer.n:,} prompts ({100 * (1 - rule.alpha):g} %)"
    if answer.verdict == "PASS":
        return f"The candidate is not shown worse than the incumbent by more than {margin} {sample}."
    if answer.verdict == "FAIL":
        return f"The candidate is shown worse than the incumbent by more than {margin} {sample}."
    return f"Neither is shown yet, that the candidate is worse by more than {margin} or that it is not, {sample}."


def print_verdict(answer: Verdict, rule: Rule, allowed: Range) -> list[str]:
    """The verdict first, then its figures; what a reader should know beside them is returned."""
    out = console()
    out.print(f"[{_COLOURS[answer.verdict]}]{answer.verdict}[/]  {sentence(answer, rule, allowed)}")
    estimate = "none: no pair was answered" if answer.estimate is None else _signed(answer.estimate, allowed)
    lines = (
        ("difference", f"{estimate} (candidate minus incumbent)"),
        ("bounds", f"{_signed(answer.lower, allowed)} to {_signed(answer.upper, allowed)}, each one-sided"),
        ("margin", f"{_signed(-rule.margin, allowed)}: PASS needs the lower bound above it"),
        ("sample", f"{answer.n:,} pairs in {answer.clusters:,} clusters, {answer.discordant:,} discordant"),
        ("method", answer.method),
    )
    for name, text in lines:
        out.print(f"  {name:<11} {text}")
    return [_outlook(answer)] if answer.verdict == "NOT YET" else []


def _outlook(answer: Verdict) -> str:
    """How many more pairs would help."""
    if answer.estimate is None:
        return "No pair was answered: how many more are needed cannot be said."
    if answer.needed is None:
        return "The estimate itself is at or below the margin: more pairs are unlikely to make this a PASS."
    if answer.needed > answer.n:
        more = f"{answer.needed - answer.n:,} more pairs ({answer.needed:,} in all)"
        return f"{more} let an equal candidate pass four times in five."
    return (
        f"{answer.needed:,} pairs let an equal candidate pass four times in five; these were enough of them, so the "
        "candidate is unlucky, not quite equal, or left too much unanswered."
    )


def _signed(value: float, allowed: Range) -> str:
    """A difference: in points of a hundred for passes, in the scores' own unit else."""
    return f"{100 * value:+.3f} points" if allowed.pass_fail else f"{value:+.4g}"


def _amount(value: float, allowed: Range) -> str:
    return f"{100 * value:g} points" if allowed.pass_fail else f"{value:g}"
