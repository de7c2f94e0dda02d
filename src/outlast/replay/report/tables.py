"""A report's figures as tables: the same rows for the page, for Markdown and for the terminal.

It knows which figures stand in which column. It does not know how a table is drawn.
"""

from collections.abc import Sequence

import msgspec

from outlast.replay.plan import Margin, Plan
from outlast.replay.report import words
from outlast.replay.report.terms import declared
from outlast.replay.result import CandidateResult, CheckResult, Quantiles, ReplayResult, ToneBar


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Rows under a caption; the first cell of each row is its heading."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: int = 0
    """So many of the last columns are figures."""


def candidates(result: ReplayResult, plan: Plan) -> Table:
    """All candidates side by side."""
    rows = [
        (
            each.target,
            each.verdict,
            words.listed(each.decided_by) or "every gate",
            words.share(each.answered, each.pairs),
            *(_brief(each, gate) for gate in plan.gates),
            words.spent(each),
        )
        for each in result.candidates
    ]
    return Table(
        caption=f"Candidates against {result.incumbent}",
        columns=("Candidate", "Verdict", "Decided by", "Answered", *plan.gates, "Cost of its answers"),
        rows=tuple(rows),
    )


def checks(candidate: CandidateResult, plan: Plan) -> Table:
    """Every check with its bounds; gates first."""
    rows = [
        (
            check.check,
            "gate" if check.gates else "shown",
            words.verdict_of(check) if check.n else f"{check.verdict}: not looked at",
            words.difference(check.estimate, check),
            words.bounds(check),
            words.margin(check),
            f"{check.n:,} in {check.clusters:,}",
            words.share(check.discordant, check.n - check.unanswered) if check.scale == "share" else "amounts",
            words.share(check.unanswered, check.n) if check.unanswered else "0",
        )
        for check in ordered(candidate.checks)
    ]
    return Table(
        caption=f"Checks of {candidate.target}: candidate minus incumbent, one-sided bounds, each at "
        f"{words.confidence(plan)}",
        columns=(
            "Check",
            "Role",
            "Verdict",
            "Difference",
            "Bounds",
            "Margin",
            "Pairs in clusters",
            "Discordant",
            "Unanswered",
        ),
        rows=tuple(rows),
        figures=6,
    )


def grounds(candidate: CandidateResult) -> Table:
    """By which method each check was judged, its noise floor, and why pairs differ."""
    rows = [
        (check.check, check.method, noise(check), _reasons(check), _needed(check))
        for check in ordered(candidate.checks)
    ]
    return Table(
        caption=f"What the bounds of {candidate.target} rest on",
        columns=("Check", "Method", "Incumbent against itself (A, A')", "Why pairs differ", "Pairs needed in all"),
        rows=tuple(rows),
    )


def money(candidate: CandidateResult) -> Table | None:
    """The sample's price at each cache rate."""
    rates = {
        "recorded": "recorded: as often from a cache as in production",
        "zero": "zero: nothing from a cache",
        "replay": "replay: as these answers were drawn",
    }
    rows = [
        (
            rates[each.rate],
            f"{each.n:,}",
            words.usd(each.incumbent),
            words.usd(each.candidate),
            _times(each.incumbent, each.candidate),
        )
        for each in candidate.money
    ]
    return _or_none(
        Table(
            caption="What the same prompts cost, by cache rate",
            columns=("Cache rate", "Pairs", "Incumbent (A)", "Candidate (B)", "B / A"),
            rows=tuple(rows),
            figures=4,
        )
    )


def tokens(candidate: CandidateResult) -> Table | None:
    """What both sides reported."""
    if candidate.tokens is None:
        return None
    rows = [
        (who, *(f"{count:,}" for count in (side.n, side.input, side.cached, side.output, side.reasoning)))
        for who, side in zip(("Incumbent (A)", "Candidate (B)"), candidate.tokens, strict=True)
    ]
    return Table(
        caption="Tokens as each side counted and reported them",
        columns=("Side", "Pairs", "Input", "of it cached", "Output", "of it reasoning"),
        rows=tuple(rows),
        figures=5,
    )


def times(candidate: CandidateResult) -> Table | None:
    """Latency of both sides."""
    rows = []
    for name, *sides in candidate.times:
        for who, side in zip(("A", "B"), sides, strict=True):
            if side is not None:
                rows.append((f"{name}, {who}", f"{side.n:,}", *map(words.duration, quantiles(side))))
    return _or_none(
        Table(
            caption="Latency: A is the incumbent, B the candidate",
            columns=("Time", "Answers", "10 %", "median", "90 %", "95 %", "99 %"),
            rows=tuple(rows),
            figures=6,
        )
    )


def quantiles(side: Quantiles) -> tuple[float, ...]:
    """Ascending."""
    return (side.p10, side.p50, side.p90, side.p95, side.p99)


def tone(candidate: CandidateResult) -> Table | None:
    """Features of style."""
    rows = [
        (bar.feature, bar.unit, f"{bar.incumbent:.3g}", f"{bar.candidate:.3g}", f"{bar.spread:.3g}",
         f"{bar.difference:+.2f}")
        for bar in heard(candidate)
    ]  # fmt: skip
    return _or_none(
        Table(
            caption=f"Tone on {words.counted(candidate.answered, 'answered prompt')}; the difference is in spreads, "
            "the incumbent's own standard deviation between conversations",
            columns=("Feature", "Unit", "Incumbent (A)", "Candidate (B)", "Spread", "Difference"),
            rows=tuple(rows),
            figures=4,
        )
    )


def heard(candidate: CandidateResult) -> tuple[ToneBar, ...]:
    """Features that occur on either side."""
    return tuple(bar for bar in candidate.tone if bar.incumbent or bar.candidate)


def unheard(candidate: CandidateResult) -> str:
    """The names of the others."""
    return ", ".join(bar.feature for bar in candidate.tone if not (bar.incumbent or bar.candidate))


def slices(candidate: CandidateResult) -> Table | None:
    """Parts of the traffic: exploratory."""
    rows = [
        (
            f"{each.by}: {each.value or 'not told'}",
            each.check,
            f"{each.n:,}",
            f"{100 * each.estimate:+.1f} points",
            f"{each.p_value:.2g}" if each.p_value >= 0.001 else "below 0.001",
            "worse" if each.significant else "not shown",
        )
        for each in candidate.slices
    ]
    return _or_none(
        Table(
            caption="Exploratory: parts of the traffic, corrected over all of them (Benjamini and Hochberg). Nothing "
            "here decides; a part that stands out is a question for a new plan",
            columns=("Part", "Check", "Pairs", "Difference", "p", "Stands out"),
            rows=tuple(rows),
            figures=4,
        )
    )


def every(candidate: CandidateResult, plan: Plan) -> tuple[Table, ...]:
    """All of a candidate's tables that have rows."""
    found = (
        checks(candidate, plan),
        grounds(candidate),
        money(candidate),
        tokens(candidate),
        times(candidate),
        tone(candidate),
        slices(candidate),
    )
    return tuple(table for table in found if table is not None)


def plan_table(result: ReplayResult, plan: Plan) -> Table:
    """What was declared beforehand."""
    expected = [
        (
            f"expected of {each.target}",
            f"{words.counted(each.draws, 'answer')} to be drawn for "
            f"{'a price that is not known' if each.cost_pico_usd is None else words.usd(each.cost_pico_usd)}"
            + ("" if each.power is None else f"; an equal candidate passes with a chance of {100 * each.power:.0f} % "
               f"on {words.counted(len(plan.items), 'prompt')}"),
        )
        for each in plan.expectations
    ]  # fmt: skip
    margins = ", ".join(f"{each.of} {_limit(each)}" for each in plan.margins)
    rows = (
        ("plan", plan.hash),
        ("model", plan.model),
        ("incumbent (A)", plan.incumbent),
        ("candidates (B)", ", ".join(plan.candidates)),
        ("requests", f"{len(plan.items):,}, sampled with seed {plan.seed}"),
        *((("probe questions", f"{len(plan.probes):,}"),) if plan.probes else ()),
        ("gates", ", ".join(plan.gates)),
        ("margins", margins),
        *((f"check {name}", digest) for name, digest in plan.sources),
        *declared(plan),
        ("alpha", f"{plan.alpha:g}: how often a candidate exactly at the margin may pass"),
        ("requests are adapted", "yes, as the gateway does" if plan.adapt else "no"),
        *((("persona", plan.persona),) if plan.persona else ()),
        ("budget", _budget(plan)),
        ("declared", words.moment(plan.created_ns)),
        ("decided", words.moment(result.decided_ns)),
        *expected,
    )
    return Table(caption="The plan, as it was declared before anything was compared", columns=("", ""), rows=rows)


def ordered(results: Sequence[CheckResult]) -> list[CheckResult]:
    """Gates first, those that stand against a PASS before the others."""
    rank = {"FAIL": 0, "NOT YET": 1, "PASS": 2}
    return sorted(results, key=lambda check: (not check.gates, rank[check.verdict] if check.gates else 0))


def noise(check: CheckResult) -> str:
    """How often the incumbent disagrees with itself."""
    if check.scale != "share":
        return "not measured for amounts"
    if check.family == "embedding":
        return "within the check: A' is its reference"
    if check.family == "judge" and check.floor is None:
        return "not measured: --judge-floor does"
    if check.floor is None:
        return "not known: no second answer was drawn"
    return f"{100 * check.floor:.1f} % of {words.counted(check.floor_pairs, 'pair')}"


def _reasons(check: CheckResult) -> str:
    return ", ".join(f"{reason} ({count:,})" for reason, count in check.reasons) or "no class"


def _needed(check: CheckResult) -> str:
    return f"{check.needed:,}" if check.needed is not None else "settled" if check.verdict != "NOT YET" else "not known"


def _brief(candidate: CandidateResult, gate: str) -> str:
    found = next((check for check in candidate.checks if check.check == gate), None)
    if found is None:
        return "not looked at"
    return f"{found.verdict}, {words.bounds(found)}, n {found.n:,}"


def _budget(plan: Plan) -> str:
    money = [] if plan.budget_pico_usd is None else [words.usd(plan.budget_pico_usd)]
    calls = [] if plan.budget_calls is None else [f"{words.counted(plan.budget_calls, 'answer')} a run"]
    return words.listed((*money, *calls)) or "none"


def _limit(margin: Margin) -> str:
    if margin.scale == "share":
        return f"{100 * margin.value:g} points"
    return f"{margin.value:g} {'times' if margin.scale == 'ratio' else 'spreads'}"


def _times(ours: int | None, theirs: int | None) -> str:
    return f"{theirs / ours:.2f} times" if ours and theirs is not None else "not known"


def _or_none(table: Table) -> Table | None:
    return table if table.rows else None
