"""Items of a conversation read into turns: what a caller sends as ``input``, what a model answers as ``output``.

It knows each type of item and of content, and which items one turn consists of. Items that only this dialect has are
kept whole. It does not know the members around them (``request_in``, ``reply_in``).
"""

from collections.abc import Iterable

import msgspec

from outlast.dialects.conversation.parts import (
    Citation,
    Extra,
    Media,
    Native,
    Part,
    Refusal,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from outlast.dialects.conversation.request import Message, Role
from outlast.dialects.responses.wire import (
    FOREIGN,
    NAME,
    UNREADABLE,
    Members,
    is_null,
    kept,
    listed,
    members,
    needed,
    of_data_url,
    take,
    take_text,
    wrong,
)
from outlast.errors import MalformedRequest

ROLES: tuple[Role, ...] = ("system", "developer", "user", "assistant")
PARAGRAPH = "\n\n"
"""What stands between the parts of a summary of thoughts."""
_USERS = frozenset({"mcp_approval_response", "tool_search_output"})
"""Items of the caller's side whose type does not end in ``_output``."""
_AUDIO = {"mp3": "audio/mpeg", "wav": "audio/wav"}
_PICTURES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}


class Turns:
    """Puts items together to turns: what an assistant said in a row is one, and so are results of tools in a row."""

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._role: Role | None = None
        """Whose turn is open; None: nobody's."""
        self._parts: list[Part] = []
        """Of the open turn."""
        self._results = True
        """It has nothing but results of tools."""
        self._custom: set[str] = set()

    def add(self, item: msgspec.Raw, where: str) -> None:
        """One more item. Raises ``MalformedRequest`` naming the member below ``where``."""
        fields = members(item, where)
        kind = take_text(fields, "type", f"{where}.") or ("message" if "role" in fields else "")
        if kind == "message":
            self._message(fields, f"{where}.")
        elif kind in ("function_call_output", "custom_tool_call_output"):
            self._join("user", (self._result(kind, fields, f"{where}."),))
        elif kind:
            part = item_part(kind, fields, item, f"{where}.")
            if isinstance(part, ToolCall) and part.custom:
                self._custom.add(part.id)
            users = isinstance(part, Native) and (kind.endswith("_output") or kind in _USERS)
            self._join("user" if users else "assistant", (part,))
        else:
            raise wrong(None, f"{where}.type", "the type of an item")

    @property
    def messages(self) -> tuple[Message, ...]:
        """The turns so far."""
        self._close()
        return tuple(self._messages)

    def _message(self, fields: Members, where: str) -> None:
        role = needed(fields, "role", where)
        if role not in ROLES:
            raise wrong(msgspec.Raw(msgspec.json.encode(role)), f"{where}role", "system, developer, user or assistant")
        content = fields.pop("content", None)
        parts = contents(content, f"{where}content")
        extra = _lasting(fields)
        if role == "assistant":
            self._join("assistant", (_with(parts[0], extra), *parts[1:]) if parts else ())
        elif parts or extra:
            self._close()
            self._messages.append(Message(next(each for each in ROLES if each == role), parts, extra=extra))
        else:
            self._open(next(each for each in ROLES if each == role), ())

    def _result(self, kind: str, fields: Members, where: str) -> ToolResult:
        call_id = needed(fields, "call_id", where)
        output = fields.pop("output", None)
        parts = contents(output, f"{where}output")
        said = tuple(part for part in parts if isinstance(part, Text | Media))
        if len(said) < len(parts):
            raise wrong(output, f"{where}output", "a string or an array of texts, images and files")
        extra = _lasting(fields)
        if kind == "custom_tool_call_output" and call_id not in self._custom:
            extra[f"{NAME}:type"] = b'"custom_tool_call_output"'
        return ToolResult(call_id=call_id, parts=said, extra=extra)

    def _join(self, role: Role, parts: tuple[Part, ...]) -> None:
        results = all(isinstance(part, ToolResult) for part in parts)
        if self._role == role and (role == "assistant" or (self._results and results)):
            self._parts += parts
        elif parts:
            self._open(role, parts)

    def _open(self, role: Role, parts: tuple[Part, ...]) -> None:
        self._close()
        self._role, self._parts = role, [*parts]
        self._results = all(isinstance(part, ToolResult) for part in parts)

    def _close(self) -> None:
        if self._role is not None:
            self._messages.append(Message(self._role, tuple(self._parts)))
        self._role, self._parts = None, []


def item_part(kind: str, fields: Members, whole: msgspec.Raw | bytes, where: str) -> Part:
    """The part that an item is which stands for itself; one that only this dialect has is kept whole."""
    match kind:
        case "reasoning":
            return _thought(fields, where)
        case "function_call":
            arguments = needed(fields, "arguments", where)
            return _call(fields, where, arguments, custom=False)
        case "custom_tool_call":
            return _call(fields, where, needed(fields, "input", where), custom=True)
        case "image_generation_call" if not is_null(fields.get("result")):
            return _picture(fields, where)
        case _:
            return Native(NAME, kind, bytes(whole))


def contents(raw: msgspec.Raw | None, where: str) -> tuple[Part, ...]:
    """What a ``content`` or ``output`` says: a string, or an array of parts; nothing where it is null."""
    if raw is None or is_null(raw):
        return ()
    if bytes(memoryview(raw)[:1]) == b'"':
        try:
            return (Text(msgspec.json.decode(raw, type=str)),)
        except UNREADABLE:
            raise wrong(raw, where, "a string or an array of parts") from None
    if bytes(memoryview(raw)[:1]) != b"[":
        raise wrong(raw, where, "a string or an array of parts")
    return tuple(_content(part, f"{where}[{index}]") for index, part in enumerate(listed(raw, where)))


def _content(whole: msgspec.Raw, at: str) -> Part:
    fields, where = members(whole, at), f"{at}."
    kind = needed(fields, "type", where)
    match kind:
        case "input_text" | "output_text" | "text":
            text = needed(fields, "text", where)
            citations = citations_of(fields.pop("annotations", None))
            return Text(text, citations, kept(fields, but=() if _has(fields, "logprobs") else ("logprobs",)))
        case "refusal":
            return Refusal(needed(fields, "refusal", where), kept(fields))
        case "input_image":
            return _image(fields, where)
        case "input_file":
            return _file(fields, where)
        case "input_audio":
            return _sound(fields, where)
        case _:
            return Native(NAME, f"content.{kind}", bytes(whole))


def _image(fields: Members, where: str) -> Media:
    url, file_id = take_text(fields, "image_url", where), take_text(fields, "file_id", where)
    detail = take_text(fields, "detail", where)
    if not url and not file_id:
        raise wrong(None, f"{where}image_url", "the address of an image, or file_id that of a file")
    inline = of_data_url(url)
    mime, data = inline or ("", "")
    address = "" if inline else url
    return Media(
        kind="image", mime=mime, data=data, url=address, file_id=file_id, detail=detail, extra=kept(fields)
    )  # fmt: skip


def _file(fields: Members, where: str) -> Media:
    data, url = take_text(fields, "file_data", where), take_text(fields, "file_url", where)
    file_id, name = take_text(fields, "file_id", where), take_text(fields, "filename", where)
    if not (data or url or file_id):
        raise wrong(None, f"{where}file_data", "the content of a file, or file_url its address, or file_id its id")
    mime, data = of_data_url(data) or ("", data)
    return Media(kind="document", mime=mime, data=data, url=url, file_id=file_id, name=name, extra=kept(fields))


def _sound(fields: Members, where: str) -> Media:
    sound = take(fields, "input_audio", where, Members)
    if sound is None:
        raise wrong(None, f"{where}input_audio", "an object")
    inner = f"{where}input_audio."
    data, form = needed(sound, "data", inner), take_text(sound, "format", inner)
    mime = _AUDIO.get(form, f"audio/{form}" if form else "")
    return Media(kind="audio", mime=mime, data=data, extra=kept(fields))


def _call(fields: Members, where: str, arguments: str, *, custom: bool) -> ToolCall:
    call_id, name = needed(fields, "call_id", where), needed(fields, "name", where)
    ours = take(fields, "x_outlast", where, dict[str, str]) or {}
    signature = ours.get("signature", "")
    return ToolCall(
        id=call_id, name=name, arguments=arguments, custom=custom, signature=signature, extra=_lasting(fields)
    )  # fmt: skip


def _thought(fields: Members, where: str) -> Thinking:
    summary, content = fields.get("summary"), fields.get("content")
    said = _texts(content) or _texts(summary)
    joint = "".join if _texts(content) else PARAGRAPH.join
    opaque = take_text(fields, "encrypted_content", where)
    if opaque.startswith(FOREIGN):
        dialect, _, rest = opaque[len(FOREIGN) :].partition(":")
        form, _, secret = rest.partition(":")
        return Thinking(
            text=joint(said),
            signature=secret if form == "s" else "",
            redacted=secret if form == "r" else "",
            dialect=dialect,
        )
    # Written back as it came, where one text alone would not say it.
    plain = len(said) < 2 and not _has(fields, "content")
    idle = () if _has(fields, "content") else ("content",)
    extra = _lasting(fields, but=("summary", *idle) if plain else idle)
    return Thinking(text=joint(said), signature=opaque, dialect=NAME, extra=extra)


def _picture(fields: Members, where: str) -> Media:
    data = needed(fields, "result", where)
    form = take_text({"output_format": fields.get("output_format", msgspec.Raw(b"null"))}, "output_format", where)
    extra = _lasting(fields)
    extra[f"{NAME}:type"] = b'"image_generation_call"'
    return Media(kind="image", mime=_PICTURES.get(form, "image/png"), data=data, extra=extra)


def citations_of(raw: msgspec.Raw | None) -> tuple[Citation, ...]:
    """The annotations of a text; what cannot be read is kept as it came."""
    if raw is None or is_null(raw):
        return ()
    try:
        found = msgspec.json.decode(raw, type=list[msgspec.Raw])
    except UNREADABLE:
        return ()
    return tuple(map(citation_of, found))


class _Annotation(msgspec.Struct, gc=False):
    """Any kind of annotation."""

    url: str | None = None
    title: str | None = None
    filename: str | None = None
    start_index: int | None = None
    end_index: int | None = None


def citation_of(raw: msgspec.Raw) -> Citation:
    """One annotation."""
    try:
        said = msgspec.json.decode(raw, type=_Annotation)
    except UNREADABLE:
        said = _Annotation()
    return Citation(
        url=said.url or "",
        title=said.title or said.filename or "",
        start=said.start_index,
        end=said.end_index,
        wire=bytes(raw),
        dialect=NAME,
    )


def _texts(raw: msgspec.Raw | None) -> list[str]:
    """The words of a summary or of a thought, part by part."""
    try:
        parts = msgspec.json.decode(raw, type=list[Members]) if raw is not None and not is_null(raw) else []
        return [msgspec.json.decode(part["text"], type=str) for part in parts if "text" in part]
    except UNREADABLE:
        return []


def _lasting(fields: Members, *, but: tuple[str, ...] = ()) -> Extra:
    """What else an item says; that it is completed says nothing."""
    done = "status" in fields and bytes(fields["status"]) in (b'"completed"', b"null")
    return kept(fields, but=(*but, *(("status",) if done else ())))


def _has(fields: Members, name: str) -> bool:
    return name in fields and bytes(fields[name]) not in (b"null", b"[]")


def _with(part: Part, extra: Extra) -> Part:
    if not extra or isinstance(part, Native):
        return part
    return msgspec.structs.replace(part, extra={**part.extra, **extra})


def read_turns(items: Iterable[msgspec.Raw], where: str) -> tuple[Message, ...]:
    """The turns that a list of items makes. Raises ``MalformedRequest``."""
    turns = Turns()
    for index, item in enumerate(items):
        turns.add(item, f"{where}[{index}]")
    return turns.messages


def lenient_part(kind: str, fields: Members, whole: msgspec.Raw | bytes) -> Part:
    """``item_part`` of an answer: what cannot be read is kept whole."""
    try:
        return item_part(kind, fields, whole, "")
    except MalformedRequest:
        return Native(NAME, kind, bytes(whole))
