"""What breaks inside the turns of Anthropic's messages: a prefill, foreign thinking, breakpoints, pictures.

It knows blocks by their ``type`` alone, and edits the bytes of those that break. It does not know parameters.
"""

from collections.abc import Iterator

from outlast.catalog.models import Model
from outlast.dialects.adaptation.draft import Draft, Step, Watch, edit_items, items, last_item, text
from outlast.dialects.adaptation.rules import anthropic
from outlast.dialects.adaptation.steps.signatures import signer
from outlast.dialects.adaptation.traits import claude as traits
from outlast.dialects.envelope import Envelope
from outlast.dialects.identity import same_model

MOST_BREAKPOINTS = 4
MOST_IMAGE = 10 * (1 << 20)
"""Characters of base64 in one picture."""
_MESSAGES = ("messages",)
_CACHE = "cache_control"
_CACHED = b'"cache_control"'
_NO_PREFILL = "it does not go on from words of the assistant: end with a user's turn, or ask another model"


def watches(model: Model) -> Iterator[Watch]:
    """What can break, but for the breakpoints."""
    if model.abilities.get("assistant_prefill") is False:
        yield Watch(_MESSAGES, _refuse_prefill)
    if (most := traits.most_images(model)) is not None:
        yield Watch(_MESSAGES, _limit_images(most))
    if traits.thinks(model) != "never":
        yield Watch(_MESSAGES, _drop_foreign(model))


def _refuse_prefill(draft: Draft) -> None:
    turn = last_item(draft.value("messages"))
    if turn is None or _member(turn, "role") != "assistant":
        return
    content = _raw(turn, "content")
    last = last_item(content)
    if content is not None and (content.startswith(b'"') or (last is not None and _member(last, "type") == "text")):
        draft.refuse(anthropic.PREFILL, _NO_PREFILL)


def _limit_images(most: int) -> Step:
    def step(draft: Draft) -> None:
        messages = draft.value("messages")
        if messages is None or b'"image"' not in messages:
            return
        if messages.count(b'"image"') <= most and len(messages) <= MOST_IMAGE:
            return
        sizes = [size for turn in items(messages) for size in _images(_raw(turn, "content"))]
        if len(sizes) > most:
            draft.refuse(anthropic.IMAGE_LIMIT, f"it reads {most} pictures at most, not {len(sizes)}")
        elif max(sizes, default=0) > MOST_IMAGE:
            said = f"it reads pictures of {MOST_IMAGE:,} characters of base64 at most, not {max(sizes):,}"
            draft.refuse(anthropic.IMAGE_LIMIT, said)

    return step


def _images(content: bytes | None) -> Iterator[int]:
    """Each picture's length in base64, those inside of tool results too; 0 where it is elsewhere."""
    for block in items(content):
        kind = _member(block, "type")
        if kind == "image":
            data = _raw(_raw(block, "source") or b"", "data")
            yield 0 if data is None else len(data) - 2
        elif kind == "tool_result":
            yield from _images(_raw(block, "content"))


def _drop_foreign(model: Model) -> Step:
    def is_foreign(block: bytes) -> bool:
        if not block.startswith(b"{") or _member(block, "type") != "thinking":
            return False
        whose = signer(_member(block, "signature") or "")
        return bool(whose) and not same_model(model.id, whose, points_to=model.points_to, aliases=model.aliases)

    def kept(turn: bytes) -> bytes | None:
        content = _raw(turn, "content")
        if content is None or b'"thinking"' not in content or _member(turn, "role") != "assistant":
            return turn
        left = edit_items(content, lambda block: None if is_foreign(block) else block)
        if left == content:
            return turn
        return Envelope.parse(turn).edit({"content": left}) if items(left) else None

    def step(draft: Draft) -> None:
        messages = draft.value("messages")
        if messages is None or b'"signature"' not in messages:
            return
        left = edit_items(messages, kept)
        if left == messages:
            return
        draft.change(_MESSAGES, left, anthropic.FOREIGN_THINKING)
        if text(draft.value("thinking", "type")) == "enabled" and _lacks_thinking(left):
            draft.change(("thinking",), None, anthropic.FOREIGN_THINKING)

    return step


def _lacks_thinking(messages: bytes) -> bool:
    """Whether the turn whose tools have just answered no longer begins with thinking."""
    turns = items(messages)
    if len(turns) < 2 or not any(
        _member(block, "type") == "tool_result" for block in items(_raw(turns[-1], "content"))
    ):
        return False
    first = items(_raw(turns[-2], "content"))[:1]
    return not first or _member(first[0], "type") not in ("thinking", "redacted_thinking")


def limit_breakpoints(draft: Draft) -> None:
    """At most four, the ones for the caching of everything among them."""
    values = {name: draft.value(name) for name in ("messages", "system", "tools")}
    marks = {name: value.count(_CACHED) for name, value in values.items() if value is not None}
    over = sum(marks.values()) - MOST_BREAKPOINTS
    if over <= 0 and not (over == 0 and draft.value(_CACHE) is not None):
        return
    found = {name: _breakpoints(values[name], turns=name == "messages") for name in marks}
    over = sum(found.values()) + (draft.value(_CACHE) is not None) - MOST_BREAKPOINTS
    for name in marks:
        value, gone = values[name], min(over, found[name])
        if value is not None and gone > 0:
            draft.change((name,), _Unmarked(gone).all(value, turns=name == "messages"), anthropic.CACHE_LIMIT)
            over -= gone


def _breakpoints(array: bytes | None, *, turns: bool) -> int:
    """How many blocks are marked: counted by taking away more than there can be."""
    counter = _Unmarked(1 << 30)
    counter.all(array or b"", turns=turns)
    return (1 << 30) - counter.left


class _Unmarked:
    """Takes marks from blocks, the first ones first, until enough are gone."""

    __slots__ = ("left",)

    def __init__(self, most: int) -> None:
        self.left = most

    def all(self, array: bytes, *, turns: bool) -> bytes:
        """The array of blocks, or of turns with blocks."""
        return edit_items(array, self._turn if turns else self._block)

    def _turn(self, turn: bytes) -> bytes:
        content = _raw(turn, "content")
        if content is None or _CACHED not in content:
            return turn
        left = edit_items(content, self._block)
        return turn if left == content else Envelope.parse(turn).edit({"content": left})

    def _block(self, block: bytes) -> bytes:
        if not self.left or _CACHED not in block or not block.startswith(b"{"):
            return block
        envelope = Envelope.parse(block)
        if envelope.text(_CACHE) is not None:
            self.left -= 1
            return envelope.edit({_CACHE: None})
        inner = envelope.text("content")
        if inner is None or envelope.text("type") != b'"tool_result"':
            return block
        left = edit_items(inner, self._block)
        return block if left == inner else envelope.edit({"content": left})


def _raw(value: bytes, name: str) -> bytes | None:
    return Envelope.parse(value).text(name) if value.startswith(b"{") else None


def _member(value: bytes, name: str) -> str | None:
    return text(_raw(value, name))
