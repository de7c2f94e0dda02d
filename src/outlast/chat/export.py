"""A conversation handed out: as Markdown, which people read, or as JSON, which has the whole tree.

It knows the two forms. It does not know where conversations are kept, nor who may have one. Files are named in both
with what was taken out of them; their bytes are not in an export.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from outlast.chat.conversation import Conversation, Message
from outlast.chat.ports import Choice
from outlast.chat.tree import Tree

FORM: Final = "outlast.conversation/1"
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What a terminal would obey, but for line ends and tabs."""
_ENDED: Final = {
    "stopped": "(stopped here)",
    "interrupted": "(interrupted here: the gateway ended)",
    "running": "(still being written)",
}


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation with every message of its tree."""

    form: str = FORM
    conversation: Conversation
    messages: tuple[Message, ...]
    """In the order in which they were added; ``parent`` makes the tree of them."""
    choices: tuple[Choice, ...] = ()


def as_json(conversation: Conversation, messages: Sequence[Message], choices: Sequence[Choice] = ()) -> bytes:
    """The whole tree, as one line of JSON without its end."""
    exported = Exported(conversation=conversation, messages=tuple(messages), choices=tuple(choices))
    return msgspec.json.encode(exported)


def as_markdown(conversation: Conversation, messages: Sequence[Message]) -> str:
    """The branch that is shown. Control characters are left out: whoever prints this obeys no model."""
    tree = Tree(messages)
    shown = tree.shown(conversation.leaf)
    lines = [f"# {' '.join(conversation.title.split()) or 'Untitled'}", ""]
    lines += [f"{_day(conversation.created_ns)}, {len(shown)} of {len(tree)} messages (one branch of the tree).", ""]
    for message in shown:
        lines += _written(message)
    return _CONTROL.sub("", "\n".join(lines)).rstrip() + "\n"


def _written(message: Message) -> Iterator[str]:
    yield f"## {_who(message)}, {_time(message.created_ns)}"
    yield ""
    for file in message.attachments:
        left_out = f"; {file.left_out}" if file.left_out else ""
        yield f"*Attached: {file.name} ({file.media_type}, {file.size:,} bytes{left_out})*"
        yield ""
    if message.text:
        yield message.text.replace("\r\n", "\n").replace("\r", "\n")
        yield ""
    remark = message.error or _ENDED.get(message.phase, "")
    if remark:
        yield f"*{remark}*"
        yield ""


def _who(message: Message) -> str:
    if message.role == "user":
        return "You"
    by = message.by
    if by is None:
        return "Answer"
    if not by.served or by.served == by.asked:
        return by.asked
    because = f", {by.reason}" if by.reason not in ("", "target") else ""
    return f"{by.asked} (answered by {by.served}{because})"


def _day(at_ns: int) -> str:
    return f"{_utc(at_ns):%Y-%m-%d}"


def _time(at_ns: int) -> str:
    return f"{_utc(at_ns):%Y-%m-%d %H:%M} UTC"


def _utc(at_ns: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(at_ns // 10**9, dt.UTC)
