"""One answer as it comes into being: heard, thought, then phrase after phrase as text and, where wanted, as sound.

It knows the order of a reply (``grammar``), when a phrase closes and how an answer ends before its time. It does not
know how the turn before it was put together, nor how anything is scored.

Text is chosen greedily, and a special token only where the grammar has one. A sign closes a phrase where what would
follow begins with a space or is the end: ``3:45`` and ``1.5`` go on. What is to be read aloud is not chosen at all.
"""

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from outlast.omni import grammar
from outlast.omni.choice import Drawing, Habits, next_sign, next_text
from outlast.omni.engine import Ended, Event, Heard, Opening, Said, Samples, Spoken
from outlast.omni.memory import Kind
from outlast.omni.parts import Voice, Words
from outlast.omni.track import SILENT_FRAME, Track

Reason = Literal["stop", "length", "cancelled"]
_CLOSED: Final = re.compile(rf"(?<=[{re.escape(grammar.PHRASE_ENDS)}])\s+")


class _Cancelled(Exception):
    """Somebody has called for the end."""


def phrases(text: str) -> list[str]:
    """A text cut behind each sign that closes a phrase and is followed by a space: ``It is 3:45.`` is one."""
    return [found for found in _CLOSED.split(text.strip()) if found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a reply needs to know of the turn that it answers."""

    sound: bool
    """Something was heard in it."""
    typed: str
    read: int
    """Positions that were pushed since the answer before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """What writes and speaks; the same for all replies of a session."""

    words: Words
    pieces: Sequence[str]
    voice: Voice
    habits: Habits
    drawing: Drawing
    cancelled: Callable[[], bool]


class Reply:
    """Of one turn. Its events are computed as they are asked for."""

    def __init__(self, track: Track, opening: Opening, speaker: Speaker, told: Told) -> None:
        self._track = track
        self._opening = opening
        self._by = speaker
        self._told = told
        self._begun = track.written
        self._text = 0
        self._told_text = False
        self._answering = False
        self._silence_due = False
        self._blind = Kind.MONOLOGUE if speaker.habits.blank_monologue else None

    def events(self) -> Iterator[Event]:
        """All of it; whoever stops asking leaves a conversation in order."""
        reason: Reason = "cancelled"
        try:
            if self._opening.task == "transcribe":
                reason = yield from self._transcript()
            elif self._opening.task == "read aloud":
                reason = yield from self._reading()
            else:
                reason = yield from self._answer()
        except _Cancelled:
            pass
        finally:
            self._close()
        yield Ended(reason, self._told.read, self._track.written - self._begun)

    def _close(self) -> None:
        """What the grammar still asks for, wherever the reply was left."""
        if self._silence_due:
            self._by.voice.finish()
            self._track.speak(SILENT_FRAME, blind=self._blind)
        if self._opening.task != "transcribe" and not self._answering:
            self._begin_answer()
        self._write(grammar.END)

    def _transcript(self) -> Generator[Event, None, Reason]:
        self._write(grammar.HEARD)
        text, closed = self._section((grammar.END,), self._opening.longest_answer)
        yield Heard(text)
        return "length" if closed is None else "stop"

    def _reading(self) -> Generator[Event, None, Reason]:
        self._begin_answer()
        for phrase in phrases(self._told.typed):
            tokens = self._by.words.encode(" " + phrase)[: self._opening.longest_answer - self._text]
            for token in tokens:
                self._check()
                yield from self._say(token)
            yield from self._speak()
            if self._text >= self._opening.longest_answer:
                return "length"
        return "stop"

    def _answer(self) -> Generator[Event, None, Reason]:
        signs = (grammar.HEARD, grammar.THINK, grammar.ANSWER)
        self._check()
        sign: int | None = next_sign(self._track.token_scores(), signs if self._told.sound else signs[1:])
        if sign == grammar.HEARD:
            self._write(grammar.HEARD)
            text, sign = self._section((grammar.THINK, grammar.ANSWER), self._by.habits.longest_heard)
            yield Heard(text)
        if sign == grammar.THINK:
            self._write(grammar.THINK)
            self._section((grammar.ANSWER,), self._by.habits.longest_thought)
        self._begin_answer()
        return (yield from self._phrases())

    def _phrases(self) -> Generator[Event, None, Reason]:
        """Text until the network ends it; where it is spoken, each phrase as soon as it is closed."""
        due = closing = False
        while True:
            self._check()
            token = next_text(self._track.token_scores(), (grammar.END,))
            full = self._text >= self._opening.longest_answer and token != grammar.END
            token = grammar.END if full else token
            piece = self._by.pieces[token]
            if due and (token == grammar.END or (closing and piece.startswith(" "))):
                yield from self._speak()
                due = False
                continue
            if token == grammar.END:
                return "length" if full else "stop"
            yield from self._say(token)
            due = self._opening.aloud
            closing = piece.strip() in grammar.PHRASE_ENDS and piece != " "

    def _begin_answer(self) -> None:
        self._answering = True
        self._write(grammar.ANSWER)

    def _say(self, token: int) -> Iterator[Event]:
        """One token of the answer's text."""
        piece = self._by.words.decode((token,))
        if not self._told_text:
            piece = piece.lstrip(" ")
        self._text += 1
        self._write(token)
        if piece:
            self._told_text = True
            yield Said(piece)

    def _section(self, ends: tuple[int, ...], longest: int) -> tuple[str, int | None]:
        """Text up to one of ``ends``, and which it is; None where it was cut."""
        tokens: list[int] = []
        while len(tokens) < longest:
            self._check()
            token = next_text(self._track.token_scores(), ends)
            if token in ends:
                return self._by.words.decode(tokens).strip(), token
            tokens.append(token)
            self._write(token)
        return self._by.words.decode(tokens).strip(), None

    def _speak(self) -> Iterator[Event]:
        """The phrase that was written last, as sound."""
        self._track.write((grammar.SPEAK,), Kind.GIVEN, blind=self._blind)
        self._silence_due = True
        for _ in range(self._by.habits.longest_phrase):
            self._check()
            codes = self._track.choose_codes(self._by.drawing.choose)
            if codes == SILENT_FRAME:
                break
            self._track.speak(codes, blind=self._blind)
            yield from _spoken(self._by.voice.say(codes))
        self._track.speak(SILENT_FRAME, blind=self._blind)
        self._silence_due = False
        yield from _spoken(self._by.voice.finish())

    def _write(self, token: int) -> None:
        self._track.write((token,), Kind.MONOLOGUE)

    def _check(self) -> None:
        if self._by.cancelled():
            raise _Cancelled


def _spoken(samples: Samples) -> Iterator[Event]:
    if len(samples):
        yield Spoken(samples)
