"""How much a Claude model thinks: by budget, by effort, always or never, each model in its own way.

It knows ``thinking``, ``output_config.effort`` and ``max_tokens``. It does not know turns.
"""

from collections.abc import Iterator

from outlast.catalog.models import Model
from outlast.dialects.adaptation.draft import Draft, Step, Watch, integer, quoted, text
from outlast.dialects.adaptation.rules import anthropic, openai
from outlast.dialects.adaptation.steps import shared
from outlast.dialects.adaptation.traits import claude as traits
from outlast.dialects.adaptation.traits.efforts import nearest_effort

_THINKING, _TYPE, _BUDGET = ("thinking",), ("thinking", "type"), ("thinking", "budget_tokens")
_EFFORT = ("output_config", "effort")
_BY_EFFORT = {"low": 2048, "medium": 8192, "high": 16384, "xhigh": 16384, "max": 16384}
_LOW, _MEDIUM = 4096, 16384
"""Budgets below these are that effort."""


def watches(model: Model) -> Iterator[Watch]:
    """What can break; the way of thinking is settled before its amount."""
    efforts, way = traits.efforts(model), traits.thinks(model)
    if way == "never":
        yield Watch(_THINKING, _drop)
    elif way == "always":
        yield Watch(_THINKING, _stays_on(efforts))
    if way in ("always", "adaptive"):
        yield Watch(_THINKING, _adaptive(efforts))
    elif way == "by budget":
        yield Watch(_THINKING, _budgeted(efforts))
    if way in ("either", "by budget"):
        yield Watch(_THINKING, _fitted(traits.least_budget(model)))
    if traits.has_no_effort(model):
        yield Watch(_EFFORT[:1], _drop_effort)
    elif efforts:
        yield shared.with_nearest_effort(efforts, _EFFORT)
    if traits.caps_effort_without_thinking(model):
        yield Watch(_THINKING, _cap_effort)


def _drop(draft: Draft) -> None:
    said = text(draft.value(*_TYPE))
    if said is not None and said != "disabled":
        draft.change(_THINKING, None, anthropic.THINKING_DROPPED)


def _stays_on(efforts: tuple[str, ...]) -> Step:
    def step(draft: Draft) -> None:
        if text(draft.value(*_TYPE)) != "disabled":
            return
        draft.change(_THINKING, None, anthropic.THINKING_ON)
        if efforts and draft.value(*_EFFORT) is None:
            draft.change(_EFFORT, quoted(efforts[0]), anthropic.THINKING_ON)

    return step


def _adaptive(efforts: tuple[str, ...]) -> Step:
    def step(draft: Draft) -> None:
        if text(draft.value(*_TYPE)) != "enabled":
            return
        budget = integer(draft.value(*_BUDGET))
        draft.change(_BUDGET, None, anthropic.THINKING_ADAPTIVE)
        draft.change(_TYPE, b'"adaptive"', anthropic.THINKING_ADAPTIVE)
        if budget is not None and efforts and draft.value(*_EFFORT) is None:
            word = "low" if budget < _LOW else "medium" if budget < _MEDIUM else "high"
            draft.change(_EFFORT, quoted(nearest_effort(word, efforts) or word), anthropic.THINKING_ADAPTIVE)

    return step


def _budgeted(efforts: tuple[str, ...]) -> Step:
    def step(draft: Draft) -> None:
        if text(draft.value(*_TYPE)) != "adaptive":
            return
        effort = text(draft.value(*_EFFORT))
        draft.change(_TYPE, b'"enabled"', anthropic.THINKING_BUDGETED)
        budget = _BY_EFFORT.get(effort or "medium", _BY_EFFORT["medium"])
        draft.change(_BUDGET, b"%d" % budget, anthropic.THINKING_BUDGETED)
        if effort is not None and not efforts:
            draft.change(_EFFORT, None, anthropic.THINKING_BUDGETED)

    return step


def _fitted(least: int) -> Step:
    def step(draft: Draft) -> None:
        budget, limit = integer(draft.value(*_BUDGET)), integer(draft.value("max_tokens"))
        if budget is None or text(draft.value(*_TYPE)) != "enabled":
            return
        if limit is not None and limit <= least:
            draft.change(_THINKING, None, anthropic.BUDGET_FITTED)
            return
        fitted = max(least, budget if limit is None else min(budget, limit - 1))
        if fitted != budget:
            draft.change(_BUDGET, b"%d" % fitted, anthropic.BUDGET_FITTED)

    return step


def _drop_effort(draft: Draft) -> None:
    if draft.value(*_EFFORT) is not None:
        draft.change(_EFFORT, None, openai.EFFORT_DROPPED)


def _cap_effort(draft: Draft) -> None:
    if text(draft.value(*_TYPE)) == "disabled" and text(draft.value(*_EFFORT)) in ("xhigh", "max"):
        draft.change(_EFFORT, b'"high"', anthropic.EFFORT_UNTHINKING)
