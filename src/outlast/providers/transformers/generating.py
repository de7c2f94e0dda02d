"""One ``generate`` of the library in a thread of its own, read here as an answer that comes piece by piece.

It knows threads and the library's stopping criteria. It does not know models nor what is asked of them.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Self

from outlast.errors import CallerError, UpstreamBroken
from outlast.omni.engine import Event, Said, Samples, Spoken
from outlast.providers.local.chat_wire import Counted
from outlast.providers.local.work import Stop
from outlast.providers.transformers.library import Library
from outlast.providers.transformers.pieces import Pieces

_PIECE: Final = 12_000
"""Samples of speech in one event: half a second at 24 kHz."""
_SEED_BITS: Final = 0xFFFF_FFFF


class Watch:
    """A stopping criterion that never ends an answer by itself: it counts steps, and breaks off when nobody wants more.

    It raises ``Stopped`` through the library, so that no later stage is computed for nobody.
    """

    def __init__(self, library: Library, stop: Stop) -> None:
        self._torch = library.torch
        self._stop = stop
        self.steps = 0

    def __call__(self, input_ids: Any, _scores: Any, **_more: Any) -> Any:
        """After each token."""
        self._stop.check()
        self.steps += 1
        return self._torch.zeros((input_ids.shape[0],), dtype=self._torch.bool, device=input_ids.device)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was read before an answer, in tokens."""

    tokens: int
    heard: int = 0
    seen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What an answer came to, once it is complete."""

    tokens: Sequence[int]
    """Of text."""
    ends: frozenset[int]
    """Tokens that end an answer by the model's own will."""
    samples: Samples | None = None
    """Its speech."""
    frames: int = 0
    """Of speech, as the model counts its codes."""


class Generation:
    """Implements ``giving.Running``: an answer whose text comes piece by piece, and its speech behind it."""

    def __init__(self, library: Library, tokenizer: Any, stop: Stop, read: Read) -> None:
        self._library = library
        self._stop = stop
        self._read = read
        self._work: Callable[[], Made] | None = None
        self._made = Made(tokens=(), ends=frozenset())
        self._error: BaseException | None = None
        self.streamer = Pieces(tokenizer)

    def watch(self) -> tuple[Watch, Any]:
        """One, and ``stopping_criteria`` that have it."""
        watch = Watch(self._library, self._stop)
        return watch, self._library.transformers.StoppingCriteriaList([watch])

    def of(self, work: Callable[[], Made]) -> Self:
        """``work`` calls ``generate`` with ``streamer`` and a ``watch`` for each stage."""
        self._work = work
        return self

    def events(self) -> Iterator[Event]:
        """Do the work. Raises ``Stopped``, and ``UpstreamBroken`` where the model breaks off."""
        thread = threading.Thread(target=self._run, name="open-model")
        thread.start()
        try:
            for piece in self.streamer:
                yield Said(piece)
        finally:
            thread.join()  # text ends with the stage that writes it; the thread ends with the work
        self._stop.check()
        self._raise()
        samples = self._made.samples
        for start in range(0, 0 if samples is None else len(samples), _PIECE):
            assert samples is not None  # noqa: S101 - the line above says so
            yield Spoken(samples[start : start + _PIECE])

    @property
    def finish(self) -> Literal["stop", "length"]:
        """``length``: it was cut at the longest answer."""
        return "stop" if self._made.tokens and self._made.tokens[-1] in self._made.ends else "length"

    def counted(self) -> Counted:
        """See ``giving.Running``."""
        return Counted(
            read=self._read.tokens,
            patches=self._read.heard,
            tiles=self._read.seen,
            written=len(self._made.tokens) + self._made.frames,
            frames=self._made.frames,
        )

    def _run(self) -> None:
        assert self._work is not None  # noqa: S101 - ``of`` comes first
        try:
            with self._library.torch.inference_mode():
                self._made = self._work()
        except BaseException as error:  # noqa: BLE001 - the boundary of a thread: who reads learns of every end
            self._error = error
        finally:
            self.streamer.end()

    def _raise(self) -> None:
        if isinstance(self._error, CallerError):
            raise self._error
        if self._error is not None:
            message = f"the model broke off: {type(self._error).__name__}: {self._error}"
            raise UpstreamBroken(message) from self._error


def chance(temperature: float | None, top_p: float | None) -> dict[str, Any]:
    """``generate``'s words for how much is left to chance; none where the caller said nothing: the model's own."""
    if temperature == 0:
        return {"do_sample": False}
    said: dict[str, Any] = {}
    if temperature is not None:
        said |= {"do_sample": True, "temperature": temperature}
    if top_p is not None:
        said |= {"do_sample": True, "top_p": top_p}
    return said


def sow(library: Library, seed: int | None) -> None:
    """Make chance repeatable; it belongs to the whole process."""
    if seed is not None:
        library.torch.manual_seed(seed & _SEED_BITS)
