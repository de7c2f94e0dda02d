"""Recorded answers as draws: whole ones and streams, of every dialect, told apart by content.

It knows what an answer of the past lacks: nobody measured its pieces. It does not know whose answers may count
(``replay.intake``).
"""

from typing import Final

import msgspec

from outlast.checks.draw import Draw
from outlast.dialects.chat.facts import read_completion
from outlast.dialects.chat.relay import StreamReader
from outlast.dialects.registry import DIALECTS
from outlast.dialects.said import Collector, read_said
from outlast.dialects.sse import Splitter, data_of
from outlast.errors import UpstreamBroken
from outlast.replay.sources.shape import UNREADABLE, Json, Object, decoded, decoded_text, members, words
from outlast.replay.sources.translated import draw_of_document, draw_of_stream, says

_STREAM: Final = ("data:", "event:", ":")
_LOOKED_AT: Final = 8
"""Events of a stream by which its dialect is told; the first ones may say nothing."""


def answer_of(document: Json) -> Draw | None:
    """An answer, whole or as the text of a stream; None where it is an error, breaks off or says nothing."""
    document = decoded_text(document)
    if isinstance(document, str):
        return of_stream(document) if document.lstrip().startswith(_STREAM) else None
    if isinstance(document, list):  # Gemini's stream as one document
        return of_stream("".join(f"data: {msgspec.json.encode(each).decode()}\n\n" for each in document))
    name = _dialect(members(document))
    if name in ("", "chat"):
        return of_completion(document) if name else None
    return draw_of_document(DIALECTS[name], document)


def _dialect(found: Object) -> str:
    """Whose answer, or event of a stream, it is; empty where nobody's is known."""
    kind = words(found.get("type"))
    if found.get("object") == "text_completion":
        return "completions"
    if found.get("choices"):
        return "chat"
    if found.get("object") == "response" or kind.startswith("response."):
        return "" if found.get("error") or found.get("status") in ("queued", "in_progress") else "responses"
    if kind in ("message", "message_start"):
        return "anthropic"
    return "gemini" if "candidates" in found or "usageMetadata" in found else ""


def of_completion(document: Json) -> Draw | None:
    """A ``chat.completion``; None where it is none, or an error."""
    if not isinstance(document, dict) or not document.get("choices"):
        return None
    body = msgspec.json.encode(document)
    try:
        facts = read_completion(body)
    except UpstreamBroken:
        return None
    said = read_said(body)
    return Draw(said=said, answered=facts.model, usage=facts.usage) if says(said) else None


def of_stream(text: str) -> Draw | None:
    """Server-sent events of a streamed answer; None where they break off or hold an error."""
    try:
        events = Splitter().feed(text.encode("utf-8", "surrogatepass") + b"\n\n")
    except UpstreamBroken:
        return None
    name = next(filter(None, map(_dialect_of_event, events[:_LOOKED_AT])), "chat")
    return _of_chat(events) if name == "chat" else draw_of_stream(DIALECTS[name], events)


def _dialect_of_event(event: bytes) -> str:
    try:
        return _dialect(members(decoded(data_of(event) or b"null")))
    except UNREADABLE:
        return ""


def _of_chat(events: list[bytes]) -> Draw | None:
    collector, reader = Collector(), StreamReader(hide_usage=False)
    try:
        for event in events:
            reader.feed(event)
            collector.event(event)
    except UpstreamBroken:
        return None
    whole = not reader.failed and (reader.done or reader.answer.finish)
    if not whole or not says(collector.said):
        return None
    return Draw(said=collector.said, answered=reader.answer.model, usage=reader.answer.usage)


def of_message(message: Object, *, model: str = "", usage: Json = None, finish: str = "") -> Draw | None:
    """An assistant's message by itself, as fine-tuning lines and traces have it."""
    choice: Object = {"index": 0, "message": message, "finish_reason": finish or None}
    return of_completion({"choices": [choice], "model": model, "usage": members(usage) or None})
