"""One call to one simulated model, thought through: what it says, where it stops, what it counts.

It knows the request, the model and a profile. It does not know time, faults or HTTP (``scripted``).
"""

from dataclasses import dataclass

import msgspec

from outlast.catalog.models import Model
from outlast.providers.script.careless import spoilt
from outlast.providers.script.flatterer import flattered
from outlast.providers.script.judge import judged
from outlast.providers.script.parameters import Asked
from outlast.providers.script.persona import obeying
from outlast.providers.script.profile import Profile
from outlast.providers.script.request import ChatRequest
from outlast.providers.script.skills import Said, Tone, ToolCall, answer, is_exact
from outlast.providers.script.tokens import PrefixCache, count, prompt_tokens, split
from outlast.providers.script.wire import Counted

_THINKING = {"none": 0.0, "minimal": 0.0, "low": 0.5, "medium": 1.0, "high": 2.0, "xhigh": 3.0, "max": 4.0}
"""Reasoning tokens per token said, by effort."""
_SEPARATOR = "\n\x1e\n"


@dataclass(frozen=True, slots=True)
class Thought:
    """The outcome of one call."""

    said: Said
    finish: str
    usage: Counted


def prompt_of(request: ChatRequest) -> str:
    """The prompt as one text, tools first, as a cache sees it."""
    tools = "".join(msgspec.json.encode(tool).decode() for tool in request.tools or ())
    messages = (
        f"{message.role}\n{message.text}{bytes(message.tool_calls).decode(errors='replace')}"
        for message in request.messages
    )
    return tools + _SEPARATOR.join(messages)


def think(request: ChatRequest, model: Model, profile: Profile, cache: PrefixCache) -> Thought:
    """Answer the request within its token limit; hidden reasoning is spent first, as real models do."""
    prompt = prompt_of(request)
    said = Said(profile.text) if profile.text is not None else _skilled(request, model, profile)
    said, finish = _stopped(spoilt(said, request, prompt, profile.breaks), request)
    words = count(said.text) + sum(count(call.arguments) + count(call.name) for call in said.calls)
    reasoning = round(words * _thinking(Asked(request, model)))
    limit = request.limit
    if limit is not None and reasoning + words > limit:
        reasoning = min(reasoning, limit)
        said, finish, words = _cut(said, limit - reasoning), "length", limit - reasoning
    cached = cache.cached(prompt) if model.abilities.get("prompt_caching") is not False else 0
    completion = (words + reasoning) * request.choices
    counted = Counted(
        prompt=prompt_tokens(request, prompt),
        cached=cached,
        completion=completion,
        reasoning=reasoning * request.choices,
    )
    return Thought(said, finish, counted)


def _skilled(request: ChatRequest, model: Model, profile: Profile) -> Said:
    learnt = None if profile.flatters is None else flattered(request, profile.flatters)
    if profile.judges is not None:
        learnt = judged(request, profile.judges) or learnt
    if learnt is not None:
        return Said(learnt)
    said = answer(request, profile.tone or _nature(model))
    if said.calls or not profile.obeys or is_exact(request):
        return said
    return Said(obeying(said.text, request))


def _nature(model: Model) -> Tone:
    return "warm" if "4o" in model.id else "terse"


def _thinking(asked: Asked) -> float:
    # Chat variants take one effort only and answer small questions at once.
    if asked.can("reasoning") is not True or len(asked.efforts) <= 1:
        return 0.0
    return _THINKING.get(asked.effort, 1.0)


def _stopped(said: Said, request: ChatRequest) -> tuple[Said, str]:
    stops = (request.stop,) if isinstance(request.stop, str) else request.stop or ()
    text = said.text
    for stop in stops:
        if stop:
            text = text.partition(stop)[0]
    return (said, "tool_calls") if said.calls else (Said(text), "stop")


def _cut(said: Said, tokens: int) -> Said:
    if not said.calls:
        return Said("".join(split(said.text)[:tokens]))
    call = said.calls[0]
    return Said(calls=(ToolCall(call.name, "".join(split(call.arguments)[:tokens])),))
