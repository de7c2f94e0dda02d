"""The chat's pages on a real socket, with models that say what a test wants and a store in memory.

It stands in a thread of the test's process, so that a test can hold a model in the middle of a sentence. Whether the
real gateway answers behind the same pages, ``test_served`` asks.
"""

import asyncio
import datetime as dt
import itertools
import threading
import time
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import msgspec

from outlast.catalog.store import open_catalog
from outlast.chat.accounts import Accounts
from outlast.chat.asking import Asking
from outlast.chat.clock import moved
from outlast.chat.conversation import Attachment, Persona
from outlast.chat.picker import Path, Picker
from outlast.chat.ports import Begun, Ended, Person, Piece
from outlast.chat.talking import Brought, Talking, World
from outlast.chat.trial import Trying
from outlast.gateway.ports import Clock
from outlast.ledger.chats.memory import MemoryChats
from outlast.settings.file import parse_settings
from outlast.web.asgi import Asgi
from outlast.web.pages.app import Site, make_app
from outlast.web.pages.assets import packaged
from outlast.web.pages.chat.feedback import FeedbackPage
from outlast.web.pages.chat.room import Room
from outlast.web.pages.chat.routes import routes
from outlast.web.pages.show import Show
from outlast.web.server import Server

T = TypeVar("T")
CONFIGURATION = """
[providers.scripted]
kind = "scripted"
[models."gpt-4o"]
target = "scripted/gpt-4o"
catalog_model = "openai/gpt-4o"
[models."house"]
target = "scripted/gpt-5.1"
catalog_model = "openai/gpt-5.1"
[models."small"]
target = "scripted/gpt-4.1-mini"
catalog_model = "openai/gpt-4.1-mini"
[chat]
default = "house"
models = ["house", "gpt-4o", "small"]
"""
TODAY = dt.date(2027, 1, 2)
"""gpt-4.1-mini ends twelve days later."""


@dataclass
class Actor:
    """Every model of the stage."""

    answers: dict[str, str] = field(default_factory=dict)
    """By what was asked; else it is said back."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    """The requests, as the gateway would have got them."""
    pace: Callable[[str], Iterator[tuple[str, float]]] = field(default=lambda text: iter([(text, 0.0)]))
    """Pieces of an answer, and how long each is waited for."""
    held: threading.Event = field(default_factory=threading.Event)
    """Set: an answer that holds goes on."""
    fails: str = ""
    served: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Who answers a name, and why."""

    async def ask(
        self, body: bytes, headers: Mapping[str, str], *, person: Person, unkept: bool = False
    ) -> AsyncGenerator[Begun | Piece | Ended, None]:
        """``chat.ports.Gateway``: a tilde in an answer is where it waits for the test."""
        del headers, person, unkept
        asked = msgspec.json.decode(body)
        self.asked.append(asked)
        name = asked["model"]
        served, reason = self.served.get(name, (f"scripted/{name}", "target"))
        yield Begun(by=msgspec.convert({"asked": name, "served": served, "reason": reason, "exchange": "x1"}, _Served))
        if self.fails:
            yield Ended(error=self.fails)
            return
        said = asked["messages"][-1]["content"]
        words = said if isinstance(said, str) else said[0].get("text", "")
        answer = self.answers.get(words.rpartition("\n\n")[2], f"{name} heard: {words}")
        for number, part in enumerate(answer.split("~")):
            if number:
                await asyncio.to_thread(self.held.wait, 60)
            for piece, seconds in self.pace(part):
                if seconds:
                    await asyncio.sleep(seconds)
                yield Piece(text=piece)
        yield Ended(finish="stop")


_Served = Begun.__annotations__["by"]


class NoAccounts:
    """Nobody has an account: whoever comes is the one person."""

    async def any(self) -> bool:
        return False

    async def session(self, token: str) -> None:
        del token


async def _flips(served: Collection[str]) -> dict[str, str]:
    """As if probes had asked the first of them."""
    return dict.fromkeys(list(served)[:1], "12.0% (5.0% to 25.0%, n 40)")


async def _flips_of_one(_name: str) -> str:
    return ""


class Stage:
    """One server."""

    def __init__(self, *, person: Person | None = None, today: dt.date = TODAY) -> None:
        self.actor = Actor()
        self.chats = MemoryChats()
        self.today = today
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._person = person or Person()
        self._port = 0
        self._server: Server | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Let something happen in the server's loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    def _room(self, show: Show) -> Room:
        numbers = itertools.count(1)
        settings, knowledge = parse_settings(CONFIGURATION), open_catalog()

        def picker() -> Picker:
            return Picker(
                settings=settings,
                knowledge=knowledge,
                path=lambda name: Path(target=f"scripted/{name}", reason="target"),
            )

        asking = Asking(
            chats=self.chats,
            gateway=self.actor,
            reach=lambda name: picker().entry(name, self.today).reach,
            instructions=_instruct,
        )
        self.talking = Talking(
            World(
                asking=asking,
                default=lambda _: "house",
                moved=lambda person, known: moved(
                    known, picker().entry(known.model, self.today), picker().offer(self.today, person)
                ),
                holds=lambda: True,
                unix_ns=time.time_ns,
                new_id=lambda: f"{next(numbers):08x}",
            )
        )
        return Room(
            show=show,
            talking=self.talking,
            trying=lambda: Trying(asking, target=lambda name: f"scripted/{name}", unix_ns=time.time_ns),
            person=lambda _: self._person,
            picker=picker,
            instruct=_instruct,
            version="1",
            flips=_flips_of_one,
            read_file=_read,
            today=lambda: self.today,
            unix_ns=time.time_ns,
        )

    def ask(self, known: str, text: str) -> None:
        """Send a message from elsewhere, and wait until the model has begun to answer it."""

        async def asked() -> None:
            conversation = await self.chats.conversation(self._person.name, known)
            sent = await self.talking.send(self._person, known, text, parent=conversation.leaf)
            async for growth in self.talking.follow(self._person, known, sent.answers[0]):
                if growth.text:
                    return

        self.run(asked())

    def stop_serving(self) -> None:
        """Nobody can connect, and whoever was connected is not any more; answers are written on."""
        assert self._server is not None
        self.run(self._server.drain(0))

    def serve_again(self) -> None:
        """On the same port."""
        self.run(self._listen())

    async def long(self, talking: Talking, known: str, turns: int) -> None:
        """Let a conversation go on for many turns."""
        for number in range(1, turns + 1):
            conversation = await self.chats.conversation(self._person.name, known)
            sent = await talking.send(self._person, known, f"Turn {number}", parent=conversation.leaf)
            await talking.wait(self._person, sent)

    async def _start(self) -> None:
        assets = packaged()
        show = Show(assets)
        nobody = cast("Accounts", NoAccounts())
        site = Site(show=show, assets=assets, accounts=nobody, reachable=lambda: False, hosts=lambda: ())
        parts = [*routes(self._room(show)), *FeedbackPage(show, self.chats, _flips).routes]
        app = Asgi(make_app(site, parts))
        self._app = app
        await self._listen()

    async def _listen(self) -> None:
        ids = itertools.count(1)
        clock = Clock(unix_ns=time.time_ns, monotonic_ns=time.monotonic_ns)
        self._server = Server(lambda *_: self._app, id_maker=lambda: f"{next(ids)}", clock=clock)
        _, self._port = await self._server.start("127.0.0.1", self._port)

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()
        self.run(self._start())

    def stop(self) -> None:
        """End."""

        self.actor.held.set()

        async def end() -> None:
            await self.talking.aclose()
            assert self._server is not None
            await self._server.drain(0.1)
            await self._loop.shutdown_default_executor()

        self.run(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()


@contextmanager
def staged(**how: Any) -> Iterator[Stage]:
    """A stage for one test."""
    stage = Stage(**how)
    stage.start()
    try:
        yield stage
    finally:
        stage.stop()


def _instruct(persona: Persona) -> str:
    return (
        "" if persona == Persona() else f"Base {persona.base}, warmth {persona.warmth}. {persona.instructions}".strip()
    )


async def _read(name: str, data: bytes) -> Brought:
    image = data.startswith(b"\x89PNG")
    text = "" if image else data.decode("utf-8", "replace")
    attachment = Attachment(
        id=f"f{abs(hash((name, data)))}",
        name=name,
        media_type="image/png" if image else "text/plain",
        size=len(data),
        text=text[:1000],
        left_out="Everything after 1,000 characters was left out." if len(text) > 1000 else "",
    )
    return Brought(attachment=attachment, data=data)
