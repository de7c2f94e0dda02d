"""A whole answer of Google's, read into the canonical conversation.

It knows candidates, parts and ends. It does not know streams (``events_in``). Odd members are as if not said.
"""

from datetime import datetime

import msgspec

from outlast.dialects.conversation.parts import Citation, Extra, Media, Native, Part, Text, Thinking, ToolCall
from outlast.dialects.conversation.reply import Candidate, Finish, Reply
from outlast.dialects.gemini import wire
from outlast.dialects.gemini.facts import blocked, usage_of
from outlast.dialects.gemini.members import PREFIX
from outlast.dialects.gemini.odds import read_odds
from outlast.dialects.gemini.parts_in import SIGNATURE
from outlast.dialects.gemini.sources import citations
from outlast.dialects.gemini.words import NAME, UNSPECIFIED, finish_of, is_own_file, kind_of

_KEPT = {
    "finish_message": "finishMessage",
    "grounding_metadata": "groundingMetadata",
    "citation_metadata": "citationMetadata",
    "url_context_metadata": "urlContextMetadata",
    "safety_ratings": "safetyRatings",
    "avg_logprobs": "avgLogprobs",
    "token_count": "tokenCount",
}
_TIERS = {"standard": "default"}


def decode_reply(body: bytes) -> Reply:
    """The whole answer. Raises ``UpstreamBroken`` when it is no JSON object."""
    response = wire.read_response(body)
    response_id = response.response_id or ""
    candidates = tuple(
        _candidate(each, each.index if each.index is not None else place, response_id)
        for place, each in enumerate(response.candidates or ())
    )
    reason = blocked(response)
    if not candidates and reason:
        candidates = (Candidate(finish=Finish("content_filter", reason)),)
    usage, feedback = response.usage_metadata, wire.said(response.prompt_feedback)
    return Reply(
        id=response_id,
        model=response.model_version or "",
        created=seconds(response.create_time),
        candidates=candidates,
        usage=usage_of(usage),
        service_tier=tier_of(usage),
        extra={PREFIX + "promptFeedback": feedback} if feedback else {},
    )


def read_part(part: wire.Part, raw: msgspec.Raw, call_id: str) -> Part | None:
    """One part of an answer; None for one that says nothing. ``call_id``: of a call that came without one."""
    signature = part.thought_signature or ""
    if part.thought and part.text is not None:
        return Thinking(text=part.text, signature=signature, dialect=NAME)
    if part.function_call is not None:
        call = part.function_call
        arguments = (wire.said(call.args) or b"{}").decode(errors="replace")
        return ToolCall(id=call.id or call_id, name=call.name or "", arguments=arguments, signature=signature)
    extra = {SIGNATURE: msgspec.json.encode(signature)} if signature else {}
    if part.inline_data is not None or part.file_data is not None:
        return _media(part.inline_data or part.file_data or wire.Blob(), extra)
    if part.text is None and (block := _native(raw)) is not None:
        return block
    return Text(part.text or "", extra=extra) if part.text is not None or signature else None


def call_id_of(response_id: str, choice: int, place: int) -> str:
    """The id of a call that Google left without one: the same whenever the same answer is read."""
    stem = "".join(each for each in response_id if each.isalnum() and each.isascii())[:24] or "0"
    return f"call_{stem}_{place}" if not choice else f"call_{stem}_{choice}_{place}"


def kept(candidate: wire.Candidate) -> Extra:
    """What Google says beside an answer: sources, ratings, likelihood."""
    found = ((PREFIX + name, wire.said(getattr(candidate, member))) for member, name in _KEPT.items())
    return {name: value for name, value in found if value}


def tier_of(usage: wire.UsageMetadata | None) -> str:
    """In whose queue the call stood, in OpenAI's words."""
    tier = (usage.service_tier or "").lower() if usage is not None else ""
    return _TIERS.get(tier, tier)


def seconds(created: str | None) -> int:
    """Unix seconds of Google's time; 0 when there is none."""
    try:
        return max(int(datetime.fromisoformat(created or "").timestamp()), 0)
    except (ValueError, OverflowError):
        return 0


def _candidate(candidate: wire.Candidate, index: int, response_id: str) -> Candidate:
    parts = _parts(candidate, index, response_id)
    said = candidate.finish_reason or ""
    calls = any(isinstance(part, ToolCall) for part in parts)
    return Candidate(
        index=index,
        parts=_cited(parts, candidate),
        finish=finish_of(said, calls=calls) if said and said != UNSPECIFIED else None,
        logprobs=read_odds(candidate.logprobs_result),
        extra=kept(candidate),
    )


def _parts(candidate: wire.Candidate, index: int, response_id: str) -> tuple[Part, ...]:
    parts: list[Part] = []
    calls = 0
    for each, raw in wire.parts_of(candidate):
        part = read_part(each, raw, call_id_of(response_id, index, calls))
        calls += isinstance(part, ToolCall)
        if part is not None:
            parts.append(part)
    return tuple(parts)


def _cited(parts: tuple[Part, ...], candidate: wire.Candidate) -> tuple[Part, ...]:
    """Each citation stands at the words in which its stretch begins, or at the last ones."""
    texts = [place for place, part in enumerate(parts) if isinstance(part, Text)]
    grounding, recited = wire.said(candidate.grounding_metadata), wire.said(candidate.citation_metadata)
    if not texts or not (grounding or recited):
        return parts
    words = [part.text if isinstance(part, Text) else "" for part in parts]
    whole = "".join(words)
    held: dict[int, list[Citation]] = {}
    for citation in citations(whole, grounding, recited):
        held.setdefault(_place(words, texts, citation.start), []).append(citation)
    return tuple(
        msgspec.structs.replace(part, citations=tuple(held[place]))
        if place in held and isinstance(part, Text)
        else part
        for place, part in enumerate(parts)
    )


def _place(words: list[str], texts: list[int], start: int | None) -> int:
    end = 0
    for place in texts:
        end += len(words[place])
        if start is not None and start < end:
            return place
    return texts[-1]


def _media(blob: wire.Blob, extra: Extra) -> Media:
    mime, address = blob.mime_type or "", blob.file_uri or ""
    own = is_own_file(address)
    return Media(
        kind=kind_of(mime, address),
        mime=mime,
        data=blob.data or "",
        url="" if own else address,
        file_id=address if own else "",
        name=blob.display_name or "",
        extra=extra,
    )


def _native(raw: msgspec.Raw) -> Native | None:
    """A block that only Google has, whole; None where there is nothing but known members."""
    try:
        names = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    what = next((name for name in names if name not in wire.Part.__struct_encode_fields__), "")
    return Native(NAME, what, bytes(raw)) if what else None
