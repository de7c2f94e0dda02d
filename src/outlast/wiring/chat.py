"""The gateway as the chat calls it: a call without a socket, through the handler that answers everybody's.

It knows how a person becomes a caller of the record and of the limits, and how an answer's bytes wait for who reads
them. It does not know what is asked (``chat.turn``), nor what becomes of the answer (``chat.talking``).
"""

import asyncio
import logging
import traceback
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from outlast.chat.hearing import Hearing
from outlast.chat.ports import Begun, Ended, Person, Piece, Sound
from outlast.dialects.chat.asked import named_model
from outlast.gateway.call import GATEWAY_STOPPED, Call
from outlast.gateway.caller import Caller, Callers
from outlast.gateway.chat import Chat
from outlast.gateway.ports import Clock, Headers
from outlast.gateway.routes import Route, Routes
from outlast.keys.key import Allowance, Key
from outlast.settings import Settings
from outlast.wiring.generation import PATHS, Generation

LOG = logging.getLogger("outlast.chat")
AHEAD = 64
"""Pieces that may wait to be read before the model is made to wait."""
FAILED = "Something went wrong here; the log of this gateway says what."


class InProcess:
    """``chat.ports.Gateway``: whichever configuration is at work when a call begins answers it."""

    def __init__(self, current: Callable[[], Generation], *, ids: Callable[[], str], clock: Clock) -> None:
        self._current = current
        self._ids = ids
        self._clock = clock
        self.calls: set[asyncio.Task[None]] = set()
        """Those that run now."""

    async def ask(
        self, body: bytes, headers: Mapping[str, str], *, person: Person, unkept: bool = False
    ) -> AsyncGenerator[Begun | Piece | Sound | Ended, None]:
        """Ask as ``person``; see the port."""
        now = self._current()
        handler = as_called_by(now.chats["chat"], caller_of(person, now.settings), unkept=unkept)
        call = Call(
            id=self._ids(),
            method="POST",
            path=PATHS["chat"],
            query="",
            headers={"content-type": "application/json", **headers},
            body=body,
            arrived_ns=self._clock.monotonic_ns(),
        )
        pipe = Pipe()
        task = asyncio.get_running_loop().create_task(_serve(handler, call, pipe), name=call.id)
        self.calls.add(task)
        task.add_done_callback(self.calls.discard)
        try:
            async for event in _heard(pipe, Hearing(named_model(body), call.id)):
                yield event
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])

    async def drain(self, grace: float) -> None:
        """Let calls that run end within ``grace`` seconds, then end them."""
        running = set(self.calls)
        if running and grace > 0:
            _, running = await asyncio.wait(running, timeout=grace)
        for task in running:
            task.cancel(GATEWAY_STOPPED)
        if running:
            await asyncio.wait(running)

    def hurry(self) -> None:
        """Let a drain wait no longer."""
        for task in tuple(self.calls):
            task.cancel(GATEWAY_STOPPED)


class Pipe:
    """A ``Reply`` whose reader is in this process."""

    def __init__(self) -> None:
        self.head: tuple[int, Headers] | None = None
        self.complete = self.broken = self.interrupted = False
        self._pieces: deque[bytes] = deque()
        self._more = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    def whole(self, status: int, headers: Headers, body: bytes) -> None:
        """The complete answer at once."""
        self.begin(status, headers)
        self.end(body)

    def begin(self, status: int, headers: Headers) -> None:
        """The head."""
        self.head = (status, headers)
        self._more.set()

    def write(self, chunk: bytes) -> None:
        """A piece."""
        self._pieces.append(chunk)
        self._more.set()
        if len(self._pieces) >= AHEAD:
            self._room.clear()

    async def drained(self) -> None:
        """Wait while the reader is behind."""
        await self._room.wait()

    def end(self, chunk: bytes = b"") -> None:
        """The last piece."""
        if chunk:
            self._pieces.append(chunk)
        self.complete = True
        self._more.set()

    def abort(self) -> None:
        """What was begun cannot be finished."""
        if not self.complete:
            self.broken = True
        self._more.set()

    async def read(self) -> bytes:
        """What has come since; empty at the end."""
        while not self._pieces and not (self.complete or self.broken):
            self._more.clear()
            await self._more.wait()
        chunk = b"".join(self._pieces)
        self._pieces.clear()
        self._room.set()
        return chunk


class _OnePerson(Callers):
    """Whoever calls here was known before the call was made: no header is looked at."""

    def __init__(self, caller: Caller) -> None:  # no ring of keys is asked
        self._caller = caller

    def identify(self, headers: Mapping[str, str]) -> Caller:
        """The person."""
        del headers
        return self._caller


class _Unkept(Routes):
    """Routes whose calls are recorded without a word of theirs."""

    def __init__(self, routes: Routes) -> None:  # everything is looked up in the other's
        self._of = routes

    def find(self, name: str, key: Key | None = None) -> Route:
        """The route, of whose calls the facts alone are recorded."""
        route = self._of.find(name, key)
        return replace(route, keep="metadata") if route.keep == "full" else route


def as_called_by(chat: Chat, caller: Caller, *, unkept: bool) -> Chat:
    """The handler for calls of one person."""
    routes: Routes = _Unkept(chat.routes) if unkept else chat.routes
    return replace(chat, callers=_OnePerson(caller), routes=routes)


def caller_of(person: Person, settings: Settings) -> Caller:
    """How the record and the limits know a person: ``chat`` or ``chat:NAME``, held to the plan as a key is."""
    name = f"chat:{person.name}" if person.name else "chat"
    if not person.plan:
        return Caller(name)
    plan = settings.plans.get(person.plan)
    if plan is None:  # it has left the configuration: nothing is allowed that nobody allowed
        return Caller(name, Key(name=name, secrets=(), models=("",)))
    again = tuple(each for each, had in settings.chat.restored.items() if not had or person.plan in had)
    models = () if plan.models is None else (*plan.models, *again) or ("",)
    return Caller(
        name,
        Key(
            name=name,
            secrets=(),
            owner=person.name,
            models=tuple(_escaped(each) for each in models),
            allowance=Allowance(
                requests_per_minute=plan.requests_per_minute,
                tokens_per_minute=plan.tokens_per_minute,
                concurrent=plan.concurrent,
            ),
        ),
    )


def _escaped(name: str) -> str:
    """A pattern that only this name fits."""
    return "".join(f"[{each}]" if each in "*?[" else each for each in name)


async def _serve(handler: Chat, call: Call, pipe: Pipe) -> None:
    try:
        await handler(call, pipe)
    except asyncio.CancelledError as end:
        pipe.interrupted = end.args == (GATEWAY_STOPPED,)
        raise
    except Exception as error:  # noqa: BLE001 - the boundary where a defect becomes an answer
        # Its text may quote a body: the log has where, not what.
        where = "".join(traceback.format_tb(error.__traceback__))
        LOG.error("request %s of the chat ended with %s\n%s", call.id, type(error).__name__, where)  # noqa: TRY400
    finally:
        pipe.abort()


async def _heard(pipe: Pipe, hearing: Hearing) -> AsyncGenerator[Begun | Piece | Sound | Ended, None]:
    while chunk := await pipe.read():
        if pipe.head is not None and not hearing.begun:
            yield hearing.head(pipe.head[0], dict(pipe.head[1]))
        for piece in hearing.feed(chunk):
            yield piece
    if pipe.interrupted:
        yield Ended(interrupted=True)
        return
    if pipe.head is None:
        yield Ended(error=FAILED)
        return
    if not hearing.begun:
        yield hearing.head(pipe.head[0], dict(pipe.head[1]))
    for event in hearing.finish(broken=pipe.broken):
        yield event
