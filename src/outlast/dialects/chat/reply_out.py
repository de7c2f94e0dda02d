"""The canonical reply, written as a whole chat completion.

It knows which member says which part, and leaves to ``x_outlast`` what none can say. Several texts of one answer are
joined without separator.
"""

from collections.abc import Sequence

import msgspec

from outlast.dialects.chat.citations import annotations
from outlast.dialects.chat.content import Wire, address
from outlast.dialects.chat.ends import end_is_said, finish_word, usage_wire
from outlast.dialects.chat.kept import MEMBER, KeptEnd, records, sayable, stands_beside
from outlast.dialects.chat.members import own
from outlast.dialects.chat.tools import encode_call
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Media, Native, Part, Refusal, Text, Thinking, ToolCall
from outlast.dialects.conversation.reply import Candidate, Finish, Reply
from outlast.dialects.dialect import Framing

_TIERS = frozenset({"auto", "default", "flex", "scale", "priority", "fast"})


def encode_reply(reply: Reply, framing: Framing, losses: Losses) -> bytes:
    """The body for a caller of this dialect."""
    losses.drop_extra(reply.extra, "chat")
    body: Wire = {
        "id": identity(reply.id, framing),
        "object": "chat.completion",
        "created": reply.created or framing.created,
        "model": reply.model or framing.model,
        "choices": [_choice(candidate, losses) for candidate in reply.candidates],
    }
    if reply.usage is not None:
        body["usage"] = usage_wire(reply.usage)
    body.update(tier(reply.service_tier, losses))
    return msgspec.json.encode({**own(reply.extra), **body})


def identity(said: str, framing: Framing) -> str:
    """The upstream's id, or one made of the call's."""
    return said or f"chatcmpl-{framing.id}"


def tier(said: str, losses: Losses) -> Wire:
    """``service_tier`` in OpenAI's words: its clients' types have no other."""
    if said and said not in _TIERS:
        losses.drop("service_tier", "another provider's word")
    return {"service_tier": said} if said in _TIERS else {}


def _choice(candidate: Candidate, losses: Losses) -> Wire:
    losses.drop_extra(candidate.extra, "chat", "choices")
    finish = candidate.finish or Finish("other")
    logprobs = msgspec.Raw(candidate.logprobs) if candidate.logprobs else None
    choice: Wire = {"index": candidate.index, "message": _message(candidate.parts, losses), "logprobs": logprobs}
    return {**own(candidate.extra), **choice, **ended(finish)}


def ended(finish: Finish) -> Wire:
    """What a choice says of its end."""
    said: Wire = {"finish_reason": finish_word(finish)}
    if finish.stop_sequence:
        said["stop_reason"] = finish.stop_sequence
    if not end_is_said(finish):
        said[MEMBER] = KeptEnd(finish.end, finish.said, finish.stop_sequence)
    return said


def _message(parts: Sequence[Part], losses: Losses) -> Wire:
    texts = [part for part in parts if isinstance(part, Text)]
    refusals = "".join(part.text for part in parts if isinstance(part, Refusal))
    message: Wire = {
        "role": "assistant",
        "content": "".join(text.text for text in texts) if texts else None,
        "refusal": refusals or None,
    }
    if thoughts := "".join(part.text for part in parts if isinstance(part, Thinking)):
        message["reasoning_content"] = thoughts
    if sources := annotations(texts):
        message["annotations"] = sources
    message.update(_media([part for part in parts if isinstance(part, Media) and sayable(part)], losses))
    natives = [part for part in parts if isinstance(part, Native) and stands_beside(part)]
    message.update({native.what: msgspec.Raw(native.wire) for native in natives})
    if calls := [call_wire(part, place) for place, part in enumerate(_calls(parts))]:
        message["tool_calls"] = calls
    if kept := records(parts):
        message[MEMBER] = {"parts": kept}
    return message


def _calls(parts: Sequence[Part]) -> list[ToolCall]:
    return [part for part in parts if isinstance(part, ToolCall)]


def call_wire(call: ToolCall, place: int) -> Wire:
    """A call; one without id gets its place as one."""
    return encode_call(call if call.id else msgspec.structs.replace(call, id=f"call_{place}"))


def _media(media: Sequence[Media], losses: Losses) -> Wire:
    said: Wire = {}
    for each in media:
        if each.kind == "audio" and "audio" in said:
            losses.drop("choices.audio", "a second one")
        elif each.kind == "audio":
            said["audio"] = audio_wire(each)
    if images := [{"type": "image_url", "image_url": {"url": address(each)}} for each in media if each.kind == "image"]:
        said["images"] = images
    return said


def audio_wire(media: Media) -> Wire:
    """A spoken answer. ``expires_at`` of one that no provider keeps is 0: it cannot be named in a later turn."""
    more = own(media.extra)
    known = {"id": more.get("id", ""), "expires_at": more.get("expires_at", 0)}
    return {**known, "data": media.data, "transcript": media.transcript}
