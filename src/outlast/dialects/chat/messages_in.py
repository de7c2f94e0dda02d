"""The turns of a request: from OpenAI's messages to canonical ones.

It knows roles, results of tools that stand alone, and the ways in which providers' answers come back as history:
``reasoning_content``, ``reasoning``, ``reasoning_details``, ``audio``, ``images``, ``annotations``, ``x_outlast``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from outlast.dialects.chat.citations import read_citation
from outlast.dialects.chat.content import FORM, decode_part
from outlast.dialects.chat.kept import MEMBER, Kept, Plain, assemble, orphans, read_parts
from outlast.dialects.chat.members import UNREADABLE, Members, is_string, wrong
from outlast.dialects.chat.reasoning import read_details
from outlast.dialects.chat.tools import decode_call, decode_function_call
from outlast.dialects.conversation.parts import Json, Media, Native, Part, Refusal, Text, Thinking, ToolCall, ToolResult
from outlast.dialects.conversation.request import Message, Role

_STRING = msgspec.json.Decoder(str)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_TALKING: dict[str, Role] = {"system": "system", "developer": "developer", "user": "user", "assistant": "assistant"}
BESIDE = ("executed_tools",)
"""Members of a provider's answer that are blocks of its own."""


def decode_messages(raws: Sequence[msgspec.Raw]) -> tuple[Message, ...]:
    """All turns; consecutive results of tools are one of the user's.

    Raises:
        MalformedRequest: a message cannot be read; ``param`` names it by its place.
    """
    reader = _Turns()
    for place, raw in enumerate(raws):
        reader.add(Members.of(raw, f"messages[{place}]"), place)
    return reader.done()


class _Turns:
    """Reads turn by turn."""

    def __init__(self) -> None:
        self._turns: list[Message] = []
        self._results: list[ToolResult] = []
        self._function_call = ""
        """The id that stands for the last call of the older kind, which has none."""

    def add(self, members: Members, place: int) -> None:
        """One more message."""
        word = members.needed("role")
        if word in ("tool", "function"):
            self._results.append(self._result(members, word))
            return
        role = _TALKING.get(word)
        if role is None:
            wrong(members.place("role"), "system, developer, user, assistant or tool", msgspec.json.encode(word))
        self._flush()
        name = members.text("name")
        parts = self._assistant(members, place) if role == "assistant" else _content(members)
        self._turns.append(Message(role, tuple(parts), name=name, extra=members.rest()))

    def done(self) -> tuple[Message, ...]:
        """All of them."""
        self._flush()
        return tuple(self._turns)

    def _flush(self) -> None:
        if self._results:
            self._turns.append(Message("user", tuple(self._results)))
            self._results = []

    def _result(self, members: Members, word: str) -> ToolResult:
        name = members.text("name")
        call_id = self._function_call if word == "function" else members.needed("tool_call_id")
        parts = _content(members)
        said: list[Text | Media] = []
        for part in parts:
            if not isinstance(part, Text | Media):
                wrong(members.place("content"), "a string or an array of text and media")
            said.append(part)
        return ToolResult(call_id=call_id, name=name, parts=tuple(said), extra=members.rest())

    def _assistant(self, members: Members, place: int) -> list[Part]:
        content = _content(members)
        thoughts = [*_thoughts(members), *(part for part in content if isinstance(part, Thinking))]
        refusal = members.text("refusal")
        calls = [
            decode_call(raw, f"{members.place('tool_calls')}[{index}]")
            for index, raw in enumerate(members.items("tool_calls"))
        ]
        called = members.inner("function_call")
        if called is not None:
            self._function_call = f"call_{place}"
            calls.append(decode_function_call(called, self._function_call))
        content = _cited(members, [part for part in content if not isinstance(part, Thinking)])
        kept = read_parts(members.raw(MEMBER))
        return _Answered(
            thoughts=thoughts,
            content=content,
            refusal=refusal,
            calls=calls,
            audio=_audio(members),
            images=_images(members),
            natives=_beside(members),
        ).parts(kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answered:
    """What an earlier answer said, member by member."""

    thoughts: list[Thinking]
    content: list[Part]
    refusal: str
    calls: list[ToolCall]
    audio: list[Media]
    images: list[Media]
    natives: list[Native]

    def parts(self, kept: Sequence[Kept]) -> list[Part]:
        """The parts in order: as they were where that is kept, else in the order of the members."""
        if kept:
            whole = assemble(self._plain(), kept)
            if whole is not None:
                return whole
        refusal = [Refusal(self.refusal)] if self.refusal else []
        said: list[Part] = [*self.thoughts, *self.natives, *self.content, *refusal]
        return [*orphans(kept), *said, *self.audio, *self.images, *self.calls]

    def _plain(self) -> Plain:
        return Plain(
            "".join(thought.text for thought in self.thoughts),
            "".join(part.text for part in self.content if isinstance(part, Text)),
            self.refusal,
            self.calls,
            self.audio,
            self.images,
            self.natives,
        )


def _content(members: Members) -> list[Part]:
    """A string or a list of parts; nothing for null."""
    raw = members.raw("content")
    if raw is None:
        return []
    if is_string(raw):
        text = _STRING.decode(raw)
        return [Text(text)] if text else []
    path = members.place("content")
    try:
        items = _LIST.decode(raw)
    except UNREADABLE:
        wrong(path, "a string or an array of parts", raw)
    return [decode_part(item, f"{path}[{place}]") for place, item in enumerate(items)]


def _thoughts(members: Members) -> list[Thinking]:
    """Thinking, wherever a provider writes it. Details say all that the plain words beside them say, and more."""
    details = read_details(members.items("reasoning_details"))
    plain, words = members.text("reasoning_content"), members.text("reasoning")
    if details:
        return details
    if plain:
        return [Thinking(text=plain, dialect="chat")]
    return [Thinking(text=words, dialect="chat", extra={FORM: b'"reasoning"'})] if words else []


def _audio(members: Members) -> list[Media]:
    """An earlier spoken answer, which its provider knows by its id."""
    inner = members.inner("audio")
    if inner is None:
        return []
    identity, data = inner.text("id"), inner.text("data")
    if data:
        extra: dict[str, Json] = {"chat:id": msgspec.json.encode(identity)} if identity else {}
        return [Media(kind="audio", data=data, transcript=inner.text("transcript"), extra=extra)]
    return [Media(kind="audio", file_id=identity)] if identity else []


def _images(members: Members) -> list[Media]:
    images: list[Media] = []
    for place, raw in enumerate(members.items("images")):
        part = decode_part(raw, f"{members.place('images')}[{place}]")
        if isinstance(part, Media):
            images.append(part)
    return images


def _beside(members: Members) -> list[Native]:
    return [Native("chat", name, bytes(raw)) for name in BESIDE if (raw := members.raw(name)) is not None]


def _cited(members: Members, content: list[Part]) -> list[Part]:
    """Sources belong to the words of the answer; without words they say nothing."""
    sources = tuple(read_citation(raw) for raw in members.items("annotations"))
    place = next((place for place, part in enumerate(content) if isinstance(part, Text)), None)
    part = None if place is None else content[place]
    if sources and place is not None and isinstance(part, Text):
        content[place] = msgspec.structs.replace(part, citations=sources)
    return content
