"""The canonical request, written as a chat completion's.

It knows the members of the top level and which name of the output limit a model takes. It does not know what a
model refuses beside that (``adaptation``).
"""

import re

import msgspec

from outlast.dialects.chat.members import own
from outlast.dialects.chat.messages_out import MessagesOut
from outlast.dialects.chat.tools import encode_choice, encode_tool
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.request import Format, Reasoning, Request, Sampling

Wire = dict[str, object]
_ENCODER = msgspec.json.Encoder()
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
# OpenAI's own names, with or without a maker before and a date or variant behind.
_OPENAI = re.compile(r"(?:.*/)?(?:chatgpt|gpt-(?!oss)|o[1-9](?:-|$))")
_GOOGLE = re.compile(r"(?:.*/)?gem(?:ini|ma)-")


def encode_request(request: Request, losses: Losses) -> bytes:
    """The body for an upstream of this dialect. A stream always asks for its usage: the record needs it."""
    messages = MessagesOut(losses, signatures=_GOOGLE.match(request.model) is not None)
    body: Wire = {"model": request.model, "messages": messages.turns(request.messages)}
    more: Wire = dict(own(request.extra))
    losses.drop_extra(request.extra, "chat")
    if request.stream:
        body["stream"] = True
        body["stream_options"] = {**_object(more.pop("stream_options", None)), "include_usage": True}
    more.pop("stream_options", None)
    body.update(_sampling(request.sampling, request.model, losses))
    body.update(_tools(request, losses))
    if request.format is not None:
        body["response_format"] = _format(request.format)
    if request.reasoning is not None:
        body.update(_reasoning(request.reasoning, more, losses))
    body.update(_manner(request, more))
    return _ENCODER.encode({**body, **more})


def _sampling(sampling: Sampling, model: str, losses: Losses) -> Wire:
    if sampling.top_k is not None:
        losses.drop("top_k")
    limit = "max_completion_tokens" if _OPENAI.match(model) else "max_tokens"
    said: Wire = {
        limit: sampling.max_tokens,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "presence_penalty": sampling.presence_penalty,
        "frequency_penalty": sampling.frequency_penalty,
        "seed": sampling.seed,
        "stop": sampling.stop or None,
        "n": sampling.n,
        "logprobs": sampling.logprobs,
        "top_logprobs": sampling.top_logprobs,
    }
    return {name: value for name, value in said.items() if value is not None}


def _tools(request: Request, losses: Losses) -> Wire:
    tools = [wire for tool in request.tools if (wire := encode_tool(tool, losses)) is not None]
    said: Wire = {"tools": tools} if tools else {}
    if request.tool_choice is not None and tools:
        said["tool_choice"] = encode_choice(request.tool_choice, request.tools, losses)
    elif request.tool_choice is not None and request.tool_choice.mode != "none":
        losses.drop("tool_choice", "no tool is left")
    if request.parallel_tool_calls is not None:
        said["parallel_tool_calls"] = request.parallel_tool_calls
    return said


def _format(form: Format) -> Wire:
    if form.kind == "text":
        return {"type": "text"}
    if form.kind == "json":
        return {"type": "json_object"}
    inner: Wire = {"name": form.name or "answer"}
    if form.description:
        inner["description"] = form.description
    if form.schema:
        inner["schema"] = msgspec.Raw(form.schema)
    if form.strict is not None:
        inner["strict"] = form.strict
    return {"type": "json_schema", "json_schema": inner}


def _reasoning(reasoning: Reasoning, more: Wire, losses: Losses) -> Wire:
    """An effort. More than that only goes back to the provider whose words it came in."""
    if "reasoning" not in more and "thinking" not in more:
        for name in ("budget", "adaptive", "off", "shown", "summary"):
            said = getattr(reasoning, name)
            if said or (name == "budget" and said == 0):
                losses.drop(f"reasoning.{name}")
    if not reasoning.effort or "reasoning" in more:
        return {}
    return {"reasoning_effort": reasoning.effort}


def _manner(request: Request, more: Wire) -> Wire:
    said: Wire = {
        "verbosity": request.verbosity,
        "modalities": request.modalities,
        "user": request.user,
        "service_tier": request.service_tier,
    }
    said = {name: value for name, value in said.items() if value}
    if request.voice is not None:
        voice: Wire = _object(more.pop("audio", None))
        if request.voice.voice:
            voice["voice"] = msgspec.Raw(request.voice.voice)
        if request.voice.format:
            voice["format"] = request.voice.format
        said["audio"] = voice
    return said


def _object(raw: object) -> Wire:
    """What was kept of an object, to be completed."""
    return dict(_OBJECT.decode(raw)) if isinstance(raw, msgspec.Raw) else {}
