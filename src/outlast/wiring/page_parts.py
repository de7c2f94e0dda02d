"""Every page of this gateway put together as one handler.

It knows the parts and what each of them reads. It does not know when it is wanted (``wiring.pages``).
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence

from outlast.catalog.move import move
from outlast.chat.picker import Path, Picker
from outlast.errors import LedgerUnavailable
from outlast.exchange import SeenModel
from outlast.gateway.call import Handler
from outlast.horizon.calendar import Entry, horizon
from outlast.horizon.life import life_of
from outlast.horizon.record import window_start_ns
from outlast.ledger.chats.accounts import KeptAccounts
from outlast.settings.words import ServerSettings
from outlast.tone.persona import PERSONA_VERSION, instructions
from outlast.web.asgi import Asgi
from outlast.web.pages.app import Site, make_app
from outlast.web.pages.assets import packaged
from outlast.web.pages.chat.feedback import FeedbackPage
from outlast.web.pages.chat.room import Room as ChatRoom
from outlast.web.pages.chat.routes import routes
from outlast.web.pages.horizon import HorizonPage, Outlook
from outlast.web.pages.login import LoginPages
from outlast.web.pages.model import Known, ModelPage
from outlast.web.pages.rehearsal import RehearsalPage
from outlast.web.pages.show import Show
from outlast.web.pages.visit import asking
from outlast.wiring.flips import Flips
from outlast.wiring.generation import Generation, Held
from outlast.wiring.rehearsing import Rehearsed
from outlast.wiring.talking import Room


def make_pages(held: Held, current: Callable[[], Generation], room: Room) -> Handler:
    """The pages as they are served; each call reads the configuration at work."""
    assets = packaged()
    show = Show(assets)
    accounts = KeptAccounts(held.chats.desk, unix_ns=held.clock.unix_ns, entropy=secrets.token_bytes)
    site = Site(
        show=show,
        assets=assets,
        accounts=accounts,
        reachable=lambda: held.reachable or _for_others(current().settings.server),
        hosts=lambda: current().settings.server.hosts,
    )

    reading = Reading(held, current)
    flips = Flips(lambda: current().settings)
    parts = [
        *routes(_chat(show, room, held, flips)),
        *FeedbackPage(show, room.talking.chats, flips.of).routes,
        *LoginPages(show, accounts).routes,
        *HorizonPage(show, reading.calendar).routes,
        *ModelPage(show, reading).routes,
        *RehearsalPage(show, None if held.played is None else Rehearsed(held.played, current)).routes,
    ]
    return Asgi(make_app(site, parts))


def _for_others(server: ServerSettings) -> bool:
    """Whether the operator's own words say that others come, a proxy's address being all that is seen of them."""
    return server.require_key is True or bool(server.hosts)


def _chat(show: Show, room: Room, held: Held, flips: Flips) -> ChatRoom:
    """What the chat's pages stand on."""
    return ChatRoom(
        show=show,
        talking=room.talking,
        trying=lambda: room.trying,
        person=asking,
        picker=lambda: room.picker,
        instruct=instructions,
        version=str(PERSONA_VERSION),
        flips=flips.of_name,
        read_file=room.read_file,
        today=held.today,
        unix_ns=held.clock.unix_ns,
    )


class Reading:
    """What pages of operators read, at the moment when they are asked for."""

    def __init__(self, held: Held, current: Callable[[], Generation]) -> None:
        self._held = held
        self._current = current

    async def calendar(self) -> Outlook:
        """The horizon of this gateway."""
        now = self._current()
        seen, unread = await self._seen()
        return Outlook(horizon(now.settings, seen, now.knowledge, self._held.today()), unread)

    def find(self, ref: str) -> Known | None:
        """What is known of one model."""
        knowledge, today = self._current().knowledge, self._held.today()
        model = knowledge.find(ref)
        if model is None:
            return None
        life = life_of(model, knowledge, today)
        living = dict.fromkeys(clock.chain.living for clock in life.clocks if clock.chain.living)
        successors = [found for found in map(knowledge.find, living) if found is not None]
        return Known(
            today=today,
            catalogue_day=str(knowledge.day),
            life=life,
            moves=[move(model, successor, as_of=today) for successor in successors],
            policies=knowledge.policies(model.provider),
        )

    def configured(self, ref: str) -> bool:
        """Whether a name of the configuration stands for it."""
        now = self._current()
        settings = now.settings
        picker = Picker(settings=settings, knowledge=now.knowledge, path=lambda _name: Path())
        offered = (*settings.chat.models, *filter(None, (settings.chat.default,)))
        return any(picker.behind(name).ref == ref for name in (*settings.models, *offered))

    async def dependants(self, ref: str) -> tuple[Sequence[Entry], str]:
        """The names that stand for a model."""
        outlook = await self.calendar()
        knowledge = self._current().knowledge
        model = knowledge.find(ref)
        return [
            entry
            for entry in outlook.made.entries
            if entry.model == ref or (model is not None and knowledge.find(entry.model) == model)
        ], outlook.unread

    async def _seen(self) -> tuple[Sequence[SeenModel], str]:
        """The record's sums, and why they are missing. The worker reads them: waiting for it holds up no call."""
        held = self._held
        try:
            return await asyncio.to_thread(held.recorder.seen, window_start_ns(held.clock.unix_ns())), ""
        except LedgerUnavailable as error:
            return (), str(error)
