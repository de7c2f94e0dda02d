"""Any provider's request as a chat, or why it is none.

It knows how to tell dialects apart by content, and by the address where there is one. It does not know how one is put
into another's words (``translated``).
"""

import re
from typing import Final

from outlast.dialects.registry import DIALECTS
from outlast.replay.items import UNNAMED
from outlast.replay.sources.shape import Object, Untranslatable, members, objects, words
from outlast.replay.sources.translated import Chat, chat_in

_OTHER: Final = frozenset(
    {
        "embeddings", "audio", "images", "moderations", "rerank", "tokenize", "files", "batches", "uploads",
        "count_tokens", "countTokens", "batchEmbedContents", "embedContent", "embed", "input_tokens", "compact",
    }
)  # fmt: skip
"""Words of addresses behind which nobody converses."""
_LAST: Final = {"completions": "chat", "messages": "anthropic", "responses": "responses"}
_CONVERSES: Final = re.compile(
    r"/v1/(?:chat/completions|completions|messages|responses)|/v1(?:beta)?/models/.+:(?:stream)?[gG]enerateContent"
)
_MODEL: Final = re.compile(r"models/(.+?)(?::[A-Za-z]+)?$")


def converses(path: str) -> bool:
    """Whether a path of the gateway is one behind which a model is talked to."""
    return _CONVERSES.fullmatch(path) is not None


def chat_of(request: Object, address: str = "") -> Chat:
    """The request as a chat.

    Raises:
        Untranslatable: it is no chat, goes on from what is not in it, or asks what a chat cannot say.
    """
    place = address.partition("?")[0].partition("#")[0].rstrip("/")
    if other := next((word for word in re.split(r"[/:]", place) if word in _OTHER), None):
        raise Untranslatable(f"no chat, but {other}")
    dialect = DIALECTS[_dialect(request, place)]
    named = _MODEL.search(place) or _MODEL.search(words(request.get("model")))
    model = words(request.get("model")) if dialect.name != "gemini" else named[1] if named else ""
    if dialect.name == "chat" and not list(objects(request["messages"])):
        raise Untranslatable("no chat: its messages are empty")
    return chat_in(dialect, request, model or UNNAMED)


def _dialect(request: Object, place: str) -> str:
    """The name of the dialect.

    Raises:
        Untranslatable: nobody converses in it, or not in a dialect that is known.
    """
    last = place.rpartition("/")[2]
    if "contents" in request:
        return "gemini"
    if "input" in request and "messages" not in request:
        if last != "responses" and not _is_responses(request):
            raise Untranslatable("no chat, but an input without messages")
        return "responses"
    if last == "responses":
        return last
    if "messages" not in request:
        if "prompt" in request and place.endswith("/completions"):
            return "completions"
        raise Untranslatable("no chat: it has no messages")
    if last in ("converse", "converse-stream") or "inferenceConfig" in request or "toolConfig" in request:
        raise Untranslatable("in Bedrock's dialect, which is not translated yet")
    if last in ("chat", "chat-stream"):
        raise Untranslatable("in Cohere's dialect, which is not translated yet")
    return _LAST.get(last, "anthropic" if _is_anthropic(request) else "chat")


def _is_responses(request: Object) -> bool:
    return "instructions" in request or any("role" in each for each in objects(request["input"]))


def _is_anthropic(request: Object) -> bool:
    """By what only Anthropic's requests have: ``system`` beside the messages, their tools, their blocks."""
    if "system" in request or any("input_schema" in tool for tool in objects(request.get("tools"))):
        return True
    blocks = (
        words(block.get("type")) in ("tool_use", "tool_result", "thinking") or "source" in members(block)
        for message in objects(request["messages"])
        for block in objects(message.get("content"))
    )
    return any(blocks)
