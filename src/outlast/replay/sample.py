"""Which of the recorded requests are asked again: a stratified sample, decided by a seed alone.

It knows strata (application, language, length, use) and conversations. It does not know what was answered: nothing
that a model said may decide what is sampled.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

from outlast.checks.draw import Item
from outlast.replay.use import Use, use_of

Stratum = tuple[str, str, str, Use]

SHORT, LONG = 400, 4000
"""Characters of the prompt below and above which it is short and long."""


def stratum(item: Item) -> Stratum:
    """What a request shares with others of its kind."""
    size = len(item.prompt)
    length = "short" if size < SHORT else "long" if size > LONG else "medium"
    return (item.application, item.language, length, use_of(item))


def draw_sample(items: Iterable[Item], size: int, *, seed: int) -> tuple[Item, ...]:
    """At most ``size`` items: each stratum by its share (at least one where there is room), conversations first.

    Inside a stratum every conversation gives one request before any gives a second: pairs of one conversation say
    less than pairs of two. The order is that of asking, so that a run which ends early has a fair sample, too.
    """
    strata: defaultdict[Stratum, list[Item]] = defaultdict(list)
    for item in items:
        strata[stratum(item)].append(item)
    ordered = {kind: _ordered(members, seed) for kind, members in strata.items()}
    wanted = _shares({kind: len(members) for kind, members in ordered.items()}, size)
    chosen = [
        (_rank(position, count), item)
        for kind, count in wanted.items()
        for position, item in enumerate(ordered[kind][:count])
    ]
    chosen.sort(key=lambda entry: (entry[0], _hash(seed, entry[1].id)))
    return tuple(item for _, item in chosen)


def _ordered(members: Sequence[Item], seed: int) -> list[Item]:
    """By how many of its conversation come before it, then by chance."""
    shuffled = sorted(members, key=lambda item: _hash(seed, item.id))
    seen: defaultdict[str, int] = defaultdict(int)
    turns: list[tuple[int, bytes, Item]] = []
    for item in shuffled:
        turns.append((seen[item.cluster], _hash(seed, item.cluster), item))
        seen[item.cluster] += 1
    turns.sort(key=lambda entry: entry[:2])
    return [item for _, _, item in turns]


def _shares(sizes: dict[Stratum, int], size: int) -> dict[Stratum, int]:
    """Whole numbers by largest remainder; no more than there are, and at least one while there is room."""
    total = sum(sizes.values())
    if total <= size:
        return sizes
    kinds = sorted(sizes, key=lambda kind: (-sizes[kind], kind))
    least = 1 if len(kinds) <= size else 0
    shares = {kind: max(least, sizes[kind] * size // total) for kind in kinds}
    by_remainder = sorted(kinds, key=lambda kind: (-(sizes[kind] * size % total), kind))
    while sum(shares.values()) < size:
        for kind in by_remainder:
            if shares[kind] < sizes[kind] and sum(shares.values()) < size:
                shares[kind] += 1
    while sum(shares.values()) > size:
        largest = max(kinds, key=lambda kind: (shares[kind], kind))
        shares[largest] -= 1
    return shares


def _rank(position: int, count: int) -> float:
    """Where in the whole order the n-th of a stratum stands: strata advance side by side."""
    return (position + 0.5) / count


def _hash(seed: int, word: str) -> bytes:
    return hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8, salt=seed.to_bytes(8, "big")).digest()
