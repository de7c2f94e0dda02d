"""What a judge and embeddings said, as tables and as what a reader must know of them.

It knows the biases of judges and that an instrument has a life cycle of its own. It does not know how either was asked
(``replay.judging``, ``replay.embedding``).
"""

from collections.abc import Iterator

from outlast.replay.meaning import EmbeddingResult, JudgeResult, Standing
from outlast.replay.plan import JudgeTerms, Plan
from outlast.replay.report import words
from outlast.replay.report.tables import Table
from outlast.replay.result import CandidateResult

_SIDES = {"a": "Incumbent (A)", "b": "Candidate (B)", "both": "both"}


def tables_of(candidate: CandidateResult) -> tuple[Table, ...]:
    """Every table that has something to show."""
    found = []
    if candidate.judge is not None:
        found.append(_judge(candidate.judge))
        if candidate.judge.labels:
            found.append(_labels(candidate.judge))
    if candidate.embedding is not None:
        found.append(_embedding(candidate.embedding))
    return tuple(found)


def remarks(candidate: CandidateResult, plan: Plan) -> Iterator[str]:
    """What must be known of the judge and of the embeddings."""
    if candidate.judge is not None and plan.judge is not None:
        yield _life("judge", candidate.judge.target, candidate.judge.standing)
        yield from _family(plan.judge)
        yield from _biases(candidate, candidate.judge)
        yield from _gaps(candidate, candidate.judge)
        yield from _correction(candidate, candidate.judge)
    if candidate.embedding is not None:
        yield _life("embedding model", candidate.embedding.target, candidate.embedding.standing)
        yield "Closeness of embeddings is no quality: a wrong answer may lie close, and a better one far."


def _judge(found: JudgeResult) -> Table:
    n = found.judged
    rows = [
        (
            "acceptable: every criterion met in both orders",
            words.share(found.accepted_a, n),
            words.share(found.accepted_b, n),
            _points((found.accepted_b - found.accepted_a) / n) if n else "none",
        ),
        *_corrected(found),
        *(
            (f"{number}. {each.text}", words.share(each.a, n), words.share(each.b, n), _points((each.b - each.a) / n))
            for number, each in enumerate(found.criteria, 1)
            if n and len(found.criteria) > 1
        ),
        (
            "preferred in both orders",
            words.share(found.wins_a, n),
            words.share(found.wins_b, n),
            _points((found.wins_b - found.wins_a) / n) if n else "none",
        ),
    ]
    return Table(
        caption=f"What the judge {found.target} said of {words.share(n, found.pairs)} pairs with both answers; its "
        f"calls cost {words.usd(found.spent_pico_usd) if found.spent_pico_usd or not n else 'an unknown amount'}",
        columns=("Judged", "Incumbent (A)", "Candidate (B)", "Difference"),
        rows=tuple(rows),
        figures=3,
    )


def _corrected(found: JudgeResult) -> Iterator[tuple[str, str, str, str]]:
    if (by := found.correction) is not None:
        bounds = f"{_points(by.estimate)} ({_points(by.lower)} to {_points(by.upper)})"
        yield "acceptable, corrected by labels of people", f"{100 * by.a:.1f} %", f"{100 * by.b:.1f} %", bounds


def _labels(found: JudgeResult) -> Table:
    rows = [
        (
            _SIDES[each.side],
            f"{each.good:,}",
            _rate(each.accepted, each.good),
            f"{each.bad:,}",
            _rate(each.rejected, each.bad),
        )
        for each in found.labels
    ]
    return Table(
        caption="The judge against labels of people",
        columns=("Answers of", "Acceptable", "of them accepted (sensitivity)", "Not acceptable",
                 "of them rejected (specificity)"),
        rows=tuple(rows),
        figures=4,
    )  # fmt: skip


def _embedding(found: EmbeddingResult) -> Table:
    rows = [
        ("candidate against incumbent: sim(A, B)", f"{found.measured:,}", _similarity(found.similarity)),
        ("incumbent against itself: sim(A, A')", f"{found.with_second:,}", _similarity(found.own)),
        ("beyond the incumbent's own noise: sim(A, A') - sim(A, B)", f"{found.with_second:,}",
         "not known: no second answer was drawn" if found.excess is None else f"{found.excess:+.3f}"),
    ]  # fmt: skip
    return Table(
        caption=f"How close answers lie by {found.target} (cosine, shown, never a gate alone), on "
        f"{words.share(found.measured, found.pairs)} pairs with words on both sides",
        columns=("Mean similarity", "Pairs", "Value"),
        rows=tuple(rows),
        figures=2,
    )


def _life(what: str, target: str, standing: Standing) -> str:
    sure = " (not sure)" if standing.unsure else ""
    who = f"The {what} {target} is a model with a life cycle, too: {standing.ref} ({standing.surface}) is "
    who += f"{standing.status}{sure}"
    if not standing.ends or standing.days_left is None:
        return f"{who}, and no end is known. What it said can be repeated only while it lives."
    earliest = " at the earliest" if standing.precision == "not_before" else ""
    if standing.days_left < 0:
        return f"{who}, and its end was {standing.ends}{earliest}: what it said may not be repeatable any more."
    left = words.counted(standing.days_left, "day")
    return (
        f"{who} and ends on {standing.ends}{earliest}, {left} after this replay: no later one can use the same {what}."
    )


def _family(terms: JudgeTerms) -> Iterator[str]:
    if terms.same_family:
        yield (
            f"The judge {terms.target} is of the family of {words.listed(terms.same_family)}, which was allowed: "
            "judges favour answers in their own family's style."
        )
    if terms.unknown_family:
        yield (
            f"Who made {words.listed(terms.unknown_family)} is not known here: whether the judge is of another family "
            "was not checked for it."
        )


def _biases(candidate: CandidateResult, found: JudgeResult) -> Iterator[str]:
    yield (
        "A judge takes style for quality, and a successor's style is new: in published measurements (arXiv 2604.23178) "
        "style bias is .76 to .92 where the order of showing has .04 at most. Asking in both orders does nothing "
        "against it; labels of people do."
    )
    if found.lengths_differ:
        yield (
            f"On {candidate.target}, of the judge's consistent preferences between answers of different length, "
            f"{words.share(found.longer_won, found.lengths_differ)} are for the longer one."
        )
    if found.judged:
        single = found.first_preferred + found.second_preferred
        first = f"; of single calls with a preference, {words.share(found.first_preferred, single)} preferred the first"
        yield (
            f"On {candidate.target} the order of showing changed the judge's preference in "
            f"{words.share(found.swayed, found.judged)} pairs, which count for nobody{first if single else ''}."
        )


def _gaps(candidate: CandidateResult, found: JudgeResult) -> Iterator[str]:
    if found.judged < found.pairs:
        lost = f" ({words.counted(found.lost, 'call')} lost in flight, perhaps paid)" if found.lost else ""
        yield (
            f"{words.share(found.pairs - found.judged, found.pairs)} pairs of {candidate.target} have no readable word "
            f"of the judge in both orders{lost}: they are unanswered and count against the candidate."
        )


def _correction(candidate: CandidateResult, found: JudgeResult) -> Iterator[str]:
    if found.labels_unused:
        yield f"{words.counted(found.labels_unused, 'label')} are of answers that were not judged here."
    if found.correction is None:
        yield (
            f"The judge's word on {candidate.target} is not corrected: {found.uncorrected}. Errors that fall alike on "
            "both sides make a difference look smaller, which favours a PASS."
        )
        return
    how = (
        "each side by its own labels"
        if found.correction.by_side
        else "both sides by all labels, as if the judge erred alike on both, which a bias for one's style would break"
    )
    yield (
        f"The correction is Rogan and Gladen's, {how}; its bounds are by the delta method over conversations, and hold "
        "if the labelled answers were picked at random. It is shown; what decides is the judge's word as declared."
    )
    gate = next((each for each in candidate.checks if each.check == "judge.acceptable"), None)
    if gate is not None and gate.verdict == "PASS" and found.correction.lower <= -gate.margin:
        yield (
            f"By the judge's word {candidate.target} lies within the margin; corrected by labels its lower bound is "
            f"{_points(found.correction.lower)}, which does not: the judge's errors are too many to rest a PASS on it."
        )


def _rate(hits: int, of: int) -> str:
    return words.share(hits, of) if of else "no labels"


def _similarity(value: float | None) -> str:
    return "not known" if value is None else f"{value:.3f}"


def _points(value: float) -> str:
    return f"{100 * value:+.1f} points" if round(abs(value), 3) else "0.0 points"
