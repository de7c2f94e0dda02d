"""Embeddings: the one parameter that models differ in.

It knows which models have which sizes, as their maker's guide says; the catalogue has no word for it. It does not
know vectors.
"""

from collections.abc import Iterator

from outlast.catalog.models import Model
from outlast.dialects.adaptation.draft import Draft, Step, Watch, integer
from outlast.dialects.adaptation.rules import embeddings
from outlast.dialects.adaptation.traits import openai as traits

_OWN = {"text-embedding-ada-002": 1536}
"""Models with one size that cannot be chosen."""
_MOST = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072}
_PLACE = ("dimensions",)


def watches(model: Model) -> Iterator[Watch]:
    """What can break."""
    if model.provider not in traits.PROVIDERS:
        return
    if (own := next((size for name, size in _OWN.items() if model.id.startswith(name)), None)) is not None:
        yield Watch(_PLACE, _only(own))
    if (most := _MOST.get(model.id)) is not None:
        yield Watch(_PLACE, _at_most(most))


def _only(own: int) -> Step:
    def step(draft: Draft) -> None:
        said = draft.value(*_PLACE)
        if said is not None and integer(said) == own:
            draft.change(_PLACE, None, embeddings.DIMENSIONS)
        elif said is not None:
            draft.refuse(embeddings.DIMENSIONS, f"it gives {own} dimensions and no others: leave dimensions out")

    return step


def _at_most(most: int) -> Step:
    def step(draft: Draft) -> None:
        said = integer(draft.value(*_PLACE))
        if said is not None and said > most:
            draft.refuse(embeddings.DIMENSIONS_TOO_MANY, f"it gives {most} dimensions at most, not {said}")

    return step
