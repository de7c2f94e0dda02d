"""What Gemini models refuse, read from the abilities that somebody stated.

It knows the catalogue's words, and a few facts of whole generations. It does not know requests (``steps``).
An ability that nobody stated refuses nothing.
"""

import re
from typing import NamedTuple

from outlast.catalog.models import Model

PROVIDER = "google"
_GENERATION = re.compile(r"gemini-(\d)(?:\.(\d+))?-")
_DEPRECATED = "deprecated_since"


class Range(NamedTuple):
    """Thinking budgets that a model takes, beside -1."""

    least: int
    most: int
    off: bool
    """0 is taken, too."""


def levels(model: Model) -> tuple[str, ...]:
    """The thinking levels that it has; none where nobody said, or where budgets are its way."""
    stated = model.abilities.get("reasoning_efforts")
    return stated if isinstance(stated, tuple) and budgets(model) is None and not _moves(model) else ()


def budgets(model: Model) -> Range | None:
    """The budgets that it takes; None where nobody said. Pro alone cannot stop thinking."""
    stated = model.abilities.get("thinking_budget_tokens")
    if not isinstance(stated, dict) or _moves(model):
        return None
    least, most = stated.get("min"), stated.get("max")
    if not isinstance(least, int) or not isinstance(most, int):
        return None
    return Range(least, most, off="-pro" not in model.id)


def never_thinks(model: Model) -> bool:
    """Whether it is known that the model has no thinking to steer."""
    return model.abilities.get("reasoning") is False


def refuses_sampling(model: Model) -> bool:
    """Whether ``temperature``, ``topP`` and ``topK`` are taken no longer."""
    stated = model.abilities.get("sampling_params")
    return stated is False or (isinstance(stated, str) and stated.startswith(_DEPRECATED))


def loops_when_cold(model: Model) -> bool:
    """Gemini 3, as far as it takes a temperature at all."""
    return _generation(model) == 3 and not refuses_sampling(model)


def wants_signatures(model: Model) -> bool:
    """From Gemini 3 on, calls of functions come back with their thought signatures."""
    return _generation(model) >= 3


def _moves(model: Model) -> bool:
    """A name whose generation changes behind it: what was stated of one may not hold of the next."""
    return model.id.endswith("-latest")


def _generation(model: Model) -> int:
    found = _GENERATION.match(model.id)
    return int(found[1]) if found else 0
