"""What Claude models refuse, read from the abilities that somebody stated.

It knows the catalogue's words, and a few facts of whole generations. It does not know requests (``steps``).
An ability that nobody stated refuses nothing.
"""

from typing import Literal

from outlast.catalog.models import Model

PROVIDER = "anthropic"
_LEAST_BUDGET = 1024
_SMALL_WINDOW = 200_000

Thinks = Literal["never", "by budget", "either", "adaptive", "always", "unknown"]


def thinks(model: Model) -> Thinks:
    """How thinking can be asked for: ``always`` is adaptive and cannot be switched off."""
    stated = model.abilities
    if stated.get("reasoning") is False:
        return "never"
    if stated.get("thinking_always_on") is True:
        return "always"
    adaptive, budget = stated.get("adaptive_thinking") is True, "thinking_budget_tokens" in stated
    if adaptive:
        return "either" if budget else "adaptive"
    return "by budget" if budget else "unknown"


def least_budget(model: Model) -> int:
    """Tokens that a thinking budget must have."""
    stated = model.abilities.get("thinking_budget_tokens")
    least = stated.get("min") if isinstance(stated, dict) else None
    return least if isinstance(least, int) else _LEAST_BUDGET


def efforts(model: Model) -> tuple[str, ...]:
    """The efforts that it has; none where nobody said."""
    stated = model.abilities.get("reasoning_efforts")
    return stated if isinstance(stated, tuple) else ()


def has_no_effort(model: Model) -> bool:
    """Effort came with Opus 4.5: a model that thinks by budget alone and states none has none."""
    return thinks(model) == "never" or (thinks(model) == "by budget" and not efforts(model))


def caps_effort_without_thinking(model: Model) -> bool:
    """Claude Opus 5, which can stop thinking, but not at its highest efforts."""
    return model.id == "claude-opus-5" or model.id.startswith("claude-opus-5-20")


def most_images(model: Model) -> int | None:
    """Pictures in one request; None where the window is not known."""
    if model.context_window is None:
        return None
    return 100 if model.context_window <= _SMALL_WINDOW else 600
