"""The chat of a process, connected: its store, the gateway it asks, the list of models and the clock of each.

It knows which class stands behind each protocol of ``chat``. It does not know pages. Nothing is opened before somebody
looks at one.
"""

import datetime as dt
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from outlast.catalog.reference import Reference, reference
from outlast.chat.asking import Asking
from outlast.chat.clock import Chip, Moved, chip, moved
from outlast.chat.conversation import Conversation, Served
from outlast.chat.picker import Offer, Path, Picker
from outlast.chat.ports import Chats, Person
from outlast.chat.talking import Talking, World
from outlast.errors import ModelNotFound
from outlast.gateway.plan import callable_successor
from outlast.gateway.ports import Clock
from outlast.tone.persona import instructions
from outlast.web.files.pdf import PdfReader
from outlast.web.files.reader import FileReader
from outlast.wiring.chat import InProcess
from outlast.wiring.generation import Generation

if TYPE_CHECKING:
    from outlast.chat.trial import Trying


class Room:
    """Everything that pages of the chat ask: what may be picked, what is due, and the talking itself."""

    def __init__(
        self,
        chats: Chats,
        gateway: InProcess,
        *,
        current: Callable[[], Generation],
        today: Callable[[], dt.date],
        clock: Clock,
    ) -> None:
        self._current = current
        self._today = today
        self.read_file = FileReader(PdfReader(), new_id=new_id).read
        """A file that a person brings, by name and bytes. Raises ``CallerError`` where it is not taken."""
        asking = Asking(
            chats=chats,
            gateway=gateway,
            reach=lambda name: self.picker.entry(name, today()).reach,
            instructions=instructions,
        )
        self._asking = asking
        self._trying: Trying | None = None
        self._now = clock.unix_ns
        self.talking = Talking(
            World(
                asking=asking,
                default=self._default,
                moved=self.moved,
                holds=lambda: current().settings.server.workers == 1,
                unix_ns=clock.unix_ns,
                new_id=new_id,
            )
        )

    @property
    def picker(self) -> Picker:
        """Of the configuration at work."""
        now = self._current()
        return Picker(settings=now.settings, knowledge=now.knowledge, path=lambda name: path_of(now, name))

    @property
    def today(self) -> dt.date:
        """The day that is played, or the real one (UTC)."""
        return self._today()

    @property
    def trying(self) -> "Trying":
        """Tries other models on a conversation; made, with all that measures how they sound, at the first wish."""
        if self._trying is None:
            from outlast.chat.trial import Trying  # noqa: PLC0415 - see above

            self._trying = Trying(self._asking, target=lambda name: self.picker.path(name).target, unix_ns=self._now)
        return self._trying

    def offer(self, person: Person) -> Offer:
        """What this person may pick today."""
        return self.picker.offer(self.today, person)

    def moved(self, person: Person, conversation: Conversation) -> Moved | None:
        """What this conversation is to be told before it goes on."""
        picker, today = self.picker, self.today
        return moved(conversation, picker.entry(conversation.model, today), picker.offer(today, person))

    def chip(self, by: Served) -> Chip:
        """What stands on an answer."""
        picker, today = self.picker, self.today
        asked = picker.entry(by.asked, today) if by.asked else None
        return chip(by, asked, picker.clock(self._behind(picker, by), today) if by.served else None)

    def _default(self, person: Person) -> str:
        default = self.offer(person).default
        return default.name if default is not None else ""

    def _behind(self, picker: Picker, by: Served) -> Reference:
        """Whose clock the model that answered lives by: its own name's, or what the virtual model says of it."""
        model = self._current().settings.models.get(by.asked)
        named = model.catalog_model_of(by.served) if model is not None else None
        return reference(by.served, picker.settings.providers, named)


def new_id() -> str:
    """Of a conversation, message or file: nobody guesses one."""
    return secrets.token_hex(12)


def path_of(generation: Generation, name: str) -> Path:
    """Who answers a name today, as calls find it."""
    try:
        route = generation.routes.find(name)
    except ModelNotFound:
        return Path()
    if route.plan is not None:
        first = route.attempts[0].candidate if route.attempts else None
        successor = route.plan.successor
        return Path(successor=successor) if first is None else Path(
            target=first.target, reason=first.reason, successor=successor
        )  # fmt: skip
    behind = reference(name, generation.settings.providers)
    day, knowledge = route.day, generation.knowledge
    chain = knowledge.chain(behind.ref, behind.surface, day)
    successor = callable_successor(chain, generation.settings.providers, name, behind)
    # A wire is asked whatever is known of it; people are not sent to one that is surely dead.
    dead = knowledge.standing(behind.ref, behind.surface, day).surely_retired
    return Path(successor=successor) if dead else Path(target=name, reason="target", successor=successor)
