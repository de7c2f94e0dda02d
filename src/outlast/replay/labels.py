"""People's labels of judged answers: their file, and what they say of a judge.

It knows lines of JSON and counts. It does not know how a share is corrected by them (``stats.rogan_gladen``).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal

import msgspec

from outlast.errors import EvidenceInvalid
from outlast.replay.meaning import Correction, Labelled
from outlast.stats.rogan_gladen import Calibration, corrected_difference
from outlast.stats.rows import Row

FEWEST: Final = 10
"""Labelled good answers, and bad ones; with fewer nothing is corrected."""
Side = Literal["a", "b"]
Judged = Mapping[tuple[str, Side], bool]
"""The judge's word about each answer: the request's id and the side."""


class Label(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person says of one answer."""

    id: str
    """The request's."""
    side: Side
    acceptable: Annotated[int, msgspec.Meta(ge=0, le=1)]
    candidate: str = ""
    """Whose answer side ``b`` is; may be left out where there is one candidate."""


_LABEL: Final = msgspec.json.Decoder(Label)


def parse_labels(text: bytes, *, candidates: Sequence[str], name: str) -> tuple[Label, ...]:
    """One label a line, blank lines aside; the same answer labelled twice alike counts once.

    Raises:
        EvidenceInvalid: a line is no label, contradicts another, or does not say which candidate it means.
    """
    found: dict[tuple[str, str, str], Label] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            label = _LABEL.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise EvidenceInvalid(f"--labels {name}, line {number}: {str(error)[:200]}") from None
        label = _with_candidate(label, candidates, f"--labels {name}, line {number}")
        known = found.setdefault((label.id, label.side, label.candidate), label)
        if known != label:
            raise EvidenceInvalid(f"--labels {name}, line {number}: an earlier line says the opposite of this answer")
    return tuple(found.values())


def _with_candidate(label: Label, candidates: Sequence[str], where: str) -> Label:
    if label.side == "a":
        return msgspec.structs.replace(label, candidate="")
    if not label.candidate and len(candidates) > 1:
        raise EvidenceInvalid(f'{where}: there are {len(candidates)} candidates; say "candidate": "{candidates[0]}"')
    if label.candidate and label.candidate not in candidates:
        raise EvidenceInvalid(f"{where}: {label.candidate!r} is no candidate here; known: {', '.join(candidates)}")
    return msgspec.structs.replace(label, candidate=label.candidate or candidates[0])


def calibrations(labels: Sequence[Label], judged: Judged) -> tuple[Calibration, Calibration, int]:
    """What the labels say of the judge on side a and on side b, and how many are of answers it did not judge."""
    counts: defaultdict[tuple[Side, int, bool], int] = defaultdict(int)
    unused = 0
    for label in labels:
        word = judged.get((label.id, label.side))
        if word is None:
            unused += 1
        else:
            counts[label.side, label.acceptable, word] += 1

    def of(side: Side) -> Calibration:
        good, bad = ((counts[side, value, True], counts[side, value, False]) for value in (1, 0))
        return Calibration(good=sum(good), accepted=good[0], bad=sum(bad), rejected=bad[1])

    return of("a"), of("b"), unused


def correct(
    rows: Sequence[Row], ours: Calibration, theirs: Calibration, *, alpha: float
) -> tuple[Correction | None, str]:
    """The corrected difference, or why there is none.

    Each side is corrected by its own labels where they are enough: a judge that likes one model's style errs
    differently on the two. Else both by all labels, which supposes that it does not.
    """
    both = ours + theirs
    by_side = all(_enough(side) and side.informs(alpha) for side in (ours, theirs))
    if not _enough(both):
        return None, (
            f"too few labels: {both.good} of acceptable and {both.bad} of unacceptable answers; {FEWEST} of each are "
            "the least"
        )
    if not by_side and not both.informs(alpha):
        return None, "by these labels the judge is not shown to tell acceptable answers from others at all"
    if len({row.cluster for row in rows if row.b is not None}) < 2:
        return None, "fewer than two conversations were judged"
    used = (ours, theirs) if by_side else (both, both)
    found = corrected_difference(rows, *used, alpha=alpha, shared=not by_side)
    return Correction(
        a=found.a, b=found.b, estimate=found.estimate, lower=found.lower, upper=found.upper, by_side=by_side
    ), ""


def labelled(ours: Calibration, theirs: Calibration) -> tuple[Labelled, ...]:
    """The counts as a report shows them."""
    sides = (("a", ours), ("b", theirs), ("both", ours + theirs))
    return tuple(
        Labelled(side=side, good=each.good, accepted=each.accepted, bad=each.bad, rejected=each.rejected)
        for side, each in sides
        if each.good + each.bad
    )


def _enough(labels: Calibration) -> bool:
    return min(labels.good, labels.bad) >= FEWEST
