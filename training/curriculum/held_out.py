"""Which pairs, words and templates are never taught.

It knows one rule: a keyed hash puts every thing into a tenth, and one tenth is held out. It does not know skills. The
rule is the same in every process and for every seed, so that nothing leaks by another order of drawing.
"""

import hashlib
import random
from collections.abc import Callable, Sequence
from typing import TypeVar

from training.curriculum.exchange import Split

T = TypeVar("T")
_TENTHS = 10


def is_held_out(kind: str, thing: object) -> bool:
    """Whether this thing of this kind (``sum``, ``word``, ``template`` …) belongs to the examination."""
    digest = hashlib.blake2b(f"{kind}:{thing}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) % _TENTHS == 0


def belongs(kind: str, thing: object, split: Split) -> bool:
    """Whether it may be drawn for this split."""
    return is_held_out(kind, thing) == (split == "held out")


def draw(rng: random.Random, kind: str, split: Split, make: Callable[[random.Random], T]) -> T:
    """Draw until something of the split comes."""
    while True:
        thing = make(rng)
        if belongs(kind, thing, split):
            return thing


def template(rng: random.Random, templates: Sequence[str], split: Split) -> str:
    """One way of asking. The last of each list is held out where there are at least four."""
    if len(templates) < 4:
        return rng.choice(templates)
    return templates[-1] if split == "held out" else rng.choice(templates[:-1])
