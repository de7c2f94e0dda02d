"""One answer while it is written: from the gateway into the store, by nobody's connection.

It knows batches, a stop, and the three ways to end. It does not know what was asked nor who looks on. What is shown
lies in the store first: an answer grows there, and then those who wait are told.
"""

import asyncio
import logging
import traceback
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import msgspec

from outlast.chat.bounds import MOST_TEXT
from outlast.chat.conversation import Message, Phase, Served
from outlast.chat.hub import Hub
from outlast.chat.ports import Begun, Chats, Ended, Piece, Sound
from outlast.chat.sounds import Sounds
from outlast.errors import CallerError, LedgerUnavailable

LOG = logging.getLogger("outlast.chat")
BATCH_SECONDS = 0.05
REPORT_SECONDS = 0.3
"""So often a writer says that it lives, and hears whether it is to stop."""
AHEAD = 262_144
"""Characters that may wait for the store before the model is made to wait."""
TRIES = 40
"""A store that refuses is asked again so often; then the answer ends."""
AGAIN_SECONDS = 0.25
FAILED = "Something went wrong here; the log of this gateway says what."
UNKEPT = "The answer could not be kept; the log of this gateway says why."
TOO_LONG = f"The answer was ended here: it has {MOST_TEXT:,} characters."

Events = AsyncGenerator[Begun | Piece | Sound | Ended, None]
Pause = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class _Heard:
    """What the gateway has said and the store has not taken yet."""

    by: Served
    text: list[str] = field(default_factory=list)
    waiting: int = 0
    length: int = 0
    end: Ended | None = None
    more: asyncio.Event = field(default_factory=asyncio.Event)
    room: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self) -> str:
        """Everything at once."""
        taken = "".join(self.text)
        self.text.clear()
        self.waiting = 0
        self.room.set()
        return taken


class Writer:
    """Writes answers; one for all of a process."""

    def __init__(self, chats: Chats, hub: Hub, sounds: Sounds | None = None, *, pause: Pause = asyncio.sleep) -> None:
        self._chats = chats
        self._sounds = sounds or Sounds()
        self._hub = hub
        self._pause = pause

    async def write(self, answer: Message, events: Callable[[Served], Events]) -> None:
        """Write one that the store has as ``running``; whatever happens, it is settled there when this returns."""
        heard = _Heard(answer.by or Served(asked=""))
        sound = self._sounds.begin(answer.id)
        listening = _hear(events(heard.by), heard, sound.add)
        hearing = asyncio.get_running_loop().create_task(listening, name=f"hear {answer.id}")
        phase: Phase = "interrupted"
        error = ""
        try:
            phase, error = await self._grow(answer.id, heard)
        except LedgerUnavailable as refused:
            LOG.error("an answer of the chat cannot be kept: %s", refused)  # noqa: TRY400 - its trace says nothing
            phase, error = "failed", UNKEPT
        except CallerError:
            phase = "stopped"  # the conversation was deleted under it
        except asyncio.CancelledError:
            # The process ends. What was heard and not kept was not shown either.
            pass
        finally:
            hearing.cancel()
            await asyncio.wait([hearing])
            self._sounds.end(answer.id)
            await self._settle(answer.id, phase=phase, by=heard.by, error=error)
            self._hub.end(answer.id)

    async def _grow(self, message: str, heard: _Heard) -> tuple[Phase, str]:
        """Until the end; how it ended, and what the person is told of that."""
        known = heard.by
        while True:
            await _within(heard.more, REPORT_SECONDS)
            heard.more.clear()
            end = heard.end
            more = heard.take()
            by = heard.by
            wanted = await self._kept(message, more, by if by.served and by != known else None)
            known = by
            if more:
                self._hub.grown(message)
            if end is not None:
                return _ended(end)
            if not wanted:
                return "stopped", ""
            if heard.length > MOST_TEXT:
                return "failed", TOO_LONG
            await self._pause(BATCH_SECONDS)

    async def _kept(self, message: str, more: str, by: Served | None) -> bool:
        for attempt in range(TRIES):
            try:
                return await self._chats.grow(message, more, by=by)
            except LedgerUnavailable:
                if attempt == TRIES - 1:
                    raise
                await self._pause(AGAIN_SECONDS)
        raise AssertionError

    async def _settle(self, message: str, *, phase: Phase, by: Served, error: str) -> None:
        for _ in range(TRIES):
            try:
                await self._chats.settle(message, phase=phase, by=by, error=error)
            except LedgerUnavailable:
                await self._pause(AGAIN_SECONDS)
            except CallerError:
                return
            else:
                return
        LOG.error("an answer of the chat could not be settled; it counts as interrupted once this process has ended")


def _ended(end: Ended) -> tuple[Phase, str]:
    if end.interrupted:
        return "interrupted", ""
    return ("failed", end.error) if end.error else ("complete", "")


async def _hear(events: Events, heard: _Heard, sounded: Callable[[bytes], None]) -> None:
    try:
        async with aclosing(events) as coming:
            async for event in coming:
                match event:
                    case Begun():
                        heard.by = msgspec.structs.replace(
                            event.by, note=heard.by.note or event.by.note, voice=heard.by.voice or event.by.voice
                        )
                    case Piece():
                        heard.text.append(event.text)
                        heard.waiting += len(event.text)
                        heard.length += len(event.text)
                    case Sound():
                        sounded(event.pcm)
                        continue
                    case Ended():
                        heard.end = event
                heard.more.set()
                while heard.waiting > AHEAD:
                    heard.room.clear()
                    await heard.room.wait()
    except asyncio.CancelledError:
        raise
    except Exception as error:  # noqa: BLE001 - the boundary where a defect becomes an answer
        # Its text may quote what was said: the log has where, not what.
        where = "".join(traceback.format_tb(error.__traceback__))
        LOG.error("an answer of the chat ended with %s\n%s", type(error).__name__, where)  # noqa: TRY400 - see above
        heard.end = Ended(error=FAILED)
    finally:
        heard.end = heard.end or Ended(error=FAILED)
        heard.more.set()


async def _within(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
