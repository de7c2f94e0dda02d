"""Any provider's chat request as one in OpenAI's dialect, or what would be lost.

It knows how to tell the dialects apart by content, and by the address where there is one. It does not know the other
dialects' members (``anthropic``, ``gemini``, ``responses``).
"""

from outlast.replay.sources.anthropic import chat_of_anthropic
from outlast.replay.sources.gemini import chat_of_gemini
from outlast.replay.sources.responses import chat_of_responses
from outlast.replay.sources.shape import Object, Untranslatable, members, objects, words

_OTHER = ("embeddings", "audio", "images", "moderations", "rerank", "tokenize", "files", "count_tokens", "countTokens")


def chat_of(request: Object, address: str = "") -> Object:
    """The request in OpenAI's dialect.

    Raises:
        Untranslatable: it is no chat, or says what OpenAI's dialect cannot say.
    """
    place = address.partition("?")[0].rstrip("/")
    last = place.rpartition("/")[2].rpartition(":")[2]
    if any(word in place.split("/") for word in _OTHER) or last in ("countTokens", "batchEmbedContents", "embed"):
        raise Untranslatable(f"no chat, but {last}")
    if "contents" in request:
        return chat_of_gemini(request, place)
    if last == "responses" or ("input" in request and "messages" not in request):
        if "input" in request and not _is_responses(request, last):
            raise Untranslatable("no chat, but an input without messages")
        return chat_of_responses(request)
    if "messages" not in request:
        raise Untranslatable("no chat: it has no messages")
    if last in ("converse", "converse-stream") or "inferenceConfig" in request or "toolConfig" in request:
        raise Untranslatable("in Bedrock's dialect, which is not translated yet")
    if last in ("chat", "chat-stream"):
        raise Untranslatable("in Cohere's dialect, which is not translated yet")
    if last == "messages" or (last != "completions" and _is_anthropic(request)):
        return chat_of_anthropic(request)
    if not list(objects(request["messages"])):
        raise Untranslatable("no chat: its messages are empty")
    return request


def _is_responses(request: Object, last: str) -> bool:
    return last == "responses" or "instructions" in request or any("role" in each for each in objects(request["input"]))


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
