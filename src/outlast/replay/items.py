"""A request's body as an item: what checks, samples and reports need to know of it.

It knows OpenAI's chat requests. It does not know where they come from (``replay.sources``), and reads a body only
after it was redacted (``replay.redaction``).
"""

import hashlib

import msgspec

from outlast.checks.draw import Item, Tool
from outlast.errors import MalformedRequest


class _Part(msgspec.Struct, gc=False):
    type: str = ""
    text: str | None = None


class _Message(msgspec.Struct, gc=False):
    role: str = ""
    content: str | list[_Part] | None = None


class _Function(msgspec.Struct, gc=False):
    name: str = ""
    parameters: msgspec.Raw = msgspec.Raw(b"{}")


class _Tool(msgspec.Struct, gc=False):
    function: _Function | None = None


class _Schema(msgspec.Struct, gc=False):
    schema: msgspec.Raw = msgspec.Raw()


class _Format(msgspec.Struct, gc=False):
    type: str = ""
    json_schema: _Schema | None = None


class _Request(msgspec.Struct, gc=False):
    messages: list[_Message]
    tools: list[_Tool] | None = None
    functions: list[_Function] | None = None
    response_format: _Format | None = None
    user: str | None = None


_REQUEST = msgspec.json.Decoder(_Request)
UNNAMED = "unnamed"
"""The model of a request that came without one."""
_VOLATILE = ("stream", "stream_options", "model", "store", "metadata", "n")
"""Members that do not change what is asked: the same request under two models is the same item."""


def make_item(body: bytes, *, cluster: str = "", application: str = "", language: str = "") -> Item:
    """The item of one request.

    Args:
        body: the whole request in OpenAI's dialect, redacted.
        cluster: the conversation or user; empty: by the system and first user message.
        application: the key or application that asked.
        language: of the user's words; empty: not told.

    Raises:
        MalformedRequest: the body is no chat request.
    """
    try:
        request = _REQUEST.decode(body)
        members = msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedRequest(f"this is no chat request: {error}") from error
    if "model" not in members:  # lines for training have none; each asking puts its own there
        body = msgspec.json.encode({"model": UNNAMED, **members})
    asked = msgspec.json.encode({name: each for name, each in members.items() if name not in _VOLATILE}, order="sorted")
    users = [_text(message) for message in request.messages if message.role == "user"]
    heads = [_text(message) for message in request.messages if message.role in ("system", "developer")]
    form = request.response_format
    functions = [tool.function for tool in request.tools or () if tool.function] + (request.functions or [])
    return Item(
        id=hashlib.sha256(asked).hexdigest()[:24],
        cluster=cluster or hashlib.sha256("\0".join([*heads, *users[:1]]).encode()).hexdigest()[:16],
        request=body,
        prompt="\n".join([*heads, *users]),
        last_user=users[-1] if users else "",
        turn=max(1, len(users)),
        tools=tuple(Tool(each.name, bytes(each.parameters)) for each in functions),
        schema=_schema(form),
        wants_json=form is not None and form.type in ("json_object", "json_schema"),
        application=application,
        language=language,
    )


def _schema(form: _Format | None) -> bytes | None:
    given = bytes(form.json_schema.schema) if form and form.json_schema else b""
    return given or None


def _text(message: _Message) -> str:
    content = message.content
    if isinstance(content, list):
        return "\n".join(part.text for part in content if part.text)
    return content or ""
