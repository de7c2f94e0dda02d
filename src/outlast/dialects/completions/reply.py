"""The older completion and the canonical reply, whole and streamed: words, how they end, and counts.

It knows ``text_completion``. What an answer says beside words is noted as left out.
"""

from collections.abc import Sequence

import msgspec

from outlast.dialects.chat.ends import finish_word, read_finish, usage_wire
from outlast.dialects.chat.events_in import ChatEventDecoder
from outlast.dialects.chat.events_out import broke
from outlast.dialects.chat.members import UNREADABLE
from outlast.dialects.chat.reply_in import decode_reply as decode_chat
from outlast.dialects.chat.reply_out import identity
from outlast.dialects.conversation.losses import Losses
from outlast.dialects.conversation.parts import Part, Refusal, Text
from outlast.dialects.conversation.reply import (
    Begin,
    Broke,
    Candidate,
    Delta,
    Done,
    Ended,
    Event,
    Finish,
    PartBegin,
    Reply,
    Used,
)
from outlast.dialects.dialect import Framing
from outlast.dialects.sse import data_of
from outlast.exchange import Usage

_encode = msgspec.json.Encoder().encode
_USUAL = ("", "auto", "default")
"""Tiers that go without saying."""


class _Piece(msgspec.Struct, gc=False):
    index: int = 0
    text: str | None = None
    finish_reason: str | None = None


class _Completion(msgspec.Struct, gc=False):
    choices: list[_Piece] = []


_COMPLETION = msgspec.json.Decoder(_Completion)


def _pieces(data: bytes) -> list[_Piece]:
    try:
        return _COMPLETION.decode(data).choices
    except UNREADABLE:
        return []


def decode_reply(body: bytes) -> Reply:
    """The canonical reply: its head as in chat. Raises ``UpstreamBroken`` when the body is no JSON object."""
    candidates = tuple(
        Candidate(
            index=piece.index,
            parts=(Text(piece.text),) if piece.text else (),
            finish=read_finish(piece.finish_reason or "", calls=False),
        )
        for piece in _pieces(body)
    )
    return msgspec.structs.replace(decode_chat(body), candidates=candidates)


def encode_reply(reply: Reply, framing: Framing, losses: Losses) -> bytes:
    """The body for a caller of this dialect."""
    losses.drop_extra(reply.extra, "completions")
    if reply.service_tier not in _USUAL:
        losses.drop("service_tier")
    body: dict[str, object] = {
        **_head(reply.id, reply.model, reply.created, framing),
        "choices": [_choice(candidate, losses) for candidate in reply.candidates],
    }
    if reply.usage is not None:
        body["usage"] = usage_wire(reply.usage)
    return _encode(body)


def _head(said: str, model: str, created: int, framing: Framing) -> dict[str, object]:
    head = {"id": identity(said, framing), "object": "text_completion"}
    return {**head, "created": created or framing.created, "model": model or framing.model}


def _choice(candidate: Candidate, losses: Losses) -> dict[str, object]:
    words = "".join(_words(part, losses) for part in candidate.parts)
    if candidate.logprobs:
        losses.drop("choices.logprobs")
    losses.drop_extra(candidate.extra, "completions")
    word = _word(candidate.finish or Finish("stop"), losses)
    return {"index": candidate.index, "text": words, "logprobs": None, "finish_reason": word}


def _words(part: Part, losses: Losses) -> str:
    """What a part says in words; a refusal does, since its caller would wait for an answer in vain."""
    if isinstance(part, Text | Refusal):
        if isinstance(part, Refusal):
            losses.drop("choices.refusal", "written as text")
        elif part.citations:
            losses.drop("choices.citations")
        return part.text
    losses.drop(f"choices.{type(part).__name__.lower()}")
    return ""


def _word(finish: Finish, losses: Losses) -> str:
    """One of three words; a call of a tool ends as a stop, and is noted itself."""
    word = finish_word(finish)
    word = word if word in ("stop", "length", "content_filter") else "stop"
    if finish.end != "tool_calls" and read_finish(word, calls=False).end != finish.end:
        losses.drop("finish_reason", f"said as {word}")
    if finish.stop_sequence:
        losses.drop("stop_sequence")
    return word


class CompletionsDecoder:
    """Reads one upstream's stream: the head, the counts and the end as in chat, the words where they stand here."""

    def __init__(self) -> None:
        self._chat = ChatEventDecoder()

    def event(self, event: bytes) -> Sequence[Event]:
        """What one server-sent event says."""
        data = data_of(event)
        if not data.startswith(b"{") or b'"text"' not in data:
            return self._chat.event(event)
        events: list[Event] = []
        for piece in _pieces(data):
            delta = {"content": piece.text} if piece.text else {}
            events += self._chat.event(_as_chat(data, piece, delta))
        return events

    def finish(self) -> Sequence[Event]:
        """The body has ended."""
        return self._chat.finish()


def _as_chat(data: bytes, piece: _Piece, delta: dict[str, str]) -> bytes:
    """The same chunk as chat writes it: this dialect is old and rare, and one reader of oddities is enough."""
    fields = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    choice = {"index": piece.index, "delta": delta, "finish_reason": piece.finish_reason}
    return b"data: " + _encode({**fields, "choices": [choice]}) + b"\n\n"


class CompletionsEncoder:
    """Writes one caller's stream."""

    def __init__(self, framing: Framing, losses: Losses) -> None:
        self._framing, self._losses = framing, losses
        self._head = _head("", "", 0, framing)
        self._words: set[tuple[int, int]] = set()
        self._usage: Usage | None = None

    def event(self, event: Event) -> bytes:
        """The server-sent events for one canonical event."""
        match event:
            case Begin():
                if event.service_tier not in _USUAL:
                    self._losses.drop("service_tier")
                self._head = _head(event.id, event.model, event.created, self._framing)
                self._usage = event.usage
            case PartBegin():
                if isinstance(event.part, Text | Refusal):
                    self._words.add((event.choice, event.index))
                words = _words(event.part, self._losses)
                return self._chunk(event.choice, words) if words else b""
            case Delta():
                return self._delta(event)
            case Ended():
                return self._chunk(event.choice, "", _word(event.finish, self._losses))
            case Used():
                self._usage = event.usage
            case Broke():
                return broke(event)
            case Done():
                return self._done()
            case _:
                pass
        return b""

    def _delta(self, delta: Delta) -> bytes:
        if delta.logprobs:
            self._losses.drop("choices.logprobs")
        if delta.citation is not None:
            self._losses.drop("choices.citations")
        if not delta.text or (delta.choice, delta.index) not in self._words:
            return b""
        return self._chunk(delta.choice, delta.text)

    def _chunk(self, index: int, text: str, finish: str | None = None) -> bytes:
        choice = {"index": index, "text": text, "logprobs": None, "finish_reason": finish}
        return b"data: " + _encode({**self._head, "choices": [choice]}) + b"\n\n"

    def _done(self) -> bytes:
        if self._usage is None or not self._framing.include_usage:
            return b"data: [DONE]\n\n"
        usage = _encode({**self._head, "choices": [], "usage": usage_wire(self._usage)})
        return b"data: " + usage + b"\n\ndata: [DONE]\n\n"
