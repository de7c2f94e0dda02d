"""What must survive between two dialects, aspect by aspect, and which names in ``Losses`` own up to which aspect.

A difference that no such name explains is a silent loss. Two forms of one thing are one here:

* a turn in two pieces, ``system`` and ``developer``, JSON with other blanks, a media's address and its kind;
* what is not said and what is so anyway: ``n`` of 1, ``modalities`` of text, ``detail`` and tool choice ``auto``, tiers
  ``auto`` and ``default``, a form called ``answer``, Anthropic's own limit, thoughts that are not shown;
* thinking that is off, of effort ``none``, or of no tokens; thinking as the model sees fit, and a wish to see thoughts;
* one source that is cited twice; an answer of a refusal, and one that ends as one;
* only some tools allowed, and only those tools there.
"""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from outlast.dialects.anthropic.request_out import DEFAULT_MAX_TOKENS
from outlast.dialects.conversation.normal import canonical, normal
from outlast.dialects.conversation.parts import Media, Native, Part, Refusal, Text, Thinking, ToolCall, ToolResult
from outlast.dialects.conversation.reply import Candidate, Reply
from outlast.dialects.conversation.request import Format, Message, NativeTool, Reasoning, Request, Sampling, Tool
from outlast.exchange import Usage

INSTRUCTING = ("system", "developer")
_ALPHABET = str.maketrans("-_", "+/")
Aspects = Mapping[str, object]
Explains = Mapping[str, str]

OF_REQUEST: Explains = {
    "system": r"messages\.system.*",
    "system media": r"messages\.(system|image|document).*",
    "words": r"messages\.refusal",
    "refusals": r"messages\.refusal",
    "citations": r"messages\.(citations|annotations)",
    "calls": r"messages\.tool_calls\.(arguments|custom)",
    "call signatures": r"messages\.tool_calls\.signature",
    "results": r"messages\.tool\..*",
    "failed": r"messages\.tool\.failed",
    "media": r"messages\.(image|audio|document|video|file_id|system)(\.file_id)?",
    "media of results": r"messages\.(tool\.)?(image|audio|document|video|file_id)(\.file_id)?",
    "media names": r"messages\.(filename|document|file_id)",
    "media details": r"messages\.(image\.)?detail",
    "thinking": r"messages\.thinking",
    "natives": r"messages\.\w+",
    "names": r"messages\.name",
    "tools": r"tools(\.custom)?",
    "strict tools": r"tools(\.strict)?",
    "native tools": r"tools(\..+)?",
    "tool choice": r"tool_choice",
    "parallel": r"parallel_tool_calls",
    "format": r"response_format(\.json_object)?",
    "format manner": r"response_format(\.(name|description|strict))?",
    "thinks": r"reasoning.*",
    "shown thoughts": r"reasoning(\.(shown|summary))?",
    "modalities": r"modalities",
    "voice": r"(audio|voice).*",
    "user": r"user",
    "service tier": r"service_tier",
    "verbosity": r"verbosity",
    **{name: name for name in Sampling.__struct_fields__},
    "stop": r"stop(_sequences)?",
    "top_logprobs": r"(top_)?logprobs",
}
"""Aspect to the names of losses that own up to it, as a pattern."""

OF_REPLY: Explains = {
    "candidates": r"choices|n",
    "words": r"refusal|output\.audio|choices\..*",
    "refusals": r"(messages\.)?refusal|choices\.refusal|finish_reason",
    "calls": r"(choices\.)?tool_?calls?(\.(arguments|custom))?",
    "ends": r"finish_reason|choices\.(toolcall|refusal)|(messages\.)?refusal",
    "stop sequences": r"stop_sequence",
    "usage": r"usage\.\w+",
    "logprobs": r"(choices\.)?logprobs",
    "service tier": r"service_tier",
    "call signatures": r"(choices\.)?tool_?calls?(\.signature)?",
    "thinking": r"(content|output|choices)\.(thinking|signature)",
    "citations": r"((content|output|choices)\.)?citations",
    "natives": r"(content|output|choices)\.\w+",
    "media": r"(content|output|choices)\.(media|image|audio|video)",
}
"""The same for answers."""


def request_aspects(request: Request) -> dict[str, object]:
    """What a request says, ready to be compared."""
    request = normal(request)
    leading = [message for message in request.messages if message.role in INSTRUCTING]
    turns = [message for message in request.messages if message.role not in INSTRUCTING]
    said = [part for message in turns for part in message.parts]
    results = [part for part in said if isinstance(part, ToolResult)]
    places = {part.id: place for place, part in enumerate(each for each in said if isinstance(each, ToolCall))}
    loose = [part for message in (*leading, *turns) for part in message.parts if isinstance(part, Media)]
    inside = [part for each in results for part in each.parts if isinstance(part, Media)]
    return {
        "system": "".join(words_in(message.parts) for message in leading).split(),
        "words": _turns(turns),
        "refusals": sum(isinstance(part, Refusal) for part in said),
        **parts_aspects(said),
        "results": [(places.get(each.call_id, each.call_id), words_in(each.parts)) for each in results],
        "failed": [each.failed for each in results],
        "media": sorted(map(_media, (*loose, *inside))),
        "media of results": sorted(map(_media, inside)),
        "media names": sorted(part.name for part in (*loose, *inside) if part.name),
        "media details": sorted(part.detail for part in (*loose, *inside) if part.detail not in ("", "auto")),
        "names": [message.name for message in turns if message.name],
        **_tools(request),
        "parallel": request.parallel_tool_calls,
        **_format(request.format),
        **_thinks(request.reasoning or Reasoning()),
        "modalities": sorted({*request.modalities} - {"text"}),
        "voice": request.voice,
        "user": request.user,
        "service tier": request.service_tier,
        "verbosity": request.verbosity,
        **_sampling(request),
    }


def _turns(turns: Sequence[Message]) -> list[tuple[str, str]]:
    """Who said what; turns without words say nothing here."""
    found: list[tuple[str, str]] = []
    for role, words in ((message.role, words_in(message.parts)) for message in turns):
        if words and found and found[-1][0] == role:
            found[-1] = role, found[-1][1] + words
        elif words:
            found.append((role, words))
    return found


def words_in(parts: Sequence[Part]) -> str:
    """What parts say in words."""
    return "".join(part.text for part in parts if isinstance(part, Text | Refusal))


def parts_aspects(parts: Sequence[Part]) -> dict[str, object]:
    """What is said beside words, in a request or an answer."""
    calls = [part for part in parts if isinstance(part, ToolCall)]
    thoughts = [part for part in parts if isinstance(part, Thinking)]
    return {
        "calls": [(call.name, _arguments(call), call.custom) for call in calls],
        "call signatures": [call.signature for call in calls if call.signature],
        "media": sorted(_media(part) for part in parts if isinstance(part, Media)),
        "thinking": [said for each in thoughts if any(said := (each.text, each.signature, each.redacted))],
        "citations": [*dict.fromkeys(each.url for part in parts if isinstance(part, Text) for each in part.citations)],
        "natives": [(part.dialect, part.what, canonical(part.wire)) for part in parts if isinstance(part, Native)],
    }


def _arguments(call: ToolCall) -> str:
    return call.arguments if call.custom else canonical(call.arguments or "{}")


def _media(media: Media) -> tuple[str, str]:
    content = media.data.translate(_ALPHABET).rstrip("=") or media.url or media.file_id
    kind = (media.mime or media.kind) if media.data else "address"
    return kind, hashlib.blake2b(content.encode(), digest_size=8).hexdigest()


def _tools(request: Request) -> dict[str, object]:
    own = [tool for tool in request.tools if isinstance(tool, Tool)]
    native = [tool for tool in request.tools if isinstance(tool, NativeTool)]
    choice = request.tool_choice
    only = choice.names if choice is not None and choice.mode in ("auto", "any") and choice.names else ()
    own = [tool for tool in own if not only or tool.name in only]
    chosen = None
    if choice is not None and request.tools and (choice.mode != "auto" or choice.wire):
        chosen = (choice.mode, choice.names if choice.mode == "one" else (), canonical(choice.wire or b"{}"))
    return {
        "tools": [(each.name, each.description, _schema(each.parameters), each.custom) for each in own],
        "strict tools": [each.name for each in own if each.strict],
        "native tools": [(each.dialect, each.what) for each in native],
        "tool choice": chosen,
    }


def _schema(raw: bytes) -> object:
    """None given, and an object without members, take the same calls."""
    schema = msgspec.json.decode(raw) if raw else {}
    if isinstance(schema, dict) and schema.get("type", "object") == "object" and not schema.get("properties"):
        return {name: value for name, value in schema.items() if name not in ("type", "properties")}
    return schema


def _format(form: Format | None) -> dict[str, object]:
    if form is None or form.kind == "text":
        return {"format": None, "format manner": ("", "")}
    name = "" if form.name == "answer" else form.name
    return {"format": (form.kind, canonical(form.schema or b"{}")), "format manner": (name, form.description)}


def _thinks(wish: Reasoning) -> dict[str, object]:
    if wish.off or wish.effort == "none" or wish.budget == 0:
        return {"thinks": "not", "shown thoughts": (False, "")}
    shown = bool(wish.shown or wish.summary)
    freely = (not (wish.effort or wish.budget) and (wish.adaptive or shown)) or wish.budget == -1
    budget = wish.budget if wish.budget != -1 else None
    summary = "" if wish.summary == "auto" else wish.summary
    return {"thinks": (wish.effort, budget, freely), "shown thoughts": (shown, summary)}


def _sampling(request: Request) -> dict[str, object]:
    sampling = request.sampling
    budget = request.reasoning.budget if request.reasoning is not None else None
    unasked = sampling.max_tokens == DEFAULT_MAX_TOKENS + max(0, budget or 0)
    return {
        **msgspec.structs.asdict(sampling),
        "stop": list(sampling.stop),
        "n": None if sampling.n == 1 else sampling.n,
        "max_tokens": None if unasked else sampling.max_tokens,
        "top_logprobs": sampling.top_logprobs or None,
    }


def reply_aspects(reply: Reply) -> dict[str, object]:
    """What an answer says to whoever reads it once."""
    first = reply.candidates[0] if reply.candidates else Candidate()
    return {
        "candidates": max(1, len(reply.candidates)),
        "words": words_in(first.parts),
        "refusals": _end(first) == "refusal",
        "calls": parts_aspects(first.parts)["calls"],
        "ends": _end(first),
        "stop sequences": first.finish.stop_sequence if first.finish else "",
        "usage": reply.usage or Usage(),
        "logprobs": _odds(first.logprobs),
        "service tier": reply.service_tier if reply.service_tier not in ("auto", "default") else "",
    }


def _end(candidate: Candidate) -> str:
    end = candidate.finish.end if candidate.finish else "stop"
    refused = any(isinstance(part, Refusal) for part in candidate.parts)
    return "refusal" if refused and end in ("stop", "content_filter") else end


def _odds(raw: bytes) -> object:
    """Tokens with their log-probabilities; zero has no sign."""
    said = msgspec.json.decode(raw, type=dict[str, object]) if raw else {}
    content = said.get("content")
    return [_token(each) for each in content] if isinstance(content, list) else None


def _token(said: dict[str, object]) -> object:
    others = said.get("top_logprobs")
    top = [_token(each) for each in others] if isinstance(others, list) and others else None
    return said.get("token"), said.get("logprob") or 0.0, top
