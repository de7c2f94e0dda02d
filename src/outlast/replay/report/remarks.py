"""What a reader must know beside the figures of a report.

It knows what a result and a plan leave unsaid by their figures. It does not know any form of report.
"""

from collections.abc import Iterator

from outlast.replay.report import opinions, words
from outlast.replay.report.cases import Report
from outlast.replay.result import CandidateResult


def remarks(report: Report) -> tuple[str, ...]:
    """Everything: this replay's own first."""
    return (*particular(report), *general(report))


def particular(report: Report) -> tuple[str, ...]:
    """What is so in this replay."""
    said = list(report.result.remarks)
    for candidate in report.result.candidates:
        said += _of(candidate, report)
    return tuple(dict.fromkeys(said))


def general(report: Report) -> tuple[str, ...]:
    """What holds for every replay."""
    checks = [check for candidate in report.result.candidates for check in candidate.checks]
    told = words.confidence(report.plan)
    passes = (
        f"PASS means: on these prompts, with {told} confidence, not worse than the incumbent by more than the margins. "
        "It does not say that both are the same, and nothing about prompts that were not sampled."
    )
    sides = (
        "A bound is one-sided. Unanswered pairs count against the candidate in the bound that lets it pass and as "
        "ties in the one that fails it: they can prevent a PASS and never cause a FAIL."
    )
    said = [passes, sides]
    if not all(check.gates for check in checks):
        said.append("Checks that are no gate are shown at their own level, uncorrected: they decide nothing.")
    return tuple(said)


def _of(candidate: CandidateResult, report: Report) -> Iterator[str]:
    plan = report.plan
    lost = len(plan.items) - candidate.pairs
    if lost > 0:
        yield (
            f"{words.share(lost, len(plan.items))} of the plan's requests have no answer of the incumbent: they are no "
            "pairs, and nothing is known of them."
        )
    if candidate.answered < candidate.pairs:
        missing = candidate.pairs - candidate.answered
        yield f"{candidate.target} left {words.share(missing, candidate.pairs)} of the pairs unanswered."
    for gate in words.silent_gates(candidate, plan):
        yield (
            f"The gate {gate} applies to none of the pairs of {candidate.target}: what was not looked at does not pass."
        )
    yield from _probes(candidate)
    yield from opinions.remarks(candidate, plan)


def _probes(candidate: CandidateResult) -> Iterator[str]:
    """What is known of the incumbent's own noise on the questions of probes."""
    probed = [check for check in candidate.checks if check.family == "probes" and check.n]
    pairs, twice = sum(check.n for check in probed), sum(check.floor_pairs for check in probed)
    if pairs and not twice:
        yield (
            "No second answer of the incumbent (A') was drawn to the questions of the probes: how much of the "
            "difference there is its own randomness is not known, and cannot be known after it has ended."
        )
    elif twice < pairs:
        told = words.share(twice, pairs)
        yield f"A second answer of the incumbent (A') was drawn and could be read for {told} of the probes' pairs."
