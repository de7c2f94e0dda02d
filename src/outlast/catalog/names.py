"""Which model a name means, and which known names are most like a misspelt one.

It knows ids, aliases and the ids of other surfaces. It does not know anything else about the models.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LONGEST = 200
"""Characters of a misspelt name that are compared; callers send anything."""
FAR = 0.35
"""Names less alike than this are no help."""


@dataclass(frozen=True, slots=True)
class Name:
    """One model's names, as its record gives them."""

    ref: str
    aliases: tuple[str, ...] = ()
    channel_ids: Mapping[str, str] | None = None

    @property
    def provider(self) -> str:
        """Everything before the first slash."""
        return self.ref.partition("/")[0]

    @property
    def id(self) -> str:
        """Everything after it."""
        return self.ref.partition("/")[2]


CHANNEL_PREFIXES = {"aws-bedrock": ("aws-bedrock", "amazon-bedrock")}
"""A surface and the provider that sells on it may go by two words."""


class Names:
    """Every name of every model. A name that two models share means neither."""

    def __init__(self, names: Iterable[Name]) -> None:
        every = list(names)
        self._refs = {name.ref: name.ref for name in every}
        self._others = _only(_other_names(every))
        self._bare: dict[str, list[str]] = defaultdict(list)
        for name in every:
            self._bare[name.id].append(name.ref)
        self._grams: dict[str, frozenset[str]] = {}

    def resolve(self, ref: str) -> str | None:
        """The model of a ``provider/id``, of a ``provider/alias`` or of a ``surface/channel id``."""
        return self._refs.get(ref) or self._others.get(ref)

    def with_id(self, model_id: str) -> tuple[str, ...]:
        """Every model with this id, whoever its provider is."""
        return tuple(self._bare.get(model_id, ()))

    def closest(self, ref: str, limit: int = 3) -> tuple[str, ...]:
        """The known refs most like this one, best first; a name without a provider is compared with ids."""
        wanted = ref[:LONGEST].lower()
        grams = _grams(wanted)
        if not self._grams:
            self._grams = {known: _grams(known.lower()) for known in self._refs}
        scores = []
        for known, theirs in self._grams.items():
            score = _alike(grams, theirs)
            if score >= FAR:
                scores.append((-score, abs(len(known) - len(wanted)), known))
        return tuple(known for *_, known in sorted(scores)[:limit])


def _other_names(names: list[Name]) -> Iterable[tuple[str, str]]:
    for name in names:
        for alias in name.aliases:
            yield f"{name.provider}/{alias}", name.ref
        for surface, channel_id in (name.channel_ids or {}).items():
            for prefix in CHANNEL_PREFIXES.get(surface, (surface,)):
                yield f"{prefix}/{channel_id}", name.ref


def _only(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, set[str]] = defaultdict(set)
    for name, ref in pairs:
        found[name].add(ref)
    return {name: next(iter(refs)) for name, refs in found.items() if len(refs) == 1}


def _grams(text: str) -> frozenset[str]:
    """Every run of three characters, the ends marked; the provider's word counts little beside the id."""
    padded = f"^^{text.rpartition('/')[2]}$"
    grams = {padded[i : i + 3] for i in range(len(padded) - 2)}
    provider = text.partition("/")[0] if "/" in text else ""
    return frozenset(grams | ({f"{provider}/"} if provider else set()))


def _alike(left: frozenset[str], right: frozenset[str]) -> float:
    """Shared pieces over all pieces, 0 to 1 (Dice)."""
    return 2 * len(left & right) / (len(left) + len(right))
