"""A gateway for tests of the chat: it plays prepared answers, goes on only when told, and remembers what it was asked.

It knows the protocol of ``chat.ports.Gateway``. It does not know models.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from itertools import count

import msgspec

from outlast.chat.asking import Asking
from outlast.chat.clock import Moved
from outlast.chat.conversation import Conversation, Persona, Served
from outlast.chat.ports import Begun, Chats, Ended, Person, Piece
from outlast.chat.talking import Talking, World
from outlast.chat.turn import Reach


class Asked(msgspec.Struct, frozen=True):
    """One call, as it came."""

    body: bytes
    headers: dict[str, str]
    person: Person
    unkept: bool

    @property
    def said(self) -> list[tuple[str, object]]:
        """Roles and contents."""
        return [(each["role"], each["content"]) for each in msgspec.json.decode(self.body)["messages"]]

    @property
    def model(self) -> str:
        """The name that was asked."""
        return str(msgspec.json.decode(self.body)["model"])


@dataclass
class PlayedGateway:
    """Answers every call with the same pieces, as ``provider/NAME``."""

    pieces: tuple[str, ...] = ("Good ", "day.")
    end: Ended = field(default_factory=lambda: Ended(finish="stop"))
    holds: int | None = None
    """After so many pieces it waits for ``go_on``."""
    asked: list[Asked] = field(default_factory=list)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    """A call was left before its end."""
    held: asyncio.Event = field(default_factory=asyncio.Event)
    """It waits."""
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(
        self, body: bytes, headers: Mapping[str, str], *, person: Person, unkept: bool = False
    ) -> AsyncGenerator[Begun | Piece | Ended, None]:
        """The prepared answer."""
        asked = Asked(body, dict(headers), person, unkept)
        self.asked.append(asked)
        whole = False
        try:
            by = Served(
                asked=asked.model, served=f"provider/{asked.model}", reason="target", exchange=f"req_{len(self.asked)}"
            )
            yield Begun(by=by)
            for number, piece in enumerate(self.pieces):
                if number == self.holds:
                    self.held.set()
                    await self.go_on.wait()
                yield Piece(text=piece)
            if self.holds is not None and self.holds >= len(self.pieces):
                self.held.set()
                await self.go_on.wait()
            whole = True
            yield self.end
        finally:
            if not whole:
                self.let_go.set()


def talking_of(
    chats: Chats,
    gateway: PlayedGateway,
    *,
    moved: Moved | None = None,
    reach: Reach | None = None,
    default: str = "gpt-4o",
    alone: bool = True,
) -> Talking:
    """People's talking over these two, with ids and times in order."""
    numbers, moments = count(1), count(1)

    def gone(person: Person, conversation: Conversation) -> Moved | None:
        del person
        return moved if moved is not None and moved.gone not in conversation.told else None

    return Talking(
        World(
            asking=Asking(
                chats=chats,
                gateway=gateway,
                reach=lambda _: reach or Reach(),
                instructions=_instructions,
            ),
            default=lambda _: default,
            moved=gone,
            holds=lambda: alone,
            unix_ns=lambda: next(moments),
            new_id=lambda: f"id{next(numbers)}",
        )
    )


def _instructions(persona: Persona) -> str:
    return f"Be {persona.base}." if persona.base != "default" else ""
