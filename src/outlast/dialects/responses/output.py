"""What a model answered, as the items of an answer: each with an id and a state.

It knows the form of every item in ``output`` and how far it is done. It does not know the response around them
(``reply_out``) nor the events that announce them (``events_out``).
"""

from collections.abc import Iterator, Sequence

import msgspec

from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Media, Native, Part, Refusal, Text, Thinking, ToolCall
from outlast.dialects.responses.items_out import annotations
from outlast.dialects.responses.wire import FOREIGN, NAME, Wire, own, raw, said

_ANSWERED = "output"


def response_id(given: str, call: str) -> str:
    """The id of a response: clients know one by how it begins."""
    known = given or call
    return known if known.startswith("resp_") else f"resp_{known}"


class Ids:
    """Names items: by the upstream's own id, or by the response's and the item's place."""

    __slots__ = ("_base",)

    def __init__(self, response: str) -> None:
        self._base = response.removeprefix("resp_")

    def of(self, part: Part, begin: str, place: int) -> str:
        """``begin`` is what ids of this type begin with: ``msg``, ``rs``, ``fc``."""
        own_id = "" if isinstance(part, Native) else said(part.extra, "id")
        return own_id or f"{begin}_{self._base}_{place}"


def begins_message(part: Text | Refusal) -> bool:
    """Whether words begin a message even where one is open: it has an id or a phase of its own."""
    return f"{NAME}:id" in part.extra or f"{NAME}:phase" in part.extra


def message(part: Text | Refusal, item_id: str, content: Sequence[Wire], status: str) -> Wire:
    """A message; ``part`` is its first."""
    phase = part.extra.get(f"{NAME}:phase")
    head: Wire = {"type": "message", "id": item_id, "status": status, "role": "assistant", "content": list(content)}
    return head | ({"phase": raw(phase)} if phase else {})


def content(part: Text | Refusal, logprobs: Sequence[msgspec.Raw], losses: Losses) -> Wire:
    """Words, whole."""
    losses.drop_extra(part.extra, NAME, _ANSWERED)
    if isinstance(part, Refusal):
        return {"type": "refusal", "refusal": part.text}
    wire: Wire = {"type": "output_text", "text": part.text, "annotations": annotations(part, losses)}
    return wire | {"logprobs": list(logprobs)}


def thought(part: Thinking, item_id: str, losses: Losses) -> Wire:
    """A thought; the signature of another dialect's is wrapped, so that it comes back unchanged."""
    losses.drop_extra(part.extra, NAME, _ANSWERED)
    summary = [{"type": "summary_text", "text": part.text}] if part.text else []
    wire: Wire = {"type": "reasoning", "id": item_id, "summary": summary}
    opaque = part.signature if part.dialect == NAME else wrapped(part)
    if opaque:
        wire["encrypted_content"] = opaque
    return wire | own(part.extra, but=("id",))


def wrapped(part: Thinking) -> str:
    """A foreign thought's secret with the name of its dialect before it; a thought without one is marked, too."""
    form, secret = ("r", part.redacted) if part.redacted else ("s", part.signature)
    return f"{FOREIGN}{part.dialect}:{form}:{secret}"


def call(part: ToolCall, item_id: str, status: str, losses: Losses) -> Wire:
    """A call of a tool."""
    losses.drop_extra(part.extra, NAME, _ANSWERED)
    wire: Wire = {"type": "custom_tool_call" if part.custom else "function_call", "id": item_id, "call_id": part.id}
    wire |= {"name": part.name, ("input" if part.custom else "arguments"): part.arguments, "status": status}
    if part.signature:
        wire["x_outlast"] = {"signature": part.signature}
    return wire | own(part.extra, but=("id", "status"))


def picture(part: Media, item_id: str, status: str = "completed") -> Wire:
    """A picture that the model made."""
    kind = part.mime.removeprefix("image/") or "png"
    wire: Wire = {"type": "image_generation_call", "id": item_id, "status": status, "result": part.data}
    return wire | {"output_format": kind} | own(part.extra, but=("id", "type", "status"))


def unsaid(part: Part, losses: Losses) -> None:
    """Note a part that this dialect has no item for."""
    if isinstance(part, Native):
        losses.drop(f"{_ANSWERED}.{part.what}", "another provider's own")
    elif isinstance(part, Media):
        losses.drop(f"{_ANSWERED}.{part.kind}")
    else:
        losses.drop(f"{_ANSWERED}.{type(part).__name__.lower()}")


def sayable(part: Part) -> Part | None:
    """The part as this dialect can say it: of a sound, its words; None where there is nothing to say."""
    if isinstance(part, Native):
        return part if part.dialect == NAME else None
    if isinstance(part, Media) and not (part.kind == "image" and part.data):
        return Text(part.transcript) if part.transcript else None
    return part


def output(parts: Sequence[Part], response: str, logprobs: Sequence[msgspec.Raw], losses: Losses) -> list[object]:
    """The items of an answer that is complete."""
    return list(_Items(response, logprobs, losses).of(parts))


class _Items:
    """Writes items in order; log-probabilities stand with the first words."""

    def __init__(self, response: str, logprobs: Sequence[msgspec.Raw], losses: Losses) -> None:
        self._ids = Ids(response)
        self._logprobs = logprobs
        self._losses = losses

    def of(self, parts: Sequence[Part]) -> Iterator[object]:
        """The items."""
        place, words = 0, list[Text | Refusal]()
        for given in parts:
            part = sayable(given)
            if part is None or part.__class__ is not given.__class__:
                unsaid(given, self._losses)
            if isinstance(part, Text | Refusal) and not (words and begins_message(part)):
                words.append(part)
                continue
            if words and part is not None:
                yield self._message(words, place)
                place, words = place + 1, []
            if isinstance(part, Text | Refusal):
                words.append(part)
            elif part is not None:
                yield self._item(part, place)
                place += 1
        if words:
            yield self._message(words, place)

    def _message(self, words: Sequence[Text | Refusal], place: int) -> Wire:
        first = words[0]
        contents = []
        for part in words:
            is_text = isinstance(part, Text)
            contents.append(content(part, self._logprobs if is_text else (), self._losses))
            self._logprobs = () if is_text else self._logprobs
        return message(first, self._ids.of(first, "msg", place), contents, "completed")

    def _item(self, part: Part, place: int) -> object:
        match part:
            case Thinking():
                return thought(part, self._ids.of(part, "rs", place), self._losses)
            case ToolCall():
                return call(part, self._ids.of(part, "ctc" if part.custom else "fc", place), "completed", self._losses)
            case Media():
                return picture(part, self._ids.of(part, "ig", place))
            case Native():
                return raw(part.wire)
        unsaid(part, self._losses)
        return None
