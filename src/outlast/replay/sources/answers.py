"""Recorded answers as draws: whole completions and streams in OpenAI's dialect.

It knows what an answer of the past lacks: nobody measured its pieces. It does not know whose answers may count
(``replay.intake``).
"""

import msgspec

from outlast.checks.draw import Draw
from outlast.dialects.chat.facts import read_completion
from outlast.dialects.chat.relay import StreamReader
from outlast.dialects.said import Collector, Said, read_said
from outlast.dialects.sse import Splitter
from outlast.errors import UpstreamBroken
from outlast.replay.sources.shape import Json, Object, members


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
    return Draw(said=said, answered=facts.model, usage=facts.usage) if _says(said) else None


def of_stream(text: str) -> Draw | None:
    """Server-sent events of a streamed chat completion; None where they break off or hold an error."""
    collector, reader, splitter = Collector(), StreamReader(hide_usage=False), Splitter()
    data = text.encode("utf-8", "surrogatepass") + b"\n\n"
    try:
        reader.feed(data)
        for event in splitter.feed(data):
            collector.event(event)
    except UpstreamBroken:
        return None
    whole = not reader.failed and (reader.done or reader.answer.finish)
    if not whole or not _says(collector.said):
        return None
    return Draw(said=collector.said, answered=reader.answer.model, usage=reader.answer.usage)


def of_message(message: Object, *, model: str = "", usage: Json = None, finish: str = "") -> Draw | None:
    """An assistant's message by itself, as fine-tuning lines and traces have it."""
    choice: Object = {"index": 0, "message": message, "finish_reason": finish or None}
    return of_completion({"choices": [choice], "model": model, "usage": members(usage) or None})


def _says(said: Said) -> bool:
    return bool(said.text or said.refusal or said.tool_calls)
