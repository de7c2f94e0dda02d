"""What the sample costs on both sides, at three shares of prompts read from a cache, and what it counts in tokens.

It knows the pairs whose usage both sides reported. It does not know prices (``catalog.caching``) nor verdicts.
"""

from collections.abc import Callable, Mapping, Sequence

from outlast.catalog.caching import NO_TERMS, CacheTerms, cost_at, cost_uncached
from outlast.catalog.prices import cost
from outlast.checks.check import Pair
from outlast.exchange import Usage
from outlast.replay.result import Money, Rate, Tokens

_Counted = tuple[Pair, Usage, Usage]
_Priced = Callable[[Pair, Usage, CacheTerms], int | None]


def money_of(
    pairs: Sequence[Pair], incumbent: str, candidate: str, terms: Mapping[str, CacheTerms]
) -> tuple[Money, ...]:
    """The sample's cost as recorded, without any cache, and as replayed, over the pairs with usage on both sides.

    ``recorded`` is there only where every request came with its recorded usage: production's hit share applied to
    both, under each one's own rules.
    """
    counted = _counted(pairs)
    if not counted:
        return ()
    ours, theirs = terms.get(incumbent, NO_TERMS), terms.get(candidate, NO_TERMS)

    def total(priced: _Priced) -> tuple[int | None, int | None]:
        return (
            _sum([priced(pair, usage, ours) for pair, usage, _ in counted]),
            _sum([priced(pair, usage, theirs) for pair, _, usage in counted]),
        )

    found: list[tuple[Rate, tuple[int | None, int | None]]] = []
    if all(pair.item.recorded is not None for pair, _, _ in counted):
        found.append(("recorded", total(_as_recorded)))
    found.append(("zero", total(lambda _pair, usage, terms: cost_uncached(usage, terms))))
    found.append(("replay", total(lambda _pair, usage, terms: cost(usage, terms.rates))))
    return tuple(Money(rate=rate, incumbent=a, candidate=b, n=len(counted)) for rate, (a, b) in found)


def tokens_of(pairs: Sequence[Pair]) -> tuple[Tokens, Tokens] | None:
    """What both sides reported for the same requests: two tokenizers count one prompt differently."""
    counted = _counted(pairs)
    if not counted:
        return None
    return _tokens([usage for _, usage, _ in counted]), _tokens([usage for _, _, usage in counted])


def _as_recorded(pair: Pair, usage: Usage, terms: CacheTerms) -> int | None:
    return cost_at(usage, pair.item.recorded or Usage(), terms)


def _counted(pairs: Sequence[Pair]) -> list[_Counted]:
    return [
        (pair, pair.incumbent.usage, pair.candidate.usage)
        for pair in pairs
        if pair.candidate.said is not None and pair.incumbent.usage is not None and pair.candidate.usage is not None
    ]


def _sum(costs: Sequence[int | None]) -> int | None:
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None


def _tokens(usages: Sequence[Usage]) -> Tokens:
    return Tokens(
        n=len(usages),
        input=sum(usage.input_tokens for usage in usages),
        cached=sum(usage.cached_tokens for usage in usages),
        output=sum(usage.output_tokens for usage in usages),
        reasoning=sum(usage.reasoning_tokens for usage in usages),
    )
