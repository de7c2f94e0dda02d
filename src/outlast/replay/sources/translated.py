"""Requests and answers of every dialect in the one form that evidence is kept in: chat completions.

It knows what a translation may lose so that the request is still the one that was asked. It does not know any wire
(``dialects``), nor how dialects are told apart (``chat``).
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec

from outlast.checks.draw import Draw
from outlast.dialects.conversation.collect import Collector
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Media, Native, Part, Thinking, ToolCall, ToolResult
from outlast.dialects.conversation.reply import Reply
from outlast.dialects.conversation.request import NativeTool, Request
from outlast.dialects.dialect import Dialect, Framing
from outlast.dialects.registry import DIALECTS
from outlast.dialects.said import Said, read_said
from outlast.errors import CallerError, UpstreamBroken
from outlast.replay.sources.shape import Json, Object, Untranslatable, decoded, members, words

CHAT: Final = DIALECTS["chat"]
_NOWHERE: Final = Framing(id="", model="", created=0)
_UNHEARD: Final = frozenset(
    {
        "metadata", "service_tier", "cache_control", "betas", "anthropic_version", "inference_geo", "include", "store",
        "background", "stream_options", "truncation", "moderation", "prompt_cache_key", "prompt_cache_retention",
        "safety_identifier", "labels", "eager_input_streaming", "modelArmorConfig", "user_profile_id",
    }
)  # fmt: skip
"""Members that change what is billed, logged, kept or streamed, not what is said."""
_ELSEWHERE: Final = {
    "responses": ("previous_response_id", "conversation", "prompt"),
    "gemini": ("cachedContent", "cached_content"),
}
"""Members that stand for words which the body does not hold."""
_RUNS: Final = {"anthropic": ("mcp_servers", "container")}
"""Members that offer what their provider runs."""
_PLACE: Final = re.compile(r"\[\d*\]|\.\d+(?![^.])")
_WHO: Final = ("user", "safety_identifier", "prompt_cache_key")


class Chat(NamedTuple):
    """A request as a chat, and what of it a chat cannot say."""

    request: Object
    lost: tuple[str, ...] = ()
    """Names of members that change how is answered, in order: ``top_k``. Nothing of what was asked is among them."""


def chat_in(dialect: Dialect, request: Object, model: str) -> Chat:
    """A request of any dialect as a chat; one that is a chat stays as it is.

    Raises:
        Untranslatable: it cannot be read, goes on from what is not in it, or asks what a chat cannot say.
    """
    if dialect is CHAT:
        return Chat(request)
    _refuse_what_is_elsewhere(dialect.name, request)
    body = msgspec.json.encode(request if dialect.name == "gemini" else {"model": model, **request})
    losses = Losses()
    try:
        asked = dialect.peek(body, dialect.endpoint(model, False).partition("?")[0])
        meant = _looked_through(dialect.decode_request(body, asked), losses)
        chat = members(decoded(CHAT.encode_request(meant, losses)))
    except CallerError as error:
        place = _PLACE.sub("", error.param or "")  # the message repeats what somebody wrote
        raise Untranslatable(f"no chat: {place or 'it'} cannot be read as {dialect.name} has it") from error
    who: Object = {name: value for name in _WHO if name not in chat and (value := words(request.get(name)))}
    return Chat(chat | who, tuple(name for name in losses.names if name.rpartition(".")[2] not in _UNHEARD))


def _refuse_what_is_elsewhere(dialect: str, request: Object) -> None:
    for name in _ELSEWHERE.get(dialect, ()):
        if request.get(name):
            raise Untranslatable(f"the request's {name} stands for words that are not in it")
    for name in _RUNS.get(dialect, ()):
        if request.get(name):
            raise Untranslatable(f"the request's {name}, which its provider runs, has no counterpart in a chat")


def _looked_through(request: Request, losses: Losses) -> Request:
    """The request as it may be kept: thoughts and their signatures serve their own model, and nobody can redact them.

    Raises:
        Untranslatable: something of what is asked is said in no other dialect.
    """
    for tool in request.tools:
        if isinstance(tool, NativeTool):
            raise Untranslatable(f"the tool {tool.what[:60]}, which its provider runs, has no counterpart in a chat")
    replace, turns = msgspec.structs.replace, []
    for message in request.messages:
        if any(isinstance(part, Thinking) for part in message.parts):
            losses.drop("messages.thinking")
        kept = tuple(_kept(part, losses) for part in message.parts if not isinstance(part, Thinking))
        if kept or not message.parts:
            turns.append(replace(message, parts=kept))
    return replace(request, messages=tuple(turns), stream=False)


def _kept(part: Part, losses: Losses) -> Part:
    match part:
        case Native():
            raise Untranslatable(f"the block {part.what[:60]} has no counterpart in a chat")
        case Media() if part.file_id:
            raise Untranslatable("a file that its provider keeps is not in the request")
        case ToolResult() if any(name.endswith(":content") for name in part.extra):
            raise Untranslatable("a tool's result of a kind that has no counterpart in a chat")
        case ToolResult() if any(isinstance(each, Media) and each.file_id for each in part.parts):
            raise Untranslatable("a file that its provider keeps is not in the request")
        case ToolCall() if part.signature:
            losses.drop("messages.tool_calls.signature")
            return msgspec.structs.replace(part, signature="")
        case _:
            return part


def draw_of_document(dialect: Dialect, document: Json) -> Draw | None:
    """A whole answer; None where it is an error or says nothing."""
    try:
        return _draw(dialect.decode_reply(msgspec.json.encode(document)))
    except UpstreamBroken:
        return None


def draw_of_stream(dialect: Dialect, events: Iterable[bytes]) -> Draw | None:
    """The server-sent events of an answer; None where they break off, hold an error or say nothing."""
    decoder, collector = dialect.event_decoder(), Collector()
    for event in events:
        for said in decoder.event(event):
            collector.add(said)
    whole = collector.done or any(each.finish for each in collector.reply.candidates)
    for said in decoder.finish():  # would end what broke off, too
        collector.add(said)
    return _draw(collector.reply) if whole and collector.broke is None else None


def _draw(reply: Reply) -> Draw | None:
    """As an answer is read that is drawn anew: written as a chat completion first."""
    said = read_said(CHAT.encode_reply(reply, _NOWHERE, Losses()))
    return Draw(said=said, answered=reply.model, usage=reply.usage) if says(said) else None


def says(said: Said) -> bool:
    """Whether there is an answer at all."""
    return bool(said.text or said.refusal or said.tool_calls)
