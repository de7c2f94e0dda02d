"""A whole chat completion, read into the canonical reply.

It knows where providers put words, thoughts, calls, pictures and sources of an answer. An odd member is as if not
said; only what is no JSON object at all is an error.
"""

import msgspec

from outlast.dialects.chat.citations import read_citation
from outlast.dialects.chat.content import FORM, decode_part
from outlast.dialects.chat.ends import read_finish
from outlast.dialects.chat.kept import Plain, assemble, orphans, read_end, read_parts
from outlast.dialects.chat.reasoning import read_details
from outlast.dialects.chat.tools import signature_of
from outlast.dialects.chat.wire import (
    AudioPiece,
    CallPiece,
    ChoicePiece,
    MessagePiece,
    logprobs_text,
    read_completion_wire,
    said,
)
from outlast.dialects.conversation.parts import Extra, Media, Native, Part, Refusal, Text, Thinking, ToolCall
from outlast.dialects.conversation.reply import Candidate, Reply
from outlast.dialects.usage import usage_of
from outlast.errors import MalformedRequest, UpstreamBroken

AUDIO_MIME = "audio/wav"
"""Of a spoken answer: the wire does not repeat the format that the request asked for; OpenAI's examples ask for wav."""


def decode_reply(body: bytes) -> Reply:
    """The canonical reply. Raises ``UpstreamBroken`` when the body is no JSON object."""
    wire = read_completion_wire(body)
    if wire is None:
        raise UpstreamBroken("the upstream's answer is no JSON object")
    return Reply(
        id=wire.id or "",
        model=wire.model or "",
        created=wire.created or 0,
        candidates=tuple(_candidate(choice) for choice in wire.choices or ()),
        usage=usage_of(wire.usage or wire.x_groq.usage if wire.x_groq else wire.usage),
        service_tier=wire.service_tier or "",
    )


def _candidate(choice: ChoicePiece) -> Candidate:
    parts = tuple(_parts(choice.message or choice.delta or MessagePiece()))
    calls = any(isinstance(part, ToolCall) for part in parts)
    finish = read_end(choice.x_outlast) or read_finish(choice.finish_reason or "", choice.stop_reason, calls=calls)
    return Candidate(index=choice.index, parts=parts, finish=finish, logprobs=logprobs_text(choice.logprobs))


def _parts(message: MessagePiece) -> list[Part]:
    kept = read_parts(message.x_outlast)
    thoughts = _thoughts(message)
    content = list(content_parts(message.content))
    inner = [part for part in content if isinstance(part, Thinking)]
    words = [part for part in content if not isinstance(part, Thinking)]
    sources = tuple(map(read_citation, message.annotations or ()))
    plain = Plain(
        "".join(each.text for each in (*thoughts, *inner)),
        "".join(part.text for part in words if isinstance(part, Text)),
        message.refusal or "",
        [read_call(call, place) for place, call in enumerate(_calls(message))],
        [spoken(message.audio)] if message.audio and (message.audio.data or message.audio.transcript) else [],
        [part for raw in message.images or () for part in items(raw) if isinstance(part, Media)],
        [Native("chat", "executed_tools", bytes(message.executed_tools))] if said(message.executed_tools) else [],
    )
    whole = assemble(plain, kept) if kept else None
    if whole is not None:
        return whole
    refusal = [Refusal(plain.refusal)] if plain.refusal else []
    before: list[Part] = [*orphans(kept), *thoughts, *plain.natives]
    return [*before, *_cited(content, sources), *refusal, *plain.audio, *plain.images, *plain.calls]


def _thoughts(message: MessagePiece) -> list[Thinking]:
    details = read_details(message.reasoning_details or ())
    if details:
        return details
    if message.reasoning_content:
        return [Thinking(text=message.reasoning_content, dialect="chat")]
    if message.reasoning:
        return [Thinking(text=message.reasoning, dialect="chat", extra={FORM: b'"reasoning"'})]
    return []


def content_parts(content: str | list[msgspec.Raw] | None) -> list[Part]:
    """The parts of a content; a string is one."""
    if isinstance(content, list):
        return [part for raw in content for part in items(raw)]
    return [Text(content)] if content else []


def items(raw: msgspec.Raw) -> list[Part]:
    """One item of a list, if it can be read."""
    try:
        return [decode_part(raw, "content")]
    except MalformedRequest:
        return []


def _cited(content: list[Part], sources: tuple[object, ...]) -> list[Part]:
    place = next((place for place, part in enumerate(content) if isinstance(part, Text)), None)
    if sources and place is not None:
        content[place] = msgspec.structs.replace(content[place], citations=sources)
    return content


def _calls(message: MessagePiece) -> list[CallPiece]:
    older = [CallPiece(function=message.function_call)] if message.function_call else []
    calls = [*(message.tool_calls or ()), *older]
    return [call for call in calls if (call.function and call.function.name) or (call.custom and call.custom.name)]


def read_call(call: CallPiece, place: int) -> ToolCall:
    """A call that is whole; one without id gets its place as one."""
    inner = call.function if call.function and call.function.name else call.custom
    return ToolCall(
        id=call.id or f"call_{place}",
        name=(inner.name or "") if inner else "",
        arguments=((inner.arguments if inner is call.function else inner.input) or "") if inner else "",
        custom=inner is not None and inner is call.custom,
        signature=signature_of(call.extra_content),
    )


def spoken(audio: AudioPiece) -> Media:
    """A spoken answer; its id is what the provider wants back in the next turn."""
    extra: Extra = {}
    if audio.id:
        extra["chat:id"] = msgspec.json.encode(audio.id)
    if audio.expires_at:
        extra["chat:expires_at"] = msgspec.json.encode(audio.expires_at)
    return Media(kind="audio", mime=AUDIO_MIME, data=audio.data or "", transcript=audio.transcript or "", extra=extra)
