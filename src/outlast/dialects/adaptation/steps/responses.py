"""OpenAI's responses: what can break at a model, in the order in which it is mended.

It knows this dialect's members. It does not know other dialects; what they share stands in ``steps.openai``.
"""

from collections.abc import Callable, Iterator

from outlast.catalog.models import Model
from outlast.dialects.adaptation.draft import Draft, Watch, edit_items, integer, items
from outlast.dialects.adaptation.rules import openai
from outlast.dialects.adaptation.steps import shared
from outlast.dialects.adaptation.steps.openai import Sampled, roles, sampling, sampling_barred, without
from outlast.dialects.adaptation.traits import openai as traits

LEAST_OUTPUT = 16
"""Tokens; the endpoint's own minimum."""
_EFFORT = ("reasoning", "effort")
_LIMIT = ("max_output_tokens",)
_LOGPROBS = b'"message.output_text.logprobs"'
_SAMPLING: tuple[Sampled, ...] = (
    ("temperature", openai.SAMPLING, 1.0),
    ("top_p", openai.SAMPLING, 1.0),
    ("top_logprobs", openai.LOGPROBS, None),
)


def watches(model: Model) -> Iterator[Watch]:
    """What can break; effort is settled before its users."""
    if model.provider not in traits.PROVIDERS:
        return
    if traits.has_no_tools(model):
        yield shared.without_tools(("tools",), shared.NO_TOOLS)
    if (images := shared.without_images(model, "input", (b'"input_image"',))) is not None:
        yield images
    if (limit := shared.capped(model, _LIMIT)) is not None:
        yield limit
    yield Watch(_LIMIT, _raise_limit)
    if traits.never_reasons(model):
        yield without(_EFFORT[:1], openai.EFFORT_DROPPED)
    elif traits.efforts(model):
        yield shared.with_nearest_effort(traits.efforts(model), _EFFORT)
    if traits.refuses_sampling(model):
        yield sampling(model, _SAMPLING, _EFFORT)
        yield _included_logprobs(sampling_barred(model, _EFFORT))
    if traits.refuses_verbosity(model):
        yield without(("text", "verbosity"), openai.VERBOSITY, but=(b'"medium"',))
    if traits.roles_instead(model):
        yield roles(model, "input")


def _raise_limit(draft: Draft) -> None:
    limit = integer(draft.value(*_LIMIT))
    if limit is not None and limit < LEAST_OUTPUT:
        draft.change(_LIMIT, b"%d" % LEAST_OUTPUT, openai.MAX_OUTPUT_RAISED)


def _included_logprobs(barred: Callable[[Draft], bool]) -> Watch:
    """The one wish among those in ``include``."""

    def step(draft: Draft) -> None:
        include = draft.value("include")
        if include is not None and _LOGPROBS in items(include) and barred(draft):
            left = edit_items(include, lambda item: None if item == _LOGPROBS else item)
            draft.change(("include",), left if items(left) else None, openai.LOGPROBS)

    return Watch(("include",), step)
