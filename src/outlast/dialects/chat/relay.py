"""A streamed chat completion on its way through: what may go to the caller now, and what the record needs of it.

It knows OpenAI's chunks, the chunk that only carries usage, and the terminal ``[DONE]``. It does not know where
bytes come from or go to. An event passes whole, unchanged and at once, or it is hidden or held back whole.
"""

import re

import msgspec

from outlast.dialects.chat.facts import (
    TEXT_LIMIT,
    Answer,
    Completion,
    choice_text,
    decode_completion,
    error_message,
    first_choice,
)
from outlast.dialects.passing import PassingStream
from outlast.dialects.sse import data_of, name_of
from outlast.exchange import Usage

_DONE = b"[DONE]"
# What a chunk can say beside further words; many providers send the first two as null in every chunk. Quotes inside
# words are escaped, so words cannot match.
_FACTS = rb'"(?:usage"\s*:\s*\{|finish_reason"\s*:\s*"|error")'
_WITHOUT_WORDS = re.compile(_FACTS)
_WITH_WORDS = re.compile(_FACTS + rb'|"(?:content|text)"\s*:\s*(?:"[^"]|\[)')


class StreamReader(PassingStream):
    """Reads one stream. ``hide_usage``: the caller did not ask for the chunk that only carries usage."""

    __slots__ = ("_finish", "_hide_usage", "_look_for", "_model", "_text", "_usage")

    def __init__(self, hide_usage: bool) -> None:  # noqa: FBT001  the gateway's contract; one flag, named at the call
        super().__init__()
        self._hide_usage = hide_usage
        self._model = ""
        self._usage: Usage | None = None
        self._finish = ""
        self._text = ""
        self._look_for: re.Pattern[bytes] | None = None

    @property
    def answer(self) -> Answer:
        """The facts so far: the first model named, the last usage and finish, the first words."""
        return Answer(self._model, self._usage, self._finish, self._text)

    def _passes(self, event: bytes) -> bool:
        plain = event.startswith(b"data: {") and event.find(b"\n") == len(event) - 2
        if self.done or (not plain and _DONE in event and data_of(event) == _DONE):
            self.done = True
            return self._hold(event)
        if plain and self._look_for is not None and self._look_for.search(event) is None:
            return True
        return not self._read(event)

    def _read(self, event: bytes) -> bool:
        """Note the facts of one event; whether it must be hidden."""
        if b"event:" in event and name_of(event) == b"error":
            self.failed = True
        data = data_of(event)
        if not data:
            return False
        try:
            piece = decode_completion(data)
        except msgspec.MsgspecError:
            return False  # No JSON object: the caller's client has to judge it, the bytes pass.
        self._note(piece)
        return self._hide_usage and piece.choices is not None and not piece.choices and piece.usage is not None

    def _note(self, piece: Completion) -> None:
        if not self._model and piece.model:
            self._model, self._look_for = piece.model, _WITH_WORDS
        self._usage = piece.reported or self._usage
        if piece.failed:
            self.failed = True
            self._text = self._text or error_message(piece)[:TEXT_LIMIT]
        choice = first_choice(piece)
        if choice is not None:
            self._finish = choice.finish_reason or self._finish
            self._add(choice_text(choice))

    def _add(self, words: str) -> None:
        if len(self._text) < TEXT_LIMIT:
            self._text = (self._text + words)[:TEXT_LIMIT]
        elif self._model:
            self._look_for = _WITHOUT_WORDS
