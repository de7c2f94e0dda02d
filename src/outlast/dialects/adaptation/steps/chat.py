"""OpenAI's chat completions: what can break at a model, in the order in which it is mended.

It knows this dialect's members. It does not know other dialects; what they share stands in ``steps.openai``.
"""

from collections.abc import Iterator
from functools import partial

from outlast.catalog.models import Model
from outlast.dialects.adaptation.draft import Draft, Watch, items, quoted
from outlast.dialects.adaptation.rule import Rule
from outlast.dialects.adaptation.rules import openai
from outlast.dialects.adaptation.steps import shared
from outlast.dialects.adaptation.steps.openai import Sampled, roles, sampling, without
from outlast.dialects.adaptation.traits import openai as traits

_EFFORT = ("reasoning_effort",)
_TOOLS = ("tools", "functions")
_NONE = b'"none"'
_SAMPLING: tuple[Sampled, ...] = (
    ("temperature", openai.SAMPLING, 1.0),
    ("top_p", openai.SAMPLING, 1.0),
    ("presence_penalty", openai.PENALTIES, 0.0),
    ("frequency_penalty", openai.PENALTIES, 0.0),
    ("logprobs", openai.LOGPROBS, None),
    ("top_logprobs", openai.LOGPROBS, None),
    ("logit_bias", openai.LOGIT_BIAS, None),
)


def watches(model: Model) -> Iterator[Watch]:
    """What can break; effort is settled before its users."""
    if model.provider not in traits.PROVIDERS:
        return
    yield from _tools(model)
    if (images := shared.without_images(model, "messages", (b'"image_url"',))) is not None:
        yield images
    yield from _limits(model)
    yield from _efforts(model)
    if traits.refuses_sampling(model):
        yield sampling(model, _SAMPLING, _EFFORT)
    if traits.ignores_stop(model):
        yield without(("stop",), openai.STOP)
    if traits.refuses_verbosity(model):
        yield without(("verbosity",), openai.VERBOSITY, but=(b'"medium"',))
    if traits.roles_instead(model):
        yield roles(model, "messages")


def _efforts(model: Model) -> Iterator[Watch]:
    if traits.never_reasons(model):
        yield without(_EFFORT, openai.EFFORT_DROPPED)
    elif traits.efforts(model):
        yield shared.with_nearest_effort(traits.efforts(model), _EFFORT)
    if traits.refuses_tools_with_effort(model):
        yield _tools_without_effort(traits.default_effort(model))


def _limits(model: Model) -> Iterator[Watch]:
    if traits.refuses_max_tokens(model):
        yield _renamed("max_tokens", "max_completion_tokens", openai.MAX_TOKENS)
    if traits.refuses_max_completion_tokens(model):
        yield _renamed("max_completion_tokens", "max_tokens", openai.MAX_COMPLETION_TOKENS)
    if (limit := shared.capped(model, ("max_tokens",), ("max_completion_tokens",))) is not None:
        yield limit


def _tools(model: Model) -> Iterator[Watch]:
    if traits.has_no_tools(model):
        yield shared.without_tools(_TOOLS, shared.NO_TOOLS)
    elif traits.has_no_tools_on_chat(model):
        yield shared.without_tools(_TOOLS, "it takes tools on the Responses API alone: call /v1/responses")


def _renamed(refused: str, taken: str, rule: Rule) -> Watch:
    return Watch((refused,), partial(_rename, refused=refused, taken=taken, rule=rule))


def _rename(draft: Draft, *, refused: str, taken: str, rule: Rule) -> None:
    value = draft.value(refused)
    if value is None:
        return
    draft.change((refused,), None, rule)
    if draft.value(taken) is None:
        draft.change((taken,), value, rule)


def _tools_without_effort(default: str | None) -> Watch:
    standing = None if default is None else quoted(default)

    def step(draft: Draft) -> None:
        tools = draft.value("tools") or draft.value("functions")
        if tools is None or (tools.startswith(b"[") and not items(tools)):
            return
        if (draft.value(*_EFFORT) or standing) != _NONE:
            draft.change(_EFFORT, _NONE, openai.TOOLS_EFFORT)

    return Watch(_TOOLS, step)
