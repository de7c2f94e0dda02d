"""One conversation with the local engine: turns are put together as they are pushed, and answered.

It knows what belongs to a turn, when sound begins and ends in it, and what still finds room. It does not know how a
reply comes into being (``reply``), nor when a turn should end (``turns``).

Everything that is pushed is computed at once, so that an answer waits for nothing but itself. What is pushed while an
answer is being given belongs to the turn after it, and is computed when that answer has ended.
"""

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from outlast.errors import ContextFull, MalformedRequest
from outlast.omni import grammar
from outlast.omni.choice import Drawing, Habits
from outlast.omni.decoder import Decoder
from outlast.omni.engine import Event, Opening, Pixels, Samples
from outlast.omni.memory import Bounds, Kind
from outlast.omni.parts import Ears, Listening, Mouths, Words
from outlast.omni.pictures import tiles
from outlast.omni.reply import Reply, Speaker, Told
from outlast.omni.track import Track
from outlast.omni.weights import Floats

LONGEST_ANSWER: Final = 384
"""Tokens of an answer's text that room is kept for; a caller who allows more gets no more."""
_LONGEST_PIECE: Final = 32
"""Characters: hardly any piece has more, and no text of so many for each position left finds room."""
_SIGNS: Final = 16
"""Positions that a turn and its reply take beside text: more than enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What all sessions of an engine share."""

    decoder: Decoder
    words: Words
    pieces: tuple[str, ...]
    ears: Ears
    mouths: Mouths
    habits: Habits
    bounds: Bounds


@dataclass(slots=True)
class _Turn:
    """What was pushed since the answer before."""

    begun: bool = False
    sound: bool = False
    typed: str = ""
    read: int = 0


class MiniSession:
    """Implements ``engine.Session``."""

    def __init__(self, body: Body, opening: Opening) -> None:
        longest = (
            opening.longest_answer if opening.task == "read aloud" else min(opening.longest_answer, LONGEST_ANSWER)
        )
        self._opening = replace(opening, longest_answer=max(longest, 1))
        self._body = body
        self._track = Track(body.decoder, body.bounds, grammar.opening_tokens(opening.manner, opening.task))
        self._turn = _Turn(read=self._track.written)
        self._track.begin_turn()
        self._listening: Listening | None = None
        self._hearing = False
        self._phases: Callable[[], Floats] | None = None
        self._later: deque[Callable[[], None]] = deque()
        self._answering = False
        self._running: Generator[Event, None, None] | None = None
        self._cancelled = threading.Event()
        self._speaker = Speaker(
            words=body.words,
            pieces=body.pieces,
            voice=body.mouths(opening.seed),
            habits=body.habits,
            drawing=Drawing(temperature=body.habits.temperature, seed=opening.seed),
            cancelled=self._cancelled.is_set,
        )

    @property
    def remembered(self) -> int:
        """Bytes that this conversation takes; bounded."""
        return self._track.remembered

    def push_text(self, text: str) -> None:
        """Somebody types. Raises ``ContextFull``."""
        self._now(lambda: self._type(text))

    def push_audio(self, samples: Samples) -> None:
        """Somebody speaks. Raises ``MalformedRequest`` for what is no sound of one channel, ``ContextFull``."""
        if samples.ndim != 1:
            raise MalformedRequest(f"sound is one row of samples, not an array of {samples.shape}")
        if not np.isfinite(samples).all():
            raise MalformedRequest("sound holds samples that are no numbers; send values from -1 to 1")
        held = samples.copy() if self._answering else samples
        self._now(lambda: self._hear(held))

    def push_image(self, pixels: Pixels) -> None:
        """Somebody shows a picture. Raises ``MalformedRequest`` for one without pixels, ``ContextFull``."""
        seen = tiles(pixels)
        self._now(lambda: self._see(seen))

    def recall(self, text: str) -> None:
        """An answer of the past; closes the turn that is open. Raises ``ContextFull``."""
        self._now(lambda: self._recall(text))

    def turn_over(self) -> float:
        """The last patch's probability that the turn is over; 0 where the turn has no sound yet."""
        if not self._answering:
            self._catch_up()
        return 0.0 if self._phases is None else float(self._phases()[-1])

    def answer(self) -> Iterator[Event]:
        """Close the turn and answer it. An answer that nobody has read to its end is cancelled. Raises ``ContextFull``.

        All of it happens as its events are asked for.
        """
        if self._running is not None:
            self._running.close()
        self._cancelled.clear()
        self._running = self._events()
        return self._running

    def cancel(self) -> None:
        """End the answer that runs at its next position; nothing where none runs."""
        self._cancelled.set()

    def _events(self) -> Generator[Event, None, None]:
        self._catch_up()
        self._need(0)
        self._begin_turn()
        self._end_sound()
        turn, self._turn, self._phases = self._turn, _Turn(), None
        told = Told(sound=turn.sound, typed=turn.typed, read=self._track.written - turn.read)
        self._answering = True
        try:
            yield from Reply(self._track, self._opening, self._speaker, told).events()
        finally:
            self._answering = False
            self._turn.read = self._track.written
            self._track.begin_turn()

    def _now(self, action: Callable[[], None]) -> None:
        self._later.append(action)
        if not self._answering:
            self._catch_up()

    def _catch_up(self) -> None:
        """In the order in which it was pushed; what is refused is left out, and the rest waits for the next call."""
        while self._later:
            self._later.popleft()()

    def _type(self, text: str) -> None:
        said = " ".join(text.split())
        if not said:
            return
        if self._opening.task == "talk":  # questions are taught in small letters, as they are heard
            said = said.lower()
        tokens = self._tokens(said)
        self._need(2 * len(tokens) if self._opening.task == "read aloud" else len(tokens))
        self._begin_turn()
        self._end_sound()
        self._track.write(tokens, Kind.GIVEN)
        self._turn.typed = f"{self._turn.typed} {said}".strip()

    def _hear(self, samples: Samples) -> None:
        if self._listening is None:
            self._listening = self._body.ears()
        patches = self._listening.push(samples)
        if not len(patches):
            return
        if not self._hearing:
            self._need(0)
            self._begin_turn()
            self._track.write((grammar.SOUND,), Kind.GIVEN)
            self._hearing = self._turn.sound = True
        self._track.hear(patches)
        self._phases = self._track.phases()

    def _see(self, seen: Floats) -> None:
        self._need(len(seen))
        self._begin_turn()
        self._end_sound()
        self._track.write((grammar.PICTURE,), Kind.GIVEN)
        self._track.see(seen)

    def _recall(self, text: str) -> None:
        tokens = self._tokens(" ".join(text.split()))
        self._need(len(tokens))
        self._begin_turn()
        self._end_sound()
        self._track.write((grammar.ANSWER, *tokens, grammar.END), Kind.GIVEN)
        self._turn = _Turn(read=self._turn.read)
        self._phases = None
        self._track.begin_turn()

    def _tokens(self, said: str) -> Sequence[int]:
        self._need(len(said) // _LONGEST_PIECE)  # what is far too long is not even read
        return self._body.words.encode(" " + said)

    def _begin_turn(self) -> None:
        if not self._turn.begun:
            self._turn.begun = True
            self._track.write((grammar.USER,), Kind.GIVEN)

    def _end_sound(self) -> None:
        """The ears begin anew with the next sound; less than a patch that waits in them is not heard."""
        if self._hearing:
            self._track.write((grammar.SOUND_END,), Kind.GIVEN)
        self._hearing, self._listening = False, None

    def _need(self, positions: int) -> None:
        """Room for so many, and for the longest reply behind them. Raises ``ContextFull`` before anything changes."""
        habits, opening = self._body.habits, self._opening
        reply = habits.longest_heard + habits.longest_thought
        if opening.task == "talk":
            reply += 2 * opening.longest_answer
        elif opening.task == "transcribe":
            reply = opening.longest_answer
        else:
            reply = 2 * len(self._body.words.encode(self._turn.typed))
        wanted = positions + reply + _SIGNS
        if wanted > self._track.left:
            raise ContextFull(
                f"this conversation is full: {positions} more positions and an answer take up to {wanted}, "
                f"{max(self._track.left, 0)} are left; begin a new one, or send fewer of the earlier turns"
            )
