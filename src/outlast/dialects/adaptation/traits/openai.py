"""What models of OpenAI's family refuse, read from the abilities that somebody stated.

It knows the catalogue's words, and a few facts of whole generations. It does not know requests (``steps``).
An ability that nobody stated refuses nothing.
"""

import re

from outlast.catalog.models import Model

PROVIDERS = ("openai", "azure")
"""The catalogue's providers that have this family."""

_GENERATION = re.compile(r"gpt-(\d)(?:\.(\d+))?(?![\da-z.])")


def refuses_max_tokens(model: Model) -> bool:
    """Whether ``max_tokens`` is refused and the newer word is not."""
    return model.abilities.get("max_tokens") is False and model.abilities.get("max_completion_tokens") is not False


def refuses_max_completion_tokens(model: Model) -> bool:
    """Whether ``max_completion_tokens`` is refused and the older word is not."""
    return model.abilities.get("max_completion_tokens") is False and model.abilities.get("max_tokens") is not False


def never_reasons(model: Model) -> bool:
    """Whether it is known that the model has no reasoning to steer."""
    return model.abilities.get("reasoning") is False


def has_no_tools(model: Model) -> bool:
    """Whether it is known that the model takes no tools at all."""
    return model.abilities.get("tools") is False


def has_no_tools_on_chat(model: Model) -> bool:
    """Whether it is known that the model takes tools on responses alone."""
    return model.abilities.get("chat_completions_tools") is False


def refuses_tools_with_effort(model: Model) -> bool:
    """Whether function tools are taken only with effort ``none``, which the model has."""
    stated = model.abilities.get("chat_completions_tools")
    refuses = _generation(model) >= (5, 4) if stated is None else stated == "only_with_effort_none"
    return refuses and "none" in efforts(model)


def refuses_sampling(model: Model) -> bool:
    """Whether sampling parameters are refused, always or beside reasoning."""
    return sampling_rule(model) in (False, "only_with_effort_none")


def sampling_rule(model: Model) -> object:
    """The stated ability; a model of gpt-5 or later that always reasons is known to refuse."""
    stated = model.abilities.get("sampling_params")
    has = efforts(model)
    always_reasons = bool(has) and "none" not in has and not _is_chat(model)
    if stated is None and always_reasons and _generation(model) >= (5, 0):
        return False
    return stated


def ignores_stop(model: Model) -> bool:
    """Whether the model is of gpt-5 or later and reasons; a chat model beside them only if it refuses sampling too."""
    if model.abilities.get("reasoning") is not True or _generation(model) < (5, 0):
        return False
    return refuses_sampling(model) or (sampling_rule(model) is None and not _is_chat(model))


def refuses_verbosity(model: Model) -> bool:
    """Whether ``verbosity`` is no word of this model."""
    stated = model.abilities.get("verbosity")
    return stated is False or (stated is None and never_reasons(model))


def roles_instead(model: Model) -> dict[str, str]:
    """Each role that is refused, and the nearest that is not."""
    stated = {"developer": "developer_messages", "system": "system_messages"}
    taken = [role for role, ability in stated.items() if model.abilities.get(ability) is not False]
    return {role: (*taken, "user")[0] for role in stated if role not in taken}


def efforts(model: Model) -> tuple[str, ...]:
    """The efforts that it has; none where nobody said."""
    stated = model.abilities.get("reasoning_efforts")
    return stated if isinstance(stated, tuple) else ()


def default_effort(model: Model) -> str | None:
    """The effort of a call that says none; None where nobody said."""
    stated = model.abilities.get("default_reasoning_effort")
    return stated if isinstance(stated, str) else None


def _is_chat(model: Model) -> bool:
    """Whether this is one of the chat models that stand beside a generation: ``gpt-5.1-chat-latest``."""
    return "-chat" in model.id


def _generation(model: Model) -> tuple[int, int]:
    """``gpt-5.1-mini`` is (5, 1); (0, 0) for what is no numbered gpt."""
    found = _GENERATION.match(model.id)
    return (int(found[1]), int(found[2] or 0)) if found else (0, 0)
