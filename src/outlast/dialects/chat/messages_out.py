"""The turns of a request, written as OpenAI's messages.

It knows where results of tools stand, and which of a model's own parts a provider takes back: thoughts only where
they came in this dialect. What is left out is noted.
"""

from collections.abc import Iterator, Sequence

import msgspec

from outlast.dialects.chat.citations import annotations
from outlast.dialects.chat.content import (
    FORM,
    Wire,
    encode_media,
    encode_text,
    encode_thinking,
    stands_in_content,
)
from outlast.dialects.chat.kept import stands_beside
from outlast.dialects.chat.members import own
from outlast.dialects.chat.reasoning import stands_in_details, write_details
from outlast.dialects.chat.tools import encode_call
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Media, Native, Part, Refusal, Text, Thinking, ToolCall, ToolResult
from outlast.dialects.conversation.request import Message

_PLAIN_REASONING = b'"reasoning"'


class MessagesOut:
    """Writes turns. ``signatures``: the target is Google's, which wants its own signatures of calls back."""

    def __init__(self, losses: Losses, *, signatures: bool) -> None:
        self._losses = losses
        self._signatures = signatures

    def turns(self, messages: Sequence[Message]) -> list[Wire]:
        """All messages; a turn with results of tools becomes several."""
        return [wire for message in messages for wire in self._turn(message)]

    def _turn(self, message: Message) -> Iterator[Wire]:
        results = [part for part in message.parts if isinstance(part, ToolResult)]
        others: list[Part] = [part for part in message.parts if not isinstance(part, ToolResult)]
        left: list[Part] = []
        for result in results:
            yield self._result(result, left)
        others = [*left, *others]
        if not others and results:
            return
        self._losses.drop_extra(message.extra, "chat", "messages")
        head: Wire = {"role": message.role}
        if message.name:
            head["name"] = message.name
        body = self._assistant(others) if message.role == "assistant" else {"content": self._content(others)}
        yield {**head, **body, **own(message.extra)}

    def _result(self, result: ToolResult, left: list[Part]) -> Wire:
        """One result. Pictures stay in it; what else a tool may not say moves into the user's own words."""
        self._losses.drop_extra(result.extra, "chat", "messages")
        if result.failed:
            self._losses.drop("messages.tool.failed")
        inside: list[Part] = [part for part in result.parts if isinstance(part, Text) or part.kind == "image"]
        for part in result.parts:
            if isinstance(part, Media) and part.kind != "image":
                self._losses.drop(f"messages.tool.{part.kind}", "moved into the user's own words")
                left.append(part)
        named = {"name": result.name} if result.name else {}
        content = self._content(inside)
        return {"role": "tool", "tool_call_id": result.call_id, **named, "content": content, **own(result.extra)}

    def _content(self, parts: Sequence[Part]) -> str | list[object]:
        """A string where one is enough."""
        if not parts:
            return ""
        if len(parts) == 1 and isinstance(parts[0], Text) and not own(parts[0].extra):
            self._losses.drop_extra(parts[0].extra, "chat", "messages")
            return parts[0].text
        return [wire for part in parts if (wire := self._item(part)) is not None]

    def _item(self, part: Part) -> object | None:
        match part:
            case Text():
                return encode_text(part, self._losses)
            case Media():
                return encode_media(part, self._losses)
            case Refusal():
                self._losses.drop_extra(part.extra, "chat", "messages")
                return {"type": "refusal", "refusal": part.text, **own(part.extra)}
            case Thinking() if stands_in_content(part):
                return encode_thinking(part)
            case Native() if part.dialect == "chat":
                return msgspec.Raw(part.wire)
            case Native():
                self._losses.drop(f"messages.{part.what}", "a block of another provider's own")
            case Thinking():
                self._losses.drop("messages.thinking", "bound to another provider")
            case ToolCall() | ToolResult():
                self._losses.drop("messages.tool_calls", "not in this role")
        return None

    def _assistant(self, parts: Sequence[Part]) -> Wire:
        body: Wire = {}
        said = [part for part in parts if self._in_content(part)]
        refusals = [part for part in parts if isinstance(part, Refusal)]
        if said and refusals:
            said = [part for part in parts if self._in_content(part) or isinstance(part, Refusal)]
        calls = [part for part in parts if isinstance(part, ToolCall)]
        body["content"] = self._content(said) if said else None if calls or refusals else ""
        if refusals and len(said) == 0:
            for each in refusals:
                self._losses.drop_extra(each.extra, "chat", "messages")
            body["refusal"] = "".join(each.text for each in refusals)
        body.update(self._thoughts([part for part in parts if isinstance(part, Thinking)]))
        if sources := annotations((part for part in parts if isinstance(part, Text)), every=True):
            body["annotations"] = sources
        body.update(self._beside(parts))
        if calls:
            body["tool_calls"] = [self._call(call) for call in calls]
        return body

    @staticmethod
    def _in_content(part: Part) -> bool:
        if isinstance(part, Thinking):
            return stands_in_content(part)
        return isinstance(part, Text) or (isinstance(part, Native) and not stands_beside(part))

    def _thoughts(self, thoughts: Sequence[Thinking]) -> Wire:
        """Thoughts of this dialect's providers, each as its provider wrote them."""
        own_thoughts = [each for each in thoughts if each.dialect == "chat"]
        if len(own_thoughts) < len(thoughts):
            self._losses.drop("messages.thinking", "bound to another provider")
        for each in own_thoughts:
            self._losses.drop_extra(each.extra, "chat", "messages.thinking")
        beside = [each for each in own_thoughts if not stands_in_content(each)]
        details = [each for each in beside if stands_in_details(each)]
        if details:
            return {"reasoning_details": write_details(beside)}
        words = "".join(each.text for each in beside)
        if not words:
            return {}
        return {"reasoning" if beside[0].extra.get(FORM) == _PLAIN_REASONING else "reasoning_content": words}

    def _beside(self, parts: Sequence[Part]) -> Wire:
        """Spoken answers by their id, pictures, and blocks that stand beside the content."""
        body: Wire = {}
        images: list[Wire] = []
        for part in parts:
            if isinstance(part, Native) and stands_beside(part):
                body[part.what] = msgspec.Raw(part.wire)
            elif isinstance(part, Media) and part.kind == "audio":
                body.update(self._spoken(part))
            elif isinstance(part, Media) and (image := encode_media(part, self._losses)) is not None:
                images.append(image)
        return {**body, "images": images} if images else body

    def _spoken(self, media: Media) -> Wire:
        known = own(media.extra).get("id")
        if media.file_id:
            return {"audio": {"id": media.file_id}}
        if known is not None:
            return {"audio": {"id": known}}
        self._losses.drop("messages.audio", "an answer that only its own provider can take back")
        return {}

    def _call(self, call: ToolCall) -> Wire:
        self._losses.drop_extra(call.extra, "chat", "messages.tool_calls")
        if call.signature and not self._signatures:
            self._losses.drop("messages.tool_calls.signature", "bound to another provider")
            call = msgspec.structs.replace(call, signature="")
        return encode_call(call)
