"""What a judge and embeddings said, added up beside the verdicts.

It knows a plan, its answers and people's labels. It decides nothing: what gates went through ``replay.decide`` as
checks. It asks nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from outlast.checks.check import Pair
from outlast.checks.draw import Item, Said
from outlast.checks.rubric import content
from outlast.replay.decide import pairs_of
from outlast.replay.embedding import EmbeddingCheck, embedded, spoken
from outlast.replay.judging import Judge, Judgement, judge_errands
from outlast.replay.labels import Label, Side, calibrations, correct, labelled
from outlast.replay.meaning import Criterion, EmbeddingResult, JudgeResult, Standing
from outlast.replay.plan import JudgeTerms, Plan
from outlast.replay.ports import DrawKey, Evidence
from outlast.replay.result import CandidateResult, ReplayResult
from outlast.stats.rows import Row

_Judged = tuple[Item, Said, Said, Judgement | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    """One candidate's answers beside the incumbent's."""

    plan: Plan
    target: str
    items: Sequence[Item]
    evidence: Evidence

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Every request that the incumbent answered."""
        return pairs_of(self.plan, self.target, self.items, self.evidence)


def with_opinions(
    result: ReplayResult,
    plan: Plan,
    items: Sequence[Item],
    evidence: Evidence,
    *,
    standings: Mapping[str, Standing],
    labels: Sequence[Label] = (),
) -> ReplayResult:
    """The result with what the declared judge and embeddings said of every candidate.

    ``standings``: how long the judge and the embedding model live, by target.
    """
    if plan.judge is None and not plan.embed:
        return result
    candidates = []
    for each in result.candidates:
        changed: CandidateResult = each
        compared = _Comparison(plan=plan, target=each.target, items=items, evidence=evidence)
        if plan.judge is not None:
            found = _judge(compared, plan.judge, standings[plan.judge.target], labels)
            changed = msgspec.structs.replace(changed, judge=found)
        if plan.embed:
            measured = _embedding(compared, standings[plan.embed])
            changed = msgspec.structs.replace(changed, embedding=measured)
        candidates.append(changed)
    return msgspec.structs.replace(result, candidates=tuple(candidates))


def _judge(compared: _Comparison, terms: JudgeTerms, standing: Standing, labels: Sequence[Label]) -> JudgeResult:
    evidence = compared.evidence
    judge = Judge(terms=terms, drawn=evidence.draw)
    pairs: list[_Judged] = [
        (pair.item, pair.incumbent.said, pair.candidate.said,
         judge.judgement(pair.item, pair.incumbent.said, pair.candidate.said))
        for pair in compared.pairs
        if pair.incumbent.said is not None and pair.candidate.said is not None
    ]  # fmt: skip
    judged = [(item, ours, theirs, word) for item, ours, theirs, word in pairs if word is not None]
    words = [word for *_, word in judged]
    spoken_words = [opinion.better for word in words for opinion in (word.forward, word.backward)]
    wins = [(ours, theirs, word.better) for _, ours, theirs, word in judged if word.better]
    uneven = [
        (len(content(ours)) > len(content(theirs))) == (better == "a")
        for ours, theirs, better in wins
        if len(content(ours)) != len(content(theirs))
    ]
    alone = msgspec.structs.replace(compared.plan, candidates=(compared.target,))
    keys = {errand.key for errand in judge_errands(alone, compared.items, evidence.draw)}
    found = JudgeResult(
        target=terms.target,
        standing=standing,
        pairs=len(pairs),
        judged=len(judged),
        lost=sum(key in keys for key, _ in evidence.begun(terms.target)),
        accepted_a=sum(all(word.met_a) for word in words),
        accepted_b=sum(all(word.met_b) for word in words),
        wins_a=sum(better == "a" for *_, better in wins),
        wins_b=sum(better == "b" for *_, better in wins),
        swayed=sum(word.swayed for word in words),
        first_preferred=spoken_words.count("first"),
        second_preferred=spoken_words.count("second"),
        longer_won=sum(uneven),
        lengths_differ=len(uneven),
        criteria=tuple(
            Criterion(text=text, a=sum(word.met_a[place] for word in words), b=sum(word.met_b[place] for word in words))
            for place, text in enumerate(terms.criteria)
        ),
        spent_pico_usd=_spent(keys, evidence),
    )
    return _labelled(found, compared, [(item, word) for item, _, _, word in judged], labels)


def _labelled(
    found: JudgeResult, compared: _Comparison, judged: Sequence[tuple[Item, Judgement]], labels: Sequence[Label]
) -> JudgeResult:
    if not labels:
        return msgspec.structs.replace(found, uncorrected="no labels of people were given (`--labels`)")
    words: dict[tuple[str, Side], bool] = {}
    rows = []
    for item, word in judged:
        a, b = all(word.met_a), all(word.met_b)
        words[item.id, "a"], words[item.id, "b"] = a, b
        rows.append(Row(float(a), float(b), item.cluster))
    ours, theirs, unused = calibrations([each for each in labels if each.candidate in ("", compared.target)], words)
    correction, why = correct(rows, ours, theirs, alpha=compared.plan.alpha)
    return msgspec.structs.replace(
        found, labels=labelled(ours, theirs), labels_unused=unused, correction=correction, uncorrected=why
    )


def _embedding(compared: _Comparison, standing: Standing) -> EmbeddingResult:
    target = compared.plan.embed
    check = EmbeddingCheck(target=target, drawn=compared.evidence.draw)
    close, own, excess, pairs = list[float](), list[float](), list[float](), 0
    keys = set[DrawKey]()
    for pair in compared.pairs:
        said = [draw.said for draw in (pair.incumbent, pair.candidate, pair.second) if draw is not None and draw.said]
        keys |= {DrawKey(embedded(spoken(each)).id, target) for each in said if spoken(each)}
        similarity = check.between(pair.incumbent.said, pair.candidate.said)
        pairs += all(draw.said is not None and spoken(draw.said) for draw in (pair.incumbent, pair.candidate))
        if similarity is None:
            continue
        close.append(similarity)
        again = None if pair.second is None else check.between(pair.incumbent.said, pair.second.said)
        if again is not None:
            own.append(again)
            excess.append(again - similarity)
    return EmbeddingResult(
        target=target,
        standing=standing,
        pairs=pairs,
        measured=len(close),
        similarity=_mean(close),
        with_second=len(own),
        own=_mean(own),
        excess=_mean(excess),
        spent_pico_usd=_spent(keys, compared.evidence),
    )


def _spent(keys: set[DrawKey], evidence: Evidence) -> int:
    draws = [evidence.draw(key) for key in keys]
    return sum(draw.cost_pico_usd or 0 for draw in draws if draw is not None)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
