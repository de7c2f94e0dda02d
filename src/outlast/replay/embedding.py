"""Embeddings in a replay: which texts are embedded, and how close the candidate's lie to the incumbent's.

It knows cosines. It does not know how an embedding is asked for (``wiring.embedding``). A vector is kept as evidence as
what was said: the base64 of its 32-bit floats, smallest byte first. Closeness is no quality: two answers may be close
and one of them wrong, so this is shown and never decides alone.
"""

import base64
import hashlib
import math
import sys
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from outlast.checks.check import Family, Measure, Outcome, Pair
from outlast.checks.draw import Draw, Item, Said
from outlast.checks.user import SCORE
from outlast.replay.plan import Plan
from outlast.replay.ports import Asker, DrawKey, Evidence
from outlast.replay.run import TYPICAL_OUTPUT, Errand
from outlast.stats.rows import Range

Drawn = Callable[[DrawKey], Draw | None]
Vector = tuple[float, ...]
UNMEASURED = "no embedding"
_BYTES_PER_TOKEN = 4
LONGEST = 65_536
"""Dimensions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingCheck:
    """How close an answer lies to A: the incumbent's second one is ``a``, the candidate's ``b``.

    Cosines from 0 to 1, negative ones as 0. Without A' there is no outcome: how far the incumbent departs from itself
    is then not known.
    """

    target: str
    drawn: Drawn
    name: str = "embedding.similarity"
    family: Family = "embedding"
    measure: Measure = "share"
    range: Range = SCORE

    def compare(self, pair: Pair) -> Sequence[Outcome]:
        """One outcome where A and A' say something and both are embedded."""
        if pair.second is None or pair.second is pair.incumbent:
            return ()
        ours, again = (self.vector(draw.said) for draw in (pair.incumbent, pair.second))
        if ours is None or again is None:
            return ()
        own = closeness(ours, again)
        if pair.candidate.said is None:
            return (Outcome(a=own, b=None, reason=pair.candidate.error),)
        if not spoken(pair.candidate.said):
            return (Outcome(a=own, b=0.0, reason="says nothing"),)
        theirs = self.vector(pair.candidate.said)
        if theirs is None:
            return (Outcome(a=own, b=None, reason=UNMEASURED),)
        close = closeness(ours, theirs)
        return (Outcome(a=own, b=close, reason="less close than A'" if close < own else ""),)

    def between(self, ours: Said | None, theirs: Said | None) -> float | None:
        """How close two answers are; None: one of them is not embedded."""
        one, other = self.vector(ours), self.vector(theirs)
        return None if one is None or other is None else closeness(one, other)

    def vector(self, said: Said | None) -> Vector | None:
        """What was kept of an answer's words; None: there are none, or they are not embedded."""
        text = "" if said is None else spoken(said)
        return vector_of(self.drawn(DrawKey(embedded(text).id, self.target))) if text else None


def spoken(said: Said) -> str:
    """The words of an answer; calls of tools are none."""
    return (said.text or said.refusal).strip()


def embedded(text: str) -> Item:
    """The request for one text's embedding."""
    body = msgspec.json.encode({"model": "embedding", "input": text})
    name = hashlib.sha256(body).hexdigest()[:24]
    return Item(id=f"embed-{name}", cluster=name, request=body)


def kept_vector(values: Sequence[float]) -> Said | None:
    """A vector as evidence; None: it is none, too long, or has no direction."""
    if not 0 < len(values) <= LONGEST or not all(math.isfinite(value) and abs(value) < 1e30 for value in values):
        return None
    vector = array("f", values)
    if not any(vector):
        return None
    if sys.byteorder == "big":
        vector.byteswap()
    return Said(text=base64.b64encode(vector.tobytes()).decode())


def vector_of(draw: Draw | None) -> Vector | None:
    """What was kept; None: nothing, or it is damaged."""
    if draw is None or draw.said is None:
        return None
    vector = array("f")
    try:
        vector.frombytes(base64.b64decode(draw.said.text, validate=True))
    except ValueError:
        return None
    if sys.byteorder == "big":
        vector.byteswap()
    return tuple(vector) if any(vector) and all(map(math.isfinite, vector)) else None


def closeness(one: Vector, other: Vector) -> float:
    """The cosine of two vectors, from 0 to 1; of different spaces: 0."""
    if len(one) != len(other):
        return 0.0
    dot = math.fsum(a * b for a, b in zip(one, other, strict=True))
    norm = math.sqrt(math.fsum(a * a for a in one)) * math.sqrt(math.fsum(b * b for b in other))
    return min(1.0, max(0.0, dot / norm)) if norm else 0.0


def embedding_checks(target: str, drawn: Drawn) -> tuple[EmbeddingCheck, ...]:
    """The check of a declared target."""
    return (EmbeddingCheck(target=target, drawn=drawn),) if target else ()


def embedding_errands(plan: Plan, items: Sequence[Item], drawn: Drawn) -> tuple[Errand, ...]:
    """Every text that was said and can be compared, each once."""
    if not plan.embed:
        return ()
    found = dict[DrawKey, Errand]()
    for item in items:
        for key in _answers(plan, plan.candidates, item):
            draw = drawn(key)
            if draw is not None and draw.said is not None and spoken(draw.said):
                asked = embedded(spoken(draw.said))
                kept = DrawKey(asked.id, plan.embed)
                found.setdefault(kept, Errand(asked, kept))
    return tuple(found.values())


def expected_embedding(
    plan: Plan, items: Sequence[Item], target: str, evidence: Evidence, asker: Asker
) -> tuple[int, int | None]:
    """Embeddings that one candidate still takes, and their price; None: it is not known."""
    if not plan.embed:
        return 0, 0
    missing = list[Item]()
    for item in items:
        for key in _answers(plan, (target,), item):
            draw = evidence.draw(key)
            if draw is None and key.number:
                continue  # A' is drawn by a capture, not by a replay
            if draw is None:
                missing.append(msgspec.structs.replace(item, request=b" " * TYPICAL_OUTPUT * _BYTES_PER_TOKEN))
            elif draw.said is not None and spoken(draw.said):
                missing.append(embedded(spoken(draw.said)))
    missing = [each for each in missing if evidence.draw(DrawKey(each.id, plan.embed)) is None]
    costs = [asker.expected_cost(each, plan.embed, 0) for each in missing]
    known = [cost for cost in costs if cost is not None]
    return len(missing), sum(known) if len(known) == len(costs) else None


def _answers(plan: Plan, targets: Sequence[str], item: Item) -> list[DrawKey]:
    """A, A' and each candidate's."""
    ours = [DrawKey(item.id, plan.incumbent), DrawKey(item.id, plan.incumbent, 1)]
    return [*ours, *(DrawKey(item.id, target) for target in targets)]
