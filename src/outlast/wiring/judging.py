"""A judge and an embedding model as a configuration and the catalogue have them: by name, maker and life cycle.

It knows where names, makers and standings come from. It does not know how either is asked (``replay.judging``,
``wiring.embedding``).
"""

from collections.abc import Sequence

from outlast.catalog.maker import makers
from outlast.catalog.reference import reference
from outlast.catalog.status import GONE
from outlast.checks.rubric import Rubric
from outlast.errors import EvidenceInvalid
from outlast.replay.meaning import Standing
from outlast.replay.plan import JudgeTerms
from outlast.wiring.evidence import Bench


def judge_terms(
    bench: Bench, judge: str, rubric: Rubric, compared: Sequence[str], *, same_family: bool, floor: bool
) -> JudgeTerms:
    """The terms of a judge of other families than the models that it compares.

    Raises:
        UnknownModel: nobody has this name here.
        EvidenceInvalid: the judge is one of the models, or of one's family, and ``same_family`` does not allow it.
    """
    target = bench.target_of(judge)
    own = _makers(bench, target)
    related = tuple(each for each in dict.fromkeys(compared) if each == target or own & _makers(bench, each))
    if related and not same_family:
        whose = ", ".join(sorted(own)) or "the same"
        raise EvidenceInvalid(
            f"--judge {judge}: {target} is of the family of {', '.join(related)} ({whose}), and models prefer their "
            "own style; name a judge of another family, or allow this one with --same-family-judge (the report says so)"
        )
    return JudgeTerms(
        target=target,
        criteria=rubric.criteria,
        rubric=rubric.digest,
        same_family=related,
        unknown_family=tuple(each for each in dict.fromkeys((target, *compared)) if not _makers(bench, each)),
        floor=floor,
    )


def standing_of(bench: Bench, target: str) -> Standing:
    """How long a model lives on the bench's day."""
    behind = reference(target, bench.settings.providers, None)
    known = bench.knowledge.standing(behind.ref, behind.surface, bench.today)
    return Standing(
        ref=behind.ref,
        surface=behind.surface,
        status=known.status,
        unsure=known.unsure,
        ends=known.ends.isoformat() if known.ends else "",
        precision=known.precision or "",
        days_left=(known.ends - bench.today).days if known.ends else None,
    )


def refuse_gone(standing: Standing, option: str, *, missing: int) -> None:
    """Refuse an instrument that has ended, or is another one by now, while answers of it are missing.

    Raises:
        EvidenceInvalid: it has ended, or was redirected, for sure.
    """
    if not missing or standing.unsure or standing.status not in GONE:
        return
    since = f" since {standing.ends}" if standing.ends else ""
    what = "another model answers in its place" if standing.status == "redirected" else "it cannot be asked any more"
    raise EvidenceInvalid(
        f"{option}: {standing.ref} is {standing.status}{since}: {what}, and {missing} of its answers are missing; "
        "name a model that lives"
    )


def _makers(bench: Bench, target: str) -> frozenset[str]:
    return makers(reference(target, bench.settings.providers, None).ref)
