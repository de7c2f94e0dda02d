"""What one model can do and another cannot, as far as anybody said so.

It knows which difference of two abilities is a loss, a gain, a mere change, or unknown. It does not know what an
application needs. Absent means unknown: it is never counted as lost.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from outlast.catalog.models import Ability, Model

Verdict = Literal["lost", "gained", "changed", "unknown"]

INPUT_WORDS = {"image": "vision"}
"""The ability that an input modality stands for, where it is not simply ``audio_input`` for ``audio``."""
UNRELIABLE_WHEN_MISSING = frozenset({"pdf_input"})
"""Several sources leave a document type out of the modalities although the model reads it: missing says nothing."""
NO_BETTER_SIDE = frozenset(
    {"thinking_always_on", "adaptive_thinking", "refusal_stop_reason", "explicit_cache_breakpoints"}
)
"""Behaviours rather than abilities: having one is neither a gain nor a loss."""
LESS_IS_MORE = frozenset({"prompt_cache_min_tokens"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One ability in which two models differ; None: nobody said."""

    ability: str
    verdict: Verdict
    old: Ability | None
    new: Ability | None


def differences(old: Model, new: Model) -> tuple[Difference, ...]:
    """Every ability in which the two differ, losses first, each in alphabetical order."""
    before, after = abilities_of(old), abilities_of(new)
    found = [
        difference
        for word in before.keys() | after.keys()
        for difference in _compare(word, before.get(word), after.get(word))
    ]
    order = ("lost", "gained", "changed", "unknown")
    return tuple(sorted(found, key=lambda difference: (order.index(difference.verdict), difference.ability)))


def abilities_of(model: Model) -> dict[str, Ability]:
    """The stated abilities, with limits and modalities in the same words; a stated flag wins over a modality."""
    known = dict(_modalities(model))
    limits = {
        "context_window": model.context_window,
        "max_input_tokens": model.max_input_tokens,
        "max_output_tokens": model.max_output_tokens,
    }
    known.update({word: limit for word, limit in limits.items() if limit is not None})
    if model.abilities.get("reasoning") is False:
        known["reasoning_efforts"] = ()
    return known | model.abilities


def _modalities(model: Model) -> Iterator[tuple[str, Ability]]:
    for side, stated in (("input", model.modalities_in), ("output", model.modalities_out)):
        if not stated:
            continue
        for modality in {"text", "image", "audio", "video", *stated}:
            word = INPUT_WORDS.get(modality) if side == "input" else None
            word = word or f"{modality}_{side}"
            if modality in stated or word not in UNRELIABLE_WHEN_MISSING:
                yield word, modality in stated


def _compare(word: str, old: Ability | None, new: Ability | None) -> Iterator[Difference]:
    if old == new and type(old) is type(new):
        return
    if isinstance(old, tuple) and isinstance(new, tuple):
        yield from _compare_lists(word, old, new)
        return
    yield Difference(word, _verdict(word, old, new), old, new)


def _compare_lists(word: str, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[Difference]:
    if set(old) - set(new):
        yield Difference(word, "lost", old, new)
    if set(new) - set(old):
        yield Difference(word, "gained", old, new)


def _verdict(word: str, old: Ability | None, new: Ability | None) -> Verdict:
    if old is None or new is None:
        return "unknown"
    before, after = _worth(old), _worth(new)
    if word in NO_BETTER_SIDE or before is None or after is None or before == after:
        return "changed"
    return "gained" if (after > before) is not (word in LESS_IS_MORE) else "lost"


def _worth(value: Ability) -> float | None:
    """How much of an ability a value grants: False none, a condition part of it, True all; a limit its size."""
    if isinstance(value, str):
        return 0.5
    return value if isinstance(value, int) else None
